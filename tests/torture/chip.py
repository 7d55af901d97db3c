"""The chip, torn and silenced at every point of being written: one command for everything, and several with the
validity last.

For each permit file a visit is played for every single byte that a write consists of (the power fails there), for
every command of the session (silent for good; contact lost for a moment), and for every protected write (MAC refused,
locked, memory failure, no fresh challenge). After each the chip, the face, central and the journal must tell one
story, and when the trouble is over the next visit must leave chip and face new.
"""

from __future__ import annotations

import itertools
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select

from assets import ASSETS
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_unit.base import FaceRaster
from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents, load_residents
from drivers.simulators.virtual_chip import TRIES, VirtualChip
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.journal.journal import BIN_EMPTIED
from kiosk.reference_central.residents import ResidentImport
from kiosk.reference_central.tables import Endorsement
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.running_central import TODAY, HandClock, RunningCentral, central_for_all_regions
from tests.torture.outcome import Outcome

UPDATES = (0xD6, 0xDC)
PEOPLE = {"reference": ("lin-yuzhen", "lin-yuzhen-shanghai"), "ssse": ("xu-wenhua", "xu-wenhua-ssse")}

# Every field that an endorsement may rewrite is another one, so that every write of the permit file is made.
DECIDED: Mapping[str, object] = {
    "address": "上海市静安区梧桐里路88弄6号1203室",
    "issuing_authority": "上海市公安局静安分局",
    "category": "long",
    "valid_from": date(2026, 12, 8).isoformat(),
    "valid_to": date(2027, 12, 8).isoformat(),
    "endorsement_count": 9,
}

Strike = Callable[[VirtualChip], None]


@dataclass(frozen=True)
class Case:
    """One way to trouble a chip. `name`: what to ask for to see it again."""

    name: str
    strike: Strike


@dataclass(frozen=True)
class Course:
    """What an untroubled session sends: every command, and how many bytes each protected write carries."""

    commands: Sequence[bytes]
    written: Sequence[int]


def _at_command(number: int, act: Callable[[VirtualChip], None]) -> Strike:
    """Act before the command of this number, counted from the strike on."""

    def strike(chip: VirtualChip) -> None:
        left = itertools.count(number, -1)
        chip.before_command = lambda _: act(chip) if next(left) == 0 else None

    return strike


def _at_update(number: int, act: Callable[[VirtualChip], None]) -> Strike:
    """Act before the protected write of this number."""

    def strike(chip: VirtualChip) -> None:
        left = itertools.count(number, -1)
        chip.before_command = lambda apdu: act(chip) if apdu[1] in UPDATES and next(left) == 0 else None

    return strike


def _tearing(single_writes: int) -> Callable[[VirtualChip], None]:
    return lambda chip: chip.tear_after(single_writes)


def _faulty(fault: str) -> Callable[[VirtualChip], None]:
    return lambda chip: chip.set_fault(fault)


def cases(course: Course) -> Iterator[Case]:
    """Everything that may befall a session of this course."""
    for update, length in enumerate(course.written):
        # A byte is saved before it is overwritten, and a flag goes up and down between; the last is the lost answer.
        for single in range(2 * length + 3):
            yield Case(f"torn:{update}:{single}", _at_update(update, _tearing(single)))
        for fault in ("wrong_mac", "locked", "memory_failure"):
            yield Case(f"{fault}:{update}", _at_update(update, _faulty(fault)))
        yield Case(f"no_challenge:{update}", _at_update(update, VirtualChip.forget_challenge))
    for number in range(len(course.commands)):
        yield Case(f"silent:{number}", _at_command(number, _faulty("silent")))
        yield Case(f"contact_lost:{number}", _at_command(number, VirtualChip.power_off))


