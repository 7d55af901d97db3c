"""The unit's own chip reader as a coupler: the chip's commands are sent in the unit's frames.

Source: the maker's communication protocol for the CRT-591-M, v1.0 (2013), 51h (contacts) and 60h (antenna). The answer
to a cold reset is a type ('0' T=0, '1' T=1) and the ATR; that to an activation a type ('A', 'B') and the chip's own
data [?]. It is used on the unit's thread, because both share one line.
"""

from __future__ import annotations

import time
from contextlib import suppress

from drivers.errors import DriverError, LinkLost, NoChip, UnexpectedReply
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.device_file import ChipPosition
from drivers.permit_unit.crt_591_m.frames import Command, ContactChip, ContactlessChip
from drivers.permit_unit.crt_591_m.status import CHIP
from drivers.transport.base import ApduAnswer

RETRY_S = 0.1
# A chip answers the first cold reset, or the second after a bad contact.
POWER_TRIES = 3

_CONTACT_TYPES = (b"0", b"1")
_CONTACTLESS_APDU = {b"A": ContactlessChip.APDU_A, b"B": ContactlessChip.APDU_B}


class UnitContacts:
    """The chip position of one unit. Closing it leaves the unit alone."""

    def __init__(self, unit: Crt591M, position: ChipPosition) -> None:
        self._unit = unit
        self._position = position
        self._chip: UnitChip | None = None

    def connect(self, timeout_s: float) -> UnitChip:
        """Power the chip of the permit at the station. Raises `NoChip` if none answers (after three tries, however
        long `timeout_s` is), and what the unit's link raises."""
        self.close()
        deadline = time.monotonic() + timeout_s
        tries = 0
        while True:
            tries += 1
            try:
                self._chip = self._powered()
            except NoChip:
                if tries == POWER_TRIES or time.monotonic() + RETRY_S > deadline:
                    raise
            else:
                return self._chip
            time.sleep(RETRY_S)

    def look(self) -> None:
        """Do nothing: the contacts are part of the unit, whose own verbs check it."""

    def close(self) -> None:
        """Power the chip off, if one is on; may be called twice."""
        chip, self._chip = self._chip, None
        if chip is not None:
            chip.close()

    def _powered(self) -> UnitChip:
        if self._position == "contacts":
            answer = self._unit.chip_command(Command.CONTACT_CHIP, ContactChip.COLD_RESET)
            if answer.data[:1] not in _CONTACT_TYPES:
                raise UnexpectedReply("a cold reset that names no protocol", device=CHIP)
            return UnitChip(self._unit, answer.data[1:], Command.CONTACT_CHIP, ContactChip.APDU, ContactChip.OFF)
        answer = self._unit.chip_command(Command.CONTACTLESS_CHIP, ContactlessChip.ACTIVATE)
        parameter = _CONTACTLESS_APDU.get(answer.data[:1])
        if parameter is None:
            raise UnexpectedReply("an activation that names no type", device=CHIP)
        return UnitChip(self._unit, answer.data[1:], Command.CONTACTLESS_CHIP, parameter, ContactlessChip.OFF)


class UnitChip:
    """One chip that the unit has powered."""

    def __init__(self, unit: Crt591M, atr: bytes, command: Command, apdu: int, off: int) -> None:
        self._unit = unit
        self._atr = atr
        self._command = command
        self._apdu = apdu
        self._off = off
        self._powered = True

    @property
    def atr(self) -> bytes:
        """Answer to reset; for a contactless chip the data of its activation."""
        return self._atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """Send one command, once. Raises `LinkLost` or `LinkTimeout`, and `ProtocolError` for a senseless answer; then
        the chip must be opened again.
        """
        if not self._powered:
            raise LinkLost("the chip is closed", device=CHIP)
        try:
            answer = self._unit.chip_command(self._command, self._apdu, apdu).data
            if len(answer) < 2:
                raise UnexpectedReply("a chip's answer without status word", device=CHIP)
        except DriverError:
            self._powered = False
            raise
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def close(self) -> None:
        """Power off; may be called twice. If this fails, the unit cuts the power when the permit leaves its position,
        and the error shows at its next verb.
        """
        powered, self._powered = self._powered, False
        if powered:
            with suppress(DriverError):
                self._unit.chip_off(self._command, self._off)
