"""Alert rules, scrape configuration and dashboard please Prometheus's own tool, and ask for what is exported."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kiosk.metrics.catalogue import METRICS, PREFIX, Kind
from kiosk.metrics.exposition import page
from tests.unit.metrics.snapshots import SERVES
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
PROMTOOL = ROOT / ".venv/bin/promtool"
SUPERVISION = ROOT / "systemd/supervision"
RULES, TESTS = SUPERVISION / "kiosk.rules.yml", SUPERVISION / "kiosk.rules.test.yml"
DASHBOARD = SUPERVISION / "kiosk.dashboard.json"
OF_PROMETHEUS = {"up"}  # made by Prometheus itself for whatever it asks
OF_EVERY_TARGET = {"job", "instance"}
SELECTOR = re.compile(r"\b(up|process_\w+|qianzhu_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')


def promtool(*words: str) -> str:
    done = subprocess.run(
        [PROMTOOL, *words], cwd=SUPERVISION, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text("utf-8")))


def queries() -> list[str]:
    """What the dashboard asks for, as Grafana sends it for all kiosks."""
    asked = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return [query.replace("$instance", ".*") for query in asked]


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))


def expressions() -> list[str]:
    return re.findall(r"^ +expr: (.+)$", RULES.read_text("utf-8"), re.MULTILINE)


def exported() -> dict[str, set[str]]:
    """Every name that a page has, with the labels that it has there."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(page(SERVES).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def values_of(name: str, label: str) -> tuple[str, ...]:
    """The values that the catalogue knows of a label; nothing where it lists none."""
    metric = next((each for each in METRICS.values() if name.startswith(each.full_name)), None)
    return () if metric is None else metric.labels.get(label, ())


def test_prometheus_takes_the_rules_and_the_configuration() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", RULES.name)
    promtool("check", "config", "--syntax-only", "scrape.example.yml")


def test_every_alert_comes_when_it_is_due_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", TESTS.name)


def test_every_alert_is_tried_both_ways() -> None:
    text = TESTS.read_text("utf-8")
    tried = re.findall(r"alertname: (\w+)\n +exp_alerts:(.*)", text)
    assert {name for name, expected in tried if not expected} == set(alerts())
    assert {name for name, expected in tried if expected == " []"} == set(alerts())


@pytest.mark.parametrize("text", [*expressions(), *queries()])
def test_only_what_is_exported_is_asked_for(text: str) -> None:
    found = SELECTOR.findall(text)
    assert found
    for name, matchers in found:
        assert name in OF_PROMETHEUS or name in exported(), name
        for label, _, said in MATCHER.findall(matchers):
            assert label in OF_EVERY_TARGET | exported().get(name, set()), f"{name} has no label {label}"
            if known := values_of(name, label):
                assert set(said.split("|")) <= set(known), f"{label} of {name} is never {said}"


def test_the_tests_of_the_rules_are_about_what_is_exported() -> None:
    series = re.findall(r"- series: '(\w+)\{([^}]*)\}'", TESTS.read_text("utf-8"))
    assert len(series) > 2 * len(alerts())
    for name, labels in series:
        assert name in OF_PROMETHEUS or name in exported()
        assert {label for label, _, _ in MATCHER.findall(labels)} <= (OF_EVERY_TARGET | exported().get(name, set())), (
            name
        )


def test_the_dashboard_asks_in_prometheus_language(tmp_path: Path) -> None:
    rules = [{"record": f"panel:query:{number}", "expr": query} for number, query in enumerate(queries())]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")  # JSON is YAML
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))


def test_the_dashboard_can_be_imported_anywhere() -> None:
    told = dashboard()
    assert {variable["name"] for variable in told["templating"]["list"]} == {"source", "instance"}
    assert {panel["datasource"]["uid"] for panel in told["panels"]} == {"${source}"}
    numbers = [panel["id"] for panel in told["panels"]]
    assert len(set(numbers)) == len(numbers) > 10
    places = [panel["gridPos"] for panel in told["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_what_the_dashboard_shows_of_a_counter_is_its_growth() -> None:
    counters = {metric.full_name for metric in METRICS.values() if metric.kind is Kind.COUNTER}
    for query in (*queries(), *expressions()):
        for name, _ in SELECTOR.findall(query):
            if name in counters:
                assert re.search(rf"(increase|rate)\({name}", query), query
    assert PREFIX + "visits_total" in counters
