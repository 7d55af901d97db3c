"""The end of a kiosk: every desk lets go of its device, and those that hang are not waited for one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kiosk.services.effect_dispatch import ServiceThread

RELEASED_WITHIN_S = 10.0
"""For all of them together. A device that takes longer is let go of when the process ends."""


def release_all(desks: Sequence[ServiceThread[Any]]) -> None:
    """Release each device on its desk's thread, and end the threads."""
    for desk in reversed(desks):  # the chip's before the unit's, which it may stand on
        desk.release()
    until = time.monotonic() + RELEASED_WITHIN_S
    for desk in desks:
        desk.worker.close(max(until - time.monotonic(), 0.0))