class ServiceThread:
    """One kiosk with its devices and central, where one permit is brought again and again."""

    def __init__(self, directory: Path, permit_file: str) -> None:
        self._directory = directory
        self.person, self.permit = PEOPLE[permit_file]
        self._stack = ExitStack()

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
        everybody = load_residents(today=TODAY)
        residents = replace(everybody, permits={self.permit: everybody.permits[self.permit]})
        clock = HandClock()
        self.central = self._stack.enter_context(central_for_all_regions(self._directory, clock.now))
        self._record = _decided(residents)
        self.central.seed([self._record])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        self.place = KioskHarness(
            self._directory,
            RunningCentral(self.central, self._directory, clock),
            residents,
            Typeface.load(ASSETS / "fonts"),
            (f"sim://permit_chip?port={port}", f"direct://127.0.0.1:{port}"),
            site={"files": {"permits": ["reference", "ssse"]}},
        )
        self._stack.callback(self.place.stop)
        issued = self.place.rig.issued(self.permit)
        assert issued.chip is not None
        self.chip = issued.chip
        self._at_issue: tuple[dict[str, FieldValue], FaceRaster] = (self.chip.written_fields(), issued.face.raster)
        self._face = issued.face
        self.place.start_kiosk()
        self.place.sees(s.Idle)

    # -- a case --------------------------------------------------------------------------------------------------------

    def issues_anew(self) -> None:
        """Chip and face as on the day of issue, while central has decided that all of it is to change."""
        fields, raster = self._at_issue
        self.chip.clear_faults()
        self.chip.before_command = lambda _: None
        self.chip.personalise(fields)
        self._face.erase()
        self._face.print_columns(raster.columns)
        self._prints = self._face.prints
        self._known = set(self._endorsements())
        self.place.rig.drain_activity()
        self.central.seed([self._record])

    def course(self) -> Course:
        """What an untroubled session sends."""
        self.issues_anew()
        commands: list[bytes] = []

        def strike(chip: VirtualChip) -> None:
            chip.before_command = lambda apdu: commands.append(apdu) if len(apdu) > 1 else None

        self.visits(strike)
        # The kiosk's own look at what was written comes last; it begins with the application's name.
        updates = [apdu for apdu in commands if apdu[1] in UPDATES]
        written = [len(apdu) - 5 - 4 - (2 if apdu[1] == 0xDC else 0) for apdu in updates]
        return Course(commands, written)

    def visits(self, strike: Strike | None = None) -> list[s.State]:
        """A whole visit; the chip is struck when the holder has confirmed. Every state, up to Idle or no service."""
        place = self.place
        place.rig.lay_id_card(self.person)
        place.begins()
        way: list[s.State] = []
        acts: dict[type, Callable[[], Any]] = {
            s.ShowingNotice: lambda: place.chooses(Intent.ACCEPT_NOTICE),
            s.AwaitingPermit: lambda: place.rig.offer_permit(self.permit),
            s.ShowingAssessment: lambda: place.chooses(Intent.GO_ON),
            s.Declaring: lambda: place.chooses(Intent.ANSWER_NO),
            s.AwaitingRemoval: place.takes_permit,
            s.Thanking: lambda: place.chooses(Intent.FINISH),
            s.ShowingOutcome: lambda: place.chooses(Intent.FINISH),
        }
        while not (way and isinstance(way[-1], s.Idle | s.OutOfService)):
            state = place.sees_next()
            way.append(state)
            if isinstance(state, s.Confirming):
                if strike is not None:
                    strike(self.chip)
                place.chooses(Intent.CONFIRM)
            elif type(state) in acts:
                acts[type(state)]()
        place.rig.lift_id_card()
        place.central_is_told()
        return way

    def heals(self) -> None:
        """The trouble is over; what was retained is had back from staff."""
        self.chip.before_command = lambda _: None
        self.chip.clear_faults()
        if self.place.rig.empty_bin():
            self.place.running.journal.note(BIN_EMPTIED, {})
        if isinstance(self.place.state, s.OutOfService):
            self.place.lets_pass()
            self.place.sees(s.Idle)

    # -- what became of it ---------------------------------------------------------------------------------------------

    @property
    def content(self) -> str:
        """What the chip holds: old, new, or partly new."""
        held, old = self.chip.written_fields(), self._at_issue[0]
        if held == old:
            return "old"
        return "new" if all(_plain(held[name]) == value for name, value in DECIDED.items()) else "partly new"

    @property
    def face(self) -> str:
        if self._face.raster.columns == self._at_issue[1].columns:
            return "old"
        return "new" if self.place.face_shows_chip(self.permit) else "blank"

    def _endorsements(self) -> dict[UUID, str]:
        number = self.place.residents.permits[self.permit].permit_number
        with self.central.database.reading() as session:
            rows = session.scalars(select(Endorsement).where(Endorsement.permit_number == number))
            return {row.endorsement_id: ("open" if row.live else row.state) for row in rows}

    def told(self) -> list[str]:
        """Central's word on every endorsement since the permit was issued anew."""
        return [state for number, state in self._endorsements().items() if number not in self._known]

    def mistakes_after(self, case: Case, way: Sequence[s.State]) -> list[str]:
        """What of the matrix of chip and face does not hold, a sentence each."""
        ending = next((state.ending for state in reversed(way) if hasattr(state, "ending")), None)
        where, content, face, told = self.place.where_is(self.permit), self.content, self.face, self.told()
        tries = self.chip.tries_left
        wrong = [
            (where in (PermitLocation.HAND, PermitLocation.BIN), f"the permit is {where.value}"),
            (content == "new" or face == "old", f"the face is {face} over a chip that is {content}"),
            (len(told) == 1, f"central has {told}"),
            ("open" not in told and "granted" not in told, f"a grant is left: {told}"),
            (told[-1:] and told[-1] in _MAY_SAY[content, face], f"chip {content}, face {face}; central says {told}"),
            (not isinstance(ending, s.Renewed) or content == "new", f"the holder was told renewed; chip {content}"),
            (tries >= TRIES - 1, f"{TRIES - tries} tries were used up"),
            (where is PermitLocation.HAND or "silent" in case.name, "a permit was kept though its chip answers"),
        ]
        return [f"{case.name}: {what}" for holds, what in wrong if not holds]

    def mistakes_at_last(self, case: Case, way: Sequence[s.State]) -> list[str]:
        """Once the trouble is over, one more visit leaves everything new."""
        told = self.told()
        wrong = [
            (self.content == "new", f"the chip stays {self.content} after {[type(state).__name__ for state in way]}"),
            (self.face == "new", f"the face stays {self.face} after {[type(state).__name__ for state in way]}"),
            ("open" not in told and "granted" not in told, f"a grant is left: {told}"),
            (told[-1:] == ["written"] or "written" in told, f"central says {told} in the end"),
        ]
        return [f"{case.name}, next visit: {what}" for holds, what in wrong if not holds]


