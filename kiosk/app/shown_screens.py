"""The numbered models that are shown, and the events that touches on them post to the machine.

A touch applies to the screen on which it was made. So every model that is shown has a serial, and every intent carries
the serial of its model. An intent of another model than the present one is dropped here, and again by the engine,
because the machine may go on in between.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from kiosk.app.machine_watch import MachineWatch
from kiosk.app.snapshots import Snapshots
from kiosk.domain.staff_call import StaffCalled
from kiosk.event_log.log_events import LogEvent, log
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.frame import StaffButton
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.models.technician import PartScreen
from kiosk.presentation.pages import page_of
from kiosk.presentation.resident.help_page import staff_call
from kiosk.services.device_health import CENTRAL
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import VisitIds

if TYPE_CHECKING:
    from kiosk.app.kiosk import Kiosk

Post = Callable[[on.Event, UUID | None, int], None]
"""Queue an event for the machine, stamped with the visit and the serial of the screen that it was made on."""


class Staff(Protocol):
    """Staff who can be called. Any thread may call the methods; they return at once."""

    def call(self, state: s.State) -> None:
        """Call staff, from a page of this state."""

    def last_call(self, state: s.State) -> StaffCalled | None:
        """The last call, if it is recent and about the same matter as the page of this state; else None."""


class Serials:
    """Gives models their serials. Models that differ only in remaining time, help, staff, or in what is told of a part
    beside its state (how long it has been so), have the same serial.
    """

    def __init__(self) -> None:
        self._last = 0
        self._same: object = None

    def given_to(self, model: AnyScreenModel, matter: object = None) -> AnyScreenModel:
        """`model` with its serial, from 1. `matter`: what it is about, to tell apart models with the same content."""
        frame = replace(model.frame, serial=0, countdown_s=None, help=None, staff=None)
        lasting = replace(model, facts=()) if isinstance(model, PartScreen) else model
        same = (matter, replace(lasting, frame=frame))
        if same != self._same:
            self._last, self._same = self._last + 1, same
        return replace(model, frame=replace(model.frame, serial=self._last))


class ShownScreens:
    """States in, models out; intents in, events out. `present` on the machine's thread, `touched` on the window's.
    `without_paper()`: nothing could be printed now; `without_central()`: central is not reached; `staff`: None where
    nobody can be called; `writing_usually_s()`: what is told of it now; None: what `about` says; `machine`: how
    everything is, for a technician.
    """

    def __init__(
        self,
        about: PresentationContext,
        post: Post,
        without_paper: Callable[[], bool] = lambda: False,
        without_central: Callable[[], bool] = lambda: False,
        staff: Staff | None = None,
        writing_usually_s: Callable[[], int] | None = None,
        machine: MachineWatch | None = None,
    ) -> None:
        self._about = about
        self._writing_usually_s = writing_usually_s or (lambda: about.writing_usually_s)
        self._post = post
        self._without_paper = without_paper
        self._without_central = without_central
        self._staff = staff
        self._machine = machine
        self._serials = Serials()
        self._lock = threading.Lock()
        self._state: s.State = s.Recovering()
        self._model = self._numbered(self._state)
        self._entered_as = self._model.frame.serial

    @classmethod
    def of(cls, kiosk: Kiosk, about: PresentationContext, changed: Callable[[], None]) -> ShownScreens:
        """The screens of this kiosk."""
        return cls(
            about,
            kiosk.engine.post,
            lambda: kiosk.lesser.paper_trouble() is not None,
            lambda: kiosk.health.fault(CENTRAL) is not None,
            kiosk.staff,
            lambda: kiosk.writing_times.usually_s,
            MachineWatch(Snapshots(lambda: kiosk).take, changed),
        )

    @property
    def model(self) -> AnyScreenModel:
        """The model that is shown now."""
        with self._lock:
            return self._model

    def present(self, state: s.State) -> AnyScreenModel:
        """Make `state` the present one and return its model, with its serial."""
        if self._machine is not None:
            self._machine.follow(state)
        with self._lock:
            self._state, self._model = state, self._numbered(state)
            self._entered_as = self._model.frame.serial
            return self._model

    def present_again(self) -> bool:
        """Update the model after a change of paper, central or staff, from any thread; return whether it changed.

        While somebody is served only the staff button is updated.
        """
        with self._lock:
            before = self._model
            if isinstance(self._state, s.Idle | s.InServiceMode):
                self._model = self._numbered(self._state)
            else:
                self._model = replace(before, frame=replace(before.frame, staff=self._staff_call(self._state)))
            return self._model != before

    def touched(self, intent: Intent, choice: str, serial: int) -> None:
        """Tell the machine what a person chose on the screen with this serial. A call for staff reaches the machine
        only as MORE_TIME.
        """
        with self._lock:
            state, present_serial, entered_as = self._state, self._model.frame.serial, self._entered_as
        if serial != present_serial:
            log(LogEvent.TOUCH_STALE, level=logging.DEBUG, state=type(state).__name__, intent=intent.value)
            return
        if intent is Intent.CALL_STAFF:
            if self._staff is not None:
                self._staff.call(state)
            intent = Intent.MORE_TIME
        visit = s.visit_of(state)
        chose = on.PersonChose(intent, choice, s.asked_in(state), VisitIds(uuid4(), uuid4()))
        # Its surroundings may have given the page another serial; the engine knows the one of when it was entered.
        self._post(chose, visit.id if visit else None, entered_as)

    def _numbered(self, state: s.State) -> AnyScreenModel:
        visit = s.visit_of(state)
        page = page_of(
            replace(self._about, writing_usually_s=self._writing_usually_s()),
            state,
            without_paper=self._without_paper(),
            without_central=self._without_central(),
            staff=self._staff_call(state),
            machine=None if self._machine is None else self._machine.latest,
        )
        return self._serials.given_to(page, (visit.id if visit else None, s.asked_in(state)))

    def _staff_call(self, state: s.State) -> StaffButton | None:
        return None if self._staff is None else staff_call(self._staff.last_call(state))
