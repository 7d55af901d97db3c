"""Worker threads, one for each device. A device is used only on its own thread, so it needs no lock."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.event_log.log_events import LogEvent, log

_Job = Callable[[], None]

LONGEST_JOB_S = 120.0
"""The default limit in seconds for a job: room for one initialisation of a unit, or reading fonts from a slow disk."""


@dataclass(frozen=True, slots=True)
class Hang:
    """A job without a sign of life for too long: its worker, its kind, seconds since the last sign, and seconds since
    it began.
    """

    worker: str
    doing: str
    silent_s: float
    running_s: float


@dataclass(frozen=True, slots=True)
class _Present:
    """The present job; times by the worker's clock, in seconds."""

    doing: str
    longest_s: float
    began_at: float


class Worker:
    """A thread that carries out jobs one after the other.

    A long job (waiting for a permit, polling the reader) calls `is_wanted_elsewhere()` and returns when a further job
    waits. That is how it is stopped, and each call is a sign of life. A job that raises ends the worker; `on_death` is
    called with the exception. `monotonic`: a clock in seconds that measures jobs.
    """

    def __init__(
        self,
        name: str,
        on_death: Callable[[str, BaseException], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._on_death = on_death
        self._monotonic = monotonic
        self._jobs: queue.SimpleQueue[tuple[_Job, str, float] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._changed = threading.Condition()
        self._closing = False
        self._present: _Present | None = None
        self._sign_at = 0.0
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: _Job, doing: str = "other", longest_s: float = LONGEST_JOB_S) -> None:
        """Queue a job, from any thread. `doing`: its kind, for the log; `longest_s`: the most seconds between two signs
        of life.
        """
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
        self._jobs.put((job, doing, longest_s))

    def is_wanted_elsewhere(self) -> bool:
        """Whether a further job waits or the worker is to end. A long job then returns."""
        self._sign_at = self._monotonic()
        return self._is_wanted()

    def pause(self, seconds: float) -> bool:
        """Wait inside a long job; True, at once, when a further job waits or the worker is to end."""
        self._sign_at = self._monotonic() + max(seconds, 0.0)
        with self._changed:
            wanted = self._changed.wait_for(self._is_wanted, timeout=seconds)
        self._sign_at = self._monotonic()
        return wanted

    def rest(self, seconds: float) -> bool:
        """Wait inside a job though others wait; True, at once, when the worker is to end."""
        self._sign_at = self._monotonic() + max(seconds, 0.0)
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout=seconds)
        self._sign_at = self._monotonic()
        return self._closing

    def hang(self) -> Hang | None:
        """The present job, if it has shown no sign of life for too long; from any thread."""
        present, sign_at, now = self._present, self._sign_at, self._monotonic()
        if present is None or now - max(sign_at, present.began_at) <= present.longest_s:
            return None
        return Hang(self.name, present.doing, now - max(sign_at, present.began_at), now - present.began_at)

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def close(self, timeout_s: float = 5.0) -> None:
        """End the worker after its present job; waits at most `timeout_s` seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._jobs.put(None)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _is_wanted(self) -> bool:
        return self._waiting > 0 or self._closing

    def _work(self) -> None:
        try:
            while (queued := self._jobs.get()) is not None:
                job, doing, longest_s = queued
                with self._changed:
                    self._waiting -= 1
                self._present = _Present(doing, longest_s, self._monotonic())
                job()
                self._present = None
        except BaseException as error:
            log(LogEvent.WORKER_DIED, level=logging.CRITICAL, worker=self.name, error=type(error).__name__)
            self._on_death(self.name, error)
            raise
