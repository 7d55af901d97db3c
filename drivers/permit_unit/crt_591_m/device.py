"""The driver of a CRT-591-M. The layer below repeats frames; whole jobs are never repeated here.

Source: the maker's communication protocol for the CRT-591-M, v1.0 (2013).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.errors import (
    BinFull,
    DeviceError,
    LinkTimeout,
    NothingToProcess,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import (
    BinLevel,
    Capabilities,
    Counters,
    FaceRaster,
    PermitPosition,
    ResetPolicy,
    TakeInOutcome,
    UnitStatus,
)
from drivers.permit_unit.crt_591_m.device_file import CrtDeviceFile
from drivers.permit_unit.crt_591_m.exchange import ExchangeLimits, FrameExchange
from drivers.permit_unit.crt_591_m.frames import (
    DEVICE,
    PLAIN,
    BinCounter,
    Command,
    CommandFrame,
    Done,
    Entry,
    Initialise,
    Move,
    Status,
)
from drivers.permit_unit.crt_591_m.status import expect_done, parse_sensors, parse_state, permit_position
from drivers.transport.base import ByteTransport
from drivers.transport.kept_line import KeptLine

COUNTER_DIGITS = 3  # of A5h [?]

_POLICIES = {
    ResetPolicy.LEAVE: (Initialise.LEAVE, Initialise.LEAVE_COUNTING),
    ResetPolicy.GIVE_BACK: (Initialise.TO_GATE, Initialise.TO_GATE_COUNTING),
    ResetPolicy.RETAIN: (Initialise.TO_BIN, Initialise.TO_BIN_COUNTING),
}
"""(without, with the retract counter)"""


class Crt591M:
    """One unit. `open_link` opens its port; after `LinkLost` the next verb opens it again. For one thread."""

    def __init__(self, open_link: Callable[[], ByteTransport], device_file: CrtDeviceFile) -> None:
        self._file = device_file
        limits = ExchangeLimits(device_file.timeouts.ack_s, device_file.resends)
        self._line = KeptLine(open_link, lambda link: FrameExchange(link, limits))
        self._retained: int | None = None
        self._owes_closing = False  # the gate must still be closed after a wait that broke off

    @property
    def capabilities(self) -> Capabilities:
        return self._file.capabilities

    def reset(self, policy: ResetPolicy) -> UnitStatus:
        """Initialise. See `PermitUnit.reset`. Raises `NeedsRepair`, `PermitJammed`, `BinFull`.

        A permit that is to stay and is between gate and station is drawn to the station. If that jams, it stays there,
        and the position says so.
        """
        self._await_unit()
        self._ask(
            Command.INITIALISE, _POLICIES[policy][self._file.counts_retained], answer_s=self._file.timeouts.initialise_s
        )
        self._owes_closing = False  # the initialisation closed it
        if self._file.capabilities.chip_by_pcsc:
            self._ask(Command.PCSC_READER, PLAIN)
        self._retained = self._bin_count()
        status = self.status()
        if policy is ResetPolicy.LEAVE and status.position is PermitPosition.IN_PATH:
            return self._drawn_on()
        return status

    def status(self) -> UnitStatus:
        """See `PermitUnit.status`. A gate that could not be closed while the unit was silent is closed first, so that
        nothing can be pushed in.
        """
        if self._owes_closing:
            self._close_gate()
        return self._sensed()

    def _sensed(self) -> UnitStatus:
        answer = self._ask(Command.STATUS, Status.SENSORS)
        state = parse_state(answer.state)
        covered = parse_sensors(answer.data, self._file.sensors)
        return UnitStatus(permit_position(state.held, covered), cover_open=False, bin_level=self._bin_level(answer))

    def take_in(self, stop: Callable[[], bool]) -> TakeInOutcome:
        """See `PermitUnit.take_in`: open the gate, wait until a permit is at it, draw it in, close the gate."""
        if stop():
            return TakeInOutcome.STOPPED
        if self.status().position is not PermitPosition.AT_STATION:
            self._owes_closing = True
            self._ask(Command.ENTRY, Entry.OPEN)
            try:
                if not self._comes(stop):
                    self._close_gate()
                    return TakeInOutcome.STOPPED
                self._draw_in()
            except (DeviceError, PermitError):
                self._close_gate()
                raise
        self._close_gate()
        return TakeInOutcome.TAKEN_IN

    def take_back(self) -> bool:
        """See `PermitUnit.take_back`."""
        position = self.status().position
        if position is PermitPosition.NONE:
            return False
        if position is not PermitPosition.AT_STATION:
            try:
                self._draw_in()
            except NothingToProcess:
                return False  # the holder took it after the status was read
        return True

    def load_face(self, raster: FaceRaster) -> int:
        """Raises ValueError: this kind of unit has no print head."""
        raise ValueError(f"{self._file.name} rewrites no faces")

    def erase_and_print(self) -> None:
        """Raises ValueError: this kind of unit has no print head."""
        raise ValueError(f"{self._file.name} rewrites no faces")

    def clear_face(self) -> None:
        """Do nothing: this kind of unit has no image buffer."""

    def give_back(self) -> None:
        """See `PermitUnit.give_back`. The permit is held in the gate and can be drawn in again."""
        self._move(Move.HOLD_AT_GATE)

    def retain(self) -> None:
        """See `PermitUnit.retain`. Raises `BinFull` before anything moves."""
        if not self._file.capabilities.has_retain_bin:
            raise ValueError(f"{self._file.name} has no retain bin by its device file")
        if self.status().bin_level is BinLevel.FULL:
            raise BinFull("the error bin's sensor says that it is full", device=DEVICE)
        self._move(Move.TO_BIN)
        self._retained = self._bin_count()

    def version(self) -> str:
        """Model and firmware."""
        return _text(self._ask(Command.VERSION, PLAIN))

    def serial_number(self) -> str:
        """The unit's own number."""
        return _text(self._ask(Command.SERIAL_NUMBER, PLAIN))

    def configuration(self) -> str:
        """The unit's own description of its configuration (A3h)."""
        return _text(self._ask(Command.CONFIGURATION, PLAIN))

    def counters(self) -> Counters:
        return Counters(transports=None, prints=None, retained=self._bin_count())

    def count_bin_anew(self) -> None:
        """See `PermitUnit.count_bin_anew`."""
        self._ask(Command.BIN_COUNTER, BinCounter.SET, b"0" * COUNTER_DIGITS)
        self._retained = self._bin_count()

    def chip_command(self, command: Command, parameter: int, data: bytes = b"") -> Done:
        """Send one command of 51h or 60h, once. Raises the error of a bad answer, and `LinkTimeout` without an answer;
        it is then unknown whether the chip carried it out.
        """
        frame = CommandFrame(command, parameter, data, self._file.address)
        return expect_done(self._line.use(lambda exchange: exchange.ask_once(frame, self._file.timeouts.chip_s)))

    def chip_off(self, command: Command, parameter: int) -> None:
        """Cut the chip's power (51h 31h, 60h 31h)."""
        self._ask(command, parameter)

    def close(self) -> None:
        self._line.close()

    def _await_unit(self) -> None:
        """Wait until the unit answers. It is deaf during a motion that an earlier program ordered, and an
        initialisation should be sent only once.
        """
        deadline = time.monotonic() + self._file.timeouts.transport_s
        while True:
            try:
                return self._hear_anything()
            except LinkTimeout:
                if time.monotonic() > deadline:
                    raise

    def _hear_anything(self) -> None:
        frame = CommandFrame(Command.STATUS, Status.STATE, address=self._file.address)
        self._line.use(lambda exchange: exchange.ask(frame, self._file.timeouts.answer_s))

    def _drawn_on(self) -> UnitStatus:
        try:
            self._draw_in()
        except PermitJammed:
            return self.status()
        return self.status()

    def _comes(self, stop: Callable[[], bool]) -> bool:
        """Whether a permit came to the gate before `stop` became true."""
        while self._sensed().position is PermitPosition.NONE:
            if stop():
                return False
            time.sleep(self._file.entry_poll_s)
        return True

    def _close_gate(self) -> None:
        self._ask(Command.ENTRY, Entry.CLOSE)
        self._owes_closing = False

    def _draw_in(self) -> None:
        self._move(Move.TO_ANTENNA if self._file.chip_position == "antenna" else Move.TO_CONTACTS)

    def _move(self, move: Move) -> None:
        self._ask(Command.MOVE, move, answer_s=self._file.timeouts.transport_s)

    def _bin_level(self, answer: Done) -> BinLevel:
        if not self._file.capabilities.has_retain_bin:
            return BinLevel.NO_BIN
        if parse_state(answer.state).bin_full:
            return BinLevel.FULL
        return BinLevel.HIGH if (self._retained or 0) >= self._file.bin_capacity - 1 else BinLevel.OK

    def _bin_count(self) -> int:
        digits = self._ask(Command.BIN_COUNTER, BinCounter.READ).data.strip()
        if not digits.isdigit():
            raise UnexpectedReply("the bin counter is no number", device=DEVICE)
        return int(digits)

    def _ask(self, command: Command, parameter: int, data: bytes = b"", answer_s: float | None = None) -> Done:
        """Exchange one frame. Returns a good answer, and raises the error of a bad one."""
        wait_s = self._file.timeouts.answer_s if answer_s is None else answer_s
        frame = CommandFrame(command, parameter, data, self._file.address)
        return expect_done(self._line.use(lambda exchange: exchange.ask(frame, wait_s)))


def _text(answer: Done) -> str:
    return answer.data.decode("ascii", errors="replace").strip()
