"""Records the traffic of a transport as JSON lines {"at", "dir", "hex"}, or lengths only.

`at` is seconds since the trace began, `dir` "out" towards the device and "in" from it; a chip's answer ends with its
status word, and "atr" gives its answer to reset. Raw bytes are personal data, so a trace records them only on request,
and ends by itself.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import TextIO

from drivers.transport.base import ApduAnswer, ByteTransport, ConnectedChip

LIMIT_S = 600.0


class Detail(Enum):
    """How much of the traffic a trace shows."""

    LENGTHS = "lengths"  # {"at", "dir", "bytes": how many}
    BYTES = "bytes"  # {"at", "dir", "hex"}: may hold personal data


class TraceSink:
    """Writes trace lines to a text stream that its owner opens and closes. Takes lines from any thread."""

    def __init__(
        self,
        stream: TextIO,
        detail: Detail = Detail.LENGTHS,
        limit_s: float = LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._detail = detail
        self._limit_s = limit_s
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()

    def record(self, direction: str, data: bytes) -> None:
        """Write one line, unless the time of this trace is over."""
        at = self._clock() - self._began
        if at > self._limit_s:
            return
        shown = {"hex": data.hex()} if self._detail is Detail.BYTES else {"bytes": len(data)}
        with self._lock:
            self._stream.write(json.dumps({"at": round(at, 6), "dir": direction, **shown}) + "\n")
            self._stream.flush()


class TracingBytes:
    """A byte transport that records its traffic in `sink`."""

    def __init__(self, inner: ByteTransport, sink: TraceSink) -> None:
        self._inner = inner
        self._sink = sink

    def write(self, data: bytes) -> None:
        self._sink.record("out", data)
        self._inner.write(data)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        if data:
            self._sink.record("in", data)
        return data

    def close(self) -> None:
        self._inner.close()


class TracingApdu:
    """A connected chip that records its commands and answers in `sink`."""

    def __init__(self, inner: ConnectedChip, sink: TraceSink) -> None:
        self._inner = inner
        self._sink = sink
        sink.record("atr", inner.atr)

    @property
    def atr(self) -> bytes:
        return self._inner.atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        self._sink.record("out", apdu)
        answer = self._inner.transmit(apdu)
        self._sink.record("in", answer.data + answer.sw.to_bytes(2, "big"))
        return answer

    def close(self) -> None:
        self._inner.close()
