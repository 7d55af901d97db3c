"""What is told of a display that is not what the screen file says."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk.faults import DISPLAY_SIZE
from kiosk.log_events import LogEvent, log


def teller_of_size(wanted: tuple[int, int]) -> Callable[[int, int], None]:
    """To be called with each width and height that the window gets: says in the log where they are not as `wanted`."""
    def tell(width_px: int, height_px: int) -> None:
        if (width_px, height_px) != wanted:
            log(
                LogEvent.DISPLAY_DIFFERS, level=logging.WARNING, fault=DISPLAY_SIZE.code,
                found=f"{width_px}x{height_px}", wanted=f"{wanted[0]}x{wanted[1]}")

    return tell
