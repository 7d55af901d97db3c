"""Draws the table rule, citation, test at the end of assets/regions/README.md: python -m tests.region_rules_table.

What shows a rule is said by SHOWN_BY of tests/unit/policy/test_region_<code>.py.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from kiosk.policy.region import Region
from kiosk.policy.region_file import REGIONS_DIR, load_region, shipped_regions
from kiosk.policy.region_year import cited

README = REGIONS_DIR / "README.md"
BEGIN, END = "<!-- drawn by tests.region_rules_table -->\n", "<!-- end of the table -->\n"


def module_of(code: str) -> ModuleType:
    """The module that tests a shipped region. Raises ModuleNotFoundError."""
    return import_module(f"tests.unit.policy.test_region_{code}")


def shown_by(code: str) -> Mapping[str, tuple[str, ...]]:
    """Which tests show which rule of a region; empty where its module does not say."""
    shown: Mapping[str, tuple[str, ...]] = getattr(module_of(code), "SHOWN_BY", {})
    return shown


def table() -> str:
    """A table for each shipped region, in Markdown."""
    return "\n".join(_of(load_region(REGIONS_DIR / f"{code}.toml")) for code in shipped_regions())


def _of(region: Region) -> str:
    shown = shown_by(region.code)
    lines = [f"### {region.name.in_language('en')}", ""]
    lines += ["| rule | stands in | ours | shown by |", "| --- | --- | --- | --- |"]
    for code, rule in region.rules.items():
        ours = "all" if "*" in rule.ours else ", ".join(f"`{key}`" for key in rule.ours)
        lines.append(f"| `{code}` | {cited(rule)} | {ours} | {', '.join(shown.get(code, ()))} |")
    return "\n".join([*lines, ""])


def redrawn(readme: str) -> str:
    """`readme` with the present table between its two marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    README.write_text(redrawn(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
