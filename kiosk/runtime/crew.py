"""All workers of one kiosk, looked at together: does each of them live, and get on with what it does?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from kiosk.domain.faults import WORKER_DIED, WORKER_HANGS, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.runtime.engine import Engine
from kiosk.runtime.workers import Worker
from kiosk.workflow import events as on
from kiosk.workflow import states as s

ANSWERS_WITHIN_S = 5.0
"""The machine's thread and Kivy's take a turn in milliseconds; on a machine that is busy, within this time."""

LONGEST_ENDING_S = 600.0
"""Longer than any visit takes from a fault to its end, by the deadlines of the states that follow one another."""


class Crew:
    """`workers`: those that were started; the list may grow. `fault` and `trouble_of` may be read from any thread, the
    rest is for one. `monotonic`: the workers' own clock. `lesser`: names of those without which visits go on.
    """

    def __init__(self, workers: Sequence[Worker], monotonic: Callable[[], float], lesser: Collection[str] = ()) -> None:
        self._workers = workers
        self._monotonic = monotonic
        self._lesser = lesser
        self._hanging: set[str] = set()  # whom the log has named
        self._well_at = monotonic()

    @property
    def fault(self) -> Fault | None:
        """Why nothing may be begun now; None while every worker that a visit needs lives and gets on."""
        troubles = [_trouble(worker) for worker in tuple(self._workers) if worker.name not in self._lesser]
        return WORKER_DIED if WORKER_DIED in troubles else WORKER_HANGS if WORKER_HANGS in troubles else None

    def trouble_of(self, name: str) -> Fault | None:
        """Why the worker of this name does nothing any more; None while it lives and gets on, or was not started."""
        return next((_trouble(worker) for worker in tuple(self._workers) if worker.name == name), None)

    def ails(self, engine: Engine) -> str | None:
        """What gives no sign of life so that only a new start helps: "machine" or "workers"; None if all is well. While
        a worker hangs, the visit comes to its end first and the machine is closed: every state has a deadline.
        """
        if not engine.answers(ANSWERS_WITHIN_S):
            return "machine"
        if self.fault is None:
            return None
        is_overdue = self._monotonic() - self._well_at > LONGEST_ENDING_S
        return "workers" if is_overdue or isinstance(engine.state, s.OutOfService) else None

    def look_after(self, engine: Engine) -> None:
        """Look, and close the machine while nobody is served."""
        self.look()
        fault = self.fault
        if fault is not None and isinstance(engine.state, s.AtRest):
            engine.post(on.DeviceFailed(fault))

    def look(self) -> None:
        """Name in the log each worker that began to hang, and each that goes on, once."""
        for worker in tuple(self._workers):
            self._name(worker)
        if self.fault is None:
            self._well_at = self._monotonic()

    def _name(self, worker: Worker) -> None:
        hang = worker.hang() if worker.is_alive() else None
        if hang is None and worker.name in self._hanging:
            self._hanging.discard(worker.name)
            log(LogEvent.WORKER_GOES_ON, worker=worker.name)
        elif hang is not None and worker.name not in self._hanging:
            self._hanging.add(worker.name)
            log(
                LogEvent.WORKER_HANGS,
                level=logging.CRITICAL,
                worker=hang.worker,
                doing=hang.doing,
                silent_s=round(hang.silent_s, 1),
                running_s=round(hang.running_s, 1),
            )


def _trouble(worker: Worker) -> Fault | None:
    if not worker.is_alive():
        return WORKER_DIED
    return WORKER_HANGS if worker.hang() is not None else None
