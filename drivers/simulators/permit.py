"""The simulated permit: one object with a chip and a face that moves from hand to mouth to station to bin.

The permit unit's simulator moves it. PC/SC sees the virtual chip only while the permit is at the station. Tests can
read chip and face of the object directly, to see what a resident would see.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import Protocol


class PermitLocation(Enum):
    """Where a simulated permit is."""

    HAND = "hand"  # with the holder
    MOUTH = "mouth"
    STATION = "station"
    PATH = "path"  # inside, between mouth and station (jammed, or moved by hand)
    BIN = "bin"


class Chip(Protocol):
    """The virtual chip at the wire below PC/SC (vpcd: power, reset, ATR, command)."""

    def atr(self) -> bytes: ...

    def power_on(self) -> None: ...

    def power_off(self) -> None: ...

    def command(self, apdu: bytes) -> bytes:
        """The answer with its status word, as on the T=0 or T=1 line."""


class Face(Protocol):
    """The thermally rewritable area."""

    def erase(self) -> None: ...

    def print_columns(self, columns: bytes) -> None:
        """Burn a raster (480 columns of 40 bytes, lowest bit uppermost) over the present one."""


class SimulatedPermit:
    """One permit. `chip` is None for a plastic card without one. Thread-safe; `watch` is called after every move."""

    def __init__(self, name: str, chip: Chip | None, face: Face) -> None:
        self.name = name
        self.chip = chip
        self.face = face
        self._place = PermitLocation.HAND
        self._watchers: list[Callable[[SimulatedPermit], None]] = []
        self._lock = threading.RLock()

    @property
    def place(self) -> PermitLocation:
        with self._lock:
            return self._place

    def move_to(self, place: PermitLocation) -> None:
        """Move, then tell the watchers (the coupler's simulator puts the chip on and off the contacts)."""
        with self._lock:
            self._place = place
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher(self)

    def watch(self, watcher: Callable[[SimulatedPermit], None]) -> None:
        """Call `watcher(permit)` after every move, in the mover's thread."""
        with self._lock:
            self._watchers.append(watcher)
