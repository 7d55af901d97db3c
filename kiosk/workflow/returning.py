"""The permit goes back to its holder or into the bin; then paper, thanks, or an explanation; central is told in any
case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.endorsement import ChipState, Custody
from kiosk.faults import PERMIT_HELD_INSIDE, PERMIT_UNIT_SILENT, PRINTER_LINK, Fault, Severity
from kiosk.screen_models import Intent
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site, Step, explain, go_idle


def report(ending: s.Ending, custody: Custody, receipt_printed: bool = False) -> tuple[do.Effect, ...]:
    """What central must be told of an ending; nothing where it granted nothing."""
    match ending:
        case s.Renewed(grant=grant, face=face):
            return (do.ReportCompletion(grant.endorsement_id, ChipState.NEW, face, custody, receipt_printed),)
        case s.BrokenOff(endorsement_id=endorsement_id) if endorsement_id is not None:
            return (do.ReportCompletion(endorsement_id, ending.chip, ending.face, custody, receipt_printed),)
        case s.Interrupted(endorsement_id=endorsement_id) if endorsement_id is not None:
            if ending.chip is ChipState.OLD and not ending.session_opened:
                return (do.CancelEndorsement(endorsement_id, "interrupted"),)
            return (do.ReportCompletion(endorsement_id, ending.chip, ending.face, custody, receipt_printed),)
        case s.BrokenOff() | s.Interrupted() | s.Declined() | s.UnderReview():
            return ()
        case _:
            assert_never(ending)


def _stuck(ending: s.Ending, fault: Fault) -> Step:
    return Step(s.OutOfService(fault, Custody.INSIDE), report(ending, Custody.INSIDE))


def _settle(visit: s.Visit, ending: s.Ending, custody: Custody) -> Step:
    """Custody is settled: paper where something was done, else the page that explains."""
    if isinstance(ending, s.Renewed) and custody is Custody.WITH_HOLDER:
        return Step(s.PrintingReceipt(visit, ending), (do.PrintReceipt(visit, ending),))
    return explain(visit, ending, custody, *report(ending, custody))


def returning_permit(site: Site, state: s.ReturningPermit, event: on.Event) -> Step | None:
    match event:
        case on.PermitAtMouth():
            return Step(s.AwaitingRemoval(state.visit, state.ending), (do.WatchMouth(),))
        case on.PermitTaken():
            return _settle(state.visit, state.ending, Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return _stuck(state.ending, PERMIT_UNIT_SILENT)
        case _:
            return None


def awaiting_removal(site: Site, state: s.AwaitingRemoval, event: on.Event) -> Step | None:
    match event:
        case on.PermitTaken():
            return _settle(state.visit, state.ending, Custody.WITH_HOLDER)
        case on.DeadlinePassed() if not state.reminded:
            return Step(replace(state, reminded=True))
        case on.DeadlinePassed():
            return Step(s.TakingBack(state.visit, state.ending), (do.TakePermitBack(),))
        case _:
            return None


def taking_back(site: Site, state: s.TakingBack, event: on.Event) -> Step | None:
    match event:
        case on.PermitTakenIn() if site.has_retain_bin:
            return Step(s.Retaining(state.visit, state.ending), (do.RetainPermit(),))
        case on.PermitTakenIn():
            return _stuck(state.ending, PERMIT_HELD_INSIDE)
        case on.PermitTaken():
            return _settle(state.visit, state.ending, Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return _stuck(state.ending, PERMIT_UNIT_SILENT)
        case _:
            return None


def retaining(site: Site, state: s.Retaining, event: on.Event) -> Step | None:
    match event:
        case on.PermitRetained():
            return _settle(state.visit, state.ending, Custody.RETAINED)
        case on.DeadlinePassed():
            return _stuck(state.ending, PERMIT_UNIT_SILENT)
        case _:
            return None


def printing_receipt(state: s.PrintingReceipt, event: on.Event) -> Step | None:
    match event:
        case on.ReceiptPrinted():
            return _thank(state, None)
        case on.ReceiptNotPrinted(fault=fault):
            return _thank(state, fault)
        case on.DeadlinePassed():
            return _thank(state, PRINTER_LINK)
        case _:
            return None


def _thank(state: s.PrintingReceipt, paper_trouble: Fault | None) -> Step:
    told = report(state.renewed, Custody.WITH_HOLDER, receipt_printed=paper_trouble is None)
    return Step(s.Thanking(state.visit, state.renewed, paper_trouble), told)


def thanking(site: Site, state: s.Thanking, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.FINISH) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def explaining(site: Site, state: s.Explaining, event: on.Event) -> Step | None:
    match event:
        case on.PermitTakenIn():
            # The order to take a permit in could not be withdrawn before one went in.
            return Step(s.ReturningPermit(state.visit, state.ending), (do.EjectPermit(),))
        case on.PersonChose(intent=Intent.FINISH | Intent.CANCEL) | on.DeadlinePassed():
            match state.ending:
                case s.BrokenOff(fault=fault) if fault.severity is Severity.OUT_OF_SERVICE:
                    return Step(s.OutOfService(fault, Custody.WITH_HOLDER), (do.Wipe(),))
                case _:
                    return go_idle(site)
        case _:
            return None