_MAY_SAY: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("new", "new"): ("written",),
    ("new", "old"): ("face_pending", "unknown"),  # unknown: the chip fell silent before anybody could read it
    ("new", "blank"): ("face_pending",),
    ("old", "old"): ("unchanged", "cancelled", "unknown"),
    ("partly new", "old"): ("unknown",),
}


def _plain(value: FieldValue) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _decided(residents: Residents) -> ResidentImport:
    [record] = central_records(residents)
    return ResidentImport.model_validate({**record, "content": dict(DECIDED)})


@dataclass(frozen=True)
class Tried:
    """What came of one permit file's cases."""

    permit_file: str
    course: Course
    endings: Counter[tuple[str, str, str, str]]
    mistakes: Sequence[str]
    finished_at_once: int
    seconds: float


def torture(directory: Path, permit_file: str, wanted: Callable[[int, Case], bool]) -> Tried:
    """Every wanted case, each from a permit as on the day of issue."""
    endings: Counter[tuple[str, str, str, str]] = Counter()
    mistakes: list[str] = []
    finished = 0
    began = time.monotonic()
    with ServiceThread(directory, permit_file) as desk:
        course = desk.course()
        for number, case in enumerate(cases(course)):
            if not wanted(number, case):
                continue
            desk.issues_anew()
            way = desk.visits(case.strike)
            mistakes += desk.mistakes_after(case, way)
            kind = case.name.partition(":")[0]
            endings[kind, desk.content, desk.face, "+".join(desk.told())] += 1
            finished += sum(isinstance(state, s.OpeningChipSession) for state in way) > 1
            desk.heals()
            if (desk.content, desk.face) != ("new", "new"):
                mistakes += desk.mistakes_at_last(case, desk.visits())
        mistakes += desk.place.mistakes
    return Tried(permit_file, course, endings, mistakes, finished, time.monotonic() - began)


def run(scale: float) -> Outcome:
    """Every case of both permit files at scale 1; below, as many as the share says, spread evenly."""
    lines: list[str] = []
    failed = 0
    for permit_file in PEOPLE:
        with tempfile.TemporaryDirectory(prefix="chip-") as directory:
            tried = torture(Path(directory), permit_file, lambda number, _: number * scale % 1 < scale)
        lines += told_of(tried)
        failed += len(tried.mistakes)
    return Outcome(tuple(lines), failed)


def told_of(tried: Tried) -> list[str]:
    """The figures of one permit file."""
    many = sum(tried.endings.values())
    rows = [
        f"  {kind}: chip {chip}, face {face}, central {told}: {count}"
        for (kind, chip, face, told), count in sorted(tried.endings.items())
    ]
    return [
        f"{tried.permit_file}: {many} cases over {len(tried.course.commands)} commands and {len(tried.course.written)}"
        f" protected writes of {', '.join(map(str, tried.course.written))} bytes; {len(tried.mistakes)} did not hold;"
        f" {tried.finished_at_once} finished by a second session of the same visit ({tried.seconds / 60:.1f} min)",
        *rows,
        *(f"  MISTAKE {mistake}" for mistake in tried.mistakes),
    ]


def main(arguments: list[str]) -> int:
    """[permit file] [name of a case …]: try single cases again; 1 if something did not hold."""
    permit_file, *names = arguments
    with tempfile.TemporaryDirectory(prefix="chip-") as directory:
        tried = torture(Path(directory), permit_file, lambda _, case: case.name in names)
    print("\n".join(told_of(tried)))
    return 1 if tried.mistakes else 0
