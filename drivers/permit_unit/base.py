"""The interface of permit units: the Protocol that each dialect implements and one suite of contract tests checks.

Verbs either succeed or raise a `DriverError`. Positions are read from the device, never inferred from an order. Words
follow XFS4IoT (media present, jammed, retained) and UnifiedPOS PointCardRW (insert, print, remove).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class PermitPosition(Enum):
    """The position of the permit by the unit's sensors."""

    NONE = "none"  # path and mouth are empty
    AT_MOUTH = "at_mouth"  # within the holder's reach, not yet taken
    AT_STATION = "at_station"  # inside, where the chip is reached
    IN_PATH = "in_path"  # inside, elsewhere
    UNKNOWN = "unknown"  # sensors contradict each other


class BinLevel(Enum):
    """The level of the retain bin, as in XFS4IoT."""

    NO_BIN = "no_bin"
    OK = "ok"
    HIGH = "high"
    FULL = "full"


class ResetPolicy(Enum):
    """What an initialisation does with a permit inside."""

    LEAVE = "leave"
    GIVE_BACK = "give_back"
    RETAIN = "retain"


class TakeInOutcome(Enum):
    """How waiting for a permit ended."""

    TAKEN_IN = "taken_in"
    STOPPED = "stopped"  # `stop()` became true: the order to take one in was cancelled and nothing is inside


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this kind of unit can do; from the dialect and its device file."""

    rewrites_face: bool
    has_retain_bin: bool
    chip_by_pcsc: bool
    chip_by_unit: bool
    gives_out_with_print: bool  # one command erases, prints and gives out (Star 46h)


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """The state of the sensors, interpreted by one pure function per dialect."""

    position: PermitPosition
    cover_open: bool
    bin_level: BinLevel


@dataclass(frozen=True, slots=True)
class Counters:
    """The device's counters; None for those that it does not have. `retained`: permits since the bin was emptied."""

    transports: int | None
    prints: int | None
    retained: int | None = None


@dataclass(frozen=True, slots=True)
class FaceRaster:
    """A face as dots: `width_dots` columns of `height_dots` (a multiple of 8) each. `columns` holds them one after the
    other, `height_dots // 8` bytes a column, lowest bit uppermost; a set bit is a dark dot. It may show personal data.
    """

    width_dots: int
    height_dots: int
    columns: bytes

    def __post_init__(self) -> None:
        if self.height_dots % 8 or len(self.columns) != self.width_dots * self.height_dots // 8:
            raise ValueError(f"{len(self.columns)} bytes are no raster of {self.width_dots} x {self.height_dots} dots")

    def __repr__(self) -> str:
        return f"FaceRaster({self.width_dots} x {self.height_dots})"


class PermitUnit(Protocol):
    """A motorised device that moves one permit between mouth, station and bin, and may rewrite its face."""

    @property
    def capabilities(self) -> Capabilities: ...

    def reset(self, policy: ResetPolicy) -> UnitStatus:
        """Initialise. Afterwards buffers are empty and a permit inside is where `policy` says."""

    def status(self) -> UnitStatus: ...

    def take_in(self, stop: Callable[[], bool]) -> TakeInOutcome:
        """Wait for a permit at the mouth and draw it to the station. `stop` (the caller's deadline or cancel) is called
        about ten times a second; when it returns true the order is cancelled. A permit that is already moving is
        reported as TAKEN_IN even then. Raises `PermitJammed`, `CoverOpen`, …; after any error ask `status`.
        """

    def load_face(self, raster: FaceRaster) -> int:
        """Fill the (previously cleared) image buffer; returns the number of image characters or bytes sent. Nothing
        moves, so it may run while the chip is being written.
        """

    def erase_and_print(self) -> None:
        """Erase the rewritable area and print the raster of `load_face`. With `gives_out_with_print`, success also
        means that the permit is now at the mouth.
        """

    def clear_face(self) -> None:
        """Empty every image buffer (privacy: always after `erase_and_print` and when a visit ends)."""

    def give_back(self) -> None:
        """Move the permit to the mouth, within the holder's reach."""

    def take_back(self) -> bool:
        """Draw a permit at the mouth back to the station (a forgotten permit, or a second try at the face). True: it is
        at the station. False: the mouth is empty, because the holder took the permit. Raises as `take_in`.
        """

    def retain(self) -> None:
        """Move the permit to the bin. Raises `BinFull`, or ValueError where there is no bin."""

    def version(self) -> str: ...

    def counters(self) -> Counters: ...

    def count_bin_anew(self) -> None:
        """Tell the unit that its bin was emptied; no effect on a unit that does not count."""

    def close(self) -> None: ...
