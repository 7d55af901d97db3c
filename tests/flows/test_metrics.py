"""What a monitoring system reads of a kiosk that served residents, broke, and lost central."""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kiosk.app.metrics import Metrics
from kiosk.app.snapshots import Snapshots
from kiosk.config.metrics import MetricsSettings
from kiosk.metrics.catalogue import METRICS, PREFIX
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.own_kiosk import OwnKiosk
from tests.lobby.visitor import LIN, NEIGHBOUR
from tests.waiting import LIMIT_S, eventually

pytestmark = pytest.mark.slow

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Scraper:
    """In the place of Prometheus."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/metrics"

    def read(self) -> str:
        def ask() -> str:
            try:
                with urllib.request.urlopen(self._url, timeout=LIMIT_S) as answer:
                    return str(answer.read().decode())
            except urllib.error.URLError:
                return ""

        return eventually(ask)

    def samples(self) -> Samples:
        return {
            (sample.name.removeprefix(PREFIX), frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.read())
            for sample in family.samples
        }

    def value(self, metric: str, **labels: str) -> float | None:
        return self.samples().get((metric, frozenset(labels.items())))

    def sees(self, wanted: float, metric: str, **labels: str) -> None:
        eventually(lambda: self.value(metric, **labels) == wanted)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def scraping(place: KioskHarness) -> Iterator[Scraper]:
    port = free_port()
    with Metrics(MetricsSettings("127.0.0.1", port, None), Snapshots(lambda: place.kiosk), after_s=0.0):
        yield Scraper(port)


def test_visits_faults_and_calls_are_counted_and_what_stands_is_told(place: KioskHarness) -> None:
    with scraping(place) as scraper:
        place.running.warm_up()
        place.plays(LIN.renewal())
        scraper.sees(1, "visits_total", kind="endorse", outcome="renewed")
        scraper.sees(1, "central_call_seconds_count", operation="endorsements", outcome="answered")
        assert scraper.value("serving") == 1
        assert scraper.value("state", state="Idle") == 1
        assert scraper.value("events_total", event="faces_rewritten") == 1
        assert (scraper.value("journal_step") or 0) > 10
        scraper.sees(0, "messages_waiting")

        place.rig.tear_off_receipt()
        place.rig.lift_id_card()
        place.plays(NEIGHBOUR.until(s.Confirming))
        place.rig.fault("permit_unit", "unplugged")
        place.chooses(Intent.CANCEL)
        place.sees(s.OutOfService)
        scraper.sees(0, "serving")
        scraper.sees(1, "state", state="OutOfService")
        assert [
            labels
            for (name, labels), value in scraper.samples().items()
            if name == "device_fault" and ("device", "permit_unit") in labels and value == 1
        ] == [frozenset({("device", "permit_unit"), ("code", "2101")})]
        told = {name for name, _ in scraper.samples() if not name.startswith("process_")}
        families = {metric.full_name.removeprefix(PREFIX) for metric in METRICS.values()}
        assert {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in told} <= families


def test_nothing_of_a_holder_is_told(place: KioskHarness) -> None:
    with scraping(place) as scraper:
        place.plays(LIN.until(s.Confirming))
        page = scraper.read()
        visit = s.visit_of(place.state)
    assert "qianzhu_in_visit 1.0" in page
    assert visit is not None
    for personal in (str(visit.id), str(visit.endorsement_id), LIN.permit):
        assert personal not in page


def test_a_kiosk_that_is_not_there_yet_is_told_too() -> None:
    port = free_port()
    with Metrics(MetricsSettings("127.0.0.1", port, None), Snapshots(lambda: None, site="production"), after_s=0.0):
        scraper = Scraper(port)
        assert scraper.value("serving") == 0
        assert scraper.value("state", state="Starting") == 1


@pytest.mark.screen
def test_a_kiosk_that_a_mistake_keeps_closed_is_seen_from_afar(kiosk: OwnKiosk) -> None:
    port = free_port()
    text = re.sub(r'^region = ".*"$', 'region = "nowhere"', kiosk.config_file.read_text("utf-8"), flags=re.MULTILINE)
    assert '"nowhere"' in text
    kiosk.config_file.write_text(f"{text}\n[metrics]\nport = {port}\n", "utf-8")
    kiosk.starts()
    kiosk.sees("out_of_service")
    scraper = Scraper(port)
    scraper.sees(1, "state", state="OutOfService")
    assert scraper.value("serving") == 0
    labels = {"about": "kiosk", "code": "6503", "name": "configuration", "severity": "out_of_service"}
    assert scraper.value("trouble", **labels) == 1
    kiosk.logs("metrics_served", f'"address": "127.0.0.1 port {port}"')
    kiosk.never_ended_badly()
    kiosk.ends()


def test_without_the_table_no_thread_is_started() -> None:
    before = threading.active_count()
    with Metrics(None, Snapshots(lambda: None)):
        assert threading.active_count() == before
