"""The two interfaces below every driver. A transport moves bytes and does not know their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ByteTransport(Protocol):
    """An open, byte-wise connection. Raises `LinkLost` when it is gone."""

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise `LinkLost`."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """The bytes that have arrived, 1 to `max_bytes`; empty if none came within `timeout_s` seconds."""

    def close(self) -> None:
        """Release the port; may be called twice."""


@dataclass(frozen=True, slots=True)
class ApduAnswer:
    """A chip's answer: `data` without the status word, `sw` 16 bits (ISO 7816-4). Data may be personal: not shown."""

    data: bytes
    sw: int

    def __repr__(self) -> str:
        return f"ApduAnswer({len(self.data)} bytes, sw={self.sw:04X})"


class ApduTransport(Protocol):
    """A chip with power on."""

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """Send one command and return its answer as the chip gave it (61xx and 6Cxx are handled above)."""


class ConnectedChip(ApduTransport, Protocol):
    """One chip, opened exclusively until `close`."""

    @property
    def atr(self) -> bytes:
        """Answer to reset."""

    def close(self) -> None:
        """Power off and release; may be called twice."""


class Coupler(Protocol):
    """A place where chips are connected: a PC/SC slot, or the permit unit's own contacts."""

    def connect(self, timeout_s: float) -> ConnectedChip:
        """Wait for a chip and power it on. Raises `NoChip` if none answers in time, `LinkLost` if the slot is gone."""

    def look(self) -> None:
        """Check that the slot answers, without using a chip. Raises `LinkLost` if it is gone, and `ServiceSilent` if no
        answer comes in time.
        """

    def close(self) -> None:
        """Release the slot; may be called twice."""


class WatchedSlot(Coupler, Protocol):
    """A slot into which people put cards and out of which they pull them."""

    def presence(self) -> int | None:
        """A number of the chip that is in the slot, another one for every chip that is put in; None where it is empty.
        Does not wait, and does not use the chip. Raises `LinkLost` if the slot is gone.
        """
