"""What is written about metrics is what the program exports."""

from __future__ import annotations

from tests import metrics_table


def test_the_table_of_metrics_is_the_catalogues() -> None:
    readme = metrics_table.README.read_text("utf-8")
    assert metrics_table.rewritten(readme) == readme
