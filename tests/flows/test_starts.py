"""Starts of `python -m kiosk run` that find something wrong: each paints a page, stays alive, gives a permit back, and
serves by itself when the condition ends. The table is in kiosk/journal/README.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.demo.processes import Process
from kiosk.demo.resident import Resident
from kiosk.demo.simulation import Simulation, Wishes
from tests.flows.place import LIN
from tests.waiting import LIMIT_S, eventually

IS_ROOT = os.geteuid() == 0
ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.screen]
LONG = pytest.mark.long  # one start of each kind is none: disk, damaged journal, configuration


class Site:
    """A whole place with a kiosk that is started as a process; `state` is its state directory."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.state = simulation.state_dir / "kiosk"
        self.log = simulation.state_dir / "kiosk.log"
        self.kiosk: Process | None = None
        self.resident: Resident | None = None

    def starts(self) -> None:
        self.kiosk = self.simulation.start_kiosk()
        self.resident = Resident(self.simulation.witness(self.kiosk), self.simulation.rig, self.simulation.display, 0.0)

    def sees(self, *screens: str) -> str:
        assert self.resident is not None
        return self.resident.sees(*screens, within_s=LIMIT_S).screen

    def ends(self) -> None:
        assert self.kiosk is not None
        assert self.kiosk.end() == 0

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def logs(self, *words: str) -> None:
        eventually(lambda: all(word in self.said() for word in words))

    def never_ended_badly(self) -> None:
        assert self.kiosk is not None
        assert self.kiosk.is_running()
        assert "Traceback" not in self.said()

    def leaves_permit_inside(self) -> None:
        """A visit, cut by the power when the permit is in the unit."""
        self.starts()
        resident = self.resident
        assert resident is not None
        resident.touches(resident.sees("welcome", within_s=LIMIT_S), "start")
        resident.touches(resident.sees("notice", within_s=LIMIT_S), "accept_notice")
        resident.sees("id_card", within_s=LIMIT_S)
        resident.lays_id_card(LIN.person)
        resident.sees("insert_permit", within_s=LIMIT_S)
        resident.offers_permit(LIN.permit)
        resident.sees("assessment", within_s=LIMIT_S)
        assert self.kiosk is not None
        os.kill(self.kiosk.pid, signal.SIGKILL)
        self.kiosk.wait(LIMIT_S)
        self.simulation.rig.do("lift_id_card")
        assert self.simulation.rig.do("state")["permit_in_unit"] == LIN.permit

    def gets_permit_back(self) -> None:
        resident = self.resident
        assert resident is not None
        resident.touches(resident.sees("permit_inside", within_s=LIMIT_S), "cancel")
        resident.sees("take_permit", within_s=LIMIT_S)
        resident.takes_permit()
        resident.touches(resident.sees("five_parts", within_s=LIMIT_S), "finish")
        assert self.simulation.rig.do("state")["permits"][LIN.permit]["place"] == "hand"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Simulation(Wishes(pace=0.0, hidden=True, direct_chip=True), tmp_path / "state") as simulation:
        yield Site(simulation)


def _is_a_directory(path: Path) -> None:
    path.mkdir()


def _is_a_fifo(path: Path) -> None:
    os.mkfifo(path)


def _is_a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def _is_empty(path: Path) -> None:
    path.touch()


def _is_noise(path: Path) -> None:
    path.write_bytes(b"\xff" * 8192)


def _is_another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY)")


DAMAGE = (_is_a_directory, _is_a_fifo, _is_a_loop, _is_empty, _is_noise, _is_another_programs)


def test_a_journal_of_noise_is_put_aside_and_closes_the_kiosk(site: Site) -> None:
    site.state.mkdir(exist_ok=True)
    _is_noise(site.state / "journal.db")
    site.starts()
    site.sees("out_of_service")
    site.logs("journal_put_aside", '"broken": "unreadable at step 0"')
    site.never_ended_badly()
    site.ends()
    assert len(list(site.state.glob("journal.db.unreadable-*"))) == 1


