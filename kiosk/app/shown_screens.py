"""What stands on the screen, numbered, and what a touch on it tells the machine.

A touch means what was on the screen when it was made. So every model that is shown has a serial, every intent brings
back the serial of the model that it was made on, and what belongs to another than the present one is dropped: here, and
by the engine once more, because the machine may go on between the two.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from kiosk.domain.staff_call import StaffCalled
from kiosk.event_log.log_events import LogEvent, log
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.frame import StaffButton
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.present import present
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
    """Staff who can be called. All for any thread; returns at once."""

    def call(self, state: s.State) -> None:
        """Somebody calls, from a page of this state."""

    def last_call(self, state: s.State) -> StaffCalled | None:
        """The last call, if it was a short while ago and about what the page of this state is about."""


class Serials:
    """Gives models their serials. It stays the same as long as a person is shown the same, whatever time is left."""

    def __init__(self) -> None:
        self._last = 0
        self._same: object = None

    def given_to(self, model: ScreenModel, matter: object = None) -> ScreenModel:
        """`model` with its serial, from 1. `matter`: what it is about, where the same words may be about another."""
        frame = replace(model.frame, serial=0, countdown_s=None, help=None, staff=None)
        same = (matter, replace(model, frame=frame))
        if same != self._same:
            self._last, self._same = self._last + 1, same
        return replace(model, frame=replace(model.frame, serial=self._last))


class ShownScreens:
    """States in, models out; intents in, events out. `present` on the machine's thread, `touched` on the window's.
    `without_paper()`: nothing could be printed now; `without_central()`: central is not reached; `staff`: None where
    nobody can be called; `writing_usually_s()`: what is told of it now; None: what `about` says.
    """

    def __init__(
        self,
        about: PresentationContext,
        post: Post,
        without_paper: Callable[[], bool] = lambda: False,
        without_central: Callable[[], bool] = lambda: False,
        staff: Staff | None = None,
        writing_usually_s: Callable[[], int] | None = None,
    ) -> None:
        self._about = about
        self._writing_usually_s = writing_usually_s or (lambda: about.writing_usually_s)
        self._post = post
        self._without_paper = without_paper
        self._without_central = without_central
        self._staff = staff
        self._serials = Serials()
        self._lock = threading.Lock()
        self._state: s.State = s.Recovering()
        self._model = self._numbered(self._state)

    @classmethod
    def of(cls, kiosk: Kiosk, about: PresentationContext) -> ShownScreens:
        """Those of this kiosk."""
        return cls(
            about,
            kiosk.engine.post,
            lambda: kiosk.lesser.paper_trouble() is not None,
            lambda: kiosk.health.fault(CENTRAL) is not None,
            kiosk.staff,
            lambda: kiosk.writing_times.usually_s,
        )

    @property
    def model(self) -> ScreenModel:
        """What is to be seen now."""
        with self._lock:
            return self._model

    def present(self, state: s.State) -> ScreenModel:
        """The model that is to be seen from now on, with its serial."""
        with self._lock:
            self._state, self._model = state, self._numbered(state)
            return self._model

    def present_again(self) -> bool:
        """Look at the surroundings anew, from any thread; whether the page is another for it. While somebody is served
        it tells of staff alone.
        """
        with self._lock:
            before = self._model
            if isinstance(self._state, s.Idle):
                self._model = self._numbered(self._state)
            else:
                self._model = replace(before, frame=replace(before.frame, staff=self._staff_call(self._state)))
            return self._model != before

    def touched(self, intent: Intent, choice: str, serial: int) -> None:
        """Tell the machine what a person chose on the screen with this serial. It is no matter of the machine's that
        staff are called, only that somebody is there.
        """
        with self._lock:
            state, present_serial = self._state, self._model.frame.serial
        if serial != present_serial:
            log(LogEvent.TOUCH_STALE, level=logging.DEBUG, state=type(state).__name__, intent=intent.value)
            return
        if intent is Intent.CALL_STAFF:
            if self._staff is not None:
                self._staff.call(state)
            intent = Intent.MORE_TIME
        visit = s.visit_of(state)
        chose = on.PersonChose(intent, choice, s.asked_in(state), VisitIds(uuid4(), uuid4()))
        self._post(chose, visit.id if visit else None, serial)

    def _numbered(self, state: s.State) -> ScreenModel:
        visit = s.visit_of(state)
        model = present(
            replace(self._about, writing_usually_s=self._writing_usually_s()),
            state,
            without_paper=self._without_paper(),
            without_central=self._without_central(),
            staff=self._staff_call(state),
        )
        return self._serials.given_to(model, (visit.id if visit else None, s.asked_in(state)))

    def _staff_call(self, state: s.State) -> StaffButton | None:
        return None if self._staff is None else staff_call(self._staff.last_call(state))
