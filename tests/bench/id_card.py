"""From the last byte of `30 01` at the wire to the identity card's values, less the card's own time."""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assets import ASSETS
from drivers.id_reader.device import IdReader
from drivers.id_reader.reader_file import IdReaderFile
from drivers.simulators.activity import Busy
from drivers.simulators.control import RigClient
from drivers.transport.base import ByteTransport
from drivers.transport.urls import bytes_opener
from kiosk.demo.floor import busy_of
from kiosk.runtime.clock_notes import watched
from kiosk.runtime.workers import Worker
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.id_card import IdCardService
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from tests.bench.figures import Figure, Result, spread
from tests.lobby.windowless import fail, simulation_for

PERSON = "lin-yuzhen"
READS, QUICK_READS = 20, 3
LIMIT = 1.1
BAUD, BITS_PER_BYTE = 115200, 10
READ_REQUEST = bytes.fromhex("30 01 32")
READ_S = 10.0


class CountingLine:
    """A line that counts the bytes, both ways, after the last byte of a `30 01`."""

    def __init__(self, line: ByteTransport) -> None:
        self._line = line
        self.after_read = 0

    def write(self, data: bytes) -> None:
        self._line.write(data)
        self.after_read = 0 if data.endswith(READ_REQUEST) else self.after_read + len(data)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._line.read(max_bytes, timeout_s)
        self.after_read += len(data)
        return data

    def close(self) -> None:
        self._line.close()


class Reading:
    """The reader on its worker, as the kiosk has it."""

    def __init__(self, url: str, reads_newest_address: bool) -> None:
        self.line: CountingLine | None = None
        self._open: Callable[[int], ByteTransport] = bytes_opener(url, "id_reader")
        self._file = replace(
            IdReaderFile.load(ASSETS / "devices" / "gat467.toml"), reads_newest_address=reads_newest_address
        )
        self._read: queue.SimpleQueue[tuple[float, on.Event]] = queue.SimpleQueue()
        self._service_thread: ServiceThread[IdCardService] = ServiceThread(
            Worker("id_reader", fail), self._service, fail
        )
        self._service_thread.worker.start()

    def _service(self, worker: Worker) -> IdCardService:
        clock = watched(None, 60.0)
        clock.hear(clock.now())
        return IdCardService(IdReader(self._counted, self._file), worker, clock, self._file.poll_interval_s)

    def _counted(self, baud: int) -> CountingLine:
        self.line = CountingLine(self._open(baud))
        return self.line

    def read(self) -> float:
        """The instant at which the values of an identity card were there."""
        self._service_thread.submit(lambda service: service.handlers[do.ReadIdCard](do.ReadIdCard(), self._post))
        instant, event = self._read.get(timeout=READ_S)
        if not isinstance(event, on.IdCardRead):
            raise RuntimeError(f"the identity card was not read: {type(event).__name__}")
        return instant

    def _post(self, event: on.Event) -> None:
        self._read.put((time.monotonic(), event))

    def close(self) -> None:
        self._service_thread.close()


def measure(quick: bool) -> Result:
    """Twice: `30 01` alone, and with `30 03` after it, as this kiosk's device file asks for it."""
    count = QUICK_READS if quick else READS
    with simulation_for("id-card", pace=1.0) as simulation:
        alone = _measured(simulation.rig, simulation.urls["id_reader"], False, count)
        whole = _measured(simulation.rig, simulation.urls["id_reader"], True, count)
    figures = (
        Figure(
            "id-card: values after 30 01, less the card's own time",
            statistics.median(alone["took_s"]),
            "s",
            f"its answer of {alone['line_bytes']} bytes on a line of {BAUD:,} baud",
            alone["line_s"],
            "ratio",
            LIMIT,
        ),
        Figure(
            "id-card: the same with the newest address (30 03)",
            statistics.median(whole["took_s"]),
            "s",
            f"{whole['line_bytes']} bytes: both answers and the second request",
            whole["line_s"],
            "ratio",
            LIMIT,
        ),
    )
    return Result(
        figures,
        {
            name: {**measured, "took_s": spread(measured["took_s"])}
            for name, measured in (("30 01 alone", alone), ("with 30 03", whole))
        },
    )


def _measured(rig: RigClient, url: str, reads_newest_address: bool, count: int) -> dict[str, Any]:
    reading = Reading(url, reads_newest_address)
    took, line_bytes = [], 0
    try:
        for _ in range(count):
            rig.do("lay_id_card", person_id=PERSON)
            rig.do("drain_activity")
            value_at = reading.read()
            took.append(_took(busy_of(rig.do("drain_activity")), value_at))
            assert reading.line is not None
            line_bytes = reading.line.after_read
            rig.do("lift_id_card")
    finally:
        reading.close()
    return {"took_s": took, "line_bytes": line_bytes, "line_s": line_bytes * BITS_PER_BYTE / BAUD}


def _took(busy: list[Busy], value_at: float) -> float:
    """From the last byte of `30 01` to the values, less the card's own time."""
    mine = [b for b in busy if b.who == "id_reader"]
    read = max((b for b in mine if b.cause == "device" and b.doing == "read"), key=lambda b: b.began)
    asked_at = max(b.ended for b in mine if b.cause == "line" and b.doing == "request" and b.ended <= read.began)
    card_s = sum(b.ended - b.began for b in mine if b.cause == "device" and b.began >= read.began)
    return value_at - asked_at - card_s
