"""The machine is switched off in every state: what becomes of the permit, and whether the program ends in good order.

`python -m tests.torture switching_off -- [--state ROW …] [--write]` plays every cell of the table, and writes it into
kiosk/workflow/SWITCHING_OFF.md. In each cell a visit is brought to the state on the simulated wires; then
something falls silent, or nobody stands there any more, and the switch-off is asked for. Time is let pass as the
machine's own deadlines say. When the program has ended, the journal's last row is held against the world; everything
is mended, the kiosk is started anew, and the laws of every cell hold: the permit in a hand or in the bin, one story,
no open grant, and the next visit served.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from textwrap import fill

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from kiosk.workflow.switching_off import SWITCH_OFF_WITHIN_S
from tests.torture.faults.causes import CAUSES, Cause, Heal
from tests.torture.faults.cell import MOST_WAITS, DidNotEnd, Finding, NotReached, Scene, next_is_served, play
from tests.torture.faults.counter import Counter, FaultHarness
from tests.torture.faults.laws import broken_laws
from tests.torture.faults.outcome_names import Ending, Work
from tests.torture.faults.playing import open_counter, opened_counter
from tests.torture.faults.resident import Resident
from tests.torture.faults.traces import work_of
from tests.torture.faults.ways import WAYS
from tests.torture.outcome import Outcome, counted

PAGE = Path(__file__).resolve().parents[3] / "kiosk" / "workflow" / "SWITCHING_OFF.md"
KEPT = Path("build") / "torture" / "switching_off.jsonl"
PROCESSES = 4
SEED = 5
LOOK_S = 0.02
NOBODY, WELL = "nobody there", "all well"
_SILENT = (
    "permit_unit/silent",
    "permit_chip/silent",
    "id_reader/silent",
    "receipt_printer/silent",
    "code_scanner/silent",
    "central/hang",
    "disk/full",
)
CONDITIONS = (WELL, NOBODY, *_SILENT)
"""What is so when the switch-off is asked for; the columns of the table."""

WHERE = {
    PermitLocation.HAND: ("h", "the holder has the permit"),
    PermitLocation.BIN: ("b", "it was put into the bin by the usual rule; central knows"),
    PermitLocation.MOUTH: ("m", "it stands at the mouth, in the holder's reach; the journal says so"),
    PermitLocation.STATION: (
        "i",
        "it stays inside; the journal says so, and the next start gives it back or puts it away",
    ),
    PermitLocation.PATH: (
        "i",
        "it stays inside; the journal says so, and the next start gives it back or puts it away",
    ),
}
_KNOWN_AS = {
    PermitLocation.HAND: {Custody.WITH_HOLDER},
    PermitLocation.BIN: {Custody.WITH_HOLDER, Custody.RETAINED},
    PermitLocation.MOUTH: {Custody.AT_MOUTH},
    PermitLocation.STATION: {Custody.INSIDE},
    PermitLocation.PATH: {Custody.INSIDE},
}


@dataclass
class End:
    """What became of the visit, and where the permit was when the program had ended."""

    work: Work
    permit: PermitLocation

    @property
    def code(self) -> str:
        return self.work.value[0] + WHERE[self.permit][0]


class SwitchedOff(Scene):
    """A scene that comes to its end by the switch-off. `condition`: one of CONDITIONS."""

    condition = WELL

    def comes_to_rest(self, resident: Resident, rechecks: int) -> s.State:
        """Where the visit is under way that is to be cut short: play until the program has ended."""
        if not self.is_under_way:
            return super().comes_to_rest(resident, rechecks)
        engine = self.place.running.engine
        while not engine.has_ended:
            seen = len(self.place.states)
            if seen > self.handled:
                self.handled = seen
                if not (self.reached and self.condition == NOBODY):
                    resident.acts(self.place, self.place.states[-1])
            self._waits(seen)
        return self.place.states[-1]

    def rechecks(self) -> None:
        """None, where the program has ended."""
        if not (self.reached and self.place.running.engine.has_ended):
            super().rechecks()

    def _waits(self, seen: int) -> None:
        """For the next state or the end of the program; time passes where neither comes."""
        place = self.place
        patience_s = self.patience_s(place.states[-1] if seen else s.Recovering())
        for _ in range(round(patience_s / LOOK_S)):
            if place.shows_more_than(seen, LOOK_S) or place.running.engine.has_ended:
                return
        self.waits += 1
        if self.waits > MOST_WAITS:
            raise DidNotEnd(f"the program does not end; the machine went {place.way()}")
        place.lets_pass()


def _strike_of(condition: str) -> Cause:
    fault = CAUSES.get(condition)

    def strike(place: FaultHarness, counter: Counter) -> Heal:
        heal: Heal = (lambda: None) if fault is None else fault.strike(place, counter)
        place.running.switch_off("SIGTERM")
        return heal

    return Cause("switching_off", condition, strike)


def play_cell(counter: Counter, row: str, condition: str) -> tuple[Finding, End | None]:
    """Play one cell; from the beginning where the state was not reached."""
    ends: list[End] = []

    def played(scene: Scene) -> tuple[Ending, list[str]]:
        assert isinstance(scene, SwitchedOff)
        scene.condition = condition
        end, broken = _played(scene)
        ends.append(end)
        return Ending(end.work), broken

    finding = play(counter, row, WAYS[row], _strike_of(condition), played, SwitchedOff)
    return finding, ends[-1] if ends else None


def _played(scene: SwitchedOff) -> tuple[End, list[str]]:
    place, permit = scene.place, scene.way.visitor.permit
    resident = scene.visit()
    if not scene.reached:
        raise NotReached(f"the state was never reached; the machine went {place.way()}")
    place.at_every_state(lambda _: None)
    scene.is_under_way = False
    if place.where_is(permit) is PermitLocation.MOUTH and not _went_in(place.states[scene.began :]):
        place.rig.take_permit()  # it was pushed at the moment that the slot closed, and is still in a hand
    states = place.states[scene.began :]
    at_the_end = place.where_is(permit)
    place.stop_kiosk()
    broken = [] if scene.condition == "disk/full" else _last_words(place, at_the_end, scene.condition)
    if scene.heal is not None:
        scene.heal()
        scene.heal = None
    place.rig.clear_faults()
    scene.handled = len(place.states)
    place.start_kiosk()
    scene.is_mended(resident)
    place.running.warm_up()  # as when the first screen stands: what waits is sent
    broken += (
        []
        if place.where_is(permit) in (PermitLocation.HAND, PermitLocation.BIN)
        else [f"the permit is {place.where_is(permit).value}"]
    )
    place.rig.empty_bin()
    place.rig.lift_id_card()
    broken += next_is_served(scene)
    place.central_is_told()
    end = End(work_of(place, permit, scene.before, states), at_the_end)
    return end, broken + broken_laws(place, permit, scene.before, scene.bystander.lines, False)


def _went_in(states: Sequence[s.State]) -> bool:
    return any(s.custody_of(state) in (Custody.INSIDE, Custody.AT_MOUTH, Custody.UNKNOWN) for state in states[1:])


def _last_words(place: FaultHarness, permit: PermitLocation, condition: str) -> list[str]:
    """What the journal's last row says, against where the permit is."""
    last = place.journal()[-1]
    broken = [] if "EndProgram" in last.effects else [f"the journal ends with {last.event} → {last.after}"]
    if last.event == "SwitchOffOverdue":
        broken.append(f"it took longer than {SWITCH_OFF_WITHIN_S:g} s of the machine's time")
    known = Custody(last.custody)
    # A silent unit does not say that the permit was taken out of its mouth.
    may_be_taken = condition == "permit_unit/silent" and (permit, known) == (PermitLocation.HAND, Custody.AT_MOUTH)
    if known not in _KNOWN_AS[permit] and known is not Custody.UNKNOWN and not may_be_taken:
        broken.append(f"the journal says {last.custody}, and the permit is {permit.value}")
    return broken


