"""Chips of other cards that people put into a slot. They answer only a few commands."""

from __future__ import annotations

from drivers.simulators.permit import Chip
from drivers.simulators.virtual_chip import READ_S, answer_to_reset

EPASSPORT = bytes.fromhex("A0000002471001")
PAYMENT = b"1PAY.SYS.DDF01"


class SelectOnlyChip:
    """A chip that knows the names of its applications and nothing else."""

    def __init__(self, atr: bytes, applications: tuple[bytes, ...]) -> None:
        self._atr = atr
        self._applications = applications

    def atr(self) -> bytes:
        return self._atr

    def power_on(self) -> None:
        """Do nothing."""

    def power_off(self) -> None:
        """Do nothing."""

    def processing_s(self, apdu: bytes) -> float:
        return READ_S

    def command(self, apdu: bytes) -> bytes:
        if apdu[:3] == b"\x00\xa4\x04" and len(apdu) > 5:
            known = apdu[5 : 5 + apdu[4]] in self._applications
            return b"\x90\x00" if known else b"\x6a\x82"
        return b"\x6d\x00"


class StorageChip(SelectOnlyChip):
    """A contactless memory chip as a PC/SC reader presents it (PC/SC part 3: ATR with RID A000000306), which has no
    applications at all."""

    def __init__(self) -> None:
        super().__init__(bytes.fromhex("3B8F8001804F0CA000000306030001000000006A"), ())

    def command(self, apdu: bytes) -> bytes:
        return b"\x6a\x81" if apdu[:1] == b"\xff" else b"\x6e\x00"


def foreign_chip(kind: str) -> Chip | None:
    """The chip in a slot that holds no permit: "epassport", "bank", "blank", "memory"; None for "none". Raises
    ValueError.
    """
    match kind:
        case "epassport":
            return SelectOnlyChip(answer_to_reset(b"ICAO-SIM", "t1"), (EPASSPORT,))
        case "bank":
            return SelectOnlyChip(answer_to_reset(b"BANK-SIM", "t0"), (PAYMENT,))
        case "blank":
            return SelectOnlyChip(answer_to_reset(b"BLANK", "t0"), ())
        case "memory":
            return StorageChip()
        case "none":
            return None
        case _:
            raise ValueError(f"no chip of the kind {kind!r}; there are epassport, bank, blank, memory, none")
