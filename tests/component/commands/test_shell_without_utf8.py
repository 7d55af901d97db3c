"""Every command works in a shell that is not UTF-8: what it cannot show is escaped, and nothing ends in a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import Journal
from tests.architecture.source import ROOT
from tests.lobby.production_site import GOOD, written

LIMIT_S = 60.0
UTF_8 = {"LC_ALL": "C.UTF-8"}
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SHELLS = {
    "ASCII": PLAIN,
    "Latin-1": {**PLAIN, "PYTHONIOENCODING": "latin-1:strict"},
    "GBK": {**PLAIN, "PYTHONIOENCODING": "gbk:strict"},
}
WRONG = 'kiosk_name = "上海浦东"\nsite = "大厅"\n'
DATES = ["--valid-from", "2018-06-09", "--valid-to", "2019-06-09", "--on", "2019-05-10"]
NO_DISPLAY = {"SDL_VIDEODRIVER": "x11", "DISPLAY": ":9999"}
RECEIPT = '[[elements]]\nkind = "text"\ntext = "回执 é"\n'

# The command, and its exit statuses; {} is the folder of the files.
COMMANDS: dict[str, tuple[list[str], set[int]]] = {
    "help": (["kiosk", "--help"], {0}),
    "faults": (["kiosk", "faults"], {0}),
    "faults of a language that there is not": (["kiosk", "faults", "--language", "中文"], {2}),
    "region show": (["kiosk", "region", "show", "shanghai"], {0}),
    "region show what there is not": (["kiosk", "region", "show", "上海"], {2}),
    "region check": (["kiosk", "region", "check"], {0}),
    "region check of a wrong file": (["kiosk", "region", "check", "{}/错.toml"], {1, 2}),
    "assess": (["kiosk", "assess", "--region", "shanghai", *DATES], {0, 1}),
    "diagnose": (["kiosk", "diagnose", "--config", "{}/kiosk.toml"], {0, 1, 2}),
    "diagnose of a wrong configuration": (["kiosk", "diagnose", "--config", "{}/错.toml"], {2}),
    "journal": (["kiosk", "journal", "--config", "{}/kiosk.toml", "verify"], {0}),
    "retained": (["kiosk", "retained", "--config", "{}/kiosk.toml"], {0}),
    "demo --list": (["kiosk", "demo", "--list"], {0}),
    "central seed of a wrong file": (
        ["kiosk", "central", "seed", "{}/错.toml", "--database", "sqlite:///{}/c.db"],
        {2},
    ),
    "permit-chip check": (["drivers", "permit-chip", "check", "assets/permits/reference.toml"], {0}),
    "permit-chip check of a wrong file": (["drivers", "permit-chip", "check", "{}/错.toml"], {1, 2}),
    "permit-unit decode": (["drivers", "permit-unit", "decode", "é"], {2}),
    "id-reader decode": (["drivers", "id-reader", "decode", "证"], {2}),
    "receipt-printer help": (["drivers", "receipt-printer", "render", "--help"], {0}),
    # The last one: it looks for a display once in a program's life, and there is none.
    "run with a wrong configuration": (["kiosk", "run", "--config", "{}/错.toml"], {1}),
}
IN_JSON: dict[str, list[str]] = {
    "faults": ["kiosk", "faults", "--json"],
    "assess": ["kiosk", "assess", "--region", "shanghai", "--json", *DATES],
    "diagnose of a wrong configuration": ["kiosk", "diagnose", "--json", "--config", "{}/wrong.toml"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a journal, a wrong file with Chinese in its name and in it."""
    folder = tmp_path_factory.mktemp("site")
    site = GOOD.replace("SH-PD-001", "浦东-é-001").replace("192.0.2.7", "127.0.0.1").replace("9100", "9")
    written(folder, site)
    with closing(Journal(folder / "state" / "journal.db", SystemClock().now)):
        pass
    for name in ("错.toml", "wrong.toml"):
        (folder / name).write_text(WRONG, "utf-8")
    return folder


# Every command by its real entrance, one after the other in one interpreter: what is tried is the shell's encoding, and
# an interpreter and its imports for each would take minutes.
ALL_IN_ONE = """
import json, os, runpy, sys
for number, words in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))):
    for descriptor in (1, 2):
        os.dup2(os.open(f"{sys.argv[2]}/{number}.{descriptor}", os.O_WRONLY | os.O_CREAT), descriptor)
    given, sys.argv = sys.argv, [os.fsdecode(word.encode()) for word in words]
    try:
        runpy.run_module(words[0], run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    sys.argv = given
    with open(f"{sys.argv[2]}/{number}.status", "w", encoding="ascii") as file:
        file.write(str(status))
"""


def said_in(shell: dict[str, str], commands: list[list[str]], folder: Path) -> list[tuple[int, bytes, bytes]]:
    """Status, standard output and standard error of each command."""
    (folder / "commands.json").write_text(json.dumps(commands), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ALL_IN_ONE, str(folder / "commands.json"), str(folder)],
        cwd=ROOT,
        env={**os.environ, **shell, **NO_DISPLAY},
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    last = folder / f"{len(commands) - 1}.status"
    assert last.is_file(), [path.read_bytes()[-2000:] for path in folder.glob("*.2")] + [done.stderr]
    return [
        (
            int((folder / f"{number}.status").read_text("ascii")),
            (folder / f"{number}.1").read_bytes(),
            (folder / f"{number}.2").read_bytes(),
        )
        for number in range(len(commands))
    ]


def at(site: Path, words: list[str]) -> list[str]:
    return [word.replace("{}", str(site)) for word in words]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_says_what_it_has_to_say(shell: str, site: Path, tmp_path: Path) -> None:
    said = said_in(SHELLS[shell], [at(site, words) for words, _ in COMMANDS.values()], tmp_path)
    for (name, (_, statuses)), (status, out, error) in zip(COMMANDS.items(), said, strict=True):
        assert status in statuses, (name, out, error)
        assert (out + error).strip(), name
        assert b"Traceback" not in out + error, (name, error)
        assert b"codec can't" not in out + error, (name, error)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_what_is_said_in_json_is_json_and_the_same_in_every_shell(site: Path, tmp_path: Path) -> None:
    told: dict[str, list[Any]] = {}
    for shell, variables in {"UTF-8": UTF_8, **SHELLS}.items():
        folder = tmp_path / shell
        folder.mkdir()
        said = said_in(variables, [at(site, words) for words in IN_JSON.values()], folder)
        told[shell] = [json.loads(out.decode("utf-8" if shell == "UTF-8" else "ascii")) for _, out, _ in said]
    for catalogue, assessed, diagnosed in told.values():
        assert (catalogue, assessed) == tuple(told["UTF-8"][:2])
        assert diagnosed["checks"][:2] == told["UTF-8"][2]["checks"][:2]  # what stands behind it is measured
        assert "大厅" in diagnosed["checks"][1]["detail"]


@pytest.mark.slow
def test_a_character_that_the_shell_has_is_not_escaped_and_one_that_it_lacks_is(site: Path, tmp_path: Path) -> None:
    """Here each in an interpreter of its own, as people start them."""

    def shown(shell: dict[str, str]) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "kiosk", "region", "show", "shanghai"],
            cwd=ROOT,
            env={**os.environ, **shell},
            capture_output=True,
            timeout=LIMIT_S,
            check=True,
        ).stdout

    usual = shown(UTF_8).decode("utf-8")
    assert "上海" in usual
    assert shown(SHELLS["GBK"]).decode("gbk") == usual
    assert shown(SHELLS["ASCII"]).decode("ascii").encode("ascii").decode("unicode_escape") == usual
