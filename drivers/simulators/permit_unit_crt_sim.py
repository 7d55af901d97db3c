"""A Creator CRT-591-M on a pseudo-terminal: it speaks the dialect, moves a permit, powers its chip; it burns no face.

Where the maker's document leaves behaviour open, the choice made here is marked [?] and listed in the driver's README.
"""

from __future__ import annotations

import threading
from pathlib import Path

from drivers.errors import FrameCorrupt
from drivers.permit_unit.crt_591_m.frames import (
    FAILED_HEADS,
    Answer,
    BinCounter,
    Command,
    CommandFrame,
    ContactChip,
    ContactlessChip,
    Control,
    Corrupt,
    Decoder,
    Done,
    Entry,
    Failed,
    Frame,
    Initialise,
    Move,
    Status,
)
from drivers.permit_unit.crt_591_m.status import Held, State
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_time import MUTE_S, answer_in_time
from drivers.simulators.permit import Chip, PermitLocation, SimulatedPermit
from drivers.simulators.permit_unit_actions import UnitActions
from drivers.simulators.permit_unit_mechanism import WHO, Interrupted, Motion
from drivers.simulators.pty_line import PtyLine

BAUD = 38400
LINK_NAME = "permit-unit"
VERSION = b"CRT-591-M SIM V1.00"
SERIAL_NUMBER = b"SIM5910001"
CONFIGURATION = b"0"
SENSOR_PLACES = (
    PermitLocation.MOUTH,
    PermitLocation.PATH,
    PermitLocation.STATION,
    None,
)  # the shipped device file's order
COUNTER_MOST = 999
ERROR_OF = {
    Motion.NO_PERMIT: "A0",
    Motion.WRONG_WAY: "13",
    Motion.TOO_LONG: "13",
    Motion.PULLED_BACK: "45",
    Motion.JAM: "10",
    Motion.COVER_OPEN: "02",
    Motion.MOTOR: "51",
    Motion.HEAD_HOT: "02",
    Motion.SELF_TEST: "12",
}
CHIP_COMMANDS = (Command.CONTACT_CHIP, Command.CONTACTLESS_CHIP)
FAULT_NAMES = (
    "silent",
    "garbled",
    "garbled_once",
    "nak_once",
    "late",
    "unplugged",
    "lost_ack",
    "lost_reply",
    "jam_taking_in",
    "jam_at_station",
    "jam_giving_out",
    "jam_retaining",
    "too_long",
    "pulled_back",
    "contacts_stuck",
    "motor",
    "sensor",
    "bin_full",
    "counter_overflow",
    "power_loss",
    "power_loss_answering",
)


