"""Going back by one screen: earlier answers are kept, and the last one is asked for again.

A choice stores the screen on which it was made (`Visit.before`), as long as it can be undone. Nobody can go back past
taking a permit in, a request to central for a grant, or an application; from there the permit can only be returned.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician.tasks import CanGoBack
from kiosk.workflow.transition import Step

_Asking = (
    s.ChoosingService
    | s.ChoosingAgent
    | s.ExplainingService
    | s.ShowingNotice
    | s.DeclaringForHolder
    | s.ChoosingCategory
    | s.ShowingAssessment
    | s.Declaring
    | s.ChoosingProof
    | s.ChoosingCollection
)
"""Screens that can be shown again as they were, because no device is at work for them."""

_Leaving = _Asking | s.ReadingIdCard | s.ReadingAgentIdCard | s.ReadingLicenceCode | s.EnteringTelephone
"""Screens from which a person can go back. `AwaitingPermit` is not one: a permit may be going in at this moment."""

_REMEMBERS = _Leaving | s.Assessing | s.VerifyingEvidence
"""States on the way from one such screen to the next."""

_NO_CHOICE = (Intent.BACK, Intent.CHOOSE_LANGUAGE, Intent.MORE_TIME, Intent.CANCEL)


def can_go_back(state: s.State) -> bool:
    """Whether the screen of `state` offers the way back."""
    if isinstance(state, s.InServiceMode):
        return isinstance(state.task, CanGoBack)
    return isinstance(state, _Leaving) and state.visit.before is not None and not state.visit.switching_off


def go_back(state: s.State) -> Step | None:
    """Show the screen before, in the present language; None where there is none."""
    if not isinstance(state, _Leaving) or not can_go_back(state):
        return None
    before = state.visit.before
    assert before is not None, "the screen offers the way back"
    visit = replace(state.visit, purpose=before.visit.purpose, before=before.visit.before)
    return Step(replace(before, visit=visit), _ending_what_waits(state))


def _ending_what_waits(state: s.State) -> tuple[do.Effect, ...]:
    match state:
        case s.ReadingIdCard() | s.ReadingAgentIdCard():
            return (do.StopIdReader(),)
        case s.ReadingLicenceCode():
            return (do.StopCodeScanner(),)
        case _:
            return ()


def remember(state: s.State, event: on.Event, then: Step | None) -> Step | None:
    """`then`, with the screen on which a choice was made in its visit."""
    if then is None or not isinstance(then.state, s.InVisit):
        return then
    visit = then.state.visit
    before: s.InVisit | None = visit.before
    if isinstance(event, on.PermitTakenIn) or not isinstance(then.state, _REMEMBERS):
        before = None
    elif isinstance(event, on.PersonChose) and event.intent not in _NO_CHOICE and isinstance(state, _Asking):
        before = state
    if before is visit.before:
        return then
    return replace(then, state=replace(then.state, visit=replace(visit, before=before)))
