"""All workers of one kiosk, looked at together: does each of them live, and get on with what it does?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.faults import WORKER_DIED, WORKER_HANGS, Fault
from kiosk.log_events import LogEvent, log
from kiosk.runtime.workers import Worker


class Crew:
    """`workers`: those that were started; the list may grow. `fault` may be read from any thread, `look` is for one."""

    def __init__(self, workers: Sequence[Worker], monotonic: Callable[[], float]) -> None:
        self._workers = workers
        self._monotonic = monotonic
        self._hanging: set[str] = set()         # whom the log has named
        self._well_at = monotonic()

    @property
    def fault(self) -> Fault | None:
        """Why nothing may be begun now; None while every worker lives and gets on."""
        workers = tuple(self._workers)
        if not all(worker.is_alive() for worker in workers):
            return WORKER_DIED
        return WORKER_HANGS if any(worker.hang() is not None for worker in workers) else None

    @property
    def ails_for_s(self) -> float:
        """Seconds since all was well when last looked at."""
        return self._monotonic() - self._well_at

    def look(self) -> None:
        """Name in the log each worker that began to hang, and each that goes on, once."""
        for worker in tuple(self._workers):
            hang = worker.hang() if worker.is_alive() else None
            if hang is None and worker.name in self._hanging:
                self._hanging.discard(worker.name)
                log(LogEvent.WORKER_GOES_ON, worker=worker.name)
            elif hang is not None and worker.name not in self._hanging:
                self._hanging.add(worker.name)
                log(
                    LogEvent.WORKER_HANGS, level=logging.CRITICAL, worker=hang.worker, doing=hang.doing,
                    silent_s=round(hang.silent_s, 1), running_s=round(hang.running_s, 1))
        if self.fault is None:
            self._well_at = self._monotonic()
