"""The world that outlives every crash: devices, central, a clock; and the kiosk's process, which does not."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from assets import ASSETS
from drivers.permit_unit.dialects import CRT, STAR
from drivers.simulators.residents import Residents, load_residents
from drivers.simulators.rig import Rig
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.reference_central.residents import ResidentImport
from kiosk.reference_central.tables import Endorsement
from tests.lobby.device_files import write_device_file
from tests.lobby.direct_chips import direct_chip
from tests.lobby.kiosk_harness import CHIP_IN_UNIT, FACE_REFRESHED_AT
from tests.lobby.running_central import TODAY, central_for_all_regions, empty_record
from tests.torture.crash import disk
from tests.torture.crash.child import Start
from tests.torture.crash.clock import SharedClock
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
START_S = LIMIT_S
PATIENCE = {
    STAR: {"ack": 1.0, "answer": 1.5, "transport": 4.0, "erase_and_print": 6.0},
    CRT: {"answer": 1.5, "transport": 4.0, "initialise": 4.0, "chip": 4.0, "entry_poll": 0.02},
}
"""What the driver waits for a unit that needs no time, on a machine that does other things too."""


class KioskDied(Exception):
    """The kiosk's process ended. `status`: negative, the signal; otherwise its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the kiosk ended with {status}")
        self.status = status


class Hang(Exception):
    """Nothing happened within the time that was given."""


