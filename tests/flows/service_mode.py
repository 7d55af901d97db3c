"""A technician at the machine, for flows."""

from __future__ import annotations

import base64
from pathlib import Path

from kiosk.services.technician_access import hashed
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from tests.component.services.test_technician_access import CHEAP_KIB, PIN, SECRET, code_at
from tests.lobby.kiosk_harness import KioskHarness


def write_technicians(file: Path, *who: tuple[str, str]) -> str:
    """Write the file that a site keeps of its technicians: pairs of number and role. Returns its path."""
    lines = []
    for number, role in who:
        lines += [
            f"[{number}]",
            f'name = "某{number}"',
            f'role = "{role}"',
            f'pin = "{hashed(PIN, CHEAP_KIB)}"',
            f'otp_secret = "{base64.b32encode(SECRET).decode()}"',
        ]
    file.write_text("\n".join(lines), "utf-8")
    return str(file)


def at_task(place: KioskHarness, kind: type[t.Task]) -> s.InServiceMode:
    return place.sees(s.InServiceMode, lambda state: isinstance(state.task, kind))


def signs_in(place: KioskHarness, number: str = "17") -> None:
    place.running.engine.post(on.PersonChose(Intent.OPEN_SERVICE_MODE))
    at_task(place, t.EnteringNumber)
    place.chooses(Intent.ENTER_CODE, number + code_at(place.clock.now()))
    at_task(place, t.EnteringPin)
    place.chooses(Intent.ENTER_CODE, PIN)
    at_task(place, t.ShowingOverview)


def asks_for_test(place: KioskHarness, part: str, test: str) -> None:
    place.chooses(Intent.CHOOSE, part)
    at_task(place, t.ShowingPart)
    place.chooses(Intent.TEST, test)
    at_task(place, t.TestingPart)


def last_record(place: KioskHarness) -> t.TestRecord:
    task = at_task(place, t.ShowingPart).task
    assert isinstance(task, t.ShowingPart)
    assert task.last is not None
    return task.last
