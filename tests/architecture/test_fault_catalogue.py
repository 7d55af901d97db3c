"""Every fault has a code, a place that raises it, a text for the resident and a remedy for the technician."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from typing import Any

import pytest

from kiosk.__main__ import main
from kiosk.domain import faults
from kiosk.domain.faults import CATALOGUE, Fault
from tests.architecture.source import ROOT, names_used_in, python_files

LOCALES = sorted(path.stem for path in (ROOT / "assets/locale").glob("*.toml"))
EVERY_FAULT = pytest.mark.parametrize("fault", CATALOGUE.values(), ids=lambda fault: fault.name)


@cache
def texts_of(language: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / f"assets/locale/{language}.toml").read_text("utf-8"))


@EVERY_FAULT
@pytest.mark.parametrize("language", LOCALES)
def test_a_resident_is_told_about_it(fault: Fault, language: str) -> None:
    assert texts_of(language)["fault"][fault.public]["public"].strip()


@EVERY_FAULT
def test_a_technician_is_told_what_to_do(fault: Fault) -> None:
    sentences = [sentence for sentence in fault.remedy.rstrip(".").split(". ") if sentence]
    assert len(sentences) >= 2, "what is wrong, and what to do"
    assert fault.remedy.endswith((".", "`."))


@EVERY_FAULT
def test_its_code_says_which_part_and_who_acts(fault: Fault) -> None:
    assert len(fault.code) == 4
    assert fault.code.isdigit()
    assert fault.part in faults.Part
    assert fault.code[1] in faults.ACTORS


@EVERY_FAULT
def test_somebody_raises_it(fault: Fault) -> None:
    constant = next(name for name, value in vars(faults).items() if value is fault)
    others = [path for path in python_files("kiosk") if path != "kiosk/domain/faults.py"]
    users = [path for path in others if constant in names_used_in(path)]
    assert users != []


def test_names_are_as_unique_as_codes() -> None:
    assert len({fault.name for fault in CATALOGUE.values()}) == len(CATALOGUE)


def test_there_are_languages() -> None:
    assert "zh-Hans" in LOCALES


def test_the_command_line_prints_every_fault_with_its_words_and_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--json"]) == 0
    printed = {entry["code"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert set(printed) == set(CATALOGUE)
    for code, fault in CATALOGUE.items():
        assert set(printed[code]["public"]) == set(LOCALES)
        assert (printed[code]["name"], printed[code]["severity"]) == (fault.name, fault.severity.value)
        assert printed[code]["remedy"] == fault.remedy


def test_a_technician_looks_one_code_up_in_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "2301", "--language", "en"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("2301 permit_jammed: no permit is taken in until somebody acted")
    assert "en: The permit is stuck inside." in printed
    assert "zh-Hans" not in printed


@pytest.mark.parametrize("arguments", [["9999"], ["--language", "xx"]])
def test_what_the_catalogue_does_not_have_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", *arguments]) == 2
    assert "there " in capsys.readouterr().out
