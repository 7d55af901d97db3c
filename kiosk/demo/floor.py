"""The floor of a visit: the time that no program can shorten, stage by stage.

The floor of a stage is the time in which a device, a line or a person was busy (as the simulators recorded it), the
waits of polling (identity reader 300 ms, pcscd at most 400 ms), one bare frame before each painted screen, and the time
from the sending of each call to central until its answer. Simultaneous times count once. The rest is the program's own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.simulators.activity import Busy
from kiosk.demo.resident import Stage
from kiosk.domain.devices import ID_READER, PERMIT_CHIP, PERMIT_UNIT

READER_POLL_S = 0.3
PCSCD_POLL_S = 0.4

# A line of the kiosk's log: 2026-11-22 10:00:00,123 INFO central_answered {..., "ms": 14.5}
_ANSWERED = re.compile(r"^(\S+ \S+) INFO \S*central_answered .*\"ms\": ([0-9.]+)", re.MULTILINE)

Interval = tuple[float, float]
"""Begin and end, in monotonic seconds."""


@dataclass(frozen=True, slots=True)
class BareCosts:
    """Measured in the same run: seconds of one frame, and, to compare, of one HTTPS round trip without a program."""

    frame_s: float
    https_s: float


@dataclass(frozen=True, slots=True)
class MeasuredStage:
    """A stage with its floor, both in seconds."""

    stage: Stage
    floor_s: float

    @property
    def overhead_s(self) -> float:
        return self.stage.seconds - self.floor_s


def measure(
    stages: Sequence[Stage],
    busy: Sequence[Busy],
    waits: Sequence[Interval],
    bare: BareCosts,
    by_pcscd: bool = True,
) -> list[MeasuredStage]:
    """The floor of every stage. `waits`: from each call to central until its answer; `by_pcscd`: False where no pcscd
    polls for the chip.
    """
    return [MeasuredStage(stage, _floor(stage, busy, waits, bare, by_pcscd)) for stage in stages]


def _floor(stage: Stage, busy: Sequence[Busy], waits: Sequence[Interval], bare: BareCosts, by_pcscd: bool) -> float:
    intervals = [
        *((b.began, b.ended) for b in busy),
        *_reader_wait(stage, busy),
        *(_pcscd_wait(stage, busy) if by_pcscd else ()),
        *((painted_at - bare.frame_s, painted_at) for painted_at in stage.painted),
        *waits,
    ]
    return covered((max(began, stage.began), min(ended, stage.ended)) for began, ended in intervals)


def _reader_wait(stage: Stage, busy: Sequence[Busy]) -> list[Interval]:
    """The wait from when the identity card was laid down to the next poll."""
    polled = min((b.began for b in busy if b.who == ID_READER.name and b.began >= stage.began), default=None)
    if stage.name != "identity card" or polled is None:
        return []
    return [(stage.began, min(polled, stage.began + READER_POLL_S))]


def _pcscd_wait(stage: Stage, busy: Sequence[Busy]) -> list[Interval]:
    """The wait from the permit's arrival at the station to the chip's first answer; pcscd polls every 400 ms."""
    arrived = max(
        (
            b.ended
            for b in busy
            if b.who == PERMIT_UNIT.name and b.cause == "device" and stage.began <= b.began and b.ended <= stage.ended
        ),
        default=None,
    )
    if stage.name != "permit in, read and assessed" or arrived is None:
        return []
    answered = min((b.began for b in busy if b.who == PERMIT_CHIP.name and b.began >= arrived), default=arrived)
    return [(arrived, min(answered, arrived + PCSCD_POLL_S))]


def covered(intervals: Iterable[Interval]) -> float:
    """The seconds covered by at least one interval. An interval that ends before it begins is ignored."""
    total, end = 0.0, float("-inf")
    for began, ended in sorted(intervals):
        total += max(ended - max(began, end), 0.0)
        end = max(ended, end)
    return total


def busy_of(drained: Iterable[dict[str, Any]]) -> list[Busy]:
    """The rig's record of busy times, from its JSON on the control socket."""
    return [Busy(**entry) for entry in drained]


def central_waits(log_file: Path) -> list[Interval]:
    """The wait from the sending of each call to central until its answer, by the kiosk's log, in monotonic seconds of
    this machine, to the millisecond.
    """
    offset = time.time() - time.monotonic()
    waits = []
    for at, milliseconds in _ANSWERED.findall(log_file.read_text("utf-8")):
        ended = datetime.strptime(at, "%Y-%m-%d %H:%M:%S,%f").timestamp() - offset
        waits.append((ended - float(milliseconds) / 1000, ended))
    return waits


def as_json(measured: Sequence[MeasuredStage]) -> list[dict[str, Any]]:
    """The report's stages."""
    return [
        {
            "name": each.stage.name,
            "seconds": round(each.stage.seconds, 3),
            "floor_seconds": round(each.floor_s, 3),
            "screens": len(each.stage.painted),
        }
        for each in measured
    ]


def pretty(measured: Sequence[MeasuredStage]) -> str:
    """A table for people."""
    lines = [f"  {'stage':32} {'seconds':>8} {'floor':>8} {'ours':>8}"]
    lines += [
        f"  {each.stage.name:32} {each.stage.seconds:8.3f} {each.floor_s:8.3f} {each.overhead_s:8.3f}"
        for each in measured
    ]
    return "\n".join(lines)
