"""Every number on every command line has a range: what is outside it is one line, never a traceback."""

from __future__ import annotations

import re

import pytest

from drivers.__main__ import main as drivers_main
from kiosk.__main__ import main as kiosk_main
from tests.component.test_config import ROOT

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
        ["central", "check", "https://h", "--first-number"], ("0", "1.5"), "1 to 9007199253740991"),
    "kiosk central gaps --minutes": (["central", "gaps", "--minutes"], ("1.5", "527041"), "0 to 527040"),
    "drivers simulate --pace": ([*RIG, "--pace"], ("101",), "0 to 100"),
    "drivers id-reader read --wait": (["id-reader", "read", "--url", "tcp://h:1", "--wait"], ("3601",), "0 to 3600"),
    "drivers id-reader trace --seconds": (
        ["id-reader", "trace", "--url", "tcp://h:1", "--seconds"], ("0", "3601"), "0.1 to 3600"),
    "drivers permit-unit take-in --wait": (
        ["permit-unit", "take-in", "--url", "tcp://h:1", "--wait"], ("3601",), "0 to 3600"),
    "drivers permit-unit trace --seconds": (
        ["permit-unit", "trace", "--url", "tcp://h:1", "--seconds"], ("0",), "0.1 to 3600"),
    "drivers permit-chip read --wait": (
        ["permit-chip", "read", "--url", "pcsc://R", "--wait"], ("3601",), "0 to 3600"),
    "drivers code-scanner read --wait": (
        ["code-scanner", "read", "--url", "tcp://h:1", "--wait"], ("3601",), "0 to 3600"),
    "drivers code-scanner trace --seconds": (
        ["code-scanner", "trace", "--url", "tcp://h:1", "--seconds"], ("0",), "0.1 to 3600"),
}
DATES = {
    "drivers simulate --today": [*RIG, "--today"],
    "kiosk central made --ready-from": ["central", "made", "R-1", "--station", "s", "--ready-from"],
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


@pytest.mark.parametrize("age", ["-1", "151", "9" * 5000, "1.5", "nan", "٣", ""])
def test_an_age_that_nobody_has_is_told(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, error = said("kiosk assess", [
        "assess", "--region", "shanghai", "--valid-from", "2018-06-09", "--valid-to", "2019-06-09", "--on",
        "2019-05-10", f"--age={age}",
    ], capsys)
    assert status == 2
    assert "must be a number of years from 0 to 150" in error
    assert len(error) < 300


def test_no_command_reads_a_number_without_a_range() -> None:
    bare = [
        str(path.relative_to(ROOT))
        for folder in ("drivers", "kiosk", "screens") for path in ROOT.glob(f"{folder}/**/*.py")
        if re.search(r"type=(int|float|date\.fromisoformat)\b", path.read_text("utf-8"))]
    assert bare == []
