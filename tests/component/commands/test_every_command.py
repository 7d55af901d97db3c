"""What holds for every command: options are written out, output that fails is told, and a mistake is one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]


def ran(*words: str, to: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own; its output goes to the file `to`, or is kept."""
    with Path(to or os.devnull).open("w") as file:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            stdout=file if to else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


@pytest.mark.slow
@pytest.mark.parametrize("words", [("kiosk", "faults"), ("drivers", "permit-unit", "decode", "--hex", "00")])
def test_output_that_cannot_be_written_is_told_in_one_line(words: tuple[str, ...]) -> None:
    ended = ran(*words, to="/dev/full")
    assert (ended.returncode, ended.stderr) == (2, "standard output: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("kiosk", "retained", "--e"), "unrecognized arguments: --e"),
        (("drivers", "permit-unit", "decode", "--he", "00"), "required: --hex"),
        (("kiosk", "run", "--screen", "panel-1280x800"), "--screen and --unit are for --simulate"),
        (("kiosk", "demo", "--out", "/proc/demo"), "/proc/demo: No such file or directory"),
        (("kiosk", "central", "kiosks", "--database", "foo"), "is no SQLAlchemy URL"),
        (("kiosk", "journal", "verify", "--config", "/nonexistent"), "/nonexistent: cannot be read"),
        (("kiosk", "journal", "--config", "/nonexistent", "verify"), "/nonexistent: cannot be read"),
    ],
)
def test_a_mistake_is_told_in_its_last_line_without_a_traceback(words: tuple[str, ...], told: str) -> None:
    ended = ran(*words)
    assert ended.returncode == 2
    assert told in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_the_version_is_told() -> None:
    ended = ran("kiosk", "--version")
    assert (ended.returncode, ended.stdout[:14]) == (0, "qianzhu-kiosk ")


@pytest.mark.slow
def test_control_c_ends_a_command_without_a_traceback(tmp_path: Path) -> None:
    """It waits for a pipe to be written, as for a terminal."""
    pipe = tmp_path / "residents.json"
    os.mkfifo(pipe)
    database = f"sqlite:///{tmp_path / 'central.db'}"
    # A shell lets what it starts in the background ignore SIGINT, and so would this process.
    heeding = ["env", "--default-signal=INT", sys.executable]
    command = [*heeding, "-m", "kiosk", "central", "seed", "--database", database, str(pipe)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        with pipe.open("w"):  # returns when the command has opened its end, and so reads
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=LIMIT_S)
        assert (process.returncode, errors) == (130, "")
