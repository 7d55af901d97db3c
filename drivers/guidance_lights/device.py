"""A board of outputs on a Modbus RTU line, with a light at each."""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.errors import DriverError, FrameCorrupt, LinkLost, LinkTimeout, TransportError, UnexpectedReply
from drivers.guidance_lights.base import DEVICE, Glow, Light, Lights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.guidance_lights.modbus_rtu import Decoder, Refusal, WriteCoil
from drivers.transport.base import ByteTransport

READ_BYTES = 256
DRAIN_READS = 16  # bounds the reading of a line that never falls silent


class ModbusLights:
    """`GuidanceLights` on any byte transport, which `open_line` opens. The board can only switch on and off, so flashes
    are made here.
    """

    def __init__(
        self,
        open_line: Callable[[], ByteTransport],
        device_file: GuidanceLightsFile,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_line = open_line
        self._file = device_file
        self._monotonic = monotonic
        self._transport: ByteTransport | None = None
        self._shines: dict[Light, tuple[Glow, float]] = {}  # with the time since when
        self._switched: dict[int, bool] = {}  # by coil, as the board has answered

    def show(self, lights: Lights) -> float | None:
        """Switch the outputs for `lights`. Returns the seconds until a flash is due; None: nothing flashes."""
        now = self._monotonic()
        before = self._shines
        self._shines = {
            light: before[light] if light in before and before[light][0] == glow else (glow, now)
            for light, glow in lights.items()
        }
        self._switch_all(now)
        due = [
            left_s for glow, since in self._shines.values() if (left_s := self._left_s(glow, now - since)) is not None
        ]
        return min(due, default=None)

    def check(self) -> None:
        """Switch every output to its present state again."""
        self._switched.clear()
        self._switch_all(self._monotonic())

    def close(self) -> None:
        """Release the device without switching anything; may be called twice."""
        transport, self._transport = self._transport, None
        self._switched.clear()
        if transport is not None:
            transport.close()

    def _switch_all(self, now: float) -> None:
        """Switch all outputs. A kept line that is lost is opened once more: the board may have been replugged."""
        was_kept = self._transport is not None
        try:
            self._switch(now)
        except LinkLost:
            if not was_kept:
                raise
            self._switch(now)

    def _switch(self, now: float) -> None:
        lit = {
            self._file.coil_of(light, glow.colour)
            for light, (glow, since) in self._shines.items()
            if self._is_on(glow, now - since)
        }
        refused: UnexpectedReply | None = None
        # Outputs are switched off first, so that two places are never lit where one is meant.
        for coil in sorted(self._file.coils, key=lambda coil: (coil in lit, coil)):
            if self._switched.get(coil) is (coil in lit):
                continue
            try:
                self._write(WriteCoil(self._file.unit_address, coil, coil in lit))
            except UnexpectedReply as error:  # about this output only; the others are still switched
                refused = refused or error
        if refused is not None:
            raise refused

    def _is_on(self, glow: Glow, shone_s: float) -> bool:
        half_s = self._file.flash_s.get(glow.rate)
        return half_s is None or int(shone_s / half_s) % 2 == 0

    def _left_s(self, glow: Glow, shone_s: float) -> float | None:
        """Seconds until the light is switched again; None for a steady one."""
        half_s = self._file.flash_s.get(glow.rate)
        return None if half_s is None else half_s - shone_s % half_s

    def _write(self, command: WriteCoil) -> None:
        self._switched.pop(command.coil, None)
        failed: DriverError | None = None
        try:
            for _ in range(self._file.resends + 1):
                try:
                    self._ask(command)
                    self._switched[command.coil] = command.is_on
                    return
                except (LinkTimeout, FrameCorrupt) as error:  # switching an output twice does no harm
                    failed = error
            assert failed is not None
            raise failed
        except TransportError:
            self.close()
            raise

    def _line(self) -> ByteTransport:
        if self._transport is None:
            self._transport = self._open_line()
        return self._transport

    def _ask(self, command: WriteCoil) -> None:
        line, decoder = self._line(), Decoder()
        self._await_silence(line)
        line.write(command.encode())
        other: WriteCoil | None = None
        until = time.monotonic() + self._file.answer_s
        while (left_s := until - time.monotonic()) > 0:
            for frame in decoder.feed(line.read(READ_BYTES, left_s)):
                if frame == command:
                    return
                if frame.unit != command.unit:
                    continue
                if isinstance(frame, Refusal):
                    raise UnexpectedReply(f"output {self._number(command)} is refused: {frame.meaning}", device=DEVICE)
                other = frame
        if other is not None:
            raise UnexpectedReply(f"output {self._number(command)}: the answer is another command's", device=DEVICE)
        if damaged := decoder.skipped_bytes + decoder.collected_bytes:
            raise FrameCorrupt(f"{damaged} bytes that are no answer, or one with a wrong CRC", device=DEVICE)
        raise LinkTimeout(f"unit {command.unit} does not answer", device=DEVICE, waited_s=self._file.answer_s)

    def _await_silence(self, line: ByteTransport) -> None:
        """Read until the line is silent, because a frame is recognised by the silence before it."""
        for _ in range(DRAIN_READS):
            if not line.read(READ_BYTES, self._file.quiet_s):
                return

    def _number(self, command: WriteCoil) -> int:
        """The output's number as printed on the board."""
        return command.coil - self._file.first_coil + 1
