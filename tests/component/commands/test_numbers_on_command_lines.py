"""Every number on every command line has a range: what is outside it is one line, never a traceback."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from drivers.__main__ import main as drivers_main
from drivers.command_numbers import day
from kiosk.__main__ import _WORDS
from kiosk.__main__ import main as kiosk_main
from kiosk.policy.region_file import shipped_regions
from tests.architecture.source import ROOT

FILE = "nowhere.toml"
SERVE = ["central", "serve", "--tls-dir", "tls", "--keys", FILE]
RIG = ["simulate", "--run-dir", "run", "--control", "control"]
ODD = ("-1", "nan", "inf", "-inf", "1e400", "9" * 30, "9" * 5000, "", " ", "one", "٣", "１２", "0x10", "1_0")

# program, words before the number, values that it refuses beside the odd ones, what is allowed
OPTIONS = {
    "kiosk journal purge --keep-days": (["journal", "purge", "--keep-days"], ("0", "29", "3651", "1.5"), "30 to 3650"),
    "kiosk demo --pace": (["demo", "--pace"], ("101",), "0 to 100"),
    "kiosk demo --think": (["demo", "--think"], ("61",), "0 to 60"),
    "kiosk central serve --port": ([*SERVE, "--port"], ("65536", "1.5"), "0 to 65535"),
    "kiosk central serve --grant-minutes": ([*SERVE, "--grant-minutes"], ("0", "61"), "1 to 60"),
    "kiosk central serve --threads": ([*SERVE, "--threads"], ("0", "65"), "1 to 64"),
    "kiosk central check --first-number": (
        ["central", "check", "https://h", "--first-number"],
        ("0", "1.5"),
        "1 to 9007199253740991",
    ),
    "kiosk central gaps --minutes": (["central", "gaps", "--minutes"], ("1.5", "527041"), "0 to 527040"),
    "drivers simulate --pace": ([*RIG, "--pace"], ("101",), "0 to 100"),
    "drivers id-reader read --wait": (["id-reader", "read", "--url", "tcp://h:1", "--wait"], ("3601",), "0 to 3600"),
    "drivers id-reader trace --seconds": (
        ["id-reader", "trace", "--url", "tcp://h:1", "--seconds"],
        ("0", "3601"),
        "0.1 to 3600",
    ),
    "drivers permit-unit take-in --wait": (
        ["permit-unit", "take-in", "--url", "tcp://h:1", "--wait"],
        ("3601",),
        "0 to 3600",
    ),
    "drivers permit-unit trace --seconds": (
        ["permit-unit", "trace", "--url", "tcp://h:1", "--seconds"],
        ("0",),
        "0.1 to 3600",
    ),
    "drivers permit-chip read --wait": (["permit-chip", "read", "--url", "pcsc://R", "--wait"], ("3601",), "0 to 3600"),
    "drivers code-scanner read --wait": (
        ["code-scanner", "read", "--url", "tcp://h:1", "--wait"],
        ("3601",),
        "0 to 3600",
    ),
    "drivers code-scanner trace --seconds": (
        ["code-scanner", "trace", "--url", "tcp://h:1", "--seconds"],
        ("0",),
        "0.1 to 3600",
    ),
    "drivers guidance-lights walk --seconds": (
        ["guidance-lights", "walk", "--url", "tcp://h:1", "--seconds"],
        ("0",),
        "0.1 to 3600",
    ),
    "drivers guidance-lights show --seconds": (
        ["guidance-lights", "show", "--url", "tcp://h:1", "--light", "permit_slot", "--seconds"],
        ("0",),
        "0.1 to 3600",
    ),
}
DATES = {
    "kiosk journal story --day": ["journal", "story", "--day"],
    "drivers simulate --today": [*RIG, "--today"],
    "kiosk central made --ready-from": ["central", "made", "R-1", "--station", "s", "--ready-from"],
}
ASSESS = [
    "assess",
    "--region",
    "shanghai",
    "--valid-from",
    "2018-06-09",
    "--valid-to",
    "2019-06-09",
    "--on",
    "2019-05-10",
]
DATES_OF_RULES = {
    **{
        f"kiosk assess {flag}": [*ASSESS, flag]
        for flag in (
            "--on",
            "--valid-from",
            "--valid-to",
            "--issued",
            "--last-endorsed",
            "--last-make-up",
            "--received",
        )
    },
    "kiosk region check --on": ["region", "check", "--on"],
    **{
        f"kiosk region show {flag}": ["region", "show", "shanghai", flag]
        for flag in ("--valid-from", "--valid-to", "--on")
    },
}


def said(program: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        status = (kiosk_main if program.startswith("kiosk ") else drivers_main)(words)
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, capsys.readouterr().err


@pytest.mark.parametrize("option", OPTIONS)
def test_a_number_outside_its_range_is_told_with_what_is_allowed(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words, refused, allowed = OPTIONS[option]
    for value in (*ODD, *refused):
        status, error = said(option, [*words[:-1], f"{words[-1]}={value}"], capsys)
        assert (status, "Traceback" in error) == (2, False), value
        assert re.search(rf"argument {words[-1]}: .* from {allowed} is wanted$", error.strip()), (value, error)
        assert len(error.strip().splitlines()[-1]) < 300


@pytest.mark.parametrize("option", DATES)
def test_a_date_that_is_none_is_told(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = DATES[option]
    for value in ("2026-02-30", "20260228", "9999-12-31", "0001-01-01", "２０２６-02-01", "", "9" * 5000):
        status, error = said(option, [*words[:-1], f"{words[-1]}={value}"], capsys)
        assert (status, error.strip().endswith("a date such as 2026-02-28 is wanted")) == (2, True), (value, error)


@pytest.mark.parametrize("option", DATES_OF_RULES)
def test_a_date_that_no_permit_can_carry_is_told(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, flag = DATES_OF_RULES[option], option.split()[-1]
    wanted = rf"{flag}: (no such date|a date from 1949-01-01 to 2999-12-31 is wanted)"
    for value in ("2026-02-30", "20260228", "9999-12-31", "3000-01-01", "1948-12-31", "0001-01-01", "２０２６-02-01"):
        status, error = said(option, [*words[:-1], f"{words[-1]}={value}"], capsys)
        assert (status, error.count("\n")) == (2, 1), (value, error)
        assert re.search(wanted, error), (value, error)


@pytest.mark.parametrize("option", DATES_OF_RULES)
def test_the_first_and_the_last_date_that_a_permit_can_carry_are_answered(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in ("1949-01-01", "2999-12-31"):
        status, error = said(option, [*DATES_OF_RULES[option], value], capsys)
        assert "Traceback" not in error
        assert status in (0, 1, 2), (value, error)


@pytest.mark.parametrize("region", shipped_regions())
def test_a_term_at_the_end_of_the_calendar_is_drawn(region: str, capsys: pytest.CaptureFixture[str]) -> None:
    for value in ("1949-01-01", "2999-12-31"):
        assert said("kiosk region", ["region", "show", region, "--valid-from", value], capsys) == (0, "")


def test_no_date_of_a_command_is_left_out() -> None:
    assert {f"kiosk {option}" for option in dates_of("", parser_of_kiosk())} == {
        option for option in (*DATES, *DATES_OF_RULES) if option.startswith("kiosk ")
    }


def parser_of_kiosk() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module, _ in _WORDS.values():
        import_module(module).register(commands)
    return parser


def dates_of(words: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every option of every command that says that it wants a date."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield from dates_of(f"{words}{word} ", inner)
        elif action.metavar == "DATE" or action.type is day:
            yield f"{words}{action.option_strings[0]}"


@pytest.mark.parametrize("number", ["²²²²²²²²", "٣٣٣٣-٣٣٣٣", "１２３４-５６７４", "1234-567４", "", "-"])
def test_a_review_number_in_other_figures_is_none(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ["--database", f"sqlite:///{tmp_path / 'c.db'}"]
    assert kiosk_main(["central", "register-kiosk", "kiosk-1", *database]) == 0
    status, error = said("kiosk central", ["central", "review", "show", *database, "--", number], capsys)
    assert status == 1
    assert error.startswith("mistyped: ")


@pytest.mark.parametrize("age", ["-1", "151", "9" * 5000, "1.5", "nan", "٣", ""])
def test_an_age_that_nobody_has_is_told(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, error = said(
        "kiosk assess",
        [
            "assess",
            "--region",
            "shanghai",
            "--valid-from",
            "2018-06-09",
            "--valid-to",
            "2019-06-09",
            "--on",
            "2019-05-10",
            f"--age={age}",
        ],
        capsys,
    )
    assert status == 2
    assert "must be a number of years from 0 to 150" in error
    assert len(error) < 300


def test_no_command_reads_a_number_without_a_range() -> None:
    bare = [
        str(path.relative_to(ROOT))
        for folder in ("drivers", "kiosk", "screens")
        for path in ROOT.glob(f"{folder}/**/*.py")
        if re.search(r"type=(int|float|date\.fromisoformat)\b", path.read_text("utf-8"))
    ]
    assert bare == []
