"""Whether the machine is closed by people, what residents read of it, and what it can be closed for."""

from __future__ import annotations

from kiosk.control.snapshot import Snapshot
from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.technician import PartScreen, Sign, TestOffer
from kiosk.presentation.technician.overview_page import part_name, sign_of, state_of
from kiosk.presentation.technician.part_page import found_in, since_of
from kiosk.texts.words import Text
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.technician.service_state import PART, RESUME, changes_for


def service_state_page(frame: Frame, task: t.AtServiceState, machine: Snapshot | None) -> PartScreen:
    """`machine`: how everything is; None until that is known, and then nothing is offered."""
    found = found_in(machine, PART)
    is_closed = found.fault is not None
    is_waiting = isinstance(task, t.ChangingServiceState)
    changes = changes_for(task.who) if found.was_asked and not is_waiting else ()
    offers = [change for change in changes if is_closed or change != RESUME]
    failed = isinstance(task, t.ShowingServiceState) and task.failed
    return PartScreen(
        frame,
        part_name(PART),
        sign_of(found),
        state_of(found),
        remedy=() if found.fault is None else (Text(f"remedy.{found.fault.code}"),),
        facts=(since_of(found),) if found.was_asked else (),
        tests=tuple(TestOffer(offer, Text(f"service_state.{offer}")) for offer in offers),
        result=Text("service_state.failed") if failed else None,
        result_sign=Sign.TROUBLE if failed else Sign.UNKNOWN,
        busy=is_waiting,
        offered=Intent.DO,
    )
