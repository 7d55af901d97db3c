"""The page of a machine that serves nobody because it is starting or cannot start."""

from __future__ import annotations

from kiosk.app.opening import Opening
from kiosk.domain.faults import Fault
from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import OutOfServiceScreen
from kiosk.texts.words import Text


def closed_page(opening: Opening, reason: Text, fault: Fault | None = None) -> OutOfServiceScreen:
    """The page while the machine starts, or cannot because of `fault`. Where a permit is, is not known then."""
    frame = Frame(opening.languages[0], WayOut.NONE, simulation=opening.config.simulation)
    inside = () if fault is None else (Text("out_of_service.permit_inside"),)
    return OutOfServiceScreen(frame, reason, "" if fault is None else fault.code, inside)
