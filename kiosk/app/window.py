"""The window and the start of the machine behind it. Every start shows a page, also one that fails.

Kivy opens the window on the main thread, while the machine is imported, built and started on another thread. A failure
there has a fault code, a page and a line in the log, and the start is tried again until it succeeds.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.app.closed_page import closed_page
from kiosk.app.display import DisplaySize
from kiosk.app.opening import Opening
from kiosk.app.start_failure import CannotStart, Caught, StartFailure, told_of
from kiosk.domain.devices import PERMIT_UNIT
from kiosk.domain.faults import WORKER_HANGS, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.state_lock import HOLDER, StateLock
from kiosk.presentation.models.resident import UntouchedScreen
from kiosk.presentation.models.screens import AnyScreenModel, differs_in_staff_alone, in_language
from kiosk.runtime.watchdog import Watchdog
from kiosk.texts.words import Text
from kiosk.version import VERSION
from kiosk.workflow.intents import Intent

if TYPE_CHECKING:
    from kiosk.app.closed_kiosk import ClosedKiosk
    from kiosk.app.control_socket import ControlSocket
    from kiosk.app.kiosk import Kiosk
    from kiosk.app.shown_screens import ShownScreens
    from kiosk.app.surface import Surface
    from kiosk.runtime.memory import Outstanding
    from kiosk.workflow import states as s
    from screens.shell.sign_of_life import SignOfLife

AGAIN_S = 10.0
"""Seconds between two tries to start, so that a mended kiosk serves within a minute."""

FIRST_WORD_S = 1.0
"""How many seconds the first page waits for the machine, which usually says sooner where a permit is. Building another
page meanwhile would delay the right one.
"""

LANGUAGE_TURNS_S = 10.0
"""For how many seconds a page without choices is shown in one language before it is shown in the next."""


class Window:
    """Connects machine and application: states become models, intents become events. `reread()` reads the files again;
    `lock`: the lock on the state directory, if it could be taken; `control`: answers others while the window is open.
    """

    def __init__(
        self,
        opening: Opening,
        reread: Callable[[], Opening],
        lock: StateLock | None,
        control: ControlSocket | None = None,
    ) -> None:
        self._began = time.monotonic()
        self._opening = opening
        self._languages = opening.languages
        self._size = DisplaySize((opening.screen_file.width_px, opening.screen_file.height_px))
        self._reread = reread
        self._state_lock = lock
        self._control = control
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._has_word = threading.Event()  # there is another page to show than "the machine starts"
        self._status = 0
        self._app: Surface | None = None
        self._screens: ShownScreens | None = None
        self._state: s.State | None = None
        self._closed = closed_page(opening, Text("out_of_service.starting"))
        self._seen: AnyScreenModel | None = None
        self._turned_at, self._spoken = self._began, ""
        self.failure: StartFailure | None = None  # what the last start failed of
        self._warm = False
        self._outstanding: Outstanding | None = None
        self.kiosk: Kiosk | None = None
        self._closed_kiosk: ClosedKiosk | None = None  # in its place while nobody is served
        self._closed_for: object = None
        self._is_to_end = False
        self._starter = threading.Thread(target=self._start, name="start", daemon=True)

    def run(self) -> int:
        """Open the window, start the machine, and return the exit status when the window is closed."""
        from screens.shell import kivy_setup

        kivy_setup.prepare(self._opening.screen_file)
        self._starter.start()
        try:
            kivy_setup.open_window()
            from kiosk.app.kivy_app import kivy_app

            # Usually the first page is the welcome screen, because the unit has answered by now.
            self.open(kivy_app(self, self._opening, self._first, self._size.found))
        except kivy_setup.NoDisplay as error:
            # A permit that is inside stays there, because no screen could ask its holder to take it.
            display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or ""
            log(LogEvent.NO_DISPLAY, level=logging.CRITICAL, display=display, error=str(error))
            self._status = 1
        finally:
            self._end()
        failed = self.kiosk is not None and self.kiosk.failed.is_set()
        return 1 if failed else self._status

    def open(self, app: Surface) -> None:
        """Run the application until it is left. If `close` was called before, return at once."""
        from screens.shell.sign_of_life import SignOfLife

        sign = SignOfLife(app, os.environ)
        watchdog = Watchdog(lambda: self._ails(sign), self._look_after)
        with self._lock:
            self._app = app
            if self._ending.is_set():
                return  # the machine died while the window was being opened
        watchdog.start()
        try:
            with self._control or nullcontext():
                app.run()
        finally:
            watchdog.stop()

    def _end(self) -> None:
        self._ending.set()
        self._starter.join()
        if self.kiosk is not None:
            self.kiosk.stop()
        log(LogEvent.STOPPED)

    # -- what is behind the window -------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Build and start the machine. On failure show that, give back a permit that is inside, read the files again
        and retry.
        """
        opening = self._opening
        while not self._ending.is_set():
            caught = Caught()
            with caught:
                self._start_once(opening)
            if caught.error is None:
                self.failure = None
            if caught.error is None or self._ending.is_set():
                return
            meanwhile = Caught()
            with meanwhile:
                self._give_back(opening, told_of(caught.error)[0])
            self._tell(caught.error, *([] if meanwhile.error is None else [meanwhile.error]))
            if self._ending.wait(AGAIN_S):
                return
            opening = self._reread()

    def _start_once(self, opening: Opening) -> None:
        if opening.mistakes:
            raise CannotStart(opening.mistakes, opening.fault)
        if self._closed_kiosk is not None:
            from kiosk.app.kiosk import Kiosk

            Kiosk.read_files(opening.config)  # if this raises, the closed kiosk goes on
            if not self._end_closed_kiosk():
                return
        if self._opening.mistakes and self._opening.needs_new_window(opening):
            self.close(1)  # display, fonts or texts changed; they are read only while the window is opened
            return
        from kiosk.app.kiosk import Kiosk
        from kiosk.app.shown_screens import ShownScreens
        from kiosk.app.site import about
        from kiosk.runtime.memory import Outstanding

        kiosk = Kiosk(
            opening.config,
            self.on_state,
            broken=lambda: self.close(1),
            ended=lambda: self.close(0),
            lock=self._state_lock,
            surroundings_changed=self.present_again,
            reads_large=lambda: self._app is not None and self._app.reads_large,
        )
        self._outstanding = Outstanding(("services", "screens"), self._warmed_up)
        about_site = about(opening.config, kiosk.region)
        with self._lock:
            self._languages = about_site.languages
            self._screens = ShownScreens.of(kiosk, about_site, self.present_again)
            self.kiosk = kiosk
        if self._ending.is_set():
            return
        log(LogEvent.STARTED, version=VERSION, site=opening.config.site, region=kiosk.region.code)
        kiosk.start_for_first_screen()

    def _give_back(self, opening: Opening, fault: Fault) -> None:
        """Start a closed kiosk, which gives a permit back, if the files say enough for that."""
        config = opening.config
        wanted = (fault, config.devices[PERMIT_UNIT], config.files.devices[PERMIT_UNIT], config.state_dir)
        if self.kiosk is not None and (self._closed_kiosk is None or self._closed_for == wanted):
            return
        if not self._end_closed_kiosk() or not opening.tells_permit_unit:
            return
        from kiosk.app.closed_kiosk import ClosedKiosk
        from kiosk.app.shown_screens import ShownScreens
        from kiosk.app.site import about

        config = replace(config, languages=opening.languages)
        with suppress(OSError):  # as in `run_window`
            self._state_lock = self._state_lock or StateLock.take(config.state_dir, HOLDER)
        closed = ClosedKiosk(
            config,
            fault,
            self.on_state,
            broken=lambda: self.close(1),
            ended=lambda: self.close(0),
            lock=self._state_lock,
        )
        with self._lock:
            self._languages = opening.languages
            self._screens = ShownScreens(about(config, closed.region), closed.engine.post)
            self.kiosk = self._closed_kiosk = closed
            self._closed_for = wanted
        if not self._ending.is_set():
            closed.start_for_first_screen()

    def _end_closed_kiosk(self) -> bool:
        """Stop the closed kiosk once it is at rest; False if the program ends first."""
        while True:
            with self._lock:
                closed = self._closed_kiosk
                if closed is None:
                    return not self._ending.is_set()
                if closed.is_at_rest and not self._is_to_end:
                    self.kiosk = self._closed_kiosk = self._screens = None
                    break
            if self._ending.wait(0.2):
                return False
        closed.stop()  # the lock on the state directory goes with its journal
        with self._lock:
            self._state = self._state_lock = None
        return not self._ending.is_set()

    def _tell(self, *errors: BaseException) -> None:
        """Show the page of the first error, and log the errors when they change; mistakes in files get a line each."""
        failure = StartFailure.of(errors)
        with self._lock:
            before, self.failure = self.failure, failure
            reason = Text(f"fault.{failure.fault.public}.public")
            self._closed = closed_page(self._opening, reason, failure.fault)
            self._has_word.set()
            self._hand_on()
        if before is None or before.lines != failure.lines:
            failure.log(AGAIN_S)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def model(self) -> AnyScreenModel:
        """The model that is shown now."""
        return self._closed if self._state is None or self._screens is None else self._screens.model

    def _first(self) -> AnyScreenModel:
        self._has_word.wait(FIRST_WORD_S)
        with self._lock:
            self._seen = self.model()
            self._warm_up()
            return self._seen

    def on_state(self, state: s.State) -> int | None:
        """Show the state that was entered; returns the serial of its screen. Called on the machine's thread."""
        with self._lock:
            self._state = state
            serial = None if self._screens is None else self._screens.present(state).frame.serial
            if not self._looks_for_permit():
                self._has_word.set()
            self._hand_on()
            return serial

    def present_again(self) -> None:
        """Update the page after a change of paper, central or staff; from any thread."""
        with self._lock:
            if self._screens is not None and self._screens.present_again():
                self._hand_on()

    def _hand_on(self) -> None:
        if self._app is None:
            return
        model = self.model()
        # Several states have the same screen; it is painted again only for a new countdown.
        if model != self._seen or model.frame.countdown_s is not None:
            if self._seen is None or not differs_in_staff_alone(model, self._seen):
                self._spoken = ""  # otherwise the reader goes on in the present language
            self._turned_at, self._seen = time.monotonic(), model
            self._app.paint(in_language(model, self._spoken))
        self._warm_up()

    def _looks_for_permit(self) -> bool:
        from kiosk.workflow import states as s

        return isinstance(self._state, s.Recovering)

    def _warm_up(self) -> None:
        kiosk, app = self.kiosk, self._app
        if app is None or kiosk is None or kiosk is self._closed_kiosk or self._state is None or self._warm:
            return
        if self._looks_for_permit():
            return
        self._warm = True
        app.after_painting(lambda: kiosk.warm_up(lambda: self._tick_off("services")))

    def screens_built(self) -> None:
        """Called when every screen of a successful visit is built."""
        self._tick_off("screens")

    def _tick_off(self, part: str) -> None:
        if self._outstanding is not None:
            self._outstanding.tick_off(part)

    def _warmed_up(self) -> None:
        from kiosk.runtime.memory import leave_what_stays_alone

        leave_what_stays_alone()
        log(LogEvent.WARMED_UP, after_s=round(time.monotonic() - self._began, 1))

    def _turn_language(self) -> None:
        """Show a page that says why nobody is served in the next language, because no language can be chosen there."""
        with self._lock:
            seen = self._seen or self._closed
            languages = self._languages
            if self._app is None or not isinstance(seen, UntouchedScreen) or len(languages) < 2:
                return
            if time.monotonic() - self._turned_at < LANGUAGE_TURNS_S:
                return
            self._turned_at = time.monotonic()
            present = self._spoken if self._spoken in languages else seen.frame.language
            self._spoken = languages[(languages.index(present) + 1) % len(languages)]
            self._app.paint(in_language(seen, self._spoken))

    # -- for others ----------------------------------------------------------------------------------------------------

    def _ails(self, sign: SignOfLife) -> str | None:
        from kiosk.runtime.crew import ANSWERS_WITHIN_S
        from kiosk.services.device_health import DISPLAY

        kiosk = self.kiosk
        ails = sign.ails(ANSWERS_WITHIN_S)
        if kiosk is None:
            return ails
        kiosk.health.note(DISPLAY, self._size.fault if ails is None else WORKER_HANGS)
        return kiosk.ails() or ails

    def _look_after(self) -> None:
        if (kiosk := self.kiosk) is not None:
            kiosk.look_after_workers()
        if self._control is not None:
            self._control.look_after()
        self._turn_language()

    def switch_off(self, why: str) -> None:
        """Ask the machine to end, and the window with it; from any thread."""
        with self._lock:
            kiosk = self.kiosk
            self._is_to_end = True
            if kiosk is None:
                self._ending.set()  # there is no machine yet that would have to end
        if kiosk is None:
            self.close(0)
        else:
            kiosk.switch_off(why)

    def close(self, status: int) -> None:
        """Close the window, or keep it from opening; `run` returns this status."""
        with self._lock:
            self._status = status
            self._ending.set()
            self._has_word.set()
            if self._app is not None:
                self._app.leave()

    def dispatch(self, intent: Intent, choice: str, serial: int) -> None:
        """A person chose something on the screen with this serial."""
        with self._lock:
            screens = self._screens
        if screens is not None:
            screens.touched(intent, choice, serial)
