"""What a visit leaves behind: on the permit, at central, and on the screens that were shown."""

from __future__ import annotations

from kiosk.domain.endorsement import ChipState, Custody
from kiosk.domain.faults import CATALOGUE
from kiosk.workflow import states as s
from tests.lobby.kiosk_harness import KioskHarness
from tests.torture.faults.laws import Before
from tests.torture.faults.outcome_names import Work


def work_of(place: KioskHarness, permit: str, before: Before, states: list[s.State]) -> Work:
    """What became of what the holder came for, by the permit, central's record and what the screens told."""
    endings = [ending for state in states if (ending := _ending_of(state)) is not None]
    if endings and isinstance(endings[-1], s.BrokenOff | s.Interrupted) and endings[-1].chip is ChipState.UNKNOWN:
        return Work.UNKNOWN
    if place.chip(permit) != before.chip:
        record = place.central.permit(place.residents.permits[permit].permit_number)
        is_told_new = record is not None and not record.face_pending
        return Work.RENEWED if place.face_shows_chip(permit) and is_told_new else Work.FACE_PENDING
    if endings and isinstance(endings[-1], s.Applied):
        return Work.APPLIED
    if (endings and isinstance(endings[-1], s.Informed)) or _was_told_of_progress(states):
        return Work.TOLD
    went_in = any(s.custody_of(state) is Custody.INSIDE for state in states)
    return Work.UNCHANGED if went_in else Work.ENDED


def _was_told_of_progress(states: list[s.State]) -> bool:
    in_visit = [state for state in states if s.visit_of(state) is not None]
    return bool(in_visit) and isinstance(in_visit[-1], s.ShowingProgress)


def _ending_of(state: s.State) -> s.Ending | None:
    match state:
        case s.PrintingReceipt(renewed=ending) | s.Thanking(renewed=ending):
            return ending
        case s.PrintingSlip(applied=applied) | s.ShowingApplication(applied=applied):
            return applied
        case _:
            return getattr(state, "ending", None)


def raised_in(states: list[s.State]) -> set[str]:
    """Codes of the faults that stood on a screen."""
    by_name = {fault.name: code for code, fault in CATALOGUE.items()}
    codes: set[str] = set()
    for state in states:
        ending = _ending_of(state)
        for fault in (
            getattr(state, "fault", None),
            getattr(state, "paper_trouble", None),
            getattr(ending, "fault", None),
        ):
            if fault is not None:
                codes.add(fault.code)
        if isinstance(ending, s.Declined) and ending.refusal.code in by_name:
            codes.add(by_name[ending.refusal.code])
    return codes
