"""The driver of a Star TCP300 class unit. Blocks are repeated here and in the layer below; whole jobs are never
repeated.

Source: TCP300II manual (2005), sections 3-6 (permits to process, permits waiting for removal), 4-2 to 4-6.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from drivers.errors import (
    FrameCorrupt,
    LinkTimeout,
    NothingToProcess,
    NotInitialised,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import (
    Capabilities,
    Counters,
    FaceRaster,
    PermitPosition,
    ResetPolicy,
    TakeInOutcome,
    UnitStatus,
)
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile
from drivers.permit_unit.star_tcp300.exchange import BlockExchange, ExchangeLimits, Refused
from drivers.permit_unit.star_tcp300.frames import AnswerBlock, Command, CommandBlock
from drivers.permit_unit.star_tcp300.raster import image_block_data, image_blocks
from drivers.permit_unit.star_tcp300.status import DEVICE, parse_sensors, status_to_error, unit_status
from drivers.transport.base import ByteTransport
from drivers.transport.kept_line import KeptLine

STOP_ASKED_EVERY_S = 0.1
ORDERED_ANEW_EVERY_S = 5.0
"""Seconds between two orders of 51h. A unit that loses its power while it waits at the mouth forgets 51h silently. A
waiting unit accepts only the cancellation of 51h, and one that lost its power refuses that too.
"""
INSIDE = (PermitPosition.AT_STATION, PermitPosition.IN_PATH)

# 50h: where a permit is given out (section 4-3 (1)); only the mechanism version has the back.
TO_MOUTH, TO_BACK = b"1", b"2"
# 46h: give out, erase, print (section 4-2 (9)).
GIVE_OUT_ERASE_PRINT = b"1,1,1"


class Lamp(Enum):
    """5Ah control strings: buzzer, colour, lamp (section 4-4 (3); the order of the three is [?])."""

    OFF = b"0G0"
    GREEN = b"0G1"
    RED = b"0R1"


class StarTcp300:
    """One unit. `open_link` opens its port; after `LinkLost` the next verb opens it again. For one thread."""

    def __init__(self, open_link: Callable[[], ByteTransport], device_file: StarDeviceFile) -> None:
        self._file = device_file
        limits = ExchangeLimits(device_file.timeouts.ack_s, device_file.resends)
        self._line = KeptLine(open_link, lambda link: BlockExchange(link, limits))

    @property
    def capabilities(self) -> Capabilities:
        return self._file.capabilities

    def reset(self, policy: ResetPolicy) -> UnitStatus:
        """Initialise. See `PermitUnit.reset`. Raises `NeedsRepair`, `PermitJammed`, `CoverOpen`.

        5Fh makes the unit give out a permit that it finds inside (TCP300 manual, section 4-6 (1)). So for a permit that
        is to stay, 5Fh is sent only to a unit that answers nothing else, and the permit is drawn in again at once.
        """
        if policy is ResetPolicy.GIVE_BACK:
            status = self._initialise()
            if status.position in INSIDE:
                self.give_back()
        else:
            status = self._status_without_moving()
            if policy is ResetPolicy.RETAIN and status.position in INSIDE:
                self.retain()
        self.clear_face()
        return self.status()

    def status(self) -> UnitStatus:
        """See `PermitUnit.status`. Raises `NotInitialised` for a unit that refuses even this, because it lost its power
        and waits for 5Fh [?], or still moves.
        """
        try:
            return self._sensed()
        except Refused as error:
            raise NotInitialised("the unit refuses to tell its status", device=DEVICE) from error

    def _sensed(self) -> UnitStatus:
        answer = self._ask(Command.STATUS)
        return unit_status(parse_sensors(answer.data), has_retain_bin=self._file.capabilities.has_retain_bin)

    def take_in(self, stop: Callable[[], bool]) -> TakeInOutcome:
        """See `PermitUnit.take_in`. A permit that waits for removal is taken in too (51h takes any)."""
        if stop():
            return TakeInOutcome.STOPPED
        return self._line.use(lambda exchange: self._take_in(exchange, stop))

    def take_back(self) -> bool:
        """See `PermitUnit.take_back`."""
        position = self.status().position
        if position is PermitPosition.AT_STATION:
            return True
        if position is PermitPosition.NONE:
            return False
        self._ask(Command.CANCEL_REMOVAL)
        # The holder may have taken it after the status was read; 51h would then wait for the next permit.
        deadline = time.monotonic() + self._file.timeouts.take_back_s
        return self.take_in(lambda: time.monotonic() > deadline) is TakeInOutcome.TAKEN_IN

    def load_face(self, raster: FaceRaster) -> int:
        """See `PermitUnit.load_face`. Returns the image characters sent. Raises ValueError for another raster size."""
        if (raster.width_dots, raster.height_dots) != (self._file.width_dots, self._file.height_dots):
            size = f"{self._file.width_dots} x {self._file.height_dots}"
            raise ValueError(f"{raster!r} does not fit a unit of {size} dots")
        self.clear_face()
        characters = 0
        for block in image_blocks(raster, self._file.image_characters_per_block):
            self._ask(Command.IMAGE_BLOCK, image_block_data(block))
            characters += block.characters
        return characters

    def erase_and_print(self) -> None:
        """See `PermitUnit.erase_and_print`. Raises `NothingToProcess` where nothing is inside: 46h would wait for a
        permit."""
        if self.status().position not in INSIDE:
            raise NothingToProcess("no permit inside to print on", device=DEVICE)
        self._ask(Command.ERASE_PRINT_GIVE_OUT, GIVE_OUT_ERASE_PRINT, self._file.timeouts.erase_and_print_s)

    def clear_face(self) -> None:
        self._ask(Command.CLEAR_PRINT_BUFFER)
        self._ask(Command.CLEAR_RASTER_BUFFER)

    def give_back(self) -> None:
        self._route_effects(TO_MOUTH)

    def retain(self) -> None:
        """See `PermitUnit.retain`. The bin has no sensor, so a full one raises `PermitJammed`."""
        if not self._file.capabilities.has_retain_bin:
            raise ValueError(f"{self._file.name} has no retain bin by its device file")
        self._route_effects(TO_BACK)

    def version(self) -> str:
        """Model, specification code and ROM version, as in "TCP300 II V 1.00"."""
        return self._ask(Command.VERSION).data.decode("ascii", errors="replace").strip()

    def counters(self) -> Counters:
        return Counters(transports=self._count(Command.TRANSPORT_COUNT), prints=self._count(Command.PRINT_COUNT))

    def count_bin_anew(self) -> None:
        """Do nothing: this kind of unit does not count the permits in its bin."""

    def show(self, lamp: Lamp) -> None:
        """Set the STATUS lamp; the buzzer stays off."""
        self._ask(Command.LAMP, lamp.value)

    def clean(self) -> None:
        """Run the cleaning permit that lies in the mouth through the unit."""
        self._ask(Command.CLEAN, b"", self._file.timeouts.erase_and_print_s)

    def close(self) -> None:
        self._line.close()

    def _take_in(self, exchange: BlockExchange, stop: Callable[[], bool]) -> TakeInOutcome:
        while True:
            exchange.begin(CommandBlock(Command.REAR_IDLE))
            anew_at = time.monotonic() + ORDERED_ANEW_EVERY_S
            while time.monotonic() < anew_at:
                answer = exchange.poll(Command.REAR_IDLE, STOP_ASKED_EVERY_S)
                if answer is not None:
                    _check(answer)
                    return TakeInOutcome.TAKEN_IN
                if stop():
                    return self._withdraw(exchange)
            if self._withdraw(exchange) is TakeInOutcome.TAKEN_IN:
                return TakeInOutcome.TAKEN_IN

    def _withdraw(self, exchange: BlockExchange) -> TakeInOutcome:
        """Cancel 51h and read the status: the manual does not say how a unit answers that moves a permit [?]."""
        try:
            finished = exchange.cancel(
                Command.REAR_IDLE, CommandBlock(Command.CANCEL_INSERTION), self._file.timeouts.transport_s
            )
        except Refused as error:
            raise NotInitialised("the unit has forgotten that it waits for a permit", device=DEVICE) from error
        if finished is not None:
            _check(finished)
            return TakeInOutcome.TAKEN_IN
        position = self._status_after_motion().position
        if position is PermitPosition.IN_PATH:
            self._ask(Command.REAR_IDLE, b"", self._file.timeouts.transport_s)
            return TakeInOutcome.TAKEN_IN
        if position is PermitPosition.UNKNOWN:
            raise PermitJammed("sensors contradict each other after the order was withdrawn", device=DEVICE)
        return TakeInOutcome.TAKEN_IN if position is PermitPosition.AT_STATION else TakeInOutcome.STOPPED

    def _status_after_motion(self) -> UnitStatus:
        """The status, from a unit that may refuse everything while a permit still moves."""
        deadline = time.monotonic() + self._file.timeouts.transport_s
        while True:
            try:
                return self._sensed()
            except Refused:
                if time.monotonic() > deadline:
                    raise
            time.sleep(self._file.refusal_pause_s)

    def _route_effects(self, where: bytes) -> None:
        for attempt in range(self._file.refusals_retried + 1):
            try:
                self._ask(Command.GIVE_OUT, where, self._file.timeouts.transport_s)
            except Refused:
                self._pause_after_refusal(attempt)
            else:
                return

    def _pause_after_refusal(self, attempt: int) -> None:
        """Wait before repeating a refused command. Quirk: 50h soon after another command is refused by DLE and accepted
        a moment later. Seen on a TCP300II by the authors of a public driver (2026, firmware unknown). A refused command
        does nothing, so a repeat is safe.
        """
        if attempt == self._file.refusals_retried:
            raise Refused(f"the unit refused {Command.GIVE_OUT:02X}h {attempt + 1} times", device=DEVICE)
        time.sleep(self._file.refusal_pause_s)

    def _status_without_moving(self) -> UnitStatus:
        """The status of a unit that may still wait for a permit because the program ended; else 54h is harmless."""
        try:
            self._ask(Command.CANCEL_INSERTION)
            return self._sensed()
        except (Refused, LinkTimeout, FrameCorrupt):
            status = self._initialise()
        if status.position is not PermitPosition.AT_MOUTH:
            return status
        self.take_back()
        return self.status()

    def _initialise(self) -> UnitStatus:
        self._ask(Command.RESET, b"", self._file.timeouts.initialise_s)
        return self.status()

    def _count(self, command: Command) -> int | None:
        digits = self._ask(command).data.strip()
        if not digits:
            return None
        if not digits.isdigit():
            raise UnexpectedReply(f"answer to {command:02X}h is no number", device=DEVICE)
        return int(digits)

    def _ask(self, command: Command, data: bytes = b"", answer_s: float | None = None) -> AnswerBlock:
        """Exchange one block and check the status of its answer."""
        wait_s = self._file.timeouts.answer_s if answer_s is None else answer_s
        answer = self._line.use(lambda exchange: exchange.ask(CommandBlock(command, data), wait_s))
        _check(answer)
        return answer


def _check(answer: AnswerBlock) -> None:
    error = status_to_error(answer.command, answer.status)
    if error is not None:
        raise error
