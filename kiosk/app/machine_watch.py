"""How the machine is, kept ready while a technician is there: to collect it may take a second, and no page waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.control.snapshot import Snapshot
from kiosk.event_log.log_events import LogEvent, log
from kiosk.workflow import states as s

EVERY_S = 2.0


class MachineWatch:
    """`take()`: collects; on a thread of its own. `changed()`: `latest` is another; called on that thread. While
    `take()` fails nothing is known of the machine, and the page says so.
    """

    def __init__(self, take: Callable[[], Snapshot], changed: Callable[[], None], every_s: float = EVERY_S) -> None:
        self._take = take
        self._changed = changed
        self._every_s = every_s
        self._lock = threading.Lock()
        self._left: threading.Event | None = None  # set when nobody looks any more
        self._latest: Snapshot | None = None

    @property
    def latest(self) -> Snapshot | None:
        """As it was seconds ago; None before the first was collected."""
        return self._latest

    def follow(self, state: s.State) -> None:
        """Collect while a technician is there, and not otherwise. For the machine's thread; returns at once."""
        is_wanted = isinstance(state, s.InServiceMode)
        with self._lock:
            if is_wanted and self._left is None:
                self._left = threading.Event()
                threading.Thread(target=self._look, args=(self._left,), name="machine watch", daemon=True).start()
            elif not is_wanted and self._left is not None:
                self._left.set()
                self._left = self._latest = None

    def _look(self, left: threading.Event) -> None:
        while not left.is_set():
            snapshot = self._taken()
            with self._lock:
                if left.is_set():
                    return
                self._latest = snapshot
            self._changed()
            left.wait(self._every_s)

    def _taken(self) -> Snapshot | None:
        try:
            return self._take()
        except Exception as error:  # noqa: BLE001 -- a technician is there because something is wrong, and goes on
            log(LogEvent.MACHINE_UNSEEN, level=logging.ERROR, error=type(error).__name__)
            return None