class KioskForker:
    """The process that has imported everything and forks a kiosk when it is told to."""

    def __init__(self, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.crash.child", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        theirs.close()
        self._socket = ours
        self._lines = ours.makefile("rw", encoding="utf-8")

    def order(self, **order: Any) -> dict[str, Any]:
        """One order and its answer."""
        self._lines.write(json.dumps(order) + "\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        """End the process that forks."""
        self._lines.close()
        self._socket.close()
        self._process.wait(10.0)


class KioskProcess:
    """One life of the kiosk. Messages come in order; the end of the process is an exception."""

    def __init__(self, forker: KioskForker | None, listener: socket.socket, start: Start) -> None:
        self.began = time.monotonic()
        self._forker = forker
        self._cold: subprocess.Popen[bytes] | None = None
        if forker is None:
            self._cold = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.crash.child", "--once", start.to_json()],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            self.pid = self._cold.pid
        else:
            self.pid = int(forker.order(start=asdict(start))["pid"])
        self._rest = b""
        self._lines: list[bytes] = []
        self._status: int | None = None
        self._socket = self._met(listener)

    def _met(self, listener: socket.socket) -> socket.socket:
        """The process, once it speaks. Raises `Hang`."""
        listener.settimeout(START_S)
        try:
            return listener.accept()[0]
        except TimeoutError:
            self.strike()
            raise Hang(f"the kiosk did not come up within {START_S:g} s; it ended with {self.wait()}") from None

    def say(self, **words: Any) -> None:
        """To the kiosk; what it cannot hear any more is lost."""
        try:
            self._socket.sendall((json.dumps(words) + "\n").encode())
        except OSError:
            return  # its death is noticed by who listens

    def hear(self, within_s: float) -> dict[str, Any]:
        """The next message. Raises `Hang`, `KioskDied`."""
        deadline = time.monotonic() + within_s
        while not self._lines:
            ready, _, _ = select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise Hang
            try:
                portion = self._socket.recv(65536)
            except ConnectionResetError:
                portion = b""
            if not portion:
                raise KioskDied(self.wait())
            *whole, self._rest = (self._rest + portion).split(b"\n")
            self._lines += whole
        message: dict[str, Any] = json.loads(self._lines.pop(0))
        return message

    def wait(self) -> int:
        """How it ended, once it did."""
        if self._status is None:
            if self._cold is not None:
                self._status = self._cold.wait(START_S)
            elif self._forker is not None:
                self._status = int(self._forker.order(wait=self.pid)["status"])
        assert self._status is not None
        return self._status

    def strike(self) -> None:
        """End it now, as the loss of power does; whoever listens notices."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it now, and see it ended."""
        if self._status is None:
            self.strike()
            self.wait()
        self._socket.close()


class CrashSetting:
    """What all harnesses of a run share: central, its certificates, everybody on record, the fonts, and who forks."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="crash-"))
        self.clock = SharedClock()
        self.typeface = Typeface.load(ASSETS / "fonts")
        self.everybody: Residents = load_residents(today=TODAY)
        self.central = central_for_all_regions(self.directory, self.clock.now)
        self.central.start()
        self.forker = KioskForker()
        self._with_disk: KioskForker | None = None

    @property
    def forker_with_disk(self) -> KioskForker:
        """Kiosks from here have the shim between them and the disk."""
        if self._with_disk is None:
            self._with_disk = KioskForker({"LD_PRELOAD": str(disk.build(self.directory))})
        return self._with_disk

    def close(self) -> None:
        """End everything, and leave nothing on disk."""
        self.forker.close()
        if self._with_disk is not None:
            self._with_disk.close()
        self.central.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def forget(self) -> None:
        """Central is well and its record is empty; it is ten in the morning."""
        self.clock.reset()
        self.central.clear_faults()
        empty_record(self.central)


class CrashHarness:
    """Simulated devices and permits that outlive the kiosk before them, which is started again and again."""

    def __init__(
        self,
        setting: CrashSetting,
        permits: tuple[str, ...],
        region: str = "shanghai",
        has_bin: bool = True,
        face_pending: str | None = None,
        unit: str = STAR,
        chip_in_unit: bool = False,
        pace: float = 0.0,
    ) -> None:
        self.setting = setting
        self.central = setting.central
        self.clock = setting.clock
        setting.forget()
        self.directory = Path(tempfile.mkdtemp(prefix="world-", dir=setting.directory))
        self.residents = replace(setting.everybody, permits={name: setting.everybody.permits[name] for name in permits})
        records = central_records(self.residents)
        pending_number = setting.everybody.permits[face_pending].permit_number if face_pending else None
        for record in records:
            record["face_pending"] = record["permit_number"] == pending_number
        self.central.seed(ResidentImport.model_validate(record) for record in records)
        self.unit = unit
        chip_url, chip_side = CHIP_IN_UNIT if chip_in_unit else direct_chip()
        self.rig = Rig(self.directory, self.residents, pace, chip_side, setting.typeface, unit=unit)
        if face_pending is not None:
            self.rig.issued(face_pending).face.erase()
        self.at_issue = {name: self.rig.issued(name).chip_fields() for name in permits}
        self.cycles_at_issue = {name: self.face_cycles(name) for name in permits}
        urls = {**self.rig.start(), "permit_chip": chip_url}
        for optional in ("code_scanner", "guidance_lights"):
            urls.pop(optional)
        self.state_dir = self.directory / "kiosk"
        self.log = self.directory / "kiosk.log"
        self.disk_log = self.directory / "disk.log"
        self.disk_before: dict[str, bytes] = {}
        self._config = self._write_config(urls, region, unit, has_bin)
        self.has_bin = has_bin
        self._listener = socket.socket(socket.AF_UNIX)
        self._control = self.directory / "c"
        self._listener.bind(str(self._control))
        self._listener.listen()
        self.kiosk: KioskProcess | None = None

    def _write_config(self, urls: dict[str, str], region: str, unit: str, has_bin: bool) -> Path:
        tables = simulated_site(urls, self.central.url, self.setting.directory)
        tables[""]["right_time_s"] = 10**9
        tables["files"] = {
            "region": region,
            "permits": ["reference", "ssse"],
            "permit_unit": _unit_file(self.directory, unit, has_bin),
        }
        if unit == CRT:
            tables["face_refreshed_at"] = dict(FACE_REFRESHED_AT)
        return write_configuration(self.directory / "kiosk.toml", tables)

    def start(
        self, target: str | None = None, counts: bool = False, cold: bool = False, disk_kill_before: int | None = None
    ) -> KioskProcess:
        """Another life of the kiosk, which ends at `target`, or before that operation on the disk (0: it is only
        written down what is done).
        """
        assert self.kiosk is None
        on_disk = disk_kill_before is not None
        if on_disk:
            self.disk_before = disk.read(self.state_dir)
            self.disk_log.unlink(missing_ok=True)
        start = Start(
            config=str(self._config),
            control=str(self._control),
            log=str(self.log),
            began=self.clock.began,
            jumped_s=self.clock.jumped_s,
            target=target,
            counts=counts,
            disk_log=str(self.disk_log) if on_disk else None,
            disk_kill_before=disk_kill_before or 0,
        )
        forker = self.setting.forker_with_disk if on_disk else self.setting.forker
        self.kiosk = KioskProcess(None if cold else forker, self._listener, start)
        return self.kiosk

    def disk_loses_power(self, luck: disk.Luck, seed: int) -> None:
        """Of what the last life wrote, only what was synced surely stays."""
        disk.write(self.state_dir, disk.after_power_loss(self.disk_before, self.disk_log, luck, random.Random(seed)))

    def kill(self) -> None:
        """No kiosk runs any more."""
        if self.kiosk is not None:
            self.kiosk.kill()
            self.kiosk = None

    def lets_pass(self, seconds: float) -> None:
        """Time passes, for central and for the kiosk alike."""
        self.clock.jump(seconds)
        if self.kiosk is not None:
            self.kiosk.say(jump=seconds)

    def close(self) -> None:
        """End the kiosk, switch everything off, delete what was written."""
        self.kill()
        self._listener.close()
        self.rig.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- what became of it ---------------------------------------------------------------------------------------------

    def face_cycles(self, permit: str) -> tuple[int, int]:
        """(erasures, prints)"""
        face = self.rig.issued(permit).face
        return face.erasures, face.prints

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Of the journal, as it lies on disk."""
        path = self.state_dir / "journal.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def endorsements(self) -> list[Endorsement]:
        """Central's, oldest first, detached."""
        with self.central.database.reading() as session:
            rows = session.query(Endorsement).order_by(Endorsement.created_at).all()
            session.expunge_all()
        return rows


def _unit_file(directory: Path, unit: str, has_bin: bool) -> str:
    """The unit's file, impatient, because at a pace of 0 the unit needs no time."""
    return write_device_file(directory / "unit.toml", unit, {**PATIENCE[unit], "has_retain_bin": has_bin}).name
