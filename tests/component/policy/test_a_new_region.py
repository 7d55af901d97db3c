"""A region that no code knows, from its file alone: each convention by dated cases on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.__main__ import main
from kiosk.policy.region_file import shipped_regions
from tests.unit.policy.region_cases import INVENTED, INVENTED_DIR

ROOT = Path(__file__).resolve().parents[3]
QINGHE = "--valid-from 2018-06-10 --valid-to 2019-06-09"
NANLING = "--issued 2016-03-11 --last-endorsed 2018-03-01"
SHIBEI = "--issued 2016-03-11 --valid-from 2018-03-11 --valid-to 2019-03-11"
WUTING = YUNXI = "--valid-from 2018-06-09 --valid-to 2019-06-09"


def answer(capsys: pytest.CaptureFixture[str], region: str, arguments: str) -> dict[str, Any]:
    assert main(["assess", "--region-file", str(INVENTED_DIR / f"{region}.toml"), "--json", *arguments.split()]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("on", "outcome", "start", "end"),
    [
        ("2019-05-09", "too_early", None, None),
        ("2019-05-10", "in_window", "2019-06-10", "2020-06-09"),
        ("2019-06-09", "in_window", "2019-06-10", "2020-06-09"),
        ("2019-07-01", "overdue", "2019-07-01", "2020-06-30"),
    ],
)
def test_the_end_date_is_the_day_before_the_anniversary(
    capsys: pytest.CaptureFixture[str], on: str, outcome: str, start: str | None, end: str | None
) -> None:
    found = answer(capsys, "qinghe", f"{QINGHE} --on {on}")
    assert (found["outcome"], found["new_valid_from"], found["new_valid_to"]) == (outcome, start, end)
    assert (found["opens_on"], found["closes_on"]) == ("2019-05-10", "2019-06-09")


@pytest.mark.parametrize(
    ("on", "outcome", "end"),
    [
        ("2019-01-09", "too_early", None),
        ("2019-01-10", "in_window", "2020-03-11"),
        ("2019-03-11", "in_window", "2020-03-11"),
        ("2019-03-12", "overdue", "2020-03-11"),
    ],
)
def test_counted_from_issue_without_a_yearly_end_date_with_a_window_of_60_days(
    capsys: pytest.CaptureFixture[str], on: str, outcome: str, end: str | None
) -> None:
    found = answer(capsys, "nanling", f"{NANLING} --on {on}")
    assert (found["outcome"], found["new_valid_to"]) == (outcome, end)
    assert (found["opens_on"], found["closes_on"]) == ("2019-01-10", "2019-03-11")


def test_made_up_within_two_years_then_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    last = answer(capsys, "nanling", f"{NANLING} --on 2021-03-11")
    assert (last["outcome"], last["served"], last["new_valid_to"]) == ("overdue", "at_once", "2022-03-11")
    assert last["calendar"]["cancelled_from"] == "2021-03-12"
    after = answer(capsys, "nanling", f"{NANLING} --on 2021-03-12")
    assert (after["outcome"], after["served"], after["new_valid_to"]) == ("cancelled", "counter", None)


def test_a_late_make_up_re_anchors_and_the_next_assessment_counts_from_it(capsys: pytest.CaptureFixture[str]) -> None:
    late = answer(capsys, "shibei", f"{SHIBEI} --on 2019-03-27")
    assert (late["new_valid_from"], late["new_valid_to"], late["residence_years"]) == (
        "2019-03-27",
        "2020-03-27",
        "restart",
    )
    assert late["calendar"]["next_window"] == {"opens_on": "2020-02-27", "closes_on": "2020-03-27"}
    after = answer(
        capsys,
        "shibei",
        "--issued 2016-03-11 --valid-from 2019-03-27 --valid-to 2020-03-27 --last-make-up 2019-03-27 --on 2020-03-01",
    )
    assert (after["outcome"], after["new_valid_to"]) == ("in_window", "2021-03-27")


def test_the_days_that_do_not_count_as_residence_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "wuting", f"{WUTING} --on 2019-07-01")
    assert found["residence_years"] == "counted_from_make_up"
    assert found["calendar"]["residence_gap"] == {"first": "2019-06-10", "last": "2019-06-30", "days": 21}


def test_at_once_if_nothing_changed_else_after_review(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "yunxi", f"{YUNXI} --on 2019-06-01")["served"] == "at_once"
    changed = answer(capsys, "yunxi", f"{YUNXI} --on 2019-06-01 --declare address_changed --home-area yes")
    assert (changed["served"], changed["evidence"]["any_of"]) == ("after_review", ["title", "lease"])


def test_a_category_has_a_term_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(
        capsys,
        "caohai",
        "--category short --new-category long --valid-from 2026-01-15 --valid-to 2026-07-15 --on 2026-07-01",
    )
    assert (found["new_valid_to"], found["evidence"]["all_of"]) == ("2028-07-15", ["ground"])


def test_no_code_of_the_rules_names_a_region() -> None:
    """The table of provincial areas names places, and the zone of all regions is called after one."""
    code = "\n".join(
        path.read_text("utf-8").lower().replace("asia/shanghai", "")
        for path in (ROOT / "kiosk" / "policy").glob("*.py")
        if path.name != "areas.py"
    )
    assert [name for name in (*shipped_regions(), *INVENTED) if name in code] == []
