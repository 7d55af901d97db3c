"""The guidance lights, simulated at the wire: a board of outputs that speaks Modbus RTU, on a pseudo-terminal.

It has no actions, because nobody touches a lamp. Its switchings are recorded in order. Its power comes from the plug;
unplugged, everything is off. Not simulated: other functions than 05, and broadcasts.
"""

from __future__ import annotations

from pathlib import Path

from drivers.guidance_lights.base import Light
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.guidance_lights.modbus_rtu import Decoder, Frame, Refusal, WriteCoil
from drivers.simulators.activity import ActivityLog
from drivers.simulators.line_faults import LineFaults
from drivers.simulators.pty_line import PtyLine

WHO = "guidance_lights"
BAUD = 9600
SWITCHES_IN_S = 0.01
LATE_S = 1.0  # longer than a driver waits
ILLEGAL_ADDRESS = 0x02
ANOTHER_UNIT = 9


class GuidanceLightsSim(LineFaults):
    """One board with the lights of its device file. `start` returns the URL of its line."""

    fault_names: tuple[str, ...] = (
        "silent",
        "garbled",
        "garbled_once",
        "truncated",
        "noise_before",
        "foreign_frame",
        "late",
        "refuses",
        "unplugged",
    )

    def __init__(self, activity: ActivityLog, pace: float, run_dir: Path, device_file: GuidanceLightsFile) -> None:
        self._file = device_file
        super().__init__(PtyLine(WHO, self._hear, activity, pace, run_dir / "guidance-lights", baud=BAUD))
        self._decoder = Decoder()
        self._on: set[int] = set()  # coils; this and the next under the lock
        self._switched: list[tuple[Light, bool]] = []
        self._light_of = {coil: light for light, outputs in device_file.outputs.items() for coil in outputs.values()}

    def start(self) -> str:
        """Power on; returns the URL."""
        return self._line.start()

    def stop(self) -> None:
        """Power off; may be called twice."""
        self._line.stop()

    @property
    def lit(self) -> frozenset[Light]:
        """The lights that are on now."""
        with self._lock:
            return frozenset(self._light_of[coil] for coil in self._on if coil in self._light_of)

    @property
    def coils_on(self) -> frozenset[int]:
        """The outputs that are on now."""
        with self._lock:
            return frozenset(self._on)

    @property
    def switched(self) -> tuple[tuple[Light, bool], ...]:
        """Each light that went on or off, in order, without orders that changed nothing."""
        with self._lock:
            return tuple(self._switched)

    def set_fault(self, name: str) -> None:
        super().set_fault(name)
        if name == "unplugged":
            self._lose_power()

    def _powered_on(self) -> None:
        self._decoder = Decoder()

    def _lose_power(self) -> None:
        with self._lock:
            self._switched += [(self._light_of[coil], False) for coil in sorted(self._on) if coil in self._light_of]
            self._on.clear()

    def _hear(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            if isinstance(frame, WriteCoil) and frame.unit == self._file.unit_address:
                self._carry_out(frame)

    def _carry_out(self, command: WriteCoil) -> None:
        self._line.busy(SWITCHES_IN_S, "switching")
        if self._has("silent"):
            return
        is_there = 0 <= command.coil - self._file.first_coil < self._file.output_count
        if not is_there or self._has("refuses"):
            self._say(Refusal(command.unit, ILLEGAL_ADDRESS))
            return
        self._switch(command)
        self._say(command)

    def _switch(self, command: WriteCoil) -> None:
        light = self._light_of.get(command.coil)
        with self._lock:
            if light is not None and (command.coil in self._on) is not command.is_on:
                self._switched.append((light, command.is_on))
            (self._on.add if command.is_on else self._on.discard)(command.coil)

    def _say(self, frame: Frame) -> None:
        data = frame.encode()
        if self._has("late"):
            self._line.pause(LATE_S)
        if self._has("garbled") or self._once("garbled_once"):
            data = data[:-1] + bytes([data[-1] ^ 0xFF])
        if self._has("truncated"):
            data = data[: len(data) // 2]
        if self._has("noise_before"):
            data = b"\x00\xff" + data
        if self._has("foreign_frame"):
            data = WriteCoil(ANOTHER_UNIT, self._file.first_coil, True).encode() + data
        self._line.send(data)

    def _once(self, fault: str) -> bool:
        with self._lock:
            if fault not in self._faults:
                return False
            self._faults.discard(fault)
            return True
