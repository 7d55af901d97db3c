"""The wheel alone, with what the production lock names, in an empty environment outside the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.demo.automation_client import AutomationClient
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.demo.processes import Process
from tests.architecture.source import ROOT
from tests.waiting import LIMIT_S

BUILT_FROM = ("assets", "drivers", "kiosk", "screens", "pyproject.toml", "README.md", "LICENSE")
NOT_FOR_A_KIOSK = (
    "drivers/simulators/",
    "kiosk/central/check/",
    "kiosk/demo/",
    "kiosk/reference_central/",
    "screens/authoring/",
)

SOME_SOUNDS = "notice."
"""Of the voice's sounds these go into the wheel of this test: all are a hundred megabytes, which take a minute."""

pytestmark = pytest.mark.slow


def not_copied(_folder: str, names: list[str]) -> set[str]:
    """Byte code, and most of the sounds."""
    return {name for name in names if name == "__pycache__" or is_other_sound(name)}


def is_other_sound(name: str) -> bool:
    return name.endswith(".wav") and not name.startswith(SOME_SOUNDS)


def locked(lock: str) -> set[str]:
    """Names of the packages in a lock file."""
    return set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / lock).read_text("utf-8")))


class Installed:
    """An environment of its own: Python, what the production lock names, and the wheel."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.wheel = self._built(directory / "source")
        environment = directory / "environment"
        venv.create(environment, symlinks=True, with_pip=False)
        self._python = environment / "bin" / "python"
        self._site = next(environment.glob("lib/python*/site-packages"))
        for name in locked("requirements.lock"):
            self._link(metadata.distribution(name))
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--no-index",
                "--target",
                self._site,
                self.wheel,
            ],
            check=True,
            capture_output=True,
        )

    def _built(self, source: Path) -> Path:
        source.mkdir()
        for name in BUILT_FROM:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / name, ignore=not_copied)
            else:
                shutil.copy(ROOT / name, source / name)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                "--no-index",
                "--wheel-dir",
                source.parent,
                source,
            ],
            check=True,
            capture_output=True,
        )
        [wheel] = source.parent.glob("*.whl")
        return wheel

    def _link(self, distribution: metadata.Distribution) -> None:
        tops = {Path(file).parts[0] for file in distribution.files or ()}
        for top in tops - {"..", "__pycache__"}:
            if not (self._site / top).exists():
                (self._site / top).symlink_to(Path(str(distribution.locate_file(top))))

    def files(self) -> set[str]:
        """What is in the wheel."""
        from zipfile import ZipFile

        with ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "SDL_VIDEODRIVER": "offscreen",
            "HOME": str(self.directory),
        }

    def command(self, *arguments: str) -> list[str]:
        return [str(self._python), "-P", "-m", *arguments]  # -P: the directory it runs in is not looked into

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_everything_that_a_kiosk_needs_and_nothing_else(installed: Installed) -> None:
    files = installed.files()
    for folder, ending in (("screens", ".kv"), ("kiosk", ".json"), ("kiosk", ".py"), ("drivers", ".py")):
        for path in (ROOT / folder).rglob(f"*{ending}"):
            name = path.relative_to(ROOT).as_posix()
            assert (name in files) is not name.startswith(NOT_FOR_A_KIOSK), name
    for path in ASSETS.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and not is_other_sound(path.name):
            assert path.relative_to(ROOT).as_posix() in files


def test_the_lock_of_a_kiosk_names_nothing_that_only_the_reference_central_needs() -> None:
    names = locked("requirements.lock")
    assert names & {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "mako", "psycopg"} == set()
    assert names < locked("requirements-simulation.lock") < locked("requirements-dev.lock")


def test_help_lists_what_is_there(installed: Installed) -> None:
    answer = installed.ask("kiosk", "--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "diagnose" in answer.stdout
    assert "reference central" not in answer.stdout
    drivers = installed.ask("drivers", "--help")
    assert (drivers.returncode, "permit-unit" in drivers.stdout, "simulated" in drivers.stdout) == (0, True, False)


def test_commands_run_from_it(installed: Installed) -> None:
    checked = installed.ask("kiosk", "region", "check", "--on", "2026-06-01")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    told = installed.ask(
        "kiosk",
        "assess",
        "--region",
        "shanghai",
        "--service",
        "endorse",
        "--valid-from",
        "2026-01-10",
        "--valid-to",
        "2027-01-10",
        "--on",
        "2026-12-20",
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_what_needs_simulated_devices_says_what_is_missing(installed: Installed) -> None:
    answer = installed.ask("kiosk", "run", "--simulate")
    assert (answer.returncode, "qianzhu-kiosk-simulation" in answer.stderr) == (2, True)


def test_it_starts_and_shows_a_page(installed: Installed) -> None:
    config = installed.directory / "kiosk.toml"
    devices = {
        "id_reader": "tcp://127.0.0.1:1",
        "permit_unit": "tcp://127.0.0.1:2",
        "permit_chip": "unit://permit_unit",
        "receipt_printer": "tcp://127.0.0.1:3",
    }
    tables = simulated_site(devices, "https://127.0.0.1:9")
    tables[""]["automation_socket"] = str(installed.directory / "automation")
    tables["files"] |= {"permit_unit": "crt-591-m"}
    write_configuration(config, tables)
    answer = installed.ask("kiosk", "diagnose", "--config", str(config))
    assert (answer.returncode, answer.stderr) == (2, "")
    assert "Not in service" in answer.stdout
    with (
        Process(
            "the kiosk",
            installed.command("kiosk", "run", "--config", str(config)),
            installed.directory / "log",
            installed.environment(),
        ),
        AutomationClient(installed.directory / "automation", LIMIT_S) as automation,
    ):
        automation.wait_for("out_of_service", within_s=LIMIT_S)
