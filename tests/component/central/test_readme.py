"""The README as the other half of the contract: tables that come from the code, pictures of calls that there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kiosk.central import codes, contract, repeating
from kiosk.central.contract import PROBLEM_TYPE
from kiosk.central.grants import load_grant_keys
from kiosk.reference_central import bodies, completing, problems
from kiosk.reference_central.openapi_document import openapi_document
from tests.architecture.source import ROOT

README = (ROOT / "kiosk" / "central" / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"```mermaid\n(.*?)```", README, re.DOTALL)
CALL = re.compile(r"K->>C: (GET|POST) (\S+)")


def test_the_table_of_completions_is_the_codes() -> None:
    assert completing.markdown() in README


def test_the_table_of_problem_documents_is_the_codes() -> None:
    assert problems.markdown() in README
    assert PROBLEM_TYPE in README


def test_every_call_of_a_picture_is_in_the_document_and_every_call_of_the_document_in_a_picture() -> None:
    drawn = {(method.lower(), path) for picture in PICTURES for method, path in CALL.findall(picture)}
    told = {(method, path) for path, methods in openapi_document()["paths"].items() for method in methods}
    assert drawn == told


@pytest.mark.parametrize("picture", PICTURES)
def test_every_call_of_a_picture_has_its_answer(picture: str) -> None:
    arrows = [line.strip()[:6] for line in picture.splitlines() if "->>" in line]
    assert arrows == ["K->>C:", "C-->>K"] * (len(arrows) // 2)


@pytest.mark.parametrize("code", [*codes.RELAY_REFUSALS, *codes.PROBLEM_CODES])
def test_every_code_of_the_relay_and_of_problems_is_explained(code: str) -> None:
    assert f"`{code}`" in README


def test_the_example_of_a_file_of_public_keys_can_be_read(tmp_path: Path) -> None:
    (example,) = [block for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[keys." in block]
    path = tmp_path / "grant_keys.toml"
    path.write_text(example, encoding="utf-8")
    assert list(load_grant_keys(path)) == list(tomllib.loads(example)["keys"])


@pytest.mark.parametrize(
    "said",
    [
        f"at most **{round(contract.LONGEST_GRANT.total_seconds() / 3600)} hour**".replace("1 hour", "one hour"),
        f"at most **{round(contract.GRANT_MAY_BE_AHEAD.total_seconds())} s** ahead",
        f"below {bodies.MAX_BODY_BYTES // 1024} KiB",
        f"at most {round(repeating.PATIENCE_S)} s for all repeats",
    ],
)
def test_the_numbers_of_the_readme_are_the_codes(said: str) -> None:
    assert said in README