@LONG
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_a_damaged_journal_is_put_aside_the_permit_goes_back_and_staff_are_told(
    site: Site, damage: Callable[[Path], None]
) -> None:
    site.leaves_permit_inside()
    for path in site.state.glob("journal.db*"):
        path.unlink()
    damage(site.state / "journal.db")
    site.starts()
    site.gets_permit_back()
    site.sees("out_of_service")
    site.logs("journal_put_aside", '"broken": "unreadable at step 0"')
    site.never_ended_badly()
    assert len(list(site.state.glob("journal.db.unreadable-*"))) == 1
    site.ends()


@contextmanager
def _without_room(site: Site) -> Iterator[Callable[[], None]]:
    disk = site.state
    kept = disk.rename(disk.with_name("kept"))
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        for path in kept.iterdir():
            if path.is_file():
                shutil.copy(path, disk)
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"\0" * 4096):
                pass
        assert shutil.disk_usage(disk).free == 0
        yield (disk / "filler").unlink
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def _without_inodes(site: Site) -> Iterator[Callable[[], None]]:
    disk = site.state
    kept = disk.rename(disk.with_name("kept"))
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=20", "tmpfs", str(disk)], check=True)
    try:
        shutil.copy(kept / "journal.db", disk)
        with suppress(OSError):
            for number in range(1000):
                (disk / f"filler-{number}").touch()
        assert os.statvfs(disk).f_ffree == 0

        def mend() -> None:
            for filler in disk.glob("filler-*"):
                filler.unlink()

        yield mend
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def _read_only(site: Site) -> Iterator[Callable[[], None]]:
    disk = str(site.state)
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
        yield lambda: subprocess.run(["mount", "-o", "remount,bind,rw", disk], check=True).check_returncode()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@contextmanager
def _on_a_disk_that_is_not_mounted(site: Site) -> Iterator[Callable[[], None]]:
    journal, away = site.state / "journal.db", site.state.with_name("away")
    with closing(sqlite3.connect(journal)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    away.mkdir()
    journal.rename(away / "journal.db")
    hidden = away.rename(away.with_name("hidden"))
    journal.symlink_to(away / "journal.db")

    def mend() -> None:
        hidden.rename(away)

    yield mend


def _can_mount(folder: Path) -> bool:
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=False, capture_output=True)
    if done.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return done.returncode == 0


def test_a_journal_on_a_disk_that_is_not_mounted_is_left_alone_and_closes_the_kiosk(site: Site) -> None:
    site.state.mkdir(exist_ok=True)
    journal = site.state / "journal.db"
    journal.symlink_to(site.state.with_name("away") / "journal.db")
    site.starts()
    site.sees("out_of_service")
    site.logs("journal_closed", '"fault": "6506"')
    site.never_ended_badly()
    site.ends()
    assert journal.is_symlink()
    assert not list(site.state.glob("*unreadable*"))


@LONG
@pytest.mark.parametrize(
    "condition",
    [_without_room, _without_inodes, _read_only, _on_a_disk_that_is_not_mounted],
    ids=lambda condition: condition.__name__.strip("_"),
)
def test_whatever_the_disk_says_the_permit_goes_back_and_a_well_disk_is_served_from(
    site: Site, tmp_path: Path, condition: Callable[[Site], AbstractContextManager[Callable[[], object]]]
) -> None:
    if condition is not _on_a_disk_that_is_not_mounted and not (IS_ROOT and _can_mount(tmp_path)):
        pytest.skip("only root can mount a disk that takes nothing")
    site.leaves_permit_inside()
    with condition(site) as is_mended:
        site.starts()
        site.sees("out_of_service")
        site.gets_permit_back()
        site.sees("out_of_service")
        assert "journal_closed" in site.said() or "journal_failed" in site.said()
        site.never_ended_badly()
        is_mended()
        site.sees("welcome")
        site.never_ended_badly()
        site.ends()
    assert not list(site.state.glob("*unreadable*"))


