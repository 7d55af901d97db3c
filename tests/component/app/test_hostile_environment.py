"""The environment has no say but in the documented variables: the real kiosk is started where every other is a trap."""

from __future__ import annotations

import json
import os
import platform
import re
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from drivers.environment import FIXED, HEEDED, heed_only_the_documented
from kiosk.central.client import CentralRefusedCall
from kiosk.demo.processes import Process
from kiosk.demo.simulation import Simulation, Wishes
from kiosk.reference_central import heartbeats
from kiosk.reference_central.database import Database
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import MovableClock, client_of, settings
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
AS_THE_SERVICE = ["-BEs", "-X", "utf8"]
START_S = 60.0
PICKLE = f"{platform.python_version()}.capabilities.pickle"
# A pickle that makes a file of the name it holds: GLOBAL os.mkdir, (name,), REDUCE.
EVIL_PICKLE = "cos\nmkdir\n(V{}\ntR."


class Traps:
    """An environment in which each variable leaves a mark when something heeds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks = folder / "marks"
        self.temporary = folder / "temporary"
        for name in ("marks", "temporary", "bin", "pickles", "kivy/mods", "packages", "zones/Asia"):
            (folder / name).mkdir(parents=True)
        self._program("dbus-launch")
        (folder / "kivy/mods/evil.py").write_text(self._marking("kivy module") + "def start(win, ctx): ...\n", "utf-8")
        (folder / "packages/sitecustomize.py").write_text(self._marking("sitecustomize"), "utf-8")
        (folder / "pickles" / PICKLE).write_bytes(EVIL_PICKLE.format(self.marks / "unpickled").encode())
        os.utime(folder / "pickles" / PICKLE, (4e9, 4e9))  # newer than the library's own file, or it is not read
        (folder / "zones/Asia/Shanghai").write_bytes(b"no time zone")
        # No connection of TLS 1.2 or newer comes about with this.
        (folder / "openssl.cnf").write_text(
            "openssl_conf = all\n[all]\nssl_conf = modules\n[modules]\nsystem_default = old\n[old]\n"
            "MaxProtocol = TLSv1.1\n",
            "utf-8",
        )
        self.environment = {
            "SSLKEYLOGFILE": str(self.marks / "secrets of TLS"),
            "SSL_CERT_FILE": str(folder / "nowhere.pem"),
            "SSL_CERT_DIR": str(folder / "nowhere"),
            "OPENSSL_CONF": str(folder / "openssl.cnf"),
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "ALL_PROXY": "socks5://127.0.0.1:9",
            "ESCPOS_CAPABILITIES_PICKLE_DIR": str(folder / "pickles"),
            "ESCPOS_CAPABILITIES_FILE": str(folder / "nowhere.json"),
            "KIVY_HOME": str(folder / "kivy"),
            "KCFG_MODULES_EVIL": "",
            "KCFG_KIVY_LOG_LEVEL": "trace",
            "KIVY_EVENTLOOP": "trio",
            "KIVY_WINDOW": "nothing",
            "KIVY_GL_BACKEND": "mock",
            "KIVY_LOG_MODE": "KIVY",
            "SDL_DYNAMIC_API": str(folder / "nowhere.so"),
            "DBUS_SESSION_BUS_ADDRESS": "autolaunch:",
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(folder / "packages"),
            "PYTHONTZPATH": str(folder / "zones"),
            "PYTHONINSPECT": "1",
            "PYTHONSTARTUP": str(folder / "packages/sitecustomize.py"),
            "TMPDIR": str(self.temporary),
        }

    def sprung(self) -> set[str]:
        """The marks that were left."""
        return {path.name for path in self.marks.iterdir()}

    def _marking(self, name: str) -> str:
        return f"open({str(self.marks / name)!r}, 'w').close()\n"

    def _program(self, name: str) -> None:
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/sh\ntouch '{self.marks / name}'\nexit 1\n", "utf-8")
        program.chmod(0o755)


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


@pytest.mark.slow
@pytest.mark.screen
@pytest.mark.timeout(180)
def test_the_kiosk_serves_in_a_hostile_environment_and_nothing_of_it_has_an_effect(
    traps: Traps, tmp_path: Path
) -> None:
    with Simulation(Wishes(pace=0.0, hidden=True, direct_chip=True), tmp_path / "place") as place:
        kiosk = Process.of_python(
            "the kiosk",
            [*AS_THE_SERVICE, "-m", "kiosk", "run", "--config", str(place.config_file)],
            place.state_dir / "kiosk.log",
            {**place.display.environment, **traps.environment},
        )
        with kiosk:
            place.automation(kiosk).wait_for("welcome", within_s=START_S)
            # Its certificates were accepted, central was heard, and every library of a visit is loaded.
            eventually(lambda: heard_of_kiosk(place), START_S)
            # python-escpos comes with a library of YAML.
            eventually(lambda: "yaml" in Path(f"/proc/{kiosk.pid}/maps").read_text("utf-8"), START_S)
            assert kiosk.end() == 0
        said = (place.state_dir / "kiosk.log").read_text("utf-8")
    assert traps.sprung() == set()
    assert [path.name for path in traps.temporary.iterdir()] == []
    assert sorted(path.name for path in (traps.folder / "kivy").rglob("*")) == ["evil.py", "mods"]
    assert re.search(r"Traceback|SDL_DYNAMIC_API|trio", said) is None, said


def heard_of_kiosk(place: Simulation) -> bool:
    database = Database(place.central_database)
    try:
        with database.reading() as session:
            return any(line["heard_at"] for line in heartbeats.standing(session, datetime.now(UTC)))
    finally:
        database.close()


UNGUARDED = """
import ssl, sys
if ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).maximum_version is ssl.TLSVersion.TLSv1_1:
    open(sys.argv[1] + "/openssl", "w").close()
