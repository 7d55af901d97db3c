"""Failures of the start: their faults, and the lines that a technician reads."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from kiosk.data_files.reader import DataFileError
from kiosk.domain.faults import CONFIGURATION, REGION_FILE, STATE_DIRECTORY, WORKER_DIED, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.state_lock import StateHeld


class CannotStart(Exception):
    """Mistakes in what the start needs."""

    def __init__(self, mistakes: tuple[str, ...], fault: Fault) -> None:
        super().__init__(mistakes[0])
        self.mistakes = mistakes
        self.fault = fault


class Caught:
    """Keeps any exception of a start. A page then says so, and the start is tried again."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return True


@dataclass(frozen=True, slots=True)
class StartFailure:
    """Why there is no machine, or one that serves nobody: what a technician reads of it."""

    fault: Fault
    lines: tuple[str, ...]

    @classmethod
    def of(cls, errors: Sequence[BaseException]) -> StartFailure:
        """The fault of the first error, and the lines of all, each once."""
        lines = tuple(dict.fromkeys(line for error in errors for line in told_of(error)[1]))
        return cls(told_of(errors[0])[0], lines)

    def log(self, again_in_s: float) -> None:
        """Log it; mistakes in files get a line each."""
        log(
            LogEvent.START_FAILED,
            level=logging.CRITICAL,
            error=self.lines[0],
            more=len(self.lines) - 1,
            fault=self.fault.code,
            again_in_s=again_in_s,
        )
        print_mistakes(self.lines[1:])


def told_of(error: BaseException) -> tuple[Fault, tuple[str, ...]]:
    """The fault and the lines for a technician; for an unexpected error its type only, as its text may be personal."""
    from kiosk.policy.region_file import RegionFileError

    match error:
        case CannotStart():
            return error.fault, error.mistakes
        case RegionFileError():
            return REGION_FILE, tuple(error.mistakes)
        case DataFileError():
            return CONFIGURATION, tuple(error.mistakes)
        case StateHeld():
            return STATE_DIRECTORY, (str(error),)
        case _:
            return WORKER_DIED, (type(error).__name__,)


def print_mistakes(mistakes: Sequence[str]) -> int:
    """Print each mistake as a line on standard error; returns the exit status 2."""
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    return 2
