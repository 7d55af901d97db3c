"""python -m kiosk demo: one resident's permit renewed from end to end, before your eyes, and a report of it."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.about import receipt_number
from kiosk.central.client import CentralRefusedCall
from kiosk.demo import floor
from kiosk.demo.processes import DidNotStart, Process
from kiosk.demo.resident import Resident, renew
from kiosk.demo.simulation import ROOT, Simulation, Wishes
from kiosk.demo.witness import ScreenNotSeen

PERSON = "lin-yuzhen"
PERMIT = "lin-yuzhen-shanghai"
OUT = ROOT / "build" / "demo"
SETTLE_S = 15.0
BARE_TRIPS = 15


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `demo`."""
    parser = subparsers.add_parser("demo", help="play one visit from end to end and report")
    parser.add_argument("--out", type=Path, default=OUT, help="where report and pictures go (default build/demo)")
    parser.add_argument("--pace", type=float, default=1.0, help="1 devices take real times, 0 none (default 1)")
    parser.add_argument("--think", type=float, default=0.8, help="seconds that the resident looks at each screen")
    parser.add_argument("--language", choices=("zh-Hans", "en"), default="zh-Hans")
    parser.add_argument("--hidden", action="store_true", help="under Xvfb even where there is a display")
    parser.add_argument("--direct-chip", action="store_true", help="without pcscd, as where it cannot be had")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 only if chip, face, receipt and central's record all agree; 1 if not; 2 if it could not be tried."""
    out: Path = args.out
    shutil.rmtree(out, ignore_errors=True)
    (out / "screens").mkdir(parents=True)
    languages = ("zh-Hans", "en") if args.language == "zh-Hans" else ("en", "zh-Hans")
    wishes = Wishes(languages=languages, pace=args.pace, hidden=args.hidden, direct_chip=args.direct_chip)
    try:
        with Simulation(wishes, out / "state") as place:
            report, table = play(place, out, args.think)
    except (DidNotStart, ScreenNotSeen, FileNotFoundError) as error:
        print(f"The demo could not be played: {error}", file=sys.stderr)
        return 2
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(summary(report, out, table))
    return 0 if report["outcome"] == "renewed" else 1


def play(place: Simulation, out: Path, think_s: float) -> tuple[dict[str, Any], str]:
    """One visit in `place`; the report, and the table of its stages. Pictures go to `out`."""
    for note in place.notes:
        print(note)
    print("One moment: the kiosk starts, and a resident comes.")
    before = _permit_state(place)
    place.rig.do("save_face", permit_id=PERMIT, path=str(out / "face-before.png"))
    kiosk = place.start_kiosk()
    witness = place.witness(kiosk)
    resident = Resident(witness, place.rig, place.display, think_s, out / "screens")
    bare = floor.BareCosts(frame_s=1 / 30, https_s=bare_round_trip(place))
    place.rig.do("drain_activity")
    try:
        renew(resident, PERSON, PERMIT)
    except ScreenNotSeen as error:
        raise ScreenNotSeen(f"{error}. The kiosk's last words: {kiosk.last_words()}") from error
    seen = Seen(place, before, _permit_state(place), resident)
    central = await_central(place, seen.endorsement_id)
    _save(place, out)
    _end(kiosk)
    busy = [*floor.busy_of(place.rig.do("drain_activity")), *resident.activity.drain()]
    measured = floor.measure(resident.stages, busy, floor.central_calls(kiosk_journal(place)), bare)
    return _report(seen, central, measured, bare), floor.pretty(measured)


@dataclass(frozen=True)
class Seen:
    """What was on the table before and after."""

    place: Simulation
    before: dict[str, Any]
    after: dict[str, Any]
    resident: Resident

    @property
    def endorsement_id(self) -> UUID:
        """The endorsement that the kiosk's journal names last."""
        with sqlite3.connect(f"file:{kiosk_journal(self.place)}?mode=ro", uri=True) as db:
            row = db.execute(
                "SELECT endorsement_id FROM step WHERE endorsement_id IS NOT NULL ORDER BY number DESC LIMIT 1"
            ).fetchone()
        db.close()
        return UUID(row[0])


def kiosk_journal(place: Simulation) -> Path:
    return place.state_dir / "kiosk" / "journal.db"


def _permit_state(place: Simulation) -> dict[str, Any]:
    state: dict[str, Any] = place.rig.do("state")["permits"][PERMIT]
    return state


