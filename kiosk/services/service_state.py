"""Whether people have closed the machine: a small file in the state directory, which outlives the program.

The file is there only while the machine is closed, so what cannot be read in it is the reason, not the fact. A spoilt
file therefore leaves the machine closed, for maintenance: whoever closed it may have a hand in the cabinet, and a
permit that is taken in then may be lost. A machine that is closed without need costs residents a way and staff a touch.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from kiosk.domain.clock import Clock
from kiosk.domain.faults import Fault
from kiosk.domain.service_state import CLOSED_FOR, Closing, ClosingReason
from kiosk.event_log.log_events import LogEvent, log
from kiosk.services.device_health import SERVICE_STATE, DeviceHealth
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.services.synced_file import read_small, remove_synced, write_synced
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

NAME = "service_state.json"
"""The file's name in the state directory."""

_SPOILT = Closing(ClosingReason.MAINTENANCE, "", None)


def closing_kept_in(path: Path) -> Closing | None:
    """Who closed the machine and why, by the file; None: it is open."""
    try:
        raw = read_small(path)
    except FileNotFoundError:
        return None
    except OSError:
        return _SPOILT
    return _parsed(raw) or _SPOILT


def keep(path: Path, closing: Closing | None) -> None:
    """Keep that the machine was closed, or that it is open: on disk when this returns. May raise OSError."""
    if closing is None:
        remove_synced(path)
        return
    at = None if closing.at is None else closing.at.isoformat("T", "seconds")
    write_synced(path, json.dumps({"reason": closing.reason.value, "by": closing.by, "at": at}))


def _parsed(raw: bytes) -> Closing | None:
    try:
        told = json.loads(raw)
        return Closing(ClosingReason(told["reason"]), str(told["by"]), datetime.fromisoformat(told["at"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


class ServiceState:
    """The running kiosk's. `changed()`: called when it was closed or opened, for the pages that say so."""

    def __init__(self, path: Path, health: DeviceHealth, changed: Callable[[], None]) -> None:
        self._path = path
        self._health = health
        self._changed = changed

    def fault(self) -> Fault | None:
        """Why the machine is closed by people, who may have done it from a shell; None: it is open. For any thread."""
        closing = closing_kept_in(self._path)
        fault = None if closing is None else CLOSED_FOR[closing.reason]
        if self._health.note(SERVICE_STATE, fault):
            self._changed()
        return fault

    def change(self, closing: Closing | None) -> Fault | None:
        """Close or open the machine; returns what `fault` says from now on. May raise OSError."""
        keep(self._path, closing)
        return self.fault()


class ServiceStateService:
    """Answers `ChangeServiceState`, for the technician who is at the machine."""

    def __init__(self, state: ServiceState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {do.ChangeServiceState: self._change}

    def close(self) -> None:
        """Nothing is open between two changes."""

    def _change(self, effect: do.ChangeServiceState, post: Post) -> None:
        by, now = f"technician {effect.by}", self._clock.now()
        closing = None if effect.reason is None else Closing(effect.reason, by, now)
        try:
            fault = self._state.change(closing)
        except OSError as error:
            log(LogEvent.SERVICE_STATE_UNKEPT, level=logging.ERROR, error=type(error).__name__)
            post(on.ServiceStateNotChanged())
            return
        log(LogEvent.SERVICE_STATE, state="open" if fault is None else fault.name, technician=effect.by)
        post(on.ServiceStateChanged(fault))
