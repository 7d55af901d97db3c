"""Snapshots of invented kiosks, with something in every place."""

from __future__ import annotations

from dataclasses import replace

from kiosk.control.snapshot import (
    STARTING,
    ClockNow,
    Found,
    JournalNow,
    Snapshot,
    StateNow,
    Tallies,
    Waiting,
)
from kiosk.domain.distribution import Distribution
from kiosk.domain.faults import CENTRAL_UNREACHABLE, PAPER_OUT, PERMIT_JAMMED
from kiosk.services.device_health import COUNTED

STARTS = Snapshot(
    taken_at="2026-11-30T10:00:00+08:00",
    version="1.2.3",
    process=4711,
    uptime_s=2.5,
    site="production",
    region="",
    state=StateNow(STARTING, 2.5, "unknown", serves=False, in_visit=False),
)
SERVES = replace(
    STARTS,
    region="shanghai",
    uptime_s=86_400.0,
    state=StateNow("Idle", 12.25, "with_holder", serves=True, in_visit=False),
    found=(
        Found("id_reader", True, True, None, 100.0, 5.0),
        Found("permit_unit", True, True, None, 100.0, 5.0),
        Found("receipt_printer", False, True, PAPER_OUT, 60.0, 5.0),
        Found("central", True, True, CENTRAL_UNREACHABLE, 30.0, 5.0),
        Found("display", False, False),
    ),
    journal=JournalNow(0.5, 815, "2026-11-30T09:59:00+08:00", Waiting(3, 61.5, None), 2, 1, 41_000_000),
    clock=ClockNow(-1.5, True, False, 4),
    certificate_days={"kiosk": 20, "central": 300, "authority": 3000},
    counters={
        **{name: place for place, name in enumerate(COUNTED)},
        "faults": 7,
        "unknown_fields": 1,
        "unknown_values": 2,
        "clock_jumps": 4,
        "log_lines_dropped": 9,
    },
    tallies=Tallies(
        visits={("endorse", "renewed"): 5, ("status", "left"): 1},
        failures={("2301", "RewritingFace"): 1, ("4301", "PrintingReceipt"): 6},
        writing_s=Distribution((10.0, 30.0)).with_value(9.0).with_value(10.0).with_value(31.0),
        central_call_s={("heartbeat", "unreachable"): Distribution((1.0, 5.0)).with_value(5.5)},
    ),
)
JAMMED = replace(SERVES, state=StateNow("OutOfService", 3.0, "inside", False, False, PERMIT_JAMMED))
