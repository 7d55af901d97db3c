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
from tests.lobby.own_kiosk import OwnKiosk
from tests.waiting import LIMIT_S, eventually

IS_ROOT = os.geteuid() == 0
ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.screen]
LONG = pytest.mark.long  # one start of each kind is none: disk, damaged journal, configuration


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


def test_a_journal_of_noise_is_put_aside_and_closes_the_kiosk(kiosk: OwnKiosk) -> None:
    kiosk.state_dir.mkdir(exist_ok=True)
    _is_noise(kiosk.state_dir / "journal.db")
    kiosk.starts()
    kiosk.sees("out_of_service")
    kiosk.logs("journal_put_aside", '"broken": "unreadable at step 0"')
    kiosk.never_ended_badly()
    kiosk.ends()
    assert len(list(kiosk.state_dir.glob("journal.db.unreadable-*"))) == 1


@LONG
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_a_damaged_journal_is_put_aside_the_permit_goes_back_and_staff_are_told(
    kiosk: OwnKiosk, damage: Callable[[Path], None]
) -> None:
    kiosk.leaves_permit_inside()
    for path in kiosk.state_dir.glob("journal.db*"):
        path.unlink()
    damage(kiosk.state_dir / "journal.db")
    kiosk.starts()
    kiosk.gets_permit_back()
    kiosk.sees("out_of_service")
    kiosk.logs("journal_put_aside", '"broken": "unreadable at step 0"')
    kiosk.never_ended_badly()
    assert len(list(kiosk.state_dir.glob("journal.db.unreadable-*"))) == 1
    kiosk.ends()


def _away(kiosk: OwnKiosk) -> Path:
    return kiosk.state_dir.with_name(f"{kiosk.name}-away")


SMALL_DISK = "size=100m"
"""With so much the kiosk is content, once the disk is empty (LEAST_FREE_BYTES of kiosk.services.journal_guard)."""


@contextmanager
def _without_room(kiosk: OwnKiosk) -> Iterator[Callable[[], None]]:
    disk = kiosk.state_dir
    kept = disk.rename(disk.with_name(f"{disk.name}-kept"))
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(disk)], check=True)
    try:
        for path in kept.iterdir():
            if path.is_file():
                shutil.copy(path, disk)
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"\0" * 2**20) == 2**20:
                pass
        assert shutil.disk_usage(disk).free == 0
        yield (disk / "filler").unlink
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def _without_inodes(kiosk: OwnKiosk) -> Iterator[Callable[[], None]]:
    disk = kiosk.state_dir
    kept = disk.rename(disk.with_name(f"{disk.name}-kept"))
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"{SMALL_DISK},nr_inodes=20", "tmpfs", str(disk)], check=True)
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
def _read_only(kiosk: OwnKiosk) -> Iterator[Callable[[], None]]:
    disk = str(kiosk.state_dir)
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
        yield lambda: subprocess.run(["mount", "-o", "remount,bind,rw", disk], check=True).check_returncode()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@contextmanager
def _on_a_disk_that_is_not_mounted(kiosk: OwnKiosk) -> Iterator[Callable[[], None]]:
    journal, away = kiosk.state_dir / "journal.db", _away(kiosk)
    with closing(sqlite3.connect(journal)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    away.mkdir()
    journal.rename(away / "journal.db")
    hidden = away.rename(away.with_name(f"{away.name}-hidden"))
    journal.symlink_to(away / "journal.db")

    def mend() -> None:
        hidden.rename(away)

    yield mend


def _can_mount(folder: Path) -> bool:
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=False, capture_output=True)
    if done.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return done.returncode == 0


def test_a_journal_on_a_disk_that_is_not_mounted_is_left_alone_and_closes_the_kiosk(kiosk: OwnKiosk) -> None:
    kiosk.state_dir.mkdir(exist_ok=True)
    journal = kiosk.state_dir / "journal.db"
    journal.symlink_to(_away(kiosk) / "journal.db")
    kiosk.starts()
    kiosk.sees("out_of_service")
    kiosk.logs("journal_closed", '"fault": "6506"')
    kiosk.never_ended_badly()
    kiosk.ends()
    assert journal.is_symlink()
    assert not list(kiosk.state_dir.glob("*unreadable*"))


