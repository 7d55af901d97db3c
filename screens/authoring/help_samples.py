"""Samples of help over played pages, and of the pages on which staff can be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.staff_call import CallState, StaffCalled
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.resident.help_page import staff_call
from screens.shell.help_over import help_of

CALLED_AT = datetime(2027, 3, 1, 10, 32, tzinfo=SHANGHAI)


def helped(samples: Mapping[str, ScreenModel]) -> dict[str, ScreenModel]:
    """The pages with a button for staff, and help over some of them, before, during and after a call."""
    fault, closed = samples["outcome_kept_fault"], samples["out_of_service_permit_inside"]
    return {
        **samples,
        "help": _over(samples["id_card"]),
        "help_welcome": _over(samples["welcome"]),
        "help_staff": _over(_calling(samples["question"])),
        "help_called": _over(_calling(samples["question"], CallState.CALLED)),
        "help_not_called": _over(_calling(samples["licence_code"], CallState.KEPT)),
        "help_writing": _over(_calling(samples["writing_chip"], CallState.UNDER_WAY)),
        "help_take_permit": _over(_calling(samples["take_permit"], CallState.FAILED)),
        "outcome_fault_staff": _calling(fault),
        "outcome_fault_called": _calling(fault, CallState.CALLED),
        "out_of_service_staff": _calling(closed),
        "out_of_service_called": _calling(closed, CallState.KEPT),
    }


def _over(page: ScreenModel) -> ScreenModel:
    over = help_of(page)
    assert over is not None, "a page that says itself where to go has no help"
    return over


def _calling(page: ScreenModel, state: CallState | None = None) -> ScreenModel:
    called = None if state is None else StaffCalled(CALLED_AT, state)
    return replace(page, frame=replace(page.frame, staff=staff_call(called)))
