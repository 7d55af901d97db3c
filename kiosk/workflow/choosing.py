"""The states before anything is read: the choice of a service, and whether this kiosk offers it."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.endorsement import Service
from kiosk.policy.assessment import Channel
from kiosk.policy.service_availability import ServiceAvailability, agents_offered, availability_of
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, go_idle
from kiosk.workflow.visits import VisitIds

STATUS, PROGRESS, FOR_ANOTHER = "status", "progress", "for_another"
ANYBODY = "entrusted"
"""The kind of agent, by the region file, that is assumed where no kind can be chosen."""

GROUPS: dict[str, tuple[Service, ...]] = {
    "something_changed": (Service.CHANGE_ADDRESS, Service.CORRECT, Service.CHANGE_CATEGORY, Service.CHANGE_IDENTITY),
    "permit_troubled": (Service.LOST, Service.DAMAGED, Service.FACE_ONLY),
}
"""Services that are chosen in two steps, because a screen offers at most seven choices."""


def begin(site: Site, idle: s.Idle, ids: VisitIds) -> Step:
    """The first screen after the welcome, for an endorsement."""
    return _set_out(site, _visit(idle, ids))


def begin_choosing(idle: s.Idle, ids: VisitIds) -> Step:
    """The first screen after the welcome, for a visit whose purpose is still to be chosen."""
    choices = (Service.ENDORSE.value, STATUS, FOR_ANOTHER, PROGRESS, *GROUPS)
    return Step(s.ChoosingService(_visit(idle, ids), choices))


def _visit(idle: s.Idle, ids: VisitIds) -> s.Visit:
    return s.Visit(ids.visit, ids.endorsement, idle.language)


def availability(site: Site, purpose: s.VisitPurpose) -> ServiceAvailability:
    """Whether and how the visit's service is available here, as far as the rules tell before anything was read."""
    return availability_of(site.region, purpose.service, agent=purpose.agent, pilot=site.pilot)


def choosing_service(site: Site, state: s.ChoosingService, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=key) if key in state.choices:
            return _chosen(site, state.visit, key)
        case on.PersonChose(intent=Intent.CANCEL) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def _chosen(site: Site, visit: s.Visit, key: str) -> Step:
    match key:
        case "status":
            return Step(s.ShowingNotice(_meaning(visit, s.VisitKind.STATUS)))
        case "progress":
            return Step(s.ShowingNotice(_meaning(visit, s.VisitKind.PROGRESS)))
        case "for_another":
            return _for_another(site, visit)
        case _ if key in GROUPS:
            choices = tuple(each.value for each in GROUPS[key] if _is_thinkable(site, each))
            return Step(s.ChoosingService(visit, choices))
        case _:
            return _set_out(site, replace(visit, purpose=replace(visit.purpose, service=Service(key))))


def _for_another(site: Site, visit: s.Visit) -> Step:
    """Ask who acts for the holder, or explain at once that the region allows nobody to."""
    if agents_offered(site.region):
        return Step(s.ChoosingAgent(visit))
    return Step(s.ExplainingService(_acting(visit, ANYBODY)))


def _acting(visit: s.Visit, kind: str) -> s.Visit:
    return replace(visit, purpose=replace(visit.purpose, agent=kind))


def _is_thinkable(site: Site, service: Service) -> bool:
    """Whether `service` makes sense here: a change of category needs a second category, a face needs a printer."""
    match service:
        case Service.CHANGE_CATEGORY:
            return len(site.region.categories) > 1
        case Service.FACE_ONLY:
            return site.rewrites_face
        case _:
            return True


def _meaning(visit: s.Visit, kind: s.VisitKind) -> s.Visit:
    return replace(visit, purpose=s.VisitPurpose(kind))


def _set_out(site: Site, visit: s.Visit) -> Step:
    """Begin the visit, with an explanation first where the service is not offered here or needs proofs."""
    purpose = visit.purpose
    channel = availability(site, purpose).channel
    if channel is Channel.AT_ONCE or (channel is Channel.AFTER_REVIEW and purpose.service is Service.ENDORSE):
        return Step(s.ShowingNotice(visit))
    return Step(s.ExplainingService(visit))


def choosing_agent(site: Site, state: s.ChoosingAgent, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=kind) if kind in agents_offered(site.region):
            return Step(s.ChoosingService(_acting(state.visit, kind), (Service.ENDORSE.value, *GROUPS)))
        case on.PersonChose(intent=Intent.CANCEL) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def may_check_dates(purpose: s.VisitPurpose) -> bool:
    """Whether it helps to look at the permit's dates, though nothing will be written."""
    return purpose.service is Service.ENDORSE and purpose.agent is None


def explaining_service(site: Site, state: s.ExplainingService, event: on.Event) -> Step | None:
    purpose = state.visit.purpose
    match event:
        case on.PersonChose(intent=Intent.GO_ON) if availability(site, purpose).is_served_here:
            return Step(s.ShowingNotice(state.visit))
        case on.PersonChose(intent=Intent.CHECK_DATES) if may_check_dates(purpose):
            return Step(s.ShowingNotice(_meaning(state.visit, s.VisitKind.STATUS)))
        case on.PersonChose(intent=Intent.FINISH | Intent.CANCEL) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None
