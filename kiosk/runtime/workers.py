"""One thread for each device: whoever touches a device does it there, so nothing about a device needs a lock."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from kiosk.log_events import LogEvent, log

_Job = Callable[[], None]


class Worker:
    """A thread that carries out jobs one after the other.

    A long job (waiting for a permit, polling the reader) asks `is_wanted_elsewhere()` and returns when a further job
    waits: that is how it is stopped. A job that raises kills the worker; `on_death` is called with the exception.
    """

    def __init__(self, name: str, on_death: Callable[[str, BaseException], None]) -> None:
        self.name = name
        self._on_death = on_death
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: _Job) -> None:
        """Queue a job, from any thread."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
        self._jobs.put(job)

    def is_wanted_elsewhere(self) -> bool:
        """Whether a further job waits, or the worker is to end: a long job returns then."""
        return self._waiting > 0 or self._closing

    def pause(self, seconds: float) -> bool:
        """Let time pass inside a long job; True at once when the job is wanted elsewhere."""
        with self._changed:
            return self._changed.wait_for(self.is_wanted_elsewhere, timeout=seconds)

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def close(self, timeout_s: float = 5.0) -> None:
        """End after the present job; waits at most `timeout_s`."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._jobs.put(None)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                with self._changed:
                    self._waiting -= 1
                job()
        except BaseException as error:
            log(LogEvent.WORKER_DIED, level=logging.CRITICAL, worker=self.name, error=type(error).__name__)
            self._on_death(self.name, error)
            raise
