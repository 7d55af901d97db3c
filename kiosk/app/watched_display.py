"""The display, as one of the things that are told of beside the devices."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.faults import WORKER_HANGS
from kiosk.services.device_health import DISPLAY, DeviceHealth


class WatchedDisplay:
    """`ask()`: what of the display or of the screen's thread gives no sign of life, None if all is well."""

    def __init__(self, ask: Callable[[], str | None], health: DeviceHealth) -> None:
        self._ask = ask
        self._health = health

    def ails(self) -> str | None:
        """The same, noted."""
        trouble = self._ask()
        self._health.note(DISPLAY, None if trouble is None else WORKER_HANGS)
        return trouble
