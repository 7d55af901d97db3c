"""Every rule of every shipped region stands in a document and is shown by a test; the table that says so is current."""

from __future__ import annotations

import inspect

import pytest

from kiosk.policy.region_file import REGIONS_DIR, load_region, shipped_regions
from tests.region_rules_table import README, module_of, redrawn, shown_by

REGIONS = shipped_regions()


@pytest.mark.parametrize("code", REGIONS)
def test_each_rule_is_shown_by_a_test_and_each_test_named_exists(code: str) -> None:
    rules, shown, module = load_region(REGIONS_DIR / f"{code}.toml").rules, shown_by(code), module_of(code)
    assert set(rules) - set(shown) == set(), "rules without a test"
    assert set(shown) - set(rules) == set(), "tests of rules that the file does not have"
    assert [rule for rule, tests in shown.items() if not tests] == []
    missing = [
        name
        for tests in shown.values()
        for name in tests
        if not name.startswith("test_") or not inspect.isfunction(getattr(module, name, None))
    ]
    assert missing == []


def test_the_table_of_rules_in_the_readme_is_current() -> None:
    readme = README.read_text("utf-8")
    assert redrawn(readme) == readme, "draw it anew: .venv/bin/python -m tests.region_rules_table"


def test_the_file_of_a_shipped_region_has_its_name() -> None:
    assert [load_region(REGIONS_DIR / f"{code}.toml").code for code in REGIONS] == list(REGIONS)


def test_no_two_shipped_regions_take_the_same_permit() -> None:
    regions = [load_region(REGIONS_DIR / f"{code}.toml") for code in REGIONS]
    prefixes = [(prefix, region.code) for region in regions for prefix in region.area_prefixes]
    clashes = [
        (one, other) for one in prefixes for other in prefixes if one is not other and one[0].startswith(other[0])
    ]
    assert clashes == []
