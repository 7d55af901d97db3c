"""Thousands of visits in a row: the kiosk's process grows by nothing and leaves nothing open.

Three processes: the kiosk alone (what is measured), central, and here the simulated devices with a resident who acts at
once. Permits are issued anew between visits, so that a dozen people come again and again.
"""

from __future__ import annotations

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import func
from sqlalchemy import select as sql_select

from assets import ASSETS
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_unit.base import FaceRaster
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import load_residents
from drivers.simulators.rig import Rig
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.demo.processes import Process
from kiosk.demo.simulation import TEST_KEYS, Simulation
from kiosk.domain.clock import SystemClock
from kiosk.reference_central.authority import GRANT_KEYS, make_authority
from kiosk.reference_central.database import Database
from kiosk.reference_central.residents import ResidentImport, seed
from kiosk.reference_central.tables import Endorsement
from tests.lobby.residents import write_residents
from tests.torture.outcome import Outcome, counted
from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[2]
DIRECT, OVER_PCSCD = 10_000, 1_000
WARM_UP = 500
"""Visits until every path was gone and every cache is full; growth is fitted over those behind. Of a run under 1,500 a
third.
"""

SAMPLES = 100
PEOPLE = 12
STATE_S = LIMIT_S
TARGET = 0.03


class NotReached(Exception):
    """The kiosk did not get where the resident waited for it."""


@dataclass(frozen=True)
class Sample:
    """The kiosk's process between two visits: resident memory in KiB, threads, open files by kind."""

    visit: int
    resident_kib: int
    threads: int
    files: Mapping[str, int]


@dataclass(frozen=True)
class Course:
    """How a visit goes: what the resident does otherwise than in a renewal, and what central has of it in the end.

    `at`: by state; `before`: what happens to the devices before it begins; `central`: the state of its endorsement.
    """

    name: str
    central: str | None
    at: Mapping[str, Callable[[SoakHarness, str], None]] = field(default_factory=dict)
    before: Callable[[SoakHarness], None] = lambda world: None


