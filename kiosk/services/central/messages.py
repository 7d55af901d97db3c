"""Translates the machine's values into messages of the contract with central, and central's answers back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from pydantic import ValidationError

from kiosk.central import contract
from kiosk.central.client import CentralAnsweredGarbage
from kiosk.central.codes import RETAINING_CODES
from kiosk.central.reading import Unknown
from kiosk.domain.applications import Application, ApplicationState, EvidenceResult, Proof, ReceivedApplication
from kiosk.domain.documents import IdDocument, Permit, PermitContent
from kiosk.domain.endorsement import Refusal, Service
from kiosk.event_log.log_events import LogEvent, log
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.visits import Answers, AnyCase, AssessedCase, CaseWithoutPermit, VisitPurpose

_SERVICES = {service.value for service in Service}


def session_event(step: contract.ChipSessionStep) -> on.ChipBatchReceived | on.ChipVerdictReceived:
    """The event for a chip session's next batch or its verdict."""
    if step.batch is None:
        if step.failure is not None:
            log(
                LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call="chip-session", error="verdict", code=step.failure
            )
        return on.ChipVerdictReceived(step.verdict == "written")
    commands = tuple(
        (bytes.fromhex(command.apdu), tuple(int(word, 16) for word in command.expect))
        for command in step.batch.commands
    )
    return on.ChipBatchReceived(step.session_id, step.batch.number, do.ChipCommands(commands))


def relay_refusal_of(answers: do.ChipAnswers) -> contract.RelayRefusal | None:
    """The command of a batch that the relay rejected; None where it rejected none."""
    refused = answers.refused
    return None if refused is None else contract.RelayRefusal(index=refused.index, reason=refused.reason)


def holder_of(document: IdDocument) -> contract.Holder:
    """The holder by the identity card."""
    return contract.Holder(name=document.name.reveal(), id_number=document.number.reveal())


def contract_content(content: PermitContent) -> contract.PermitContent:
    """The kiosk's permit content as the contract's model."""
    return contract.PermitContent(
        address=content.address.reveal(),
        issuing_authority=content.issuing_authority,
        category=content.category,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        endorsement_count=content.endorsement_count,
    )


def facts_of(permit: Permit) -> contract.PermitFacts:
    """The permit as read from its chip."""
    return contract.PermitFacts(
        permit_file=permit.permit_file,
        chip_serial=permit.chip_serial,
        region=permit.region,
        permit_number=permit.permit_number.reveal(),
        holder_number=permit.holder_number.reveal(),
        holder_name=permit.holder_name.reveal(),
        issued_on=permit.issued_on,
        content=contract_content(permit.content),
    )


def untold_of(permit: Permit) -> str | None:
    """The name of the first field of a permit that does not fit into the contract; None where all do."""
    return _unfit(lambda: facts_of(permit))


def can_be_told(document: IdDocument) -> bool:
    """Whether the content of an identity card fits into the contract."""
    return _unfit(lambda: holder_of(document)) is None


def is_licence_code(code: str) -> bool:
    """Whether a scanned code fits into the contract as a licence code."""
    return _unfit(lambda: contract.EvidenceShown(key="scanned", licence_code=code, verified=False)) is None


def _unfit(say: Callable[[], contract.Model]) -> str | None:
    try:
        say()
    except ValidationError as error:
        return str(error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"][-1])
    return None


def assessed(matter: AssessedCase) -> contract.LocalAssessment:
    """The kiosk's own assessment."""
    assessment = matter.assessment
    return contract.LocalAssessment(
        outcome=assessment.outcome.value if assessment.outcome else None,
        on=matter.on,
        new_valid_from=assessment.new_valid_from,
        new_valid_to=assessment.new_valid_to,
        residence_years=assessment.residence_years.value if assessment.residence_years else None,
    )


def declared(answers: Answers) -> tuple[str, ...]:
    """The keys, as in the region file, of the holder's declarations and of the rules that the holder confirmed."""
    return tuple(sorted(answers.declared | answers.confirmed))


def shown(proofs: tuple[Proof, ...]) -> tuple[contract.EvidenceShown, ...]:
    """The proofs that were shown or found, each once with its last result."""
    last = {proof.key: proof for proof in proofs}
    return tuple(
        contract.EvidenceShown(
            key=proof.key,
            licence_code=None if proof.licence_code is None else proof.licence_code.reveal(),
            verified=proof.result is EvidenceResult.VERIFIED,
        )
        for proof in last.values()
        if proof.licence_code is not None or proof.result is EvidenceResult.VERIFIED
    )


def agent_of(case: AnyCase, purpose: VisitPurpose) -> contract.AgentFacts | None:
    """The person who acts for the holder; None where nobody does."""
    if case.agent is None:
        return None
    return contract.AgentFacts.model_validate({"kind": purpose.agent, "person": holder_of(case.agent)})


def holder_check_of(matter: AssessedCase) -> contract.HolderCheck:
    """Who confirmed that the holder is present."""
    said = matter.answers.holder_check
    return contract.HolderCheck.model_validate({"way": said.way.value, "by": said.by})


def new_category(matter: AssessedCase) -> str | None:
    """The category asked for, if it differs from the permit's; else None."""
    chosen = matter.answers.category
    if isinstance(matter.case, CaseWithoutPermit) or chosen == matter.case.permit.content.category:
        return None
    return chosen


def received_of(
    answer: contract.ApplicationAnswer, application_id: UUID
) -> on.ApplicationReceived | on.EndorsementRefused:
    """The event for the answer to this application. Raises `CentralAnsweredGarbage` for another's answer."""
    match answer:
        case contract.ApplicationReceived() if answer.application_id == application_id:
            return on.ApplicationReceived(
                ReceivedApplication(application_id, answer.review_number, answer.received_on, answer.expected_on)
            )
        case contract.Refused() if answer.endorsement_id == application_id:
            return on.EndorsementRefused(refusal_of(answer.code, answer.retain))
        case _:
            raise CentralAnsweredGarbage("not_the_model", 200)


def refusal_of(code: str, retain: bool) -> Refusal:
    """Central's refusal. If `code` is no reason to retain a permit, `retain` is ignored: the holder gets the permit
    back with the text of the refusal, and the log says what central asked for.
    """
    if retain and code not in RETAINING_CODES:
        log(LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call="refusal", error="retain_not_allowed", code=code)
        return Refusal(code)
    return Refusal(code, retain)


def applications_of(found: contract.ApplicationsFound, unknown: Unknown) -> tuple[Application, ...]:
    """The applications, without those for a service that this kiosk does not know. Raises `CentralAnsweredGarbage` if
    there are some and all are unknown.
    """
    known = tuple(application_of(each) for each in found.applications if each.service in _SERVICES)
    unknown.note(values=len(found.applications) - len(known))
    if found.applications and not known:
        raise CentralAnsweredGarbage("not_the_model", 200)
    return known


def application_of(told: contract.ApplicationProgress) -> Application:
    """An application and its progress. Raises `CentralAnsweredGarbage` for an unknown service."""
    try:
        service = Service(told.service)
    except ValueError:
        raise CentralAnsweredGarbage("not_the_model", 200) from None
    return Application(
        application_id=told.application_id,
        review_number=told.review_number,
        service=service,
        received_on=told.received_on,
        expected_on=told.expected_on,
        state=ApplicationState(told.state),
        stage=told.stage,
        stage_result=told.stage_result,
        return_code=told.return_code,
        collection=None if told.collection is None else told.collection.way,
        may_choose_collection=told.may_choose_collection,
        station=told.station,
        ready_from=told.ready_from,
        at_kiosk=told.at_kiosk,
    )
