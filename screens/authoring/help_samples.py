"""Samples of help over played pages, and of the pages on which staff can be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk.presentation.models.frame import StaffCall
from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.words import Sentences, Text
from screens.shell.help_over import help_of

CALLED_AT = "10:32"


def told(state: str) -> StaffCall:
    """What became of a call."""
    said = Text(f"help.staff.{state}")
    at = Text("help.staff.at", (("time", CALLED_AT),))
    return StaffCall(Sentences((said, at)) if state == "called" else said)


def helped(samples: Mapping[str, ScreenModel]) -> dict[str, ScreenModel]:
    """Those pages, and help over some of them, before, while and after staff are called."""
    fault, closed = samples["outcome_kept_fault"], samples["out_of_service_permit_inside"]
    return {
        **samples,
        "help": _over(samples["id_card"]),
        "help_welcome": _over(samples["welcome"]),
        "help_staff": _over(_calling(samples["question"])),
        "help_called": _over(_calling(samples["question"], "called")),
        "help_not_called": _over(_calling(samples["licence_code"], "kept")),
        "help_writing": _over(_calling(samples["writing_chip"], "under_way")),
        "help_take_permit": _over(_calling(samples["take_permit"], "failed")),
        "outcome_fault_staff": _calling(fault),
        "outcome_fault_called": _calling(fault, "called"),
        "out_of_service_staff": _calling(closed),
        "out_of_service_called": _calling(closed, "kept"),
    }


def _over(page: ScreenModel) -> ScreenModel:
    over = help_of(page)
    assert over is not None, "a page that says itself where to go has no help"
    return over


def _calling(page: ScreenModel, state: str | None = None) -> ScreenModel:
    return replace(page, frame=replace(page.frame, staff=StaffCall() if state is None else told(state)))
