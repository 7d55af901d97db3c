"""The interface of code scanners and of their decoders; no I/O."""

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
        """Open the device exclusively. Nothing is sent, because a scanner does not answer."""

    def read(self, timeout_s: float) -> str | None:
        """The next code; None if none came within `timeout_s` seconds. Raises `FrameCorrupt` for a damaged code, which
        must be shown again, because a scanner does not repeat. The code is personal data, because it identifies a
        holder.
        """

    def clear_input(self) -> None:
        """Drop codes that were scanned before now: they are another person's, or the answer to another question."""

    def close(self) -> None:
        """Release the device; may be called twice."""


class Flaw(Enum):
    """Why scanned data is no code."""

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
    """Scanned data that is no code. `length`: of the data, in the decoder's units; the content is not kept."""

    flaw: Flaw
    length: int


Found = ScannedCode | BadScan


class ScanDecoder(Protocol):
    """Turns a device's bytes, in any portions, into codes. After any garbage it finds the next good code again."""

    @property
    def is_in_the_middle(self) -> bool:
        """Whether a code has begun and is not complete."""

    def feed(self, data: bytes) -> Sequence[Found]:
        """The codes and bad scans that `data` completes."""

    def give_up(self) -> Sequence[Found]:
        """End an incomplete code, because the device fell silent."""

    def disregard(self) -> None:
        """Skip an incomplete code to its end, because it is out of date."""