_Cells = Mapping[tuple[str, str], str]


def page_of(cells: _Cells) -> str:
    """The whole page, from the code of each cell."""
    signs = {code[0] for code in cells.values()}, {code[1] for code in cells.values()}
    works = [f"| {work.value[0]} | {work.value[1]} |" for work in Work if work.value[0] in signs[0]]
    places = dict.fromkeys(f"| {sign} | {means} |" for sign, means in WHERE.values() if sign in signs[1])
    rows = [f"| `{row}` | " + " | ".join(cells.get((row, each), "…") for each in CONDITIONS) + " |" for row in WAYS]
    return "\n".join(
        [
            "# Switched off in every state",
            "",
            fill(
                "Written by `python -m tests.torture switching_off -- --write`; not edited by hand. In each cell a "
                "visit is brought to the state on the simulated wires, then the switch-off is asked for, with what the "
                "column says being so from that moment on. The cell says what became of the visit, once all "
                "was mended and "
                "central told, and where the permit was when the program had ended. Held in every cell: the "
                "program ended "
                "by itself within "
                f"{SWITCH_OFF_WITHIN_S:g} s of the machine's time; the journal's last row orders the end and "
                f"says where "
                "the permit is, or that it is not known (with a full disk, the rows that it could take); after "
                "the next "
                "start the permit is in a hand or in the bin; chip, face, journal and central tell one story; "
                "no grant is "
                "left open; the next visit is served.",
                120,
            ),
            "",
            "| sign | means |",
            "| --- | --- |",
            *works,
            *places,
            "",
            "| asked for in | " + " | ".join(CONDITIONS) + " |",
            "| --- |" + " --- |" * len(CONDITIONS),
            *rows,
            "",
        ]
    )


