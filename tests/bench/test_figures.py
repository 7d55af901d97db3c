"""What the bench says of a figure."""

from __future__ import annotations

from tests.bench.figures import Figure, spread, table


def test_a_value_is_judged_by_itself() -> None:
    assert Figure("share", 0.24, "s", limit=0.25).met
    assert not Figure("share", 0.26, "s", limit=0.25).met


def test_a_ratio_is_judged_by_what_stands_beside_it() -> None:
    figure = Figure("memory", 140.0, "MiB", "a bare window", 100.0, "ratio", 1.4)
    assert figure.outcome == 1.4
    assert figure.met


def test_a_difference_may_be_below_zero() -> None:
    figure = Figure("start", 1.0, "s", "a bare window", 1.5, "difference", 1.0)
    assert figure.outcome == -0.5
    assert figure.met


def test_a_figure_without_a_limit_is_neither_met_nor_missed() -> None:
    assert Figure("assessment", 0.001, "s").met is None


def test_the_json_says_everything_that_the_table_says() -> None:
    figure = Figure("start", 2.0, "s", "a bare window", 0.5, "difference", 1.0)
    assert figure.as_json() == {
        "name": "start",
        "value": 2.0,
        "unit": "s",
        "beside": "a bare window",
        "bare": 0.5,
        "judged": "difference",
        "outcome": 1.5,
        "limit": 1.0,
        "met": False,
    }


def test_a_table_has_a_line_for_each_figure() -> None:
    shown = table(
        [
            Figure("face", 9600.0, "characters", "the raster", 38400.0, "ratio", 0.25),
            Figure("start", 2.0, "s", "a bare window", 0.5, "difference", 1.0),
            Figure("assessment", 0.0000314, "s"),
        ]
    ).splitlines()
    assert shown[1].split("  ")[0] == "face"
    assert shown[1].endswith("9,600 characters  38,400 characters    x 0.25  <= x 0.25  met")
    assert shown[2].endswith("MISSED")
    assert shown[3].split()[:3] == ["assessment", "31.4", "us"]


def test_a_spread_tells_median_and_extremes() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "least": 1.0, "most": 3.0, "count": 3}
