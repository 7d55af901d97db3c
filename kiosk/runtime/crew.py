"""Supervision of all workers of one kiosk: whether each is alive and makes progress."""

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
"""Seconds in which the machine's thread and Kivy's must take a turn. Usually they take milliseconds."""

LONGEST_ENDING_S = 600.0
"""Seconds; longer than any visit takes from a fault to its end, by the deadlines of its states."""


class Crew:
    """The workers of one kiosk. `workers`: those that were started; the list may grow. `monotonic`: the workers' clock,
    in seconds. `lesser`: names of workers that visits can do without. Any thread may use `fault` and `trouble_of`, one
    thread the rest.
    """

    def __init__(self, workers: Sequence[Worker], monotonic: Callable[[], float], lesser: Collection[str] = ()) -> None:
        self._workers = workers
        self._monotonic = monotonic
        self._lesser = lesser
        self._hanging: set[str] = set()  # names of workers whose hang is logged
        self._well_at = monotonic()

    @property
    def fault(self) -> Fault | None:
        """Why nothing may begin now; None while every worker that visits need is alive and makes progress."""
        troubles = [_trouble(worker) for worker in tuple(self._workers) if worker.name not in self._lesser]
        return WORKER_DIED if WORKER_DIED in troubles else WORKER_HANGS if WORKER_HANGS in troubles else None

    def trouble_of(self, name: str) -> Fault | None:
        """Why the worker of this name does not work; None while it is alive and makes progress, or was not started."""
        return next((_trouble(worker) for worker in tuple(self._workers) if worker.name == name), None)

    def ails(self, engine: Engine) -> str | None:
        """What hangs so that only a restart helps: "machine" or "workers"; None if all is well. While a worker hangs,
        the visit may end by its deadlines first, and the machine goes out of service.
        """
        if not engine.answers(ANSWERS_WITHIN_S):
            return "machine"
        if self.fault is None:
            return None
        is_overdue = self._monotonic() - self._well_at > LONGEST_ENDING_S
        return "workers" if is_overdue or isinstance(engine.state, s.OutOfService) else None

    def look_after(self, engine: Engine) -> None:
        """Look at the workers, and take the machine out of service for a fault while nobody is served."""
        self.look()
        fault = self.fault
        if fault is not None and isinstance(engine.state, s.AtRest):
            engine.post(on.DeviceFailed(fault))

    def look(self) -> None:
        """Log once each worker that begins to hang, and each that goes on."""
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
