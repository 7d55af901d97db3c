"""Samples of help, and of the pages on which staff can be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk.presentation.models.frame import Frame, Help, StaffCall, WayOut
from kiosk.presentation.models.resident import HelpScreen, OutcomeScreen, OutOfServiceScreen, ScreenModel
from kiosk.texts.words import LocalText, Text

COUNTER = LocalText(
    (
        ("zh-Hans", "现居住地社区事务受理服务中心"),
        ("en", "The community service centre where you live"),
    )
)
ASK = (
    Text("next.counter", (("place", COUNTER),)),
    Text("hours.workday", (("hours", "08:30–16:30"),)),
    Text("hours.rest_day", (("hours", "08:30–11:30"),)),
    Text("next.call", (("phone", "021-12345"),)),
)
AT_ID_CARD = Help(Text("help.now.id_card"), Text("permit_is.with_you"), Text("help.stop.cancel"), ASK)
AT_QUESTION = Help(Text("help.now.question"), Text("permit_is.inside"), Text("help.stop.return_permit"), ASK)
AT_LICENCE = replace(AT_QUESTION, now=Text("help.now.licence_code"))
IN_WRITING = Help(Text("help.now.writing"), Text("permit_is.inside"), Text("help.stop.writing"), ASK)


def told(state: str) -> StaffCall:
    """What became of a call."""
    return StaffCall(Text(f"help.staff.{state}", (("time", "10:32"),)))


def helped(samples: Mapping[str, ScreenModel]) -> dict[str, ScreenModel]:
    """Those pages with help where they have it, and help itself."""
    shown = {
        name: model if isinstance(model, OutOfServiceScreen) else _with_help(model) for name, model in samples.items()
    }
    frame = replace(next(iter(samples.values())).frame, way_out=WayOut.CANCEL, countdown_s=45, warning_s=30)
    inside, writing = replace(frame, way_out=WayOut.RETURN_PERMIT), replace(frame, way_out=WayOut.WRITING)
    shown |= {
        "help": HelpScreen(frame, AT_ID_CARD),
        "help_staff": HelpScreen(_calling(inside), AT_QUESTION),
        "help_called": HelpScreen(_calling(inside, "called"), AT_QUESTION),
        "help_not_called": HelpScreen(_calling(inside, "kept"), AT_LICENCE),
        "help_writing": HelpScreen(_calling(replace(writing, countdown_s=None), "under_way"), IN_WRITING),
    }
    fault, closed = shown["outcome_fault"], shown["out_of_service"]
    assert isinstance(fault, OutcomeScreen)
    assert isinstance(closed, OutOfServiceScreen)
    return shown | {
        "outcome_fault_staff": replace(fault, staff_first=True, frame=_calling(fault.frame)),
        "outcome_fault_called": replace(fault, staff_first=True, frame=_calling(fault.frame, "called")),
        "out_of_service_staff": replace(closed, staff_first=True, frame=_calling(closed.frame)),
        "out_of_service_called": replace(closed, staff_first=True, frame=_calling(closed.frame, "kept")),
    }


def _with_help(model: ScreenModel) -> ScreenModel:
    return replace(model, frame=replace(model.frame, help=AT_QUESTION))


def _calling(frame: Frame, state: str | None = None) -> Frame:
    return replace(frame, staff=StaffCall() if state is None else told(state))
