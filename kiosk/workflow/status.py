"""The visit that shows a permit's validity, the time to endorse it and what follows if late. Nothing is written."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.faults import WORKER_DIED
from kiosk.domain.refusals import RefusalCode
from kiosk.workflow import deciding, verdict
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Step, decline, give_back


def looking_ahead(state: s.LookingAhead, event: on.Event) -> Step | None:
    match event:
        case on.LookedAhead(assessment=assessment, calendar=calendar, on=day):
            matter = s.AssessedCase(state.case, s.Answers(), assessment, day)
            return Step(s.ShowingStatus(state.visit, matter, calendar))
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.case)
        case on.DeadlinePassed():
            return deciding.break_off(state, WORKER_DIED)
        case _:
            return None


def showing_status(state: s.ShowingStatus, event: on.Event) -> Step | None:
    case = state.matter.case
    match event:
        case on.PersonChose(intent=Intent.PRINT_SLIP) if may_print(state):
            slip = do.PrintStatusSlip(state.visit, state.matter, state.calendar)
            return Step(replace(state, printing=True), (slip,))
        case on.ReceiptPrinted() if state.printing:
            return Step(replace(state, printing=False, printed=True))
        case on.ReceiptNotPrinted(fault=fault) if state.printing:
            return Step(replace(state, printing=False, paper_trouble=fault))
        case on.PersonChose(intent=Intent.GO_ON) if may_go_on(state) and isinstance(case, s.CaseWithPermit):
            visit = replace(state.visit, purpose=s.VisitPurpose())
            return Step(s.AskingPendingRewrites(visit, case), (do.AskForPendingRewrites(visit.id, case),))
        case on.PersonChose(intent=Intent.FINISH | Intent.CANCEL) | on.DeadlinePassed() if isinstance(
            case, s.CaseWithPermit
        ):
            return give_back(state.visit, s.Informed(case.permit))
        case _:
            return None


def may_print(state: s.ShowingStatus) -> bool:
    """Whether a slip may still be printed: once, and not after the printer has failed."""
    return not (state.printing or state.printed or state.paper_trouble is not None)


def may_go_on(state: s.ShowingStatus) -> bool:
    """Whether the permit may be endorsed now and here."""
    return verdict.can_go_on(state.matter)
