"""Writes the table of metrics into kiosk/metrics/README.md: `python -m tests.metrics_table`."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.metrics.catalogue import METRICS, Metric

README = Path(__file__).resolve().parent.parent / "kiosk/metrics/README.md"
BEGIN, END = "<!-- written by python -m tests.metrics_table -->\n", "<!-- end of the table -->\n"
MOST_VALUES = 9
"""More values of a label are counted in the table, and not listed."""


def table() -> str:
    """One row for each metric, in the order of the catalogue."""
    rows = ["| metric | type | labels | meaning |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{metric.full_name}` | {metric.kind.value} | {_labels(metric)} | {metric.meaning} |"
        for metric in METRICS.values()
    ]
    return "\n".join([*rows, ""])


def rewritten(readme: str) -> str:
    """`readme` with the present table between its two marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _labels(metric: Metric) -> str:
    return "<br>".join(f"`{label}`{_values(values)}" for label, values in metric.labels.items())


def _values(values: tuple[str, ...]) -> str:
    if not values:
        return ""
    return ": " + (f"one of {len(values)}" if len(values) > MOST_VALUES else ", ".join(values))


def main() -> int:
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
