"""The machine is closed to residents for a reason that they read, and opened again; by people only, over restarts.

Laws: only who may look after the machine changes it. A machine that was closed and whose path is empty
is out of service when service mode is left. A fault that says that a permit is held goes before any reason.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import PERMIT_HELD_INSIDE, RECOVERY_STUCK, Fault
from kiosk.domain.service_state import ClosingReason, is_closed_by_people
from kiosk.domain.technician import Right, Technician
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.transition import Step

PART = "service_state"
"""The name by which the overview lists it."""

RESUME = "resume"
_REASONS = {reason.value: reason for reason in ClosingReason}


def changes_for(who: Technician) -> tuple[str, ...]:
    """What this technician may do, by name: open, and the reasons to close."""
    return (RESUME, *_REASONS) if who.may(Right.CLOSE) else ()


def at_service_state(state: s.InServiceMode, task: t.AtServiceState, event: on.Event) -> Step | None:
    match task, event:
        case _, on.ServiceStateChanged(closed=closed):
            changed = replace(state, fault=_why_closed(state, closed))
            return Step(replace(changed, task=t.ShowingServiceState(task.who)))
        case t.ChangingServiceState(), on.ServiceStateNotChanged():
            return Step(replace(state, task=t.ShowingServiceState(task.who, failed=True)))
        case t.ShowingServiceState(), on.PersonChose(intent=Intent.BACK):
            return Step(replace(state, task=t.ShowingOverview(task.who)))
        case t.ShowingServiceState(), on.PersonChose(intent=Intent.DO, choice=word) if word in changes_for(task.who):
            reason = _REASONS.get(word)
            changing = t.ChangingServiceState(task.who, reason)
            return Step(replace(state, task=changing), (do.ChangeServiceState(reason, task.who.number),))
        case _:
            return None


def _why_closed(state: s.InServiceMode, closed: Fault | None) -> Fault | None:
    """Why nobody is served when service mode is left."""
    if state.fault is PERMIT_HELD_INSIDE:
        return state.fault
    if closed is None and is_closed_by_people(state.fault):
        return None if is_settled(state.custody) else RECOVERY_STUCK
    return closed or state.fault


def is_settled(custody: Custody) -> bool:
    """Whether no permit is in the path."""
    return custody in (Custody.WITH_HOLDER, Custody.RETAINED)


def stays_closed(state: s.InServiceMode) -> s.OutOfService | None:
    """What service mode leaves a machine in that people closed, whose path is empty; None for any other. Nobody
    moves a permit in it, so the unit is asked where one is when it is opened.
    """
    if state.fault is None or not is_closed_by_people(state.fault) or state.custody is not Custody.WITH_HOLDER:
        return None
    return s.OutOfService(state.fault, Custody.WITH_HOLDER, inspecting=state.inspecting)
