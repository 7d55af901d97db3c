"""The machine is being switched off: nothing new is begun, a write is finished, the permit goes back, the program ends.

From the request on, every state is marked (`states.is_switching_off`), so that the screens can say it and deadlines are
shorter. The visit goes its usual way from there, but nothing is left for a person to choose. A permit that nobody takes
is put away by the usual rule. The last step orders `EndProgram`; after it the engine takes no further event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.domain.endorsement import Custody, Refusal
from kiosk.domain.refusals import RefusalCode
from kiosk.workflow import before_permit, deciding
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import machine as technician
from kiosk.workflow.transition import Site, Step, go_idle

SWITCH_OFF_WITHIN_S = 150.0
"""After this time the program ends in any state. The next start reads in the journal where the permit is and goes on
from there. systemd waits for longer (TimeoutStopSec= in systemd/kiosk.service).
"""

_NOTHING_BEGUN = (
    s.ChoosingService
    | s.ChoosingAgent
    | s.ExplainingService
    | s.ShowingNotice
    | s.SearchingApplications
    | s.ShowingProgress
    | s.ChoosingCollectionLater
)


def request(site: Site, state: s.State) -> Step | None:
    """The step on a request to switch off in `state`; None where it was requested before."""
    if s.is_switching_off(state):
        return None
    if isinstance(state, s.InServiceMode):
        left = technician.leave(site, state)
        return replace(left, state=_marked(left.state))
    if isinstance(state, s.OutOfService) and not state.inspecting and not _is_settled(state.custody):
        # If the unit works again by now, the permit goes back.
        return Step(_marked(replace(state, inspecting=True)), (do.InspectPath(),))
    return _driven(site, Step(_marked(state)))


def go_on(
    site: Site, state: s.State, event: on.Event, step: Callable[[Site, s.State, on.Event], Step | None]
) -> Step | None:
    """The step from a state that is marked as switching off. `step`: the machine's usual step in that state."""
    match event:
        case on.SwitchOffOverdue():
            return Step(state, (do.EndProgram(),))
        case on.DeadlinePassed() if isinstance(state, s.Recovering | s.OutOfService):
            return Step(state, (do.EndProgram(),))  # the unit does not say where the permit is
        case on.PersonChose(intent=Intent.CHOOSE_LANGUAGE | Intent.MORE_TIME | Intent.START | Intent.OTHER_SERVICES):
            return None  # taps must not put off the end
        case _:
            taken = step(site, state, event)
            return None if taken is None else _driven(site, replace(taken, state=_marked(taken.state)))


def _driven(site: Site, taken: Step) -> Step:
    """`taken`, followed by every further step that waits for nothing."""
    effects = tuple(effect for effect in taken.effects if not isinstance(effect, do.CheckDevices | do.LookAtHours))
    further = _leave(site, taken.state)
    if further is None:
        return Step(taken.state, effects)
    together = Step(_marked(further.state), (*effects, *further.effects))
    return together if do.EndProgram() in further.effects else _driven(site, together)


def _leave(site: Site, state: s.State) -> Step | None:
    """The step out of a state in which nothing is under way; None while a device, central or the holder is awaited."""
    match state:
        case s.Idle() | s.OutOfHours() | s.OutOfService(inspecting=False):
            return Step(state, (do.EndProgram(),))
        case s.ReadingIdCard() | s.ReadingAgentIdCard():
            return Step(go_idle(site).state, (do.StopIdReader(), do.ClearPersonalData()))
        case s.AwaitingPermit():
            return before_permit.withdraw(state, s.Declined(Refusal(RefusalCode.SWITCHED_OFF)))
        case s.ReadingPermit() | s.Confirming():
            return deciding.leave(state, RefusalCode.SWITCHED_OFF)
        case _ if isinstance(state, _NOTHING_BEGUN):
            return go_idle(site)
        case _ if isinstance(state, s.Inquiry):
            return deciding.leave(state, RefusalCode.SWITCHED_OFF)
        case _:
            return None


def _marked(state: s.State) -> s.State:
    if isinstance(state, s.AwaitingRemoval):
        state = replace(state, reminded=True)  # one wait, not two
    if isinstance(state, s.InVisit):
        return replace(state, visit=replace(state.visit, switching_off=True))
    return replace(state, switching_off=True)


def _is_settled(custody: Custody) -> bool:
    return custody in (Custody.WITH_HOLDER, Custody.RETAINED)
