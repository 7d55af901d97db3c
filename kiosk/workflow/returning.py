"""The end of a visit: the permit goes back to its holder or into the bin, a receipt or slip is printed, the last page
is shown, and central is told in any case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import PERMIT_HELD_INSIDE, PERMIT_UNIT_SILENT, PRINTER_LINK, Fault, Severity
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, give_back, go_idle, prints_face, show_outcome


def report(visit: s.Visit, ending: s.Ending, custody: Custody, receipt_printed: bool = False) -> tuple[do.Effect, ...]:
    """The reports to central about an ending: what became of each grant, and where a permit is that is not with its
    holder.
    """
    number = s.reference_of(visit, ending)
    match ending:
        case s.Renewed(face=face):
            return (do.ReportCompletion(number, ChipState.NEW, face, custody, receipt_printed),)
        case s.Interrupted(endorsement_id=UUID(), chip=ChipState.OLD, session_opened=False, told=False):
            cancel = do.CancelEndorsement(number, "interrupted")
            return (cancel,) if custody is Custody.WITH_HOLDER else (cancel, _whereabouts(number, custody))
        case (s.BrokenOff(endorsement_id=UUID()) | s.Interrupted(endorsement_id=UUID())) as cut:
            return (do.ReportCompletion(number, cut.chip, cut.face, custody, receipt_printed),)
        case s.BrokenOff() | s.Interrupted() | s.Declined() | s.Applied() | s.Informed():
            return () if custody is Custody.WITH_HOLDER else (_whereabouts(number, custody),)
        case _:
            assert_never(ending)


def _whereabouts(number: UUID, custody: Custody) -> do.ReportCompletion:
    """The report of where a permit is on which nothing was written."""
    return do.ReportCompletion(number, ChipState.OLD, FaceState.OLD, custody, receipt_printed=False)


def stuck(state: s.ReturningPermit | s.TakingBack | s.Retaining | s.AwaitingRemoval, fault: Fault) -> Step:
    """Go out of service, because the unit cannot move the permit; the recheck there finds where the permit is.

    A permit between mouth and path has unknown custody. One that was to be taken back or retained is not offered again.
    """
    match state:
        case s.ReturningPermit():
            return _close(state.visit, state.ending, s.OutOfService(fault, Custody.INSIDE))
        case s.Retaining():
            return _close(state.visit, state.ending, s.OutOfService(fault, Custody.INSIDE, held=True))
        case s.TakingBack():
            return _close(state.visit, state.ending, s.OutOfService(fault, Custody.UNKNOWN, held=True))
        case s.AwaitingRemoval():
            return _close(state.visit, state.ending, s.OutOfService(fault, Custody.AT_MOUTH))
        case _:
            assert_never(state)


def hold(visit: s.Visit, ending: s.Ending) -> Step:
    """Go out of service with the permit inside, for staff to take out: its holder has gone and there is no bin."""
    return _close(visit, ending, s.OutOfService(PERMIT_HELD_INSIDE, Custody.INSIDE, held=True))


def hand_over(site: Site, visit: s.Visit, ending: s.Ending) -> Step:
    """Return the permit: at once to a holder who is here, after a touch if that is unsure, else into the bin."""
    match visit.presence:
        case s.Presence.HERE:
            return give_back(visit, ending)
        case s.Presence.UNSEEN:
            return Step(s.AwaitingHolder(visit, ending), _face_ahead(site, ending))
        case s.Presence.GONE if site.has_retain_bin:
            return Step(s.Retaining(visit, ending), (do.RetainPermit(),))
        case s.Presence.GONE:
            return hold(visit, ending)
        case _:
            assert_never(visit.presence)


def _face_ahead(site: Site, ending: s.Ending) -> tuple[do.Effect, ...]:
    """The order that sends the raster of a face that is due to the unit during the wait for a touch. Nothing moves."""
    match ending:
        case s.Renewed(case=case, grant=grant, face=FaceState.PENDING) if prints_face(site, grant):
            return (do.LoadFace(case.permit.face(grant.content)),)
        case s.Interrupted(chip=ChipState.NEW, face=FaceState.PENDING, permit=Permit() as permit) if site.rewrites_face:
            return (do.LoadFace(permit.face(permit.content)),)
        case _:
            return ()


def _close(visit: s.Visit, ending: s.Ending, closed: s.OutOfService) -> Step:
    return Step(closed, (*report(visit, ending, closed.custody), do.ClearPersonalData()))


def _settle(site: Site, visit: s.Visit, ending: s.Ending, custody: Custody) -> Step:
    """Go on once custody is settled: print a receipt or slip where something was done, else show the outcome page.

    A holder who only asked has been told already, so the machine goes idle.
    """
    if custody is Custody.WITH_HOLDER:
        match ending:
            case s.Renewed():
                return Step(s.PrintingReceipt(visit, ending), (do.PrintReceipt(visit, ending),))
            case s.Applied():
                return Step(s.PrintingSlip(visit, ending), (do.PrintApplicationSlip(visit, ending),))
            case s.Informed():
                return go_idle(site)
            case _:
                pass
    return show_outcome(visit, ending, custody, *report(visit, ending, custody))


def returning_permit(site: Site, state: s.ReturningPermit, event: on.Event) -> Step | None:
    match event:
        case on.PermitAtMouth():
            return Step(s.AwaitingRemoval(state.visit, state.ending), (do.WatchMouth(),))
        case on.FaceRewritten(at_mouth=at_mouth) if isinstance(state.ending, s.Renewed | s.Interrupted):
            # The face was given up too early. The order to give the permit back still stands and will be answered.
            ending = replace(state.ending, face=FaceState.NEW)
            return Step(s.AwaitingRemoval(state.visit, ending) if at_mouth else replace(state, ending=ending))
        case on.PermitTaken():
            return _settle(site, state.visit, state.ending, Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return stuck(state, PERMIT_UNIT_SILENT)
        case _:
            return None


def awaiting_removal(site: Site, state: s.AwaitingRemoval, event: on.Event) -> Step | None:
    match event:
        case on.PermitAtMouth():
            return Step(state, (do.WatchMouth(),))
        case on.PermitTaken():
            return _settle(site, state.visit, state.ending, Custody.WITH_HOLDER)
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
            return hold(state.visit, state.ending)
        case on.PermitTaken():
            return _settle(site, state.visit, state.ending, Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return stuck(state, PERMIT_UNIT_SILENT)
        case _:
            return None


def retaining(site: Site, state: s.Retaining, event: on.Event) -> Step | None:
    match event:
        case on.PermitRetained():
            return _settle(site, state.visit, state.ending, Custody.RETAINED)
        case on.DeadlinePassed():
            return stuck(state, PERMIT_UNIT_SILENT)
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
    told = report(state.visit, state.renewed, Custody.WITH_HOLDER, receipt_printed=paper_trouble is None)
    return Step(s.Thanking(state.visit, state.renewed, paper_trouble), told)


def thanking(site: Site, state: s.Thanking, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.FINISH) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def printing_slip(state: s.PrintingSlip, event: on.Event) -> Step | None:
    match event:
        case on.ReceiptPrinted():
            return Step(s.ShowingApplication(state.visit, state.applied, None))
        case on.ReceiptNotPrinted(fault=fault):
            return Step(s.ShowingApplication(state.visit, state.applied, fault))
        case on.DeadlinePassed():
            return Step(s.ShowingApplication(state.visit, state.applied, PRINTER_LINK))
        case _:
            return None


def showing_application(site: Site, state: s.ShowingApplication, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.FINISH) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def showing_outcome(site: Site, state: s.ShowingOutcome, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.FINISH | Intent.CANCEL) | on.DeadlinePassed():
            match state.ending:
                case s.BrokenOff(fault=fault) if fault.severity is Severity.OUT_OF_SERVICE:
                    return Step(s.OutOfService(fault, Custody.WITH_HOLDER), (do.ClearPersonalData(),))
                case _:
                    return go_idle(site)
        case _:
            return None
