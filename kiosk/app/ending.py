"""The end of a kiosk: every service thread releases its device, within one time limit for all together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kiosk.services.effect_dispatch import ServiceThread

RELEASED_WITHIN_S = 10.0
"""Seconds for all threads together. A device that takes longer is released by the end of the process."""


def release_all(threads: Sequence[ServiceThread[Any]]) -> None:
    """Release each device on its own thread, and end the threads."""
    for thread in reversed(threads):  # the chip's before the unit's, which it may use
        thread.release()
    until = time.monotonic() + RELEASED_WITHIN_S
    for thread in threads:
        thread.worker.close(max(until - time.monotonic(), 0.0))
