"""The thread that answers a shell beside the running kiosk. Visits go on without it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from kiosk.config.control import ControlSettings
from kiosk.control.connections import Connections
from kiosk.control.listener import CannotListen, Listener
from kiosk.control.protocol import MOST_DETAILS
from kiosk.control.snapshot import Snapshot
from kiosk.event_log.log_events import LogEvent, log
from kiosk.runtime.workers import Worker

if TYPE_CHECKING:
    from kiosk.runtime.crew import Crew

NAME = "control"
"""The thread's name."""

AGAIN_S = 10.0
"""Seconds between two tries to make the socket."""

KEPT_S = 0.5
"""Seconds for which one snapshot answers everybody, so that many who ask do not keep the journal busy."""

LONGEST_S = 30.0
"""Seconds without a sign of life after which the thread counts as hanging. It gives one each second."""


class ControlSocket:
    """`take()`: a snapshot of now, on the thread; it may take seconds. `monotonic`: seconds; `again_s`: between two
    tries to make the socket.
    """

    def __init__(
        self,
        settings: ControlSettings,
        take: Callable[[], Snapshot],
        monotonic: Callable[[], float] = time.monotonic,
        again_s: float = AGAIN_S,
    ) -> None:
        self._settings = settings
        self._status = KeptStatus(take, monotonic)
        self._monotonic = monotonic
        self._again_s = again_s
        self._worker = Worker(NAME, lambda _name, _error: None, monotonic)
        self._crew: Crew | None = None
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._connections: Connections | None = None
        self._logged = ""

    def __enter__(self) -> Self:
        """Begin to answer. Returns at once."""
        self._worker.start()
        self._worker.submit(self._answer_all, "serve", LONGEST_S)
        return self

    def look_after(self) -> None:
        """Log a thread that hangs, and one that goes on. Call at short intervals, from one thread."""
        if self._crew is None:
            from kiosk.runtime.crew import Crew  # with the machine, which the first page does not wait for

            self._crew = Crew([self._worker], self._monotonic)
        self._crew.look()

    def __exit__(self, *_: object) -> None:
        """Hang up, and remove the socket."""
        self._ending.set()
        with self._lock:
            connections = self._connections
        if connections is not None:
            connections.wake_up()
        self._worker.close()

    def _answer_all(self) -> None:
        """Answer until the program ends, by a socket that is made anew where it could not be made or was removed."""
        while not self._is_over():
            try:
                listener = Listener(self._settings)
            except CannotListen as error:
                self._log(str(error))
                self._worker.pause(self._again_s)
                continue
            self._log(listener.flaw)
            connections = Connections(listener, self._status.told)
            with self._lock:
                self._connections = connections
            connections.serve(self._is_over)

    def _is_over(self) -> bool:
        """Whether the program ends; this is the thread's sign of life."""
        return self._worker.is_wanted_elsewhere() or self._ending.is_set()

    def _log(self, flaw: str) -> None:
        """Say once what is wrong, and once that it is right."""
        if flaw and flaw != self._logged:
            log(LogEvent.CONTROL_CLOSED, level=logging.WARNING, error=flaw)
        elif not flaw and self._logged:
            log(LogEvent.CONTROL_OPENED, path=str(self._settings.socket))
        self._logged = flaw


class KeptStatus:
    """What is told of the kiosk. One snapshot answers everybody who asks within half a second."""

    def __init__(self, take: Callable[[], Snapshot], monotonic: Callable[[], float]) -> None:
        self._take = take
        self._monotonic = monotonic
        self._told: Mapping[str, Any] = {}
        self._old_at = monotonic()

    def told(self) -> Mapping[str, Any]:
        """JSON-able."""
        if self._monotonic() >= self._old_at:
            self._told = _bounded(self._take()).as_json()
            self._old_at = self._monotonic() + KEPT_S
        return self._told


def _bounded(snapshot: Snapshot) -> Snapshot:
    details = snapshot.state.details
    if len(details) <= MOST_DETAILS:
        return snapshot
    shown = (*details[:MOST_DETAILS], f"and {len(details) - MOST_DETAILS} more")
    return replace(snapshot, state=replace(snapshot.state, details=shown))
