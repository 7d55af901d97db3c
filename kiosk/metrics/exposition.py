"""A snapshot as metrics. It makes nothing up: what a snapshot does not say is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client import Metric as Family
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)

from kiosk.control.snapshot import JournalNow, Snapshot, Tallies
from kiosk.domain.devices import RECEIPT_PRINTER
from kiosk.domain.distribution import Distribution
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import PAPER_OUT
from kiosk.metrics.catalogue import METRICS, PREFIX, STATES, Kind
from kiosk.services.device_health import COUNTED

DAY_S = 86_400.0

_Labels = Mapping[str, str]
_Values = Iterable[tuple[_Labels, float]]


def page(snapshot: Snapshot) -> bytes:
    """The page of metrics in Prometheus's text format 0.0.4, which every collector reads."""
    return generate_latest(_Collected(snapshot))


class _Collected(CollectorRegistry):
    """What stands on one page."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._snapshot = snapshot

    def collect(self) -> Iterator[Family]:
        yield from families(self._snapshot)
        yield from ProcessCollector(
            registry=None
        ).collect()  # processor time, memory and open files, by their own names


def families(snapshot: Snapshot) -> Iterator[Family]:
    """Every metric of the catalogue that this snapshot says something of."""
    yield _info("build", {"version": snapshot.version, "site": snapshot.site, "region": snapshot.region})
    state = snapshot.state
    yield _one("serving", state.serves)
    yield _one("in_visit", state.in_visit)
    yield _many("state", (({"state": name}, name == state.name) for name in STATES))
    yield _one("state_seconds", state.since_s)
    yield _many("custody", (({"custody": each.value}, each.value == state.custody) for each in Custody))
    yield _one("uptime_seconds", snapshot.uptime_s)
    yield from _devices(snapshot)
    if snapshot.tallies is not None:
        yield from _tallies(snapshot.tallies)
        yield from _counters(snapshot.counters)
    if snapshot.journal is not None:
        yield from _journal(snapshot.journal)
    if snapshot.clock is not None:
        yield _one("clock_confirmed", snapshot.clock.is_confirmed)
        yield _many("clock_jumps", [({}, snapshot.clock.jumps)])
        if snapshot.clock.offset_s is not None:
            yield _one("clock_offset_seconds", snapshot.clock.offset_s)
    days = snapshot.certificate_days.items()
    yield _many("certificate_remaining_seconds", (({"whose": whose}, left * DAY_S) for whose, left in days))


def _devices(snapshot: Snapshot) -> Iterator[Family]:
    found = [each for each in snapshot.found if each.was_asked]
    yield _many(
        "device_ok",
        (({"device": each.name, "needed": str(each.visits_need_it).lower()}, each.fault is None) for each in found),
    )
    yield _many(
        "device_fault",
        (({"device": each.name, "code": each.fault.code}, 1) for each in found if each.fault is not None),
    )
    yield _many(
        "trouble",
        (
            ({"about": about, "code": fault.code, "name": fault.name, "severity": fault.severity.value}, 1)
            for about, fault in snapshot.troubles
        ),
    )
    printer = next((each for each in found if each.name == RECEIPT_PRINTER.name), None)
    if printer is not None:
        yield _one("paper_out", printer.fault is PAPER_OUT)


def _tallies(tallies: Tallies) -> Iterator[Family]:
    visits, failures = tallies.visits.items(), tallies.failures.items()
    yield _many("visits", (({"kind": kind, "outcome": outcome}, count) for (kind, outcome), count in visits))
    yield _many("failures", (({"code": code, "step": step}, count) for (code, step), count in failures))
    yield _spread("writing_seconds", [({}, tallies.writing_s)])
    calls = tallies.central_call_s.items()
    yield _spread(
        "central_call_seconds",
        (({"operation": call, "outcome": outcome}, spread) for (call, outcome), spread in calls),
    )


def _counters(counters: Mapping[str, int]) -> Iterator[Family]:
    yield _many("events", (({"event": event}, counters[event]) for event in COUNTED))
    yield _many("central_unknown", (({"what": what}, counters[f"unknown_{what}"]) for what in ("fields", "values")))
    yield _many("log_lines_dropped", [({}, counters["log_lines_dropped"])])


def _journal(journal: JournalNow) -> Iterator[Family]:
    yield _one("messages_waiting", journal.waiting.messages)
    yield _one("oldest_message_seconds", journal.waiting.oldest_s)
    yield _one("permits_retained", journal.retained)
    yield _one("permits_to_be_looked_for", journal.to_be_looked_for)
    yield _one("journal_step", journal.last_step)
    yield _one("journal_age_seconds", journal.read_s)
    if journal.free_bytes is not None:
        yield _one("disk_free_bytes", journal.free_bytes)


def _one(name: str, value: float) -> Family:
    return _many(name, [({}, value)])


def _many(name: str, values: _Values) -> Family:
    metric = METRICS[name]
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(PREFIX + name, metric.meaning, labels=tuple(metric.labels))
    for labels, value in values:
        family.add_metric([labels[label] for label in metric.labels], float(value))
    return family


def _info(name: str, values: dict[str, str]) -> Family:
    family = InfoMetricFamily(PREFIX + name, METRICS[name].meaning)
    family.add_metric([], values)
    return family


def _spread(name: str, values: Iterable[tuple[_Labels, Distribution]]) -> Family:
    metric = METRICS[name]
    family = HistogramMetricFamily(PREFIX + name, metric.meaning, labels=tuple(metric.labels))
    for labels, spread in values:
        bounds = (*(str(bound) for bound in spread.bounds), "+Inf")
        buckets = list(zip(bounds, accumulate(spread.counts), strict=True))
        family.add_metric([labels[label] for label in metric.labels], buckets, spread.total)
    return family
