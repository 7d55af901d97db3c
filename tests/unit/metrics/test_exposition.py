"""What a monitoring system reads: every metric of the catalogue, with bounded labels, and nothing else."""

from __future__ import annotations

import pytest
from prometheus_client import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from kiosk.control.snapshot import Snapshot
from kiosk.metrics.catalogue import METRICS, PREFIX, STATES, Kind
from kiosk.metrics.exposition import page
from tests.unit.metrics.snapshots import JAMMED, SERVES, STARTS

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def families(snapshot: Snapshot) -> list[Family]:
    return list(text_string_to_metric_families(page(snapshot).decode()))


def samples(snapshot: Snapshot) -> Samples:
    return {
        (sample.name.removeprefix(PREFIX), frozenset(sample.labels.items())): sample.value
        for family in families(snapshot)
        for sample in family.samples
    }


def value(snapshot: Snapshot, metric: str, **labels: str) -> float:
    return samples(snapshot)[metric, frozenset(labels.items())]


def test_every_metric_of_the_catalogue_is_told_and_no_other() -> None:
    told = {family.name for family in families(SERVES) if not family.name.startswith("process_")}
    # The parser knows counters by their family's name and information as a gauge.
    assert told == {metric.full_name.removesuffix("_total") for metric in METRICS.values()}


@pytest.mark.parametrize("snapshot", [STARTS, SERVES, JAMMED], ids=["starts", "serves", "jammed"])
def test_every_label_has_one_of_the_values_of_the_catalogue(snapshot: Snapshot) -> None:
    by_family = {metric.full_name.removesuffix("_total"): metric for metric in METRICS.values()}
    strange = [
        sample
        for family in families(snapshot)
        if (metric := by_family.get(family.name)) is not None
        for sample in family.samples
        for label, said in sample.labels.items()
        if label != "le" and (label not in metric.labels or said not in (metric.labels[label] or (said,)))
    ]
    assert strange == []
    assert len(by_family) == len(METRICS)


def test_names_have_the_units_and_endings_of_the_convention() -> None:
    for metric in METRICS.values():
        assert metric.name == metric.name.lower()
        assert not metric.name.endswith(("_total", "_info", "_count", "_sum", "_bucket")), metric.name
        if metric.kind is Kind.HISTOGRAM:
            assert metric.name.endswith("_seconds")
        assert metric.meaning.endswith(".")


def test_a_serving_kiosk_is_told_as_its_snapshot_says() -> None:
    assert value(SERVES, "serving") == 1
    assert value(SERVES, "state", state="Idle") == 1
    assert sum(found for (name, _), found in samples(SERVES).items() if name == "state") == 1
    assert value(SERVES, "device_ok", device="id_reader", needed="true") == 1
    assert value(SERVES, "device_ok", device="receipt_printer", needed="false") == 0
    assert value(SERVES, "device_fault", device="receipt_printer", code="4301") == 1
    assert value(SERVES, "paper_out") == 1
    assert value(SERVES, "visits_total", kind="endorse", outcome="renewed") == 5
    assert value(SERVES, "failures_total", code="2301", step="RewritingFace") == 1
    assert value(SERVES, "messages_waiting") == 3
    assert value(SERVES, "oldest_message_seconds") == 61.5
    assert value(SERVES, "permits_retained") == 2
    assert value(SERVES, "clock_offset_seconds") == -1.5
    assert value(SERVES, "certificate_remaining_seconds", whose="kiosk") == 20 * 86_400
    assert value(SERVES, "disk_free_bytes") == 41_000_000
    assert value(SERVES, "build_info", version="1.2.3", site="production", region="shanghai") == 1


def test_a_histogram_counts_up_to_each_bound() -> None:
    assert value(SERVES, "writing_seconds_bucket", le="10.0") == 2
    assert value(SERVES, "writing_seconds_bucket", le="30.0") == 2
    assert value(SERVES, "writing_seconds_bucket", le="+Inf") == 3
    assert value(SERVES, "writing_seconds_count") == 3
    assert value(SERVES, "writing_seconds_sum") == 50
    call = {"operation": "heartbeat", "outcome": "unreachable"}
    assert value(SERVES, "central_call_seconds_bucket", le="5.0", **call) == 0
    assert value(SERVES, "central_call_seconds_count", **call) == 1


def test_what_nobody_looked_at_is_not_told() -> None:
    told = {name for name, _ in samples(STARTS)}
    assert value(STARTS, "serving") == 0
    assert value(STARTS, "state", state="Starting") == 1
    assert not {"visits_total", "messages_waiting", "clock_offset_seconds", "disk_free_bytes", "paper_out"} & told
    assert ("device_ok", frozenset({("device", "display"), ("needed", "false")})) not in samples(SERVES)


def test_why_nobody_is_served_is_a_trouble() -> None:
    assert value(JAMMED, "serving") == 0
    labels = {"about": "permit_unit", "code": "2301", "name": "permit_jammed", "severity": "out_of_service"}
    assert value(JAMMED, "trouble", **labels) == 1


def test_the_names_of_states_are_those_of_the_journal() -> None:
    assert {"Starting", "Idle", "OutOfService", "Explaining", "InServiceMode"} <= set(STATES)
