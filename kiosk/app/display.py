"""The check that the display has the size that the screen file says."""

from __future__ import annotations

import logging

from kiosk.domain.faults import DISPLAY_SIZE, Fault
from kiosk.event_log.log_events import LogEvent, log


class DisplaySize:
    """The size of the display against `wanted`, its width and height in pixels by the screen file.

    `fault` may be read from any thread.
    """

    def __init__(self, wanted: tuple[int, int]) -> None:
        self._wanted = wanted
        self.fault: Fault | None = None

    def found(self, width_px: int, height_px: int) -> None:
        """Take a size that the window got, in pixels; one that differs is logged. Call for every size."""
        if (width_px, height_px) == self._wanted:
            self.fault = None
            return
        self.fault = DISPLAY_SIZE
        log(
            LogEvent.DISPLAY_DIFFERS,
            level=logging.WARNING,
            fault=DISPLAY_SIZE.code,
            found=f"{width_px}x{height_px}",
            wanted=f"{self._wanted[0]}x{self._wanted[1]}",
        )
