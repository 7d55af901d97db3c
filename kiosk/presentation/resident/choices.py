"""Questions with a few answers: which service, for whom, which category, which proof, how to collect; yes or no."""

from __future__ import annotations

from kiosk.domain.endorsement import Service
from kiosk.policy.region import Region
from kiosk.policy.service_availability import agents_offered
from kiosk.policy.services import CollectionWay
from kiosk.presentation.context import PresentationContext, frame_of
from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import (
    AttendantScreen,
    Choice,
    ChoiceScreen,
    LicenceCodeScreen,
    Question,
    QuestionScreen,
    TelephoneScreen,
)
from kiosk.texts.words import Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.choosing import ANYBODY
from kiosk.workflow.deciding import categories_offered
from kiosk.workflow.evidence import NONE_OF_THESE
from kiosk.workflow.holder_check import LOCKED
from kiosk.workflow.progress import ways_of

_SERVICES = {service.value: service for service in Service}
_ADDRESS = "address_changed"
"""The key, in every region file, of the declaration that is shown with the address on the permit."""


def service_name(region: Region, service: Service) -> Words:
    """The region's name of the service, or the program's own where the region describes none."""
    offered = region.services.get(service)
    return Text(f"service_name.{service.value}") if offered is None else offered.name


def service_choice(about: PresentationContext, state: s.ChoosingService) -> ChoiceScreen:
    choices = tuple(
        Choice(key, service_name(about.region, _SERVICES[key]) if key in _SERVICES else Text(f"choice.service.{key}"))
        for key in state.choices
    )
    return ChoiceScreen(_outside(about, state), Text("choice.question.service"), choices)


def agent_choice(about: PresentationContext, state: s.ChoosingAgent) -> ChoiceScreen:
    kinds = agents_offered(about.region)
    choices = tuple(Choice(kind, about.region.agents[kind].name or Text(f"choice.agent.{kind}")) for kind in kinds)
    others = None if ANYBODY in kinds else Text("choice.detail.agent")
    return ChoiceScreen(_outside(about, state), Text("choice.question.agent"), choices, others)


def category_choice(about: PresentationContext, state: s.ChoosingCategory) -> ChoiceScreen:
    categories = about.region.categories
    choices = tuple(
        Choice(key, categories[key].name, Text("choice.category.months", (("months", categories[key].months),)))
        for key in categories_offered(about.region, state)
    )
    return ChoiceScreen(_inside(about, state), Text("choice.question.category"), choices)


def proof_choice(about: PresentationContext, state: s.ChoosingProof) -> ChoiceScreen:
    proofs = tuple(Choice(key, about.region.evidence[key].name) for key in state.keys)
    none = Choice(NONE_OF_THESE, Text("choice.proof.none"))
    return ChoiceScreen(
        _inside(about, state), Text("choice.question.proof"), (*proofs, none), Text("choice.detail.proof")
    )


def collection_choice(about: PresentationContext, state: s.ChoosingCollection) -> ChoiceScreen:
    offered = about.region.services.get(state.visit.purpose.service)
    ways = () if offered is None or offered.collection is None else offered.collection.ways
    return ChoiceScreen(_inside(about, state), Text("choice.question.collection"), _ways(ways))


def later_collection_choice(about: PresentationContext, state: s.ChoosingCollectionLater) -> ChoiceScreen:
    return ChoiceScreen(
        _outside(about, state), Text("choice.question.collection"), _ways(ways_of(about.region, state.chosen))
    )


def _ways(ways: tuple[CollectionWay, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(each.way, Text(f"choice.collection.{each.way}"), each.rule.text) for each in ways)


def question_screen(about: PresentationContext, state: s.Declaring | s.DeclaringForHolder) -> QuestionScreen:
    frame = _inside(about, state)
    if isinstance(state, s.Declaring) and state.confirms_rule:
        rule = about.region.rule(state.question)
        return QuestionScreen(
            frame,
            Question(
                Text("question.confirm", (("rule", rule.text),)),
                Text("question.stop"),
                Text("question.go_on"),
                Text("question.if_no"),
            ),
        )
    return QuestionScreen(frame, question_of(about, s.case_of(state), state.question))


def question_of(about: PresentationContext, case: s.AnyCase, key: str) -> Question:
    """A declaration of the region, with the address on the permit where it is about that."""
    declaration = about.region.declarations[key]
    return Question(
        declaration.question,
        declaration.answer_no,
        declaration.answer_yes,
        about.region.texts.get("texts.address_is_true", Text("question.responsibility")),
        case.permit.content.address if key == _ADDRESS and isinstance(case, s.CaseWithPermit) else None,
    )


def licence_code(about: PresentationContext, state: s.ReadingLicenceCode) -> LicenceCodeScreen:
    problem = Text(f"licence_code.problem.{state.problem}") if state.problem else None
    return LicenceCodeScreen(_inside(about, state), about.region.evidence[state.key].name, problem)


def telephone(about: PresentationContext, state: s.EnteringTelephone) -> TelephoneScreen:
    return TelephoneScreen(_inside(about, state), Text("telephone.problem.not_a_number") if state.is_wrong else None)


def attendant(about: PresentationContext, state: s.AwaitingAttendant | s.CheckingAttendant) -> AttendantScreen:
    frame = _inside(about, state)
    if isinstance(state, s.CheckingAttendant):
        return AttendantScreen(frame, state.required, checking=True)
    problem = Text(f"attendant.problem.{state.problem}") if state.problem else None
    return AttendantScreen(frame, state.required, problem, is_locked=state.problem == LOCKED)


def way_out(state: s.Inquiry) -> WayOut:
    """The way out at the bottom left: returning the permit, or cancelling where there is none."""
    return WayOut.CANCEL if isinstance(s.case_of(state), s.CaseWithoutPermit) else WayOut.RETURN_PERMIT


def _inside(about: PresentationContext, state: s.Inquiry) -> Frame:
    return frame_of(about, state, way_out(state))


def _outside(about: PresentationContext, state: s.State) -> Frame:
    return frame_of(about, state, WayOut.CANCEL)