@LONG
@pytest.mark.parametrize(
    "condition",
    [_without_room, _without_inodes, _read_only, _on_a_disk_that_is_not_mounted],
    ids=lambda condition: condition.__name__.strip("_"),
)
def test_whatever_the_disk_says_the_permit_goes_back_and_a_well_disk_is_served_from(
    kiosk: OwnKiosk, tmp_path: Path, condition: Callable[[OwnKiosk], AbstractContextManager[Callable[[], object]]]
) -> None:
    if condition is not _on_a_disk_that_is_not_mounted and not (IS_ROOT and _can_mount(tmp_path)):
        pytest.skip("only root can mount a disk that takes nothing")
    kiosk.leaves_permit_inside()
    with condition(kiosk) as is_mended:
        kiosk.starts()
        kiosk.gets_permit_back()  # offered at once, or after the page out of service: a little may still fit
        kiosk.sees("out_of_service")
        assert '"fault": "6301"' in kiosk.said() or '"fault": "6506"' in kiosk.said()
        kiosk.never_ended_badly()
        is_mended()
        kiosk.sees("welcome")
        kiosk.never_ended_badly()
        kiosk.ends()
    assert not list(kiosk.state_dir.glob("*unreadable*"))


def test_with_a_mistake_in_the_configuration_the_permit_goes_back(kiosk: OwnKiosk) -> None:
    kiosk.leaves_permit_inside()
    config = kiosk.config_file
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    kiosk.starts()
    kiosk.gets_permit_back()
    kiosk.sees("out_of_service")
    kiosk.logs("start_failed", '"fault": "6503"')
    kiosk.never_ended_badly()
    kiosk.ends()


@LONG
def test_a_configuration_that_is_mended_is_served_from_without_a_hand(kiosk: OwnKiosk) -> None:
    kiosk.leaves_permit_inside()
    config = kiosk.config_file
    right = config.read_text("utf-8")
    config.write_text(right.replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    kiosk.starts()
    kiosk.gets_permit_back()
    kiosk.sees("out_of_service")
    kiosk.logs("start_failed", "there is no atlantis.toml", '"fault": "6503"')
    kiosk.never_ended_badly()
    config.write_text(right, "utf-8")
    kiosk.sees("welcome")
    kiosk.never_ended_badly()
    kiosk.ends()


@LONG
def test_with_a_mistake_in_the_region_file_the_permit_goes_back_and_the_page_has_its_own_code(kiosk: OwnKiosk) -> None:
    kiosk.leaves_permit_inside()
    config, region = kiosk.config_file, kiosk.simulation.state_dir / "here.toml"
    shutil.copy(ASSETS / "regions" / "shanghai.toml", region)
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "here.toml"'), "utf-8")
    right = region.read_text("utf-8")
    region.write_text("code = 7\n" + right, "utf-8")
    kiosk.starts()
    kiosk.gets_permit_back()
    kiosk.sees("out_of_service")
    kiosk.logs("start_failed", '"fault": "6502"')
    region.write_text(right, "utf-8")
    kiosk.sees("welcome")
    kiosk.never_ended_badly()
    kiosk.ends()


@LONG
def test_switched_off_with_a_mistake_in_the_configuration_it_offers_the_permit_before_the_end(kiosk: OwnKiosk) -> None:
    kiosk.leaves_permit_inside()
    config = kiosk.config_file
    config.write_text(config.read_text("utf-8") + "\nnonsense = true\n", "utf-8")
    kiosk.starts()
    kiosk.sees("permit_inside")
    os.kill(kiosk.process.pid, signal.SIGTERM)
    kiosk.logs("switch_off_asked")
    kiosk.gets_permit_back()
    eventually(lambda: not kiosk.process.is_running())
    assert kiosk.process.wait(LIMIT_S) == 0
    assert '"custody": "with_holder"' in kiosk.said()


@LONG
def test_a_page_that_nobody_can_touch_stands_in_each_language_in_turn(kiosk: OwnKiosk) -> None:
    config = kiosk.config_file
    config.write_text(config.read_text("utf-8").replace('region = "shanghai"', 'region = "atlantis"'), "utf-8")
    kiosk.starts()
    for _ in range(4):
        kiosk.sees("out_of_service")
    kiosk.never_ended_badly()
    kiosk.ends()


@LONG
def test_a_second_kiosk_in_one_state_directory_says_who_holds_it_and_ends(kiosk: OwnKiosk) -> None:
    kiosk.starts()
    kiosk.sees("welcome")
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(kiosk.config_file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        env=kiosk.environment,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"{kiosk.state_dir} is in use by the kiosk, process {kiosk.process.pid}"]
    kiosk.never_ended_badly()
    kiosk.ends()


@LONG
@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_the_program_ends_with_one_line_and_the_permit_stays(kiosk: OwnKiosk, display: str) -> None:
    kiosk.leaves_permit_inside()
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if display:
        environment["DISPLAY"] = display
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(kiosk.config_file)],
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
    assert kiosk.permit_in_unit == kiosk.permit
    kiosk.starts()
    kiosk.gets_permit_back()
    kiosk.ends()
