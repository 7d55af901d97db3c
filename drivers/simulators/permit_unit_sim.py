"""A Star TCP300 class permit unit on a pseudo-terminal: it speaks the dialect, moves a permit, burns its face.

Where the maker's manual leaves behaviour open, the choice made here is marked [?] and listed in the driver's README.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from drivers.permit_unit.star_tcp300.frames import (
    AnswerBlock,
    Block,
    Command,
    CommandBlock,
    Control,
    Corrupt,
    Decoder,
)
from drivers.permit_unit.star_tcp300.raster import parse_image_block
from drivers.permit_unit.star_tcp300.status import Inlet, Sensors, Status
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation
from drivers.simulators.permit_unit_actions import UnitActions
from drivers.simulators.permit_unit_mechanism import (
    BLANK_RASTER,
    COLUMN_BYTES,
    WHO,
    WIDTH_DOTS,
    Interrupted,
    Motion,
    Sight,
)
from drivers.simulators.pty_line import LineGone, PtyLine

BAUD = 38400
LINK_NAME = "permit-unit"
ROM_VERSION = b"TCP300SM V1.00 "
MECHANICAL = frozenset(
    (
        Command.ERASE_PRINT_GIVE_OUT,
        Command.PRINT_GIVE_OUT,
        Command.ERASE_GIVE_OUT,
        Command.GIVE_OUT,
        Command.REAR_IDLE,
        Command.FRONT_IDLE,
        Command.CLEAN,
        Command.RESET,
    )
)
PRIORITY = frozenset((Command.CANCEL_INSERTION, Command.RESET))
STATUS_OF = {
    Motion.DONE: Status.OK,
    Motion.NO_PERMIT: Status.NO_PERMIT,
    Motion.WRONG_WAY: Status.WRONG_WAY,
    Motion.TOO_LONG: Status.JAM,
    Motion.PULLED_BACK: Status.JAM,
    Motion.JAM: Status.JAM,
    Motion.COVER_OPEN: Status.COVER_OPEN,
    Motion.MOTOR: Status.CAM_MOTOR,
    Motion.HEAD_HOT: Status.ERASE_HEAD_TEMPERATURE,
    Motion.SELF_TEST: Status.EEPROM,
}
FAULT_NAMES = (
    "silent",
    "garbled",
    "garbled_once",
    "nak_once",
    "late",
    "unplugged",
    "jam_taking_in",
    "jam_at_station",
    "jam_giving_out",
    "jam_printing",
    "erase_head_hot",
    "cam_motor",
    "eeprom",
    "image_error",
    "buffer_overflow",
    "wrong_way",
    "pulled_back",
    "bin_full",
    "lost_print_reply",
    "power_loss",
)


@dataclass(frozen=True, slots=True)
class _Order:
    """Work for the mechanism. `is_answered`: False for work that the unit does on its own."""

    command: CommandBlock
    is_answered: bool


LATE_LOOK_S = 0.05


class PermitUnitSim(UnitActions):
    """The unit, its mouth and its bin. `start` returns the URL that the driver opens."""

    fault_names: tuple[str, ...] = FAULT_NAMES

    def __init__(self, activity: ActivityLog, pace: float, run_dir: Path, *, late_s: float = 5.0) -> None:
        super().__init__(activity, pace, PtyLine(WHO, self._hear, activity, pace, run_dir / LINK_NAME, BAUD))
        self._late_s = late_s
        self._decoder = Decoder()
        self._raster = bytearray(BLANK_RASTER)
        self._needs_reset = False
        self._unacknowledged: AnswerBlock | None = None
        self._executing: CommandBlock | None = None
        self._cancelled = False
        self._state = threading.RLock()
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Power on; returns the URL."""
        url = self._line.start()
        self._thread = threading.Thread(target=self._run, name=f"{WHO} mechanism", daemon=True)
        self._thread.start()
        return url

    def stop(self) -> None:
        """Power off and close everything; may be called twice."""
        self._orders.put(None)
        self._mechanism.interrupt()
        if self._thread is not None:
            self._thread.join(timeout=10.0)
            self._thread = None
        self._line.stop()

    # Actions.

    def open_cover(self) -> None:
        """Open the cover; a permit that moves stops in the path."""
        self._mechanism.set_cover(is_open=True)
        self._mechanism.interrupt()

    def close_cover(self) -> None:
        """Close the cover, if it is open: the unit resets itself and its buffers are lost (manual, section 2)."""
        if not self._mechanism.cover_open:
            return
        self._idle.wait(timeout=5.0)
        self._mechanism.set_cover(is_open=False)
        with self._state:
            self._lose_memory()
            self._begin(_Order(CommandBlock(Command.RESET), is_answered=False))
        self._idle.wait(timeout=5.0)

    @property
    def raster(self) -> bytes:
        """The raster buffer, column by column."""
        with self._state:
            return bytes(self._raster)

    def _lose_power(self) -> None:
        with self._state:
            self._needs_reset = True
        self._mechanism.interrupt()
        self._idle.wait(timeout=5.0)
        with self._state:
            self._lose_memory()

    def _lose_memory(self) -> None:
        self._raster[:] = BLANK_RASTER
        self._unacknowledged = None
        self._decoder.reset()

    # The line, in its own thread.

    def _hear(self, data: bytes) -> None:
        for item in self._decoder.feed(data):
            if "silent" in self._faults:
                continue
            if isinstance(item, Control):
                self._hear_control(item)
            elif self._waits_for_ack():
                # Section 3-3, state 4: everything but ACK and NAK is read and discarded.
                continue
            elif isinstance(item, Corrupt):
                self._say(Control.NAK.encode())
            else:
                self._hear_command(item)

    def _waits_for_ack(self) -> bool:
        with self._state:
            return self._unacknowledged is not None

    def _hear_control(self, control: Control) -> None:
        with self._state:
            waiting = self._unacknowledged
            if control is Control.ACK:
                self._unacknowledged = None
        if control is Control.NAK and waiting is not None:
            self._say_answer(waiting)

    def _hear_command(self, block: Block) -> None:
        command = block.as_command()
        if "nak_once" in self._faults:
            self._faults.discard("nak_once")
            self._say(Control.NAK.encode())
            return
        with self._state:
            executing = self._executing
            refused = self._needs_reset and command.command != Command.RESET
        if refused or (executing is not None and command.command not in PRIORITY):
            self._say(Control.DLE.encode())
            return
        if executing is not None:
            self._cancel_executing(command.command)
        if command.command in MECHANICAL:
            self._say(Control.ACK.encode())
            with self._state:
                self._begin(_Order(command, is_answered=True))
            return
        answer = self._answer_at_once(command)
        self._say(Control.DLE.encode() if answer is None else Control.ACK.encode())
        if answer is not None:
            self._answer(answer)

    def _cancel_executing(self, by: int) -> None:
        """A priority command ends the running one, which then gives no answer (3-2, note 4). A permit that is moving
        when 54h comes is moved to the end first [?]; 5Fh stops it where it is."""
        with self._state:
            self._cancelled = True
        if by == Command.RESET:
            self._mechanism.interrupt()
        else:
            self._mechanism.cancel_wait()
        self._idle.wait(timeout=10.0)

    def _begin(self, order: _Order) -> None:
        self._executing = order.command
        self._cancelled = False
        self._idle.clear()
        self._mechanism.make_ready()
        self._orders.put(order)

    def _answer_at_once(self, command: CommandBlock) -> AnswerBlock | None:
        """Commands that move nothing; None refuses."""
        code, data = command.command, b""
        status = Status.OK
        if code in (Command.CLEAR_PRINT_BUFFER, Command.CLEAR_RASTER_BUFFER):
            self._clear(code)
        elif code == Command.IMAGE_BLOCK:
            return self._paint(command)
        elif code == Command.STATUS:
            data = sensors_of(self._mechanism.sight()).encode()
        elif code == Command.VERSION:
            data = ROM_VERSION
        elif code == Command.TRANSPORT_COUNT:
            data = b"%010d" % self._mechanism.transports
        elif code == Command.PRINT_COUNT:
            data = b"%010d" % self._mechanism.prints
        elif code == Command.CANCEL_REMOVAL:
            self._mechanism.cancel_removal()
        elif code not in (Command.CANCEL_INSERTION, Command.LAMP, Command.PRINT_TEXT):
            status = Status.INVALID_COMMAND
        return AnswerBlock(code, status, data)

    def _clear(self, code: int) -> None:
        """Clear buffers: 40h the text buffer, which is not simulated, 49h both."""
        if code == Command.CLEAR_RASTER_BUFFER:
            with self._state:
                self._raster[:] = BLANK_RASTER

    def _paint(self, command: CommandBlock) -> AnswerBlock | None:
        if "image_error" in self._faults:
            return AnswerBlock(command.command, Status.IMAGE)
        if "buffer_overflow" in self._faults:
            return AnswerBlock(command.command, Status.BUFFER_OVERFLOW)
        try:
            block = parse_image_block(command.data)
        except ValueError:
            return None
        height = block.height_bytes
        width = len(block.columns) // height
        if block.x + width > WIDTH_DOTS or block.y_bytes + height > COLUMN_BYTES:
            return None
        with self._state:
            for column in range(width):
                start = (block.x + column) * COLUMN_BYTES + block.y_bytes
                self._raster[start : start + height] = block.columns[column * height : (column + 1) * height]
        return AnswerBlock(command.command, Status.OK)

    def _answer(self, answer: AnswerBlock) -> None:
        with self._state:
            self._unacknowledged = answer
        try:
            self._say_answer(answer)
        except LineGone:
            return

    def _say_answer(self, answer: AnswerBlock) -> None:
        encoded = answer.encode()
        late_until = time.monotonic() + self._late_s
        while "late" in self._faults and (left_s := late_until - time.monotonic()) > 0:
            self._line.pause(min(left_s, LATE_LOOK_S))  # a unit without the fault answers at once
        self._say(self._garbled(encoded))

    # The mechanism, in its own thread.

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            code = order.command.command
            status = STATUS_OF[self._perform(order.command)]
            is_lost = "lost_print_reply" in self._faults and code == Command.ERASE_PRINT_GIVE_OUT
            with self._state:
                self._executing = None
                is_answered = order.is_answered and not (self._cancelled or self._needs_reset or is_lost)
            if is_answered:
                self._answer(AnswerBlock(code, status))
            self._idle.set()

    def _perform(self, command: CommandBlock) -> Motion:
        try:
            return self._move(command)
        except Interrupted:
            return Motion.COVER_OPEN if self._mechanism.cover_open else Motion.JAM

    def _move(self, command: CommandBlock) -> Motion:
        code = command.command
        if code == Command.RESET:
            return self._reset()
        if code == Command.GIVE_OUT:
            return self._mechanism.retain() if command.data == b"2" else self._mechanism.give_out()
        if self._mechanism.cover_open:
            return Motion.COVER_OPEN
        takes_any = code in (Command.REAR_IDLE, Command.FRONT_IDLE)
        self._mechanism.wait_for_permit(lambda: takes_any)
        if code == Command.REAR_IDLE:
            return self._mechanism.take_in()
        if code == Command.FRONT_IDLE:
            return self._mechanism.hold_in_front()
        if code == Command.CLEAN:
            return self._mechanism.give_out()
        return self._rewrite(command)

    def _reset(self) -> Motion:
        with self._state:
            self._raster[:] = BLANK_RASTER
            self._needs_reset = False
        zero = self._mechanism.find_zero()
        # A permit inside is given out (TCP300 manual, section 4-6 (1)).
        return self._mechanism.give_out() if zero is Motion.DONE and self._mechanism.is_inside else zero

    def _rewrite(self, command: CommandBlock) -> Motion:
        """46h "give out,erase,print"; missing parameters are '1'. 47h and 48h have only the first."""
        parts = command.data.split(b",") if command.data else []
        give_out, erase, prints = [*parts, *[b"1"] * 3][:3]
        does_erase = command.command != Command.PRINT_GIVE_OUT and erase == b"1"
        does_print = command.command != Command.ERASE_GIVE_OUT and prints == b"1"
        status = self._mechanism.rewrite(self.raster if does_print else None, erase=does_erase)
        if status is not Motion.DONE:
            return status
        if give_out == b"0":
            return self._mechanism.hold_in_front()
        return self._mechanism.retain() if give_out == b"2" else self._mechanism.give_out()


def sensors_of(sight: Sight) -> Sensors:
    """The sensors: a permit at the station covers the middle and the rear one, in the path front and middle."""
    inlet = Inlet.EMPTY
    if sight.place is PermitLocation.MOUTH:
        inlet = Inlet.WAITING_FOR_REMOVAL if sight.waits_for_removal else Inlet.TO_BE_PROCESSED
    return Sensors(
        inlet=inlet,
        front=sight.place is PermitLocation.PATH,
        middle=sight.place in (PermitLocation.PATH, PermitLocation.STATION),
        rear=sight.place is PermitLocation.STATION,
        cover_open=sight.cover_open,
        dispenser_empty=False,
    )