def cells_of(page: str) -> dict[tuple[str, str], str]:
    """The codes of a page that was written."""
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {
        (row.strip("`"), condition): code
        for row, *codes in lines
        for condition, code in zip(CONDITIONS, codes, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one cell. `code`: of its end, empty where there was none; `broken`: the laws that did not hold."""

    row: str
    condition: str
    code: str
    broken: tuple[str, ...]
    way: tuple[str, ...]
    took_s: float

    @property
    def key(self) -> tuple[str, str]:
        return self.row, self.condition

    @property
    def is_good(self) -> bool:
        return bool(self.code) and not self.broken

    def __str__(self) -> str:
        told = f"{self.row} × {self.condition}: {self.code or '--'}  {self.took_s:.1f} s"
        return told if self.is_good else "\n    ".join([told, *self.broken, " ".join(self.way)])


def _play_in_process(key: tuple[str, str]) -> Cell:
    finding, end = play_cell(opened_counter(), *key)
    return Cell(*key, "" if end is None else end.code, tuple(finding.broken), tuple(finding.way), finding.took_s)


def _played_in_processes(keys: Sequence[tuple[str, str]], processes: int = PROCESSES) -> Iterator[Cell]:
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=open_counter) as pool:
        yield from pool.map(_play_in_process, keys, chunksize=2)


def _settled(cells: Iterable[Cell]) -> list[Cell]:
    """The same, with what did not hold beside others played once more alone (`tests.torture.faults`)."""
    played = list(cells)
    wrong = [cell.key for cell in played if not cell.is_good]
    again = {cell.key: cell for cell in (_played_in_processes(wrong, 1) if wrong else ())}
    return [again.get(cell.key, cell) for cell in played]


def every_cell() -> list[tuple[str, str]]:
    """Row and condition of each, in the order of the page."""
    return [(row, condition) for row in WAYS for condition in CONDITIONS]


def run(scale: float) -> Outcome:
    """Play every cell, or a share of them chosen by a fixed seed where `scale` is below 1."""
    keys = every_cell()
    if scale < 1:
        keys = sorted(random.Random(SEED).sample(keys, max(1, round(len(keys) * scale))), key=keys.index)
    cells = _settled(counted("switching_off", len(keys), _played_in_processes(keys)))
    wrong = [cell for cell in cells if not cell.is_good]
    page = cells_of(PAGE.read_text(encoding="utf-8"))
    others = [f"{cell.row} × {cell.condition}" for cell in cells if cell.is_good and page.get(cell.key) != cell.code]
    return Outcome(
        (
            f"{len(cells) - len(wrong)} cells with a good end, {len(wrong)} without",
            *map(str, wrong),
            f"{len(others)} would stand otherwise on {PAGE.name}: {', '.join(others) or 'none'}",
        ),
        len(wrong),
    )


def main(arguments: Iterable[str]) -> int:
    """0 if every law held in every cell that was played."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture switching_off --")
    parser.add_argument("--state", action="append", default=[], choices=list(WAYS), metavar="ROW")
    parser.add_argument("--condition", action="append", default=[], choices=CONDITIONS)
    parser.add_argument("--resume", action="store_true", help=f"do not play again what {KEPT} has")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} anew")
    args = parser.parse_args(list(arguments))
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    kept = [json.loads(line) for line in KEPT.read_text("utf-8").splitlines()] if args.resume and KEPT.exists() else []
    codes = {(row, condition): code for row, condition, code in kept}
    wanted = [
        (row, condition)
        for row in args.state or WAYS
        for condition in args.condition or CONDITIONS
        if (row, condition) not in codes
    ]
    with KEPT.open("a" if args.resume else "w", encoding="utf-8") as file:

        def told(cells: Iterable[Cell]) -> Iterator[Cell]:
            for cell in cells:
                print(cell, flush=True)
                if cell.is_good:
                    print(json.dumps([*cell.key, cell.code]), file=file, flush=True)
                yield cell

        cells = _settled(told(_played_in_processes(wanted)))
    codes |= {cell.key: cell.code for cell in cells if cell.is_good}
    wrong = [cell for cell in cells if not cell.is_good]
    print(f"{len(codes)} cells with a good end, {len(wrong)} without", *wrong, sep="\n")
    if args.write and not wrong:
        PAGE.write_text(page_of(codes), encoding="utf-8")
    return 1 if wrong else 0
