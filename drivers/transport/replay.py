"""Plays a recorded trace in place of a device: recorded input is read again, and output must match the recording."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from drivers.data_file import DataFileError, read_text
from drivers.errors import LinkLost, LinkTimeout, NoChip, ProtocolError
from drivers.transport.base import ApduAnswer

_DIRECTIONS = ("out", "in", "atr")


class TraceUnusable(ValueError):
    """A file that is no trace, or a trace without bytes (redacted)."""


class ReplayMismatch(ProtocolError):
    """Something else was written than was recorded. `offset`: of the byte, counted over everything written so far."""

    def __init__(self, message: str, *, offset: int, device: str = "") -> None:
        super().__init__(message, device=device)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class _Passage:
    line: int
    direction: str
    data: bytes


def read_trace(path: Path) -> list[_Passage]:
    """The recorded passages in order. Raises `TraceUnusable` naming the line."""
    try:
        lines = read_text(path).split("\n")
    except DataFileError as error:
        raise TraceUnusable(str(error)) from error
    passages = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if entry["dir"] not in _DIRECTIONS:
                raise TraceUnusable(f"{path.name}: line {number}: dir is {entry['dir']!r}")
            passages.append(_Passage(number, entry["dir"], bytes.fromhex(entry["hex"])))
        except KeyError as error:
            raise TraceUnusable(
                f"{path.name}: line {number}: has no {error}; a redacted trace cannot be played"
            ) from error
        except (TypeError, json.JSONDecodeError, RecursionError) as error:
            raise TraceUnusable(f"{path.name}: line {number}: is no trace entry: {error}") from error
        except ValueError as error:
            if isinstance(error, TraceUnusable):
                raise
            raise TraceUnusable(f"{path.name}: line {number}: hex: {error}") from error
    return passages


class ReplayTransport:
    """A byte transport that plays a trace. Writes may have other portions than recorded."""

    def __init__(self, path: Path, device: str = "") -> None:
        self._passages = [p for p in read_trace(path) if p.direction != "atr"]
        self._device = device
        self._at = 0  # passage
        self._within = 0  # byte of that passage
        self._written = 0
        self._closed = False

    def _require_open(self) -> None:
        if self._closed:
            raise LinkLost("the replay is closed", device=self._device)

    def _advance(self, count: int) -> None:
        self._within += count
        while self._at < len(self._passages) and self._within >= len(self._passages[self._at].data):
            self._at, self._within = self._at + 1, 0

    def write(self, data: bytes) -> None:
        """Compare `data` with the recording. Raises `ReplayMismatch` at the first byte that differs.

        Recorded bytes that nobody read are skipped: a program that drops its input before writing never reads them.
        """
        self._require_open()
        while data:
            while self._at < len(self._passages) and self._passages[self._at].direction == "in":
                self._at, self._within = self._at + 1, 0
            if self._at == len(self._passages):
                raise ReplayMismatch(
                    f"byte {self._written}: {data[0]:02X} written, the trace has ended",
                    offset=self._written,
                    device=self._device,
                )
            passage = self._passages[self._at]
            recorded = passage.data[self._within : self._within + len(data)]
            for written_byte, recorded_byte in zip(data, recorded, strict=False):
                if written_byte != recorded_byte:
                    raise ReplayMismatch(
                        f"byte {self._written} (trace line {passage.line}): {written_byte:02X} "
                        f"written, {recorded_byte:02X} recorded",
                        offset=self._written,
                        device=self._device,
                    )
                self._written += 1
            data = data[len(recorded) :]
            self._advance(len(recorded))

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """The next recorded bytes, if everything recorded before them has been written; otherwise none."""
        self._require_open()
        if self._at == len(self._passages) or self._passages[self._at].direction == "out":
            time.sleep(max(0.0, timeout_s))
            return b""
        data = self._passages[self._at].data[self._within : self._within + max_bytes]
        self._advance(len(data))
        return data

    def close(self) -> None:
        self._closed = True


class ReplayChip:
    """A chip that answers as recorded, command by command."""

    def __init__(self, passages: list[_Passage]) -> None:
        self._atr = next(p.data for p in passages if p.direction == "atr")
        self._passages = [p for p in passages if p.direction != "atr"]
        self._at = 0

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """The recorded answer. Raises `ReplayMismatch` if another command was recorded here, or none."""
        at = self._at
        recorded = self._passages[at].data if at < len(self._passages) else b""
        if apdu != recorded:
            same = next(
                (i for i, (a, b) in enumerate(zip(apdu, recorded, strict=False)) if a != b),
                min(len(apdu), len(recorded)),
            )
            raise ReplayMismatch(
                f"command {at // 2}: differs from the recorded one at byte {same}", offset=same, device="permit_chip"
            )
        if at + 1 >= len(self._passages) or self._passages[at + 1].direction != "in":
            raise LinkTimeout(f"command {at // 2}: no answer was recorded", device="permit_chip")
        self._at += 2
        answer = self._passages[at + 1].data
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def close(self) -> None:
        self._at = len(self._passages)


class ReplayCoupler:
    """A coupler with the chip of a trace. Each connection begins at its first command."""

    def __init__(self, path: Path) -> None:
        self._passages = read_trace(path)

    def connect(self, timeout_s: float) -> ReplayChip:
        """The recorded chip, at once. Raises `NoChip` if the trace has none."""
        if not any(p.direction == "atr" for p in self._passages):
            raise NoChip(f"no chip in the trace within {timeout_s:g} s", device="permit_chip")
        return ReplayChip(self._passages)

    def look(self) -> None:
        """Do nothing: a trace always answers."""

    def close(self) -> None:
        self._passages = []
