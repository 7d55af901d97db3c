"""`python -m kiosk region check | show`, from its arguments to what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.policy.region_file import REGIONS_DIR, shipped_regions
from tests.unit.policy.region_cases import INVENTED, INVENTED_DIR


@pytest.mark.parametrize(
    ("on", "years"),
    [
        ("2026-10-31", ()),
        ("2026-11-01", (2027,)),
        ("2026-12-31", (2027,)),
        ("2027-01-01", (2027,)),
        ("2027-11-01", (2027, 2028)),
        ("2025-12-31", (2025,)),
    ],
)
@pytest.mark.parametrize("name", shipped_regions())
def test_from_november_on_the_years_whose_holidays_are_missing_are_named(
    capsys: pytest.CaptureFixture[str], name: str, on: str, years: tuple[int, ...]
) -> None:
    assert main(["region", "check", str(REGIONS_DIR / f"{name}.toml"), "--on", on]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{name}.toml: no mistakes\n"
    assert [line.partition(" is missing")[0] for line in printed.err.splitlines()] == [
        f"{name}.toml: holidays.{year}" for year in years
    ]


def test_a_region_in_which_nothing_depends_on_holidays_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "check", str(INVENTED_DIR / "qinghe.toml"), "--on", "2026-12-01"]) == 0
    assert capsys.readouterr().err == ""


def test_a_day_that_does_not_exist_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "check", "--on", "2026-11-31"]) == 2
    assert "--on: no such date: '2026-11-31'" in capsys.readouterr().err


def test_the_shipped_regions_have_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "check"]) == 0
    assert capsys.readouterr().out == f"{', '.join(f'{name}.toml' for name in shipped_regions())}: no mistakes\n"


@pytest.mark.parametrize("name", INVENTED)
def test_the_invented_regions_have_no_mistakes(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["region", "check", str(INVENTED_DIR / f"{name}.toml")]) == 0
    assert capsys.readouterr().out == f"{name}.toml: no mistakes\n"


def test_every_mistake_of_every_file_is_a_line_with_the_right_ones_silent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = (INVENTED_DIR / "qinghe.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        text.replace("2024-08-31", "2024-02-30")
        .replace("last = { months = 6 }\n", "")
        .replace(', en = "Endorse" }', " }")
        .replace('cite = "rules/第九条"', 'cite = "rules/第八条"', 1)
        .replace("[kiosks]", "[kiosks]\ncolour = 1"),
        encoding="utf-8",
    )
    missing = tmp_path / "missing.toml"
    assert main(["region", "check", str(wrong), str(REGIONS_DIR / "shanghai.toml"), str(missing)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    changed = wrong.read_text("utf-8").splitlines()
    endorse = _line(changed, "[services.endorse]") + 1
    assert lines == [
        f"wrong.toml:{_line(changed, '第八条')}: undescribed.cite: "
        "cites section '第八条', which sources.rules does not list",
        f"wrong.toml:{_line(changed, 'colour')}: kiosks.colour: is not a key of this table",
        f"wrong.toml:{_line(changed, '[[overdue]]')}: overdue[0].last: "
        "is missing: without it the tier overlaps overdue[1]",
        f"wrong.toml:{_line(changed, '2024-02-30')}: measures[0].ends_until: no such date: '2024-02-30'",
        f"wrong.toml:{_line(changed, 'closes_on')}: measures[0].closes_on: "
        "needs ends_from and ends_until: for which permits",
        f"wrong.toml:{endorse}: services.endorse.name.en: is missing (a text)",
        "missing.toml: cannot be read: No such file or directory",
    ]


def _line(lines: list[str], part: str) -> int:
    return next(number for number, line in enumerate(lines, start=1) if part in line)


def test_a_year_is_drawn_as_a_table_with_the_day_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                "region",
                "show",
                str(INVENTED_DIR / "yunxi.toml"),
                "--valid-from",
                "2018-06-09",
                "--valid-to",
                "2019-06-09",
                "--on",
                "2019-07-09",
                "--language",
                "en",
            ]
        )
        == 0
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Yunxi · Residence permit · 12 months · 2018-06-09 – 2019-06-09"
    assert lines[1] == "counted from the end before; the end date is the anniversary, the next term starts on it"
    assert [line.split()[:4] for line in lines[4:10]] == [
        ["2018-06-09", "2019-05-08", "334", "window"],
        ["2019-05-09", "2019-06-08", "31", "window"],
        ["2019-06-09", "2019-06-09", "1", "window"],
        ["2019-06-10", "2019-07-08", "29", "six_months"],
        ["2019-07-09", "2019-12-09", "154", "six_months"],
        ["2019-12-10", "…", "…", "later"],
    ]
    assert [line for line in lines if line.endswith("← this day")] == [lines[8]]
    assert "from the day itself, such as 2019-07-09 to 2020-07-09" in lines[8]
    assert lines[9].endswith("  at the counter")


def test_a_region_with_several_categories_has_a_table_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["region", "show", str(INVENTED_DIR / "caohai.toml"), "--language", "en"]) == 0
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Caohai · ")]
    assert titles == [
        "Caohai · Short term · 6 months · 2026-06-09 – 2026-12-09",
        "Caohai · Long term · 24 months · 2026-06-09 – 2028-06-09",
    ]


@pytest.mark.parametrize("name", shipped_regions())
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_shipped_region_is_shown_with_its_services_and_each_rule_with_its_source(
    capsys: pytest.CaptureFixture[str], name: str, language: str
) -> None:
    assert main(["region", "show", name, "--language", language, "--pilot"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("  endorse: ") for line in lines)
    assert any(line.startswith("  window: ") and ".txt" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["atlantis"], "region show: NAME: unknown 'atlantis'; known: "),
        (["shanghai", "--on", "soon"], "region show: --on: no such date: 'soon' (write 2026-02-28)"),
        (["shanghai", "--category", "gold"], "region show: --category: unknown 'gold'; known: standard"),
        (["shanghai", "--language", "fr"], "region show: --language: unknown 'fr'; known: zh-Hans, en"),
        (["none.toml"], "none.toml: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main(["region", "show", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(complaint)
    assert printed.err.count("\n") == 1


def test_dates_that_make_no_sense_are_said_so_instead_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            ["region", "show", "shanghai", "--valid-from", "2018-06-09", "--valid-to", "2019-06-07", "--language", "en"]
        )
        == 0
    )
    assert capsys.readouterr().out.splitlines()[1] == "the dates on the permit do not fit together"
