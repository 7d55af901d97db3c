"""Which page a technician sees, and what is on it. Pure, as the residents' `present`."""

from __future__ import annotations

from kiosk.control.snapshot import Snapshot
from kiosk.presentation.context import PresentationContext, frame_of
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.technician import TechnicianScreenModel
from kiosk.presentation.technician.bin_page import bin_page
from kiosk.presentation.technician.overview_page import overview_page
from kiosk.presentation.technician.part_page import part_page
from kiosk.presentation.technician.service_state_page import service_state_page
from kiosk.presentation.technician.sign_in_page import sign_in_page
from kiosk.workflow import states as s
from kiosk.workflow.technician import tasks as t


def present_service_mode(
    about: PresentationContext, state: s.InServiceMode, machine: Snapshot | None
) -> TechnicianScreenModel:
    """The page of service mode. `machine`: how everything is; None until that is known."""
    task, frame = state.task, frame_of(about, state, WayOut.SIGN_OUT)
    match task:
        case t.ShowingOverview():
            return overview_page(frame, task, machine)
        case t.ShowingPart() | t.TestingPart() | t.JudgingTest():
            return part_page(frame, task, machine)
        case t.ShowingServiceState() | t.ChangingServiceState():
            return service_state_page(frame, task, machine)
        case t.ListingBin() | t.ShowingBin() | t.PrintingHandOver() | t.AskingIfEmptied() | t.NotingEmptied():
            return bin_page(frame, state, task, machine)
        case _:
            return sign_in_page(frame, task, has_service_cards=about.has_service_cards)