class SoakHarness:
    """Everything around the kiosk. `over_pcscd`: the chip is reached through a real pcscd and vpcd."""

    def __init__(self, directory: Path, *, over_pcscd: bool) -> None:
        self._directory = directory
        self._over_pcscd = over_pcscd
        self._stack = ExitStack()
        self.permit = ""
        self.person = ""

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        self.people = write_residents(self._directory / "residents.toml", PEOPLE)
        residents = load_residents(self._directory / "residents.toml", Simulation.today())
        run_dir = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="qzk-")))
        chip_url, chip_side, environment = self._coupler(run_dir)
        self._typeface = Typeface.load(ASSETS / "fonts")
        self.rig = Rig(run_dir, residents, 0.0, chip_side, self._typeface)
        self._stack.callback(self.rig.stop)
        urls = self.rig.start()
        self.at_issue: dict[str, tuple[dict[str, FieldValue], FaceRaster]] = {}
        for _, permit in self.people:
            issued = self.rig.issued(permit)
            assert issued.chip is not None
            self.at_issue[permit] = (issued.chip.written_fields(), issued.face.raster)
        self._records = {
            record["permit_number"]: ResidentImport.model_validate(record) for record in central_records(residents)
        }
        self._number_of = {permit: residents.permits[permit].permit_number for _, permit in self.people}
        url = self._central()
        self.kiosk = self._stack.enter_context(
            KioskProcess(
                self._config({**urls, "permit_chip": chip_url}, url), self._directory / "kiosk.log", environment
            )
        )

    def _coupler(self, run_dir: Path) -> tuple[str, str, Mapping[str, str]]:
        if self._over_pcscd:
            pcscd = self._stack.enter_context(PrivatePcscd(run_dir / "pcscd"))
            return f"pcsc://{pcscd.reader_name}", pcscd.vpcd_url, pcscd.environment
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        return f"sim://permit_chip?port={port}", f"direct://127.0.0.1:{port}", {}

    def _central(self) -> str:
        tls = self._directory / "tls"
        make_authority(tls)
        database = f"sqlite:///{self._directory / 'central.db'}"
        self._database = Database(database)
        self._stack.callback(self._database.close)
        self._database.migrate()
        central = self._stack.enter_context(
            Process.of_python(
                "central",
                [
                    "-m",
                    "kiosk",
                    "central",
                    "serve",
                    "--database",
                    database,
                    "--port",
                    "0",
                    "--tls-dir",
                    str(tls),
                    "--keys",
                    str(tls / GRANT_KEYS),
                    str(TEST_KEYS),
                    "--region",
                    str(ASSETS / "regions"),
                    "--permits",
                    str(ASSETS / "permits"),
                    "--kiosk",
                    "kiosk-1",
                ],
                self._directory / "central.log",
            )
        )
        return str(json.loads(central.first_line(STATE_S))["url"])

    def _config(self, urls: Mapping[str, str], central: str) -> Path:
        (self._directory / "kiosk").mkdir()
        return write_configuration(self._directory / "kiosk.toml", simulated_site(urls, central))

    def issues_anew(self, number: int) -> None:
        """The next one of the dozen comes, with a permit as on the day it was issued, here and at central."""
        self.person, self.permit = self.people[number % PEOPLE]
        fields, raster = self.at_issue[self.permit]
        issued = self.rig.issued(self.permit)
        assert issued.chip is not None
        issued.chip.personalise(fields)
        issued.face.erase()
        issued.face.print_columns(raster.columns)
        with self._database.writing() as session:
            seed(session, [self._records[self._number_of[self.permit]]], SystemClock().now())

    def is_renewed(self) -> bool:
        """Whether chip and face of the present permit both say the new dates."""
        issued = self.rig.issued(self.permit)
        fields, _ = self.at_issue[self.permit]
        return issued.chip_fields()["valid_to"] != str(fields["valid_to"]) and bool(
            issued.face_shows_chip(self._typeface)
        )

    def central_states(self) -> Counter[str]:
        """How many endorsements central has in each state."""
        with self._database.reading() as session:
            many = func.count().label("many")
            rows = session.execute(sql_select(Endorsement.state, many).group_by(Endorsement.state))
            return Counter({row.state: row.many for row in rows})


