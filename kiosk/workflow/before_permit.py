"""The states from the first touch until the permit is inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.domain.documents import IdDocument
from kiosk.domain.endorsement import Custody, Refusal, Service
from kiosk.domain.faults import PERMIT_UNIT_SILENT, Fault
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.service_availability import may_act_for
from kiosk.policy.terms import age_on
from kiosk.workflow import deciding
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, give_back, go_idle, show_outcome

NOT_TAKEN_IN = (Service.LOST, Service.DAMAGED)


def showing_notice(site: Site, state: s.ShowingNotice, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ACCEPT_NOTICE):
            return Step(s.ReadingIdCard(state.visit), (do.ReadIdCard(),))
        case on.PersonChose(intent=Intent.CANCEL) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def reading_id_card(site: Site, state: s.ReadingIdCard, event: on.Event) -> Step | None:
    match event:
        case on.IdCardRead(document=holder, read_on=day):
            return _after_holder(site, state.visit, holder, day)
        case on.IdCardRefused(refusal=refusal):
            return show_outcome(state.visit, s.Declined(refusal), Custody.WITH_HOLDER)
        case on.IdCardNotReadable():
            return Step(replace(state, unreadable=True))
        case on.PersonChose(intent=Intent.CANCEL) | on.DeadlinePassed():
            return _stop_reading(site)
        case _:
            return None


def _after_holder(site: Site, visit: s.Visit, holder: IdDocument, day: date) -> Step:
    if visit.purpose.kind is s.VisitKind.PROGRESS:
        return Step(s.SearchingApplications(visit, holder), (do.SearchApplications(holder),))
    if visit.purpose.agent is not None:
        if not _may_act(site, visit.purpose.agent, holder, day):
            return show_outcome(visit, s.Declined(Refusal(RefusalCode.AGENT_NOT_FOR_HOLDER)), Custody.WITH_HOLDER)
        return Step(s.ReadingAgentIdCard(visit, holder), (do.ReadIdCard(besides=holder),))
    return _ask_for_permit(site, visit, holder, None)


def _may_act(site: Site, kind: str, holder: IdDocument, day: date) -> bool:
    """Whether the region lets this kind of agent act for a holder of that age, before the agent's card is read."""
    agent = site.region.agents.get(kind)
    return agent is not None and (holder.birth is None or may_act_for(agent, age_on(holder.birth.reveal(), day)))


def reading_agent_id_card(site: Site, state: s.ReadingAgentIdCard, event: on.Event) -> Step | None:
    match event:
        case on.IdCardRead(document=agent):
            return _ask_for_permit(site, state.visit, state.holder, agent)
        case on.IdCardRefused(refusal=refusal):
            return show_outcome(state.visit, s.Declined(refusal), Custody.WITH_HOLDER)
        case on.IdCardNotReadable():
            return Step(replace(state, unreadable=True))
        case on.PersonChose(intent=Intent.CANCEL) | on.DeadlinePassed():
            return _stop_reading(site)
        case _:
            return None


def _stop_reading(site: Site) -> Step:
    return Step(go_idle(site).state, (do.StopIdReader(), do.ClearPersonalData()))


def _ask_for_permit(site: Site, visit: s.Visit, holder: IdDocument, agent: IdDocument | None) -> Step:
    """Ask for the permit, unless it is lost or so damaged that it might get stuck."""
    if visit.purpose.service in NOT_TAKEN_IN and visit.purpose.kind is s.VisitKind.SERVICE:
        return deciding.ask_rules(site, visit, s.CaseWithoutPermit(holder, agent), s.Answers(), central_silent=False)
    return Step(s.AwaitingPermit(visit, holder, agent), (do.TakePermitIn(),))


def awaiting_permit(state: s.AwaitingPermit, event: on.Event) -> Step | None:
    match event:
        case on.PermitTakenIn():
            return Step(s.ReadingPermit(state.visit, state.holder, state.agent), (do.ReadChip(),))
        case on.PermitNotTakenIn():
            # The unit dropped the order for another task; it is ordered again.
            return Step(state, (do.TakePermitIn(),))
        case on.PermitOutOfSight(fault=fault):
            return lose_sight(fault)
        case on.PersonChose(intent=Intent.CANCEL):
            return _withdraw(state, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return _withdraw(state, RefusalCode.TIMED_OUT)
        case _:
            return None


def _withdraw(state: s.AwaitingPermit, code: str) -> Step:
    return withdraw(state, s.Declined(Refusal(code)))


def withdraw(state: s.AwaitingPermit, ending: s.Ending) -> Step:
    """Stop taking in. A permit may be going in at this moment, so the unit must first say whether one did."""
    return Step(s.WithdrawingOffer(state.visit, ending), (do.StopTakingIn(),))


def withdrawing_offer(site: Site, state: s.WithdrawingOffer, event: on.Event) -> Step | None:
    match event:
        case on.PermitNotTakenIn() if isinstance(state.ending, s.BrokenOff):
            return show_outcome(state.visit, state.ending, Custody.WITH_HOLDER)
        case on.PermitNotTakenIn():
            return go_idle(site)
        case on.PermitTakenIn():
            return give_back(state.visit, state.ending)
        case on.DeadlinePassed():
            return lose_sight(PERMIT_UNIT_SILENT)
        case on.PermitOutOfSight(fault=fault):
            return lose_sight(fault)
        case _:
            return None


def lose_sight(fault: Fault) -> Step:
    """Go out of service and inspect the unit: it failed during an order, so a permit may be inside."""
    return Step(s.OutOfService(fault, Custody.UNKNOWN, inspecting=True), (do.ClearPersonalData(), do.InspectPath()))
