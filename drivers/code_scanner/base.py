"""What every code scanner can do, and what its bytes mean; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

DEVICE = "code_scanner"


class CodeScanner(Protocol):
    """One scanner, used by one thread. A verb on a closed scanner opens it first; after a `TransportError` it is
    closed, so that the next verb begins afresh. Every verb may raise `LinkLost` (unplugged) or `LinkBusy` (another
    program has it).
    """

    def open(self) -> None:
        """Take the device for ourselves; nothing is asked of it, because a scanner answers no questions."""

    def read(self, timeout_s: float) -> str | None:
        """The next code; None if none came within `timeout_s`. Raises `FrameCorrupt` for a code that arrived damaged:
        the scanner is at the next one already, so show it again. The code is personal: whoever shows it names a holder.
        """

    def clear_input(self) -> None:
        """Forget what was scanned before now: it was somebody else's, or meant for another question."""

    def close(self) -> None:
        """Release the device; may be called twice."""


class Flaw(Enum):
    """Why something that was scanned is no code."""

    OVERLONG = "longer than the device file allows"
    ENCODING = "not in the device file's encoding"
    NOT_PRINTABLE = "with a character that no code has"
    PREFIX = "without the prefix of the device file"
    SUFFIX = "without the suffix of the device file"
    SYMBOLOGY = "without the symbology identifier that the device file demands"
    UNFINISHED = "broken off before its end"
    EVENTS = "from damaged or lost key events"


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """One code. `symbology`: its AIM identifier (ISO/IEC 15424) without the bracket, such as "Q1" of a QR code; None
    where the scanner sends none.
    """

    text: str = field(repr=False)
    symbology: str | None = None


@dataclass(frozen=True, slots=True)
class BadScan:
    """Something that was scanned and is no code. `length`: of what arrived, in the decoder's units; not its content."""

    flaw: Flaw
    length: int


Found = ScannedCode | BadScan


class ScanDecoder(Protocol):
    """From what a device sends, in any portions, to codes. Whatever it is fed, it finds the next good code again."""

    @property
    def is_in_the_middle(self) -> bool:
        """Whether a code has begun and not ended."""

    def feed(self, data: bytes) -> Sequence[Found]:
        """What ended within `data`."""

    def give_up(self) -> Sequence[Found]:
        """The device fell silent: what has begun will not end."""

    def disregard(self) -> None:
        """Whatever has begun belongs to the past: skip it to its end."""