def test_with_a_mistake_in_the_configuration_the_permit_goes_back(site: Site) -> None:
    site.leaves_permit_inside()
    config = site.simulation.config_file
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    site.starts()
    site.gets_permit_back()
    site.sees("out_of_service")
    site.logs("start_failed", '"fault": "6503"')
    site.never_ended_badly()
    site.ends()


@LONG
def test_a_configuration_that_is_mended_is_served_from_without_a_hand(site: Site) -> None:
    site.leaves_permit_inside()
    config = site.simulation.config_file
    right = config.read_text("utf-8")
    config.write_text(right.replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    site.starts()
    site.gets_permit_back()
    site.sees("out_of_service")
    site.logs("start_failed", "there is no atlantis.toml", '"fault": "6503"')
    site.never_ended_badly()
    config.write_text(right, "utf-8")
    site.sees("welcome")
    site.never_ended_badly()
    site.ends()


@LONG
def test_with_a_mistake_in_the_region_file_the_permit_goes_back_and_the_page_has_its_own_code(site: Site) -> None:
    site.leaves_permit_inside()
    config, region = site.simulation.config_file, site.simulation.state_dir / "here.toml"
    shutil.copy(ASSETS / "regions" / "shanghai.toml", region)
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "here.toml"'), "utf-8")
    right = region.read_text("utf-8")
    region.write_text("code = 7\n" + right, "utf-8")
    site.starts()
    site.gets_permit_back()
    site.sees("out_of_service")
    site.logs("start_failed", '"fault": "6502"')
    region.write_text(right, "utf-8")
    site.sees("welcome")
    site.never_ended_badly()
    site.ends()


@LONG
def test_switched_off_with_a_mistake_in_the_configuration_it_offers_the_permit_before_the_end(site: Site) -> None:
    site.leaves_permit_inside()
    config = site.simulation.config_file
    config.write_text(config.read_text("utf-8") + "\nnonsense = true\n", "utf-8")
    site.starts()
    site.sees("permit_inside")
    assert site.kiosk is not None
    os.kill(site.kiosk.pid, signal.SIGTERM)
    site.logs("switch_off_asked")
    site.gets_permit_back()
    eventually(lambda: site.kiosk is not None and not site.kiosk.is_running())
    assert site.kiosk.wait(LIMIT_S) == 0
    assert '"custody": "with_holder"' in site.said()


@LONG
def test_a_page_that_nobody_can_touch_stands_in_each_language_in_turn(site: Site) -> None:
    config = site.simulation.config_file
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    site.starts()
    resident = site.resident
    assert resident is not None
    for _ in range(4):
        resident.sees("out_of_service", within_s=LIMIT_S)
    site.never_ended_badly()
    site.ends()


@LONG
def test_a_second_kiosk_in_one_state_directory_says_who_holds_it_and_ends(site: Site) -> None:
    site.starts()
    site.sees("welcome")
    assert site.kiosk is not None
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(site.simulation.config_file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        env={**os.environ, **site.simulation.display.environment},
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"{site.state} is in use by the kiosk, process {site.kiosk.pid}"]
    site.never_ended_badly()
    site.ends()


@LONG
@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_the_program_ends_with_one_line_and_the_permit_stays(site: Site, display: str) -> None:
    site.leaves_permit_inside()
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if display:
        environment["DISPLAY"] = display
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(site.simulation.config_file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        env={**environment, "SDL_VIDEODRIVER": "x11"},
    )
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "no_display" in line]
    assert "Traceback" not in done.stderr
    assert site.simulation.rig.do("state")["permit_in_unit"] == LIN.permit
    site.starts()
    site.gets_permit_back()
    site.ends()
