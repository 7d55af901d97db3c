"""What a trace records, what it keeps to itself, and when it ends."""

from __future__ import annotations

import io
import json
from typing import Any

from drivers.transport.base import ApduAnswer
from drivers.transport.tracing import Detail, TraceSink, TracingApdu, TracingBytes


class Echo:
    """A transport of the foreign kind: gives back what was written."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.data += data

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        got, self.data = self.data[:max_bytes], self.data[max_bytes:]
        return got

    def close(self) -> None:
        self.closed = True


class OneAnswer:
    atr = b"\x3b\x00"

    def transmit(self, apdu: bytes) -> ApduAnswer:
        return ApduAnswer(b"NAME", 0x9000)

    def close(self) -> None: ...


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_trace_tells_time_direction_and_bytes() -> None:
    stream, clock, inner = io.StringIO(), Clock(), Echo()
    traced = TracingBytes(inner, TraceSink(stream, Detail.BYTES, clock=clock))
    traced.write(b"\x01\x02\x03")
    clock.now = 100.25
    assert traced.read(2, 0.0) == b"\x01\x02"
    assert traced.read(2, 0.0) == b"\x03"
    assert traced.read(2, 0.0) == b""
    assert lines(stream) == [
        {"at": 0.0, "dir": "out", "hex": "010203"},
        {"at": 0.25, "dir": "in", "hex": "0102"},
        {"at": 0.25, "dir": "in", "hex": "03"},
    ]
    traced.close()
    assert inner.closed


def test_a_trace_shows_lengths_only_unless_told_otherwise() -> None:
    stream = io.StringIO()
    traced = TracingBytes(Echo(), TraceSink(stream, clock=Clock()))
    traced.write(b"NAME")
    traced.read(10, 0.0)
    assert lines(stream) == [{"at": 0.0, "dir": "out", "bytes": 4}, {"at": 0.0, "dir": "in", "bytes": 4}]


def test_a_trace_ends_by_itself_and_the_traffic_goes_on() -> None:
    stream, clock = io.StringIO(), Clock()
    traced = TracingBytes(Echo(), TraceSink(stream, limit_s=5.0, clock=clock))
    traced.write(b"a")
    clock.now = 105.5
    traced.write(b"b")
    assert traced.read(10, 0.0) == b"ab"
    assert [line["dir"] for line in lines(stream)] == ["out"]


def test_a_chips_trace_begins_with_its_atr_and_answers_end_with_their_status() -> None:
    stream = io.StringIO()
    chip = TracingApdu(OneAnswer(), TraceSink(stream, Detail.BYTES, clock=Clock()))
    assert chip.atr == b"\x3b\x00"
    assert chip.transmit(b"\x00\xb0\x81\x00\x04") == ApduAnswer(b"NAME", 0x9000)
    chip.close()
    assert lines(stream) == [
        {"at": 0.0, "dir": "atr", "hex": "3b00"},
        {"at": 0.0, "dir": "out", "hex": "00b0810004"},
        {"at": 0.0, "dir": "in", "hex": "4e414d459000"},
    ]