class CrtUnitSim(UnitActions):
    """The unit, its gate, its chip reader and its bin. `start` returns the URL that the driver opens. `failed_head`:
    how its bad answers begin, 4Eh or 45h."""

    fault_names: tuple[str, ...] = FAULT_NAMES

    def __init__(
        self,
        activity: ActivityLog,
        pace: float,
        run_dir: Path,
        *,
        late_s: float = 5.0,
        failed_head: int = FAILED_HEADS[0],
    ) -> None:
        super().__init__(activity, pace, PtyLine(WHO, self._hear, activity, pace, run_dir / LINK_NAME, BAUD))
        self._activity = activity
        self._pace = pace
        self._late_s = late_s
        self._failed_head = failed_head
        self._decoder = Decoder()
        self._last: Answer | None = None
        self._state = threading.RLock()
        self._idle = threading.Event()
        self._idle.set()
        self._is_on = True
        self.retained_count = 0
        self._lose_memory()

    def _lose_memory(self) -> None:
        """Reset the state that the unit loses without power; it keeps the bin counter."""
        self._initialised = False
        self._gate_open = False
        self._counting = False
        self._at_antenna = False
        self._chip: Chip | None = None
        self._decoder.reset()

    def start(self) -> str:
        """Power on; returns the URL. The unit then waits to be initialised."""
        return self._line.start()

    def stop(self) -> None:
        """Power off and close everything; may be called twice."""
        self._mechanism.interrupt()
        self._line.stop()

    # Actions that are impossible with this unit.

    def open_cover(self) -> None:
        """Raises ValueError: there is none."""
        raise ValueError("this permit unit has no cover")

    def close_cover(self) -> None:
        """Raises ValueError: there is none."""
        raise ValueError("this permit unit has no cover")

    def free_jam(self) -> SimulatedPermit | None:
        permit = super().free_jam()
        with self._state:
            self._chip_off()
        return permit

    def _lose_power(self) -> None:
        """Switch off and on again: a moving permit stops where it is, and pending answers are lost."""
        self._is_on = False
        self._mechanism.interrupt()
        self._idle.wait(timeout=5.0)
        with self._state:
            self._chip_off()
            self._lose_memory()
        self._is_on = True

    # The line, in its own thread.

    def _hear(self, data: bytes) -> None:
        self._idle.clear()
        try:
            for item in self._decoder.feed(data):
                if "silent" not in self._faults:
                    self._hear_item(item)
        finally:
            self._idle.set()

    def _hear_item(self, item: Frame | Control | Corrupt) -> None:
        match item:
            case Control.NAK if self._last is not None:
                self._say_answer(self._last)
            case Control():
                return
            case Corrupt():
                self._say(Control.NAK.encode())
            case Frame() if item.is_command:
                self._hear_command(item)

    def _hear_command(self, frame: Frame) -> None:
        try:
            command = frame.as_command()
        except FrameCorrupt:
            self._say(Control.NAK.encode())
            return
        if "nak_once" in self._faults:
            self._faults.discard("nak_once")
            self._say(Control.NAK.encode())
            return
        if "lost_ack" in self._faults:
            self._faults.discard("lost_ack")
        else:
            self._say(Control.ACK.encode())
        self._mechanism.make_ready()
        try:
            with self._state:
                answer = self._carry_out(command)
        except Interrupted:
            answer = self._failed(command, "45")
        if "power_loss_answering" in self._faults:
            self._faults.discard("power_loss_answering")
            with self._state:
                self._chip_off()
                self._lose_memory()
            return
        is_lost = "lost_reply" in self._faults and (
            command.command == Command.MOVE or (command.command in CHIP_COMMANDS and command.data)
        )
        if self._is_on and not is_lost:
            self._last = answer
            self._say_answer(answer)

    def _say_answer(self, answer: Answer) -> None:
        encoded = answer.encode()
        if "late" in self._faults:
            self._line.pause(self._late_s)
        self._say(self._garbled(encoded))

    # Commands.

    def _carry_out(self, command: CommandFrame) -> Answer:
        if not self._initialised and command.command != Command.INITIALISE:
            return self._failed(command, "B0")
        match command.command:
            case Command.INITIALISE:
                return self._initialise(command)
            case Command.STATUS:
                return self._tell_status(command)
            case Command.MOVE:
                return self._move(command)
            case Command.ENTRY if command.parameter in (Entry.OPEN, Entry.CLOSE):
                self._gate_open = command.parameter == Entry.OPEN
                return self._done(command)
            case Command.CONTACT_CHIP | Command.CONTACTLESS_CHIP:
                return self._serve_chip(command)
            case Command.VERSION:
                return self._done(command, VERSION)
            case Command.SERIAL_NUMBER:
                return self._done(command, SERIAL_NUMBER)
            case Command.CONFIGURATION:
                return self._done(command, CONFIGURATION)
            case Command.BIN_COUNTER:
                return self._count(command)
            case Command.PCSC_READER:
                return self._done(command)
            case Command.ENTRY:
                return self._failed(command, "01")
            case _:
                return self._failed(command, "00")

    def _done(self, command: CommandFrame, data: bytes = b"") -> Answer:
        held = {PermitLocation.MOUTH: Held.AT_GATE, PermitLocation.STATION: Held.AT_CHIP}.get(
            self._mechanism.sight().place, Held.NOWHERE
        )
        state = State(held, "0", bin_full="bin_full" in self._faults)
        return Done(command.command, command.parameter, state.encode(), data, command.address)

    def _failed(self, command: CommandFrame, code: str) -> Answer:
        return Failed(command.command, command.parameter, code, b"", self._failed_head, command.address)

    def _ended(self, command: CommandFrame, motion: Motion) -> Answer:
        return self._done(command) if motion is Motion.DONE else self._failed(command, ERROR_OF[motion])

    def _tell_status(self, command: CommandFrame) -> Answer:
        if command.parameter == Status.STATE:
            return self._done(command)
        if command.parameter != Status.SENSORS:
            return self._failed(command, "01")
        place = self._mechanism.sight().place
        return self._done(command, b"".join(b"1" if place is sensor else b"0" for sensor in SENSOR_PLACES))

    def _initialise(self, command: CommandFrame) -> Answer:
        if command.parameter not in set(Initialise):
            return self._failed(command, "01")
        self._chip_off()
        self._gate_open = False
        self._counting = command.parameter >= Initialise.TO_GATE_COUNTING
        motion = self._mechanism.find_zero()
        if motion is Motion.DONE and self._mechanism.is_inside:
            if command.parameter in (Initialise.TO_GATE, Initialise.TO_GATE_COUNTING):
                motion = self._mechanism.give_out()
            elif command.parameter in (Initialise.TO_BIN, Initialise.TO_BIN_COUNTING):
                return self._retain(command)
        self._initialised = True
        return self._ended(command, motion)

    def _move(self, command: CommandFrame) -> Answer:
        sight = self._mechanism.sight()
        match command.parameter:
            case Move.TO_CONTACTS | Move.TO_ANTENNA:
                if sight.place is PermitLocation.MOUTH and not (self._gate_open or sight.waits_for_removal):
                    return self._failed(command, "A0")  # the closed gate does not hold it [?]
                self._at_antenna = command.parameter == Move.TO_ANTENNA
                return self._ended(command, self._mechanism.take_in())
            case Move.HOLD_AT_GATE | Move.OUT_OF_GATE | Move.TO_BIN if self._is_stuck(sight.place):
                return self._failed(command, "05")
            case Move.HOLD_AT_GATE:
                return self._route_effects(command)
            case Move.OUT_OF_GATE:
                answer = self._route_effects(command)
                self._mechanism.cancel_removal()  # the rollers have released it
                return answer
            case Move.TO_BIN:
                return self._retain(command)
            case _:
                return self._failed(command, "01")

    def _is_stuck(self, place: PermitLocation) -> bool:
        return "contacts_stuck" in self._faults and place is PermitLocation.STATION

    def _route_effects(self, command: CommandFrame) -> Answer:
        self._chip_off()
        return self._ended(command, self._mechanism.give_out())

    def _retain(self, command: CommandFrame) -> Answer:
        self._chip_off()
        if "bin_full" in self._faults:
            return self._failed(command, "A1")
        if "counter_overflow" in self._faults or self.retained_count >= COUNTER_MOST:
            return self._failed(command, "50")
        motion = self._mechanism.retain()
        if motion is Motion.DONE:
            self._initialised = True
            self.retained_count += self._counting
        return self._ended(command, motion)

    def _count(self, command: CommandFrame) -> Answer:
        if command.parameter == BinCounter.SET:
            if len(command.data) != 3 or not command.data.isdigit():
                return self._failed(command, "04")
            self.retained_count = int(command.data)
        elif command.parameter != BinCounter.READ:
            return self._failed(command, "01")
        return self._done(command, b"%03d" % self.retained_count)

    # The chip.

    def _serve_chip(self, command: CommandFrame) -> Answer:
        by_antenna = command.command == Command.CONTACTLESS_CHIP
        match command.parameter:
            case ContactChip.COLD_RESET | ContactChip.WARM_RESET:  # 30h is 60h's activation too
                return self._power_chip(command, by_antenna)
            case ContactChip.OFF:
                self._chip_off()
                return self._done(command)
            case ContactChip.STATUS if not by_antenna:
                return self._done(command, b"1" if self._chip is not None else b"0")
            case ContactChip.APDU if not by_antenna:
                return self._exchange(command)
            case ContactlessChip.APDU_A | ContactlessChip.APDU_B | ContactChip.APDU_T0:
                return self._exchange(command)
            case _:
                return self._failed(command, "01")

    def _power_chip(self, command: CommandFrame, by_antenna: bool) -> Answer:
        self._chip_off()
        permit = self._mechanism.permit
        if (
            permit is None
            or permit.place is not PermitLocation.STATION
            or permit.chip is None
            or (by_antenna is not self._at_antenna)
        ):
            return self._failed(command, "61")
        atr = permit.chip.atr()
        if not atr:
            return self._failed(command, "61")
        permit.chip.power_on()
        self._chip = permit.chip
        kind = b"A" if by_antenna else b"1" if atr[1] & 0x80 else b"0"
        return self._done(command, kind + atr)

    def _exchange(self, command: CommandFrame) -> Answer:
        if self._chip is None:
            return self._failed(command, "65")
        answer = answer_in_time(self._chip, command.data, self._activity, self._pace, self._line.pause)
        if not answer:
            self._line.pause(MUTE_S * self._pace)
            self._chip_off()
            return self._failed(command, "68")
        return self._done(command, answer)

    def _chip_off(self) -> None:
        chip, self._chip = self._chip, None
        if chip is not None:
            chip.power_off()