context = ssl.create_default_context()
open(sys.argv[1] + "/keylog" if context.keylog_filename else sys.argv[1] + "/none", "w").close()
from escpos import capabilities
"""


@pytest.mark.slow
def test_the_traps_work_on_a_program_that_takes_no_care(traps: Traps) -> None:
    environment = {**os.environ, **traps.environment}
    del environment["PYTHONINSPECT"], environment["ESCPOS_CAPABILITIES_FILE"]
    subprocess.run(
        [sys.executable, "-c", UNGUARDED, str(traps.marks)],
        env=environment,
        check=False,
        timeout=START_S,
        capture_output=True,
    )
    assert {"sitecustomize", "keylog", "openssl", "unpickled", "secrets of TLS"} <= traps.sprung()
    kivy = {**environment, "KIVY_EVENTLOOP": "asyncio", "SDL_VIDEODRIVER": "offscreen", "KIVY_WINDOW": "sdl2"}
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import kivy; from kivy.config import Config; from kivy.modules import Modules; "
            "Modules.import_module('evil') if 'evil' in dict(Config.items('modules')) else None",
        ],
        env=kivy,
        check=False,
        timeout=START_S,
        capture_output=True,
    )
    assert "kivy module" in traps.sprung()
    assert (
        subprocess.run(["dbus-launch"], env=environment, check=False, timeout=START_S, capture_output=True).returncode
        == 1
    )
    assert "dbus-launch" in traps.sprung()


@pytest.mark.slow
@pytest.mark.parametrize("program", ["kiosk", "drivers"])
def test_every_command_takes_away_what_it_does_not_heed_before_openssl_is_loaded(program: str, traps: Traps) -> None:
    """OpenSSL reads its configuration once, when the first module that needs it is imported."""
    probe = (
        "import json, os, runpy, sys\n"
        "import drivers.environment as cleaning\n"
        "kept = cleaning.heed_only_the_documented\n"
        "def watched():\n"
        "    kept()\n"
        "    print(json.dumps([dict(os.environ), sorted(sys.modules)]), flush=True)\n"
        "    sys.exit(0)\n"
        "cleaning.heed_only_the_documented = watched\n"
        f"runpy.run_module({program!r}, run_name='__main__')\n"
    )
    environment = {**os.environ, **traps.environment, "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-BEs", "-c", probe],
        cwd=ROOT,
        env=environment,
        check=True,
        timeout=START_S,
        capture_output=True,
        text=True,
    )
    variables, modules = json.loads(done.stdout)
    assert set(variables) <= {*HEEDED, *FIXED}
    assert variables["LANG"] == "C.UTF-8"
    assert {name: variables[name] for name in FIXED} == FIXED
    assert {"ssl", "_ssl", "_hashlib", "hashlib", "zoneinfo", "cryptography", "kivy", "escpos"} & set(modules) == set()


def test_what_python_was_told_reaches_its_children_unless_it_ignores_it_itself() -> None:
    environment = {"PYTHONPATH": "/p", "PYTHONTZPATH": "/z", "LANG": "C", "LD_PRELOAD": "/x.so", "PATH": "/evil"}
    heed_only_the_documented(environment)
    assert environment == {"PYTHONPATH": "/p", "LANG": "C", **FIXED}


def test_the_list_of_variables_for_operators_is_the_programs_own() -> None:
    readme = (ROOT / "systemd" / "README.md").read_text("utf-8")
    table = readme.partition("## Environment")[2].partition("\n## ")[0]
    listed = [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(HEEDED)


def test_the_secrets_of_no_connection_are_written_down_by_either_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    monkeypatch.setenv("SSLKEYLOGFILE", str(secrets))
    assert ssl.create_default_context().keylog_filename == str(secrets)  # what both sides must not use
    secrets.unlink()
    with (
        ReferenceCentral(settings(tmp_path, MovableClock())) as central,
        client_of(central, tmp_path) as client,
        pytest.raises(CentralRefusedCall, match="404 not_found"),
    ):
        client.endorsement_state(uuid4())
    assert not secrets.exists()


def test_a_file_for_secrets_that_cannot_be_opened_keeps_no_kiosk_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "nowhere" / "secrets"))
    with (
        ReferenceCentral(settings(tmp_path, MovableClock())) as central,
        client_of(central, tmp_path) as client,
        pytest.raises(CentralRefusedCall, match="404 not_found"),
    ):
        client.endorsement_state(uuid4())
