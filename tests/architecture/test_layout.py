"""The shape of the source: who may import whom, how long a file may get, what must be there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import FOLDERS, PROGRAM, ROOT, python_files, text_files, tree_of
from tests.waiting import LIMIT_S

MOST_LINES = {**dict.fromkeys(PROGRAM, 400), "tests": 700}
LONGER_FOR_A_REASON = {
    "kiosk/central/contract.py": "the whole contract is one page, as its OpenAPI document is",
    "kiosk/domain/faults.py": "one entry for each thing that a person must act on, with what to do",
    "kiosk/workflow/events.py": "one class for each thing that can happen",
}
# Of the machine on which somebody worked, or of where packages came from.
NOT_OURS_TO_TELL = re.compile(
    r"(?<![\w.])/(?:work|root|home|tmp|Users)/\w"
    r"|pythonhosted\.org|pypi\.org|/opt/(?!qianzhu-kiosk)\w"
    r"|--(?:extra-)?index-url[ =]http|https?://[^\s/]*\b(?:artifactory|nexus|devpi)\b"
)
SILENCED_BLINDLY = re.compile(r"#\s*type:\s*ignore(?!\[[a-z, -]+\]  # \w).*")
MENTIONS_THEM = {"tests/architecture/test_layout.py"}
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.mark.slow
def test_imports_keep_to_the_contracts() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_the_six_folders_are_all_there_is() -> None:
    visible = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    made_by_tools = {name for name in visible if name == "build" or name.endswith(".egg-info")}
    assert visible - made_by_tools == set(FOLDERS)


@pytest.mark.parametrize("room", ["unit", "component"])
def test_each_folder_of_tests_is_one_of_the_program(room: str) -> None:
    tested = {Path(path).relative_to(f"tests/{room}").parent for path in python_files(f"tests/{room}")} - {Path()}
    strange = {
        folder
        for folder in tested
        for part in [folder if folder.parts[0] in PROGRAM else "kiosk" / folder]
        if not (ROOT / part).is_dir() and not (ROOT / part).with_suffix(".py").is_file()
    }
    assert strange == set()
    assert len(tested) >= 10


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md", "LICENSE"])
def test_what_a_stranger_reads_first_is_there(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8")) > 400


def test_the_build_server_runs_what_everybody_runs() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("folder", sorted(MOST_LINES))
def test_no_file_is_longer_than_a_reader_can_hold(folder: str) -> None:
    lengths = {path: (ROOT / path).read_text("utf-8").count("\n") for path in python_files(folder)}
    too_long = {path for path, lines in lengths.items() if lines > MOST_LINES[folder]}
    assert too_long - set(LONGER_FOR_A_REASON) == set()


def test_every_package_of_the_program_says_what_it_is_and_does_nothing_else() -> None:
    packages = [path for path in python_files(*PROGRAM) if path.endswith("/__init__.py")]
    assert [path for path in packages if not ast.get_docstring(tree_of(path))] == []
    assert [path for path in packages if len(tree_of(path).body) > 1] == []


def test_every_module_of_the_program_says_what_it_is() -> None:
    assert [path for path in python_files(*PROGRAM) if not ast.get_docstring(tree_of(path))] == []


def test_every_driver_tells_how_to_use_it() -> None:
    devices = [path.parent for path in (ROOT / "drivers").glob("*/command_line.py")]
    assert sorted(device.name for device in devices if not (device / "README.md").is_file()) == []
    assert len(devices) >= 4


def test_no_file_tells_where_it_was_written_or_where_its_packages_came_from() -> None:
    told = [
        f"{path}: {found.group()}"
        for path, text in text_files()
        if path not in MENTIONS_THEM
        for found in NOT_OURS_TO_TELL.finditer(text)
    ]
    assert told == []


def test_whoever_silences_the_check_of_types_says_which_one_and_why() -> None:
    sources = {path: (ROOT / path).read_text("utf-8") for path in python_files(*PROGRAM, "assets", "tests")}
    assert [(path, found.group()) for path in sources for found in SILENCED_BLINDLY.finditer(sources[path])] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = [
        f"{path}: {target}"
        for path, text in text_files()
        if path.endswith(".md")
        for target in LINK.findall(text)
        if not (ROOT / path).parent.joinpath(target).exists()
    ]
    assert dead == []


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|HACK)\b|NotImplementedError")
    assert [path for path in python_files(*PROGRAM) if marks.search((ROOT / path).read_text("utf-8"))] == []