class KioskProcess:
    """The kiosk at the other end of two pipes, and what the system says of its process."""

    def __init__(self, config: Path, log: Path, environment: Mapping[str, str]) -> None:
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.soak_kiosk", str(config)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=ROOT,
                env={**os.environ, **environment},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._tell, self._said = self._process.stdin, self._process.stdout
        self._lines: list[bytes] = []
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tell.close()
        try:
            self._process.wait(STATE_S)
        finally:
            self._process.kill()
            self._process.wait()
            self._said.close()

    def tells(self, **words: object) -> None:
        self._tell.write(json.dumps(words).encode() + b"\n")
        self._tell.flush()

    def next_state(self) -> dict[str, Any]:
        """What it enters next. Raises `NotReached`."""
        deadline = time.monotonic() + STATE_S
        while not self._lines:
            ready, _, _ = select.select([self._said], [], [], max(deadline - time.monotonic(), 0.0))
            piece = os.read(self._said.fileno(), 65536) if ready else b""
            if not piece:
                raise NotReached("the kiosk is silent" if ready == [] else "the kiosk has ended")
            *self._lines, self._rest = (self._rest + piece).split(b"\n")
        state: dict[str, Any] = json.loads(self._lines.pop(0))
        return state

    def sample(self, visit: int) -> Sample:
        proc = Path("/proc") / str(self._process.pid)
        pages = int((proc / "statm").read_text().split()[1])
        kinds = Counter(_kind(link) for link in (proc / "fd").iterdir())
        return Sample(visit, pages * os.sysconf("SC_PAGE_SIZE") // 1024, len(list((proc / "task").iterdir())), kinds)


def _kind(link: Path) -> str:
    try:
        target = str(link.readlink())
    except FileNotFoundError:  # closed since the directory was read
        return "gone"
    return target.split(":", 1)[0] if ":" in target else Path(target).name


def choosing(intent: str) -> Callable[[SoakHarness, str], None]:
    return lambda world, visit: world.kiosk.tells(choose=intent, visit=visit)


def _takes(world: SoakHarness, _: str) -> None:
    eventually(world.rig.take_permit)


def _offers(world: SoakHarness, _: str) -> None:
    world.rig.offer_permit(world.permit)


def _forgets(world: SoakHarness, _: str) -> None:
    world.kiosk.tells(jump_s=31.0)


def _mends(world: SoakHarness, _: str) -> None:
    world.rig.clear_faults()
    world.kiosk.tells(jump_s=31.0)


RENEWAL: Mapping[str, Callable[[SoakHarness, str], None]] = {
    "ShowingNotice": choosing("accept_notice"),
    "AwaitingPermit": _offers,
    "ShowingAssessment": choosing("go_on"),
    "Declaring": choosing("answer_no"),
    "Confirming": choosing("confirm"),
    "AwaitingRemoval": _takes,
    "Thanking": choosing("finish"),
    "ShowingOutcome": choosing("finish"),
    "OutOfService": _mends,
    "AwaitingHolder": choosing("cancel"),
}


def _breaks(device: str, fault: str, then: str) -> Callable[[SoakHarness, str], None]:
    def act(world: SoakHarness, visit: str) -> None:
        world.rig.fault(device, fault)
        choosing(then)(world, visit)

    return act


def _offers_strangers(world: SoakHarness, _: str) -> None:
    world.rig.offer_permit(next(permit for _, permit in world.people if permit != world.permit))


COURSES = (
    Course("renewed", "written"),
    Course("cancelled at the rules", None, {"ShowingAssessment": choosing("cancel")}),
    Course("grant given back", "cancelled", {"Confirming": choosing("cancel")}),
    Course("refused", None, {"AwaitingPermit": _offers_strangers}),
    Course("chip refuses", "unchanged", {"Confirming": _breaks("permit_chip", "wrong_mac", "confirm")}),
    Course("paper out", "written", {"Confirming": _breaks("receipt_printer", "paper_out", "confirm")}),
    Course("forgotten", "written", {"AwaitingRemoval": _forgets}),
    Course("unit garbles until it was mended", "written", {"Confirming": _breaks("permit_unit", "garbled", "confirm")}),
)


def course_of(number: int) -> Course:
    """Three of four visits are renewals; the others take turns."""
    others = COURSES[1:]
    return COURSES[0] if number % 4 else others[number // 4 % len(others)]


def visit(world: SoakHarness, course: Course, number: int) -> None:
    """One whole visit, from Idle to Idle. Raises `NotReached`."""
    world.issues_anew(number)
    world.rig.clear_faults()
    world.rig.load_paper()
    world.rig.lay_id_card(world.person)
    course.before(world)
    world.kiosk.tells(begin="zh-Hans" if number % 2 else "en")
    acts = {**RENEWAL, **course.at}
    way: list[str] = []
    while not way or way[-1] != "Idle":
        state = world.kiosk.next_state()
        name = state["state"]
        if not way and name == "Idle":
            continue  # the language was chosen before anything was begun
        if way and way[-1] == name and name != "AwaitingRemoval":
            continue
        way.append(name)
        if len(way) > 60:
            raise NotReached(f"{course.name}: went {way}")
        if name in acts:
            acts[name](world, state["visit"])
    world.rig.lift_id_card()
    if world.rig.empty_bin():
        world.kiosk.tells(bin_emptied=True)
    world.rig.drain_activity()  # what is only for benches would fill this process with a week's intervals
    for _, permit in world.people:
        if world.rig.issued(permit).permit.place is not PermitLocation.HAND:
            raise NotReached(f"{course.name}: {permit} is not with anybody after {way}")


@dataclass(frozen=True)
class Soaked:
    """What came of a row of visits."""

    samples: Sequence[Sample]
    seconds: Sequence[float]
    courses: Counter[str]
    mistakes: Sequence[str]

    @property
    def warm_up(self) -> int:
        """From which visit on is compared: in short rows from their first third."""
        return min(WARM_UP, self.samples[-1].visit // 3)

    @property
    def growth(self) -> float | None:
        """Fitted growth of resident memory after the warm-up, as a share; None where too little was measured."""
        later = [sample for sample in self.samples if sample.visit >= self.warm_up]
        if len(later) < 10:
            return None
        slope, at_zero = statistics.linear_regression(
            [sample.visit for sample in later], [sample.resident_kib for sample in later]
        )
        return slope * (later[-1].visit - later[0].visit) / (at_zero + slope * later[0].visit)

    @property
    def left_over(self) -> list[str]:
        """What the process has more of at the end than after the warm-up: threads, files."""
        first, last = next(sample for sample in self.samples if sample.visit >= self.warm_up), self.samples[-1]
        more = [f"threads: {first.threads} -> {last.threads}"] if last.threads > first.threads else []
        return more + [
            f"{kind}: {first.files.get(kind, 0)} -> {count}"
            for kind, count in last.files.items()
            if count > first.files.get(kind, 0)
        ]


def soak(world: SoakHarness, visits: int) -> Soaked:
    """So many visits in a row, with samples in between, and central's record compared in the end."""
    state = world.kiosk.next_state()
    while state["state"] != "Idle":
        state = world.kiosk.next_state()
    every = max(visits // SAMPLES, 1)
    samples, seconds, courses, mistakes = [], [], Counter[str](), []
    expected: Counter[str] = Counter()
    for number in counted("soak", visits, range(visits)):
        course = course_of(number)
        began = time.monotonic()
        visit(world, course, number)
        seconds.append(time.monotonic() - began)
        courses[course.name] += 1
        expected.update([course.central] if course.central else [])
        if number % every == 0:
            samples.append(world.kiosk.sample(number))
            if course.central == "written" and not world.is_renewed():
                mistakes.append(f"visit {number} ({course.name}): chip and face are not both new")
    try:
        eventually(lambda: world.central_states() == expected, STATE_S)
    except AssertionError:
        mistakes.append(f"central has {dict(world.central_states())}, expected {dict(expected)}")
    samples.append(world.kiosk.sample(visits))
    return Soaked(samples, seconds, courses, mistakes)


def run(scale: float) -> Outcome:
    """10,000 visits with the in-process chip and 1,000 through pcscd at scale 1."""
    lines: list[str] = []
    failed = 0
    for name, over_pcscd, visits in (("in-process chip", False, DIRECT), ("through pcscd", True, OVER_PCSCD)):
        why_not = PrivatePcscd.why_not() if over_pcscd else None
        if why_not is not None:
            lines.append(f"{name}: not run ({why_not})")
            continue
        with (
            tempfile.TemporaryDirectory(prefix="soak-") as directory,
            SoakHarness(Path(directory), over_pcscd=over_pcscd) as world,
        ):
            soaked = soak(world, max(round(visits * scale), 8))
        lines += told(name, soaked)
        failed += _failed(soaked)
    return Outcome(tuple(lines), failed)


def _failed(soaked: Soaked) -> int:
    grew = soaked.growth is not None and soaked.samples[-1].visit >= DIRECT and soaked.growth > TARGET
    return len(soaked.mistakes) + len(soaked.left_over) + grew


def told(name: str, soaked: Soaked) -> list[str]:
    """The figures of one row of visits."""
    first, last = soaked.samples[0], soaked.samples[-1]
    growth = "too few visits to fit" if soaked.growth is None else f"{soaked.growth:+.2%} (target <= {TARGET:.0%})"
    return [
        f"{name}: {len(soaked.seconds)} visits, median {statistics.median(soaked.seconds) * 1000:.0f} ms each",
        f"  resident memory {first.resident_kib} -> {last.resident_kib} KiB; fitted growth after {soaked.warm_up}"
        f" visits: {growth}",
        f"  threads {last.threads}; files {dict(sorted(last.files.items()))}",
        f"  left over: {', '.join(soaked.left_over) or 'nothing'}",
        f"  courses: {dict(soaked.courses)}",
        *(f"  MISTAKE {mistake}" for mistake in soaked.mistakes),
    ]
