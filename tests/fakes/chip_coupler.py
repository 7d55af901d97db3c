"""A coupler without a wire: the virtual chip answers in the same thread. Remembers every command that reached the
chip.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from drivers.errors import LinkLost, LinkTimeout, NoChip
from drivers.simulators.permit import Chip
from drivers.transport.base import ApduAnswer

InHand = TypeVar("InHand", bound=Chip)


class ChipInHand(Generic[InHand]):
    """Implements `Coupler`."""

    def __init__(self, chip: InHand | None) -> None:
        self.chip = chip
        self.commands: list[bytes] = []
        self.powered = False

    def connect(self, timeout_s: float) -> PoweredChip[InHand]:
        if self.chip is None or not self.chip.atr():
            raise NoChip("no chip in hand", device="permit_chip")
        self.chip.power_on()
        self.powered = True
        return PoweredChip(self, self.chip)

    def look(self) -> None:
        """It is always there."""

    def close(self) -> None:
        if self.chip is not None:
            self.chip.power_off()


class PoweredChip(Generic[InHand]):
    """Implements `ConnectedChip`."""

    def __init__(self, coupler: ChipInHand[InHand], chip: InHand) -> None:
        self._coupler = coupler
        self._chip = chip

    @property
    def atr(self) -> bytes:
        return self._chip.atr()

    def transmit(self, apdu: bytes) -> ApduAnswer:
        if not self._coupler.powered:
            raise LinkLost("powered off", device="permit_chip")
        self._coupler.commands.append(apdu)
        answer = self._chip.command(apdu)
        if not answer:
            raise LinkTimeout("silent", device="permit_chip")
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def close(self) -> None:
        self._coupler.powered = False
        self._chip.power_off()