def bare_round_trip(place: Simulation) -> float:
    """Median seconds of an HTTPS exchange with central that does nothing there: the contract's own 404."""
    client = place.central_client()
    times = []
    for _ in range(BARE_TRIPS):
        began = time.perf_counter()
        try:
            client.endorsement_state(UUID(int=0))
        except CentralRefusedCall:
            times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def await_central(place: Simulation, endorsement_id: UUID) -> str:
    """Central's state of the endorsement, once it is no longer open or time is up."""
    client = place.central_client()
    deadline = time.monotonic() + SETTLE_S
    while True:
        state: str = client.endorsement_state(endorsement_id).state
        if state != "granted" or time.monotonic() > deadline:
            return state
        time.sleep(0.1)


def _save(place: Simulation, out: Path) -> None:
    place.rig.do("save_face", permit_id=PERMIT, path=str(out / "face-after.png"))
    place.rig.do("save_receipt", path=str(out / "receipt.png"))


def _end(kiosk: Process) -> None:
    status = kiosk.end()
    if status != 0:
        print(f"The kiosk ended with status {status}: {kiosk.last_words()}", file=sys.stderr)


def _report(
    seen: Seen, central: str, measured: Sequence[floor.MeasuredStage], bare: floor.BareCosts
) -> dict[str, Any]:
    number = receipt_number(seen.endorsement_id)
    report: dict[str, Any] = {
        "outcome": "",
        "custody": "with_holder" if seen.after["place"] == "hand" else seen.after["place"],
        "chip": {"old": chip_words(seen.before), "new": chip_words(seen.after)},
        "face": {"old": face_words(seen.before), "new": face_words(seen.after)},
        "receipt": {"printed": any(number in text for text in seen.place.rig.do("receipt_texts")), "number": number},
        "central": {"state": central, "endorsement_id": str(seen.endorsement_id)},
        "stages": floor.as_json(measured),
        "overhead_s": round(sum(each.overhead_s for each in measured), 3),
        "bare": {"frame_s": round(bare.frame_s, 4), "https_round_trip_s": round(bare.https_s, 5)},
        "wires": seen.place.wires,
        "notes": seen.place.notes,
    }
    report["disagreements"] = disagree(report)
    report["outcome"] = "not renewed" if report["disagreements"] else "renewed"
    return report


def chip_words(state: dict[str, Any]) -> dict[str, Any]:
    """What a permit's chip says, without its holder."""
    fields = state["chip"]
    return {name: fields[name] for name in ("valid_from", "valid_to", "issuing_authority", "endorsement_count")}


def face_words(state: dict[str, Any]) -> dict[str, Any] | None:
    """What a permit's face says: the chip's own words where it shows them dot for dot, else None."""
    return chip_words(state) if state["face_shows_chip"] else None


def disagree(report: dict[str, Any]) -> list[str]:
    """Every way in which chip, face, receipt, custody and central do not tell the same story; empty if they do."""
    chip, face = report["chip"], report["face"]
    wrong = []
    if chip["new"]["valid_to"] <= chip["old"]["valid_to"]:
        wrong.append("the chip was not renewed")
    if face["new"] != chip["new"]:
        wrong.append("the face does not show what the chip holds")
    if face["old"] != chip["old"]:
        wrong.append("the face did not show what the chip held before")
    if not report["receipt"]["printed"]:
        wrong.append("no receipt with this number was printed")
    if report["central"]["state"] != "written":
        wrong.append(f"central's record says {report['central']['state']}")
    if report["custody"] != "with_holder":
        wrong.append(f"the permit is not with its holder but: {report['custody']}")
    return wrong


def summary(report: dict[str, Any], out: Path, table: str) -> str:
    """What happened, for a person to read."""
    old, new = report["chip"]["old"], report["chip"]["new"]
    face = "shows what the chip holds, dot for dot" if report["face"]["new"] else "is not what the chip holds"
    lines = [
        "",
        f"Outcome: {report['outcome']}",
        f"  chip     {old['valid_from']} - {old['valid_to']}  ->  {new['valid_from']} - {new['valid_to']}",
        f"  face     {face}",
        f"  receipt  {report['receipt']['number']}{'' if report['receipt']['printed'] else ' (not printed)'}",
        f"  central  {report['central']['state']}, endorsement {report['central']['endorsement_id']}",
        f"  permit   {report['custody']}",
        "",
        table,
        f"  The program's own share of it: {report['overhead_s']:.3f} s",
        "",
        "Wires:",
        *(f"  {name:16} {carrier}" for name, carrier in report["wires"].items()),
        *(f"  Note: {note}" for note in report["notes"]),
        *(f"  WRONG: {wrong}" for wrong in report["disagreements"]),
        "",
        f"Report and pictures: {out}",
    ]
    return "\n".join(lines)
