"""The report of a scenario: the permit before and after, papers, central's record, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.central.contract import ApplicationProgress
from kiosk.demo import floor
from kiosk.demo.office import OfficeRecord
from kiosk.demo.scenarios import DEFAULT, FACES_AT, PlannedVisit, Scenario
from kiosk.presentation.context import receipt_number

PermitState = dict[str, Any]
"""A permit as reported by the rig."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One slip or receipt: its words and its code's content (without text that was sent as dots), and its picture's
    file name.
    """

    text: str
    picture: str


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit as played: its plan, the permit before and after, and the records of it. `central`: the state of the
    endorsement there, "none" if there is none; `screens`: those that were painted, in order.
    """

    plan: PlannedVisit
    on: date
    before: PermitState
    after: PermitState
    screens: tuple[str, ...]
    measured: tuple[floor.MeasuredStage, ...]
    papers: tuple[Paper, ...]
    endorsement_id: UUID | None
    central: str
    application: ApplicationProgress | None


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario as played, with its acts in order."""

    scenario: Scenario
    acts: tuple[VisitRecord | OfficeRecord, ...]
    bare: floor.BareCosts
    wires: dict[str, str]
    notes: list[str]

    @property
    def visits(self) -> tuple[VisitRecord, ...]:
        return tuple(act for act in self.acts if isinstance(act, VisitRecord))

    @property
    def office(self) -> tuple[OfficeRecord, ...]:
        return tuple(act for act in self.acts if isinstance(act, OfficeRecord))


def report(played: Played) -> dict[str, Any]:
    """The content of `report.json`. The default scenario's has only the keys of one visit."""
    first, last = played.visits[0], played.visits[-1]
    measured = [stage for visit in played.visits for stage in visit.measured]
    wrong = [
        f"{visit.plan.about}: {each}" if len(played.visits) > 1 else each
        for visit in played.visits
        for each in disagree(visit)
    ]
    told: dict[str, Any] = {
        "outcome": f"not {played.scenario.outcome}" if wrong else played.scenario.outcome,
        "custody": _custody(last),
        "chip": {"old": chip_words(first.before), "new": chip_words(last.after)},
        "face": {"old": face_words(first.before), "new": face_words(last.after)},
        "receipt": _receipt(last),
        "central": _central(last),
        "stages": floor.as_json(measured),
        "overhead_s": round(sum(each.overhead_s for each in measured), 3),
        "bare": {"frame_s": round(played.bare.frame_s, 4), "https_round_trip_s": round(played.bare.https_s, 5)},
        "wires": played.wires,
        "notes": played.notes,
        "disagreements": wrong,
    }
    if played.scenario.name != DEFAULT:
        told |= {
            "scenario": played.scenario.name,
            "visits": [_visit(visit) for visit in played.visits],
            "office": [{"about": step.about, "command": step.command, "answer": step.answer} for step in played.office],
        }
    return told


def _visit(visit: VisitRecord) -> dict[str, Any]:
    return {
        "about": visit.plan.about,
        "kiosk": visit.plan.kiosk,
        "custody": _custody(visit),
        "chip": {"old": chip_words(visit.before), "new": chip_words(visit.after)},
        "face": {"old": face_words(visit.before), "new": face_words(visit.after)},
        "papers": [{"picture": paper.picture, "text": paper.text} for paper in visit.papers],
        "central": _central(visit),
        "application": None if visit.application is None else visit.application.model_dump(mode="json"),
        "screens": list(visit.screens),
        "stages": floor.as_json(visit.measured),
        "disagreements": disagree(visit),
    }


def _custody(visit: VisitRecord) -> str:
    place: str = visit.after["place"]
    return "with_holder" if place == "hand" else place


def _central(visit: VisitRecord) -> dict[str, Any]:
    return {"state": visit.central, "endorsement_id": str(visit.endorsement_id) if visit.endorsement_id else None}


def _receipt(visit: VisitRecord) -> dict[str, Any]:
    number = number_on_paper(visit)
    printed = any(number in paper.text for paper in visit.papers) if number else bool(visit.papers)
    return {"printed": printed, "number": number}


def number_on_paper(visit: VisitRecord) -> str | None:
    """The number that the visit's paper must have: of a receipt where something was written, else of the review."""
    if visit.plan.writes:
        return receipt_number(visit.endorsement_id) if visit.endorsement_id else None
    return visit.application.review_number if visit.application else None


def chip_words(state: PermitState) -> dict[str, Any]:
    """The content of a permit's chip, without its holder."""
    fields = state["chip"]
    return {name: fields[name] for name in ("valid_from", "valid_to", "issuing_authority", "endorsement_count")}


def face_words(state: PermitState) -> dict[str, Any] | None:
    """The content of a permit's face: the chip's content if the face shows it dot for dot, else None."""
    return chip_words(state) if state["face_shows_chip"] else None


def disagree(visit: VisitRecord) -> list[str]:
    """Every way in which chip, face, paper, custody and central differ from the plan; empty if they agree."""
    plan = visit.plan
    wrong = [*_wrong_permit(visit), *_wrong_face(visit), *_wrong_screens(visit)]
    if len(visit.papers) != plan.papers:
        wrong.append(f"{len(visit.papers)} papers were printed, not {plan.papers}")
    if plan.papers and not _receipt(visit)["printed"]:
        wrong.append("no receipt with this number was printed")
    if plan.face == "left" and not any(_says(visit, place) for place in FACES_AT.values()):
        wrong.append("no paper says where the face is refreshed")
    wanted = _wanted_of_central(plan)
    if visit.central != wanted:
        wrong.append(f"central's record says {visit.central}, not {wanted}")
    state = visit.application.state if visit.application else None
    if state != plan.application:
        wrong.append(f"central's application is {state}, not {plan.application}")
    if _custody(visit) != "with_holder":
        wrong.append(f"the permit is not with its holder but: {_custody(visit)}")
    return wrong


def _wrong_permit(visit: VisitRecord) -> list[str]:
    old, new, plan = visit.before["chip"], visit.after["chip"], visit.plan
    if plan.new_term is None:
        return [] if new == old else ["the chip was written, and should not have been"]
    start, end = plan.new_term.days(date.fromisoformat(old["valid_to"]), visit.on)
    wrong = []
    if (new["valid_from"], new["valid_to"]) == (old["valid_from"], old["valid_to"]):
        wrong.append("the chip was not renewed")
    elif (new["valid_from"], new["valid_to"]) != (start.isoformat(), end.isoformat()):
        wrong.append(f"the chip says {new['valid_from']} - {new['valid_to']}, not {start} - {end}")
    category = plan.category or old["category"]
    if new["category"] != category:
        wrong.append(f"the category is {new['category']}, not {category}")
    return wrong


def _wanted_of_central(plan: PlannedVisit) -> str:
    """The state that central's record of the visit's endorsement must have."""
    if plan.writes:
        return "face_pending" if plan.face == "left" else "written"
    return "pending" if plan.application == "in_review" else "none"


def _says(visit: VisitRecord, words: str) -> bool:
    """Whether a paper has these words, wherever its lines break."""
    return any("".join(words.split()) in "".join(paper.text.split()) for paper in visit.papers)


def _cycles(state: PermitState) -> tuple[int, int]:
    """How often a permit's face was erased and printed."""
    return state["face_erasures"], state["face_prints"]


def _wrong_face(visit: VisitRecord) -> list[str]:
    old, new, face = chip_words(visit.before), chip_words(visit.after), visit.plan.face
    wrong = []
    if face == "left":
        if face_words(visit.after) == new or _cycles(visit.before) != _cycles(visit.after):
            wrong.append("the face was rewritten, and could not have been")
    elif face_words(visit.after) != new:
        wrong.append("the face does not show what the chip holds")
    if face == "refreshed":
        if face_words(visit.before) == old:
            wrong.append("the face showed already what the chip holds")
    elif face_words(visit.before) != old:
        wrong.append("the face did not show what the chip held before")
    return wrong


def _wrong_screens(visit: VisitRecord) -> list[str]:
    painted = iter(visit.screens)
    missing = [screen for screen in visit.plan.shows if screen not in painted]  # each search continues after the last
    return [f"the screen {screen} did not come when it should" for screen in missing[:1]]


def summary(told: dict[str, Any], played: Played, out: Path) -> str:
    """A summary for people."""
    measured = [stage for visit in played.visits for stage in visit.measured]
    lines = ["", f"Scenario: {played.scenario.name}" if "scenario" in told else "", f"Outcome: {told['outcome']}"]
    if len(played.visits) == 1:
        lines += _account(played.visits[0])
    else:
        for act in played.acts:
            match act:
                case VisitRecord():
                    lines += [f"{act.plan.about}, at {act.plan.kiosk}:", *_account(act)]
                case OfficeRecord():
                    lines += [f"{act.about}:", f"  {act.command}"]
    lines += [
        "",
        floor.pretty(measured),
        f"  The program's own share of it: {told['overhead_s']:.3f} s",
        "",
        "Wires:",
        *(f"  {name:16} {carrier}" for name, carrier in told["wires"].items()),
        *(f"  Note: {note}" for note in told["notes"]),
        *(f"  WRONG: {wrong}" for wrong in told["disagreements"]),
        "",
        f"Report and pictures: {out}",
    ]
    return "\n".join(lines[0 if lines[1] else 1 :])


def _account(visit: VisitRecord) -> Sequence[str]:
    old, new = chip_words(visit.before), chip_words(visit.after)
    terms = f"{old['valid_from']} - {old['valid_to']}"
    renewed = f"{terms}  ->  {new['valid_from']} - {new['valid_to']}" if new != old else f"{terms}, as it was"
    category = (visit.before["chip"]["category"], visit.after["chip"]["category"])
    if category[0] != category[1]:
        renewed += f", {category[0]} -> {category[1]}"
    face = "shows what the chip holds, dot for dot" if face_words(visit.after) else "is not what the chip holds"
    face += {"as_chip": "", "left": ", left for another kiosk", "refreshed": ", refreshed alone"}[visit.plan.face]
    lines = [f"  chip     {renewed}", f"  face     {face}"]
    kind = "receipt" if visit.plan.writes else "slip"
    number = number_on_paper(visit)
    if visit.plan.papers or visit.papers:
        printed = "" if _receipt(visit)["printed"] else " (not printed)"
        lines.append(f"  {kind:8} {number or ', '.join(paper.picture for paper in visit.papers)}{printed}")
    if visit.central != "none":
        lines.append(f"  central  {visit.central}, endorsement {visit.endorsement_id}")
    if visit.application is not None:
        told = visit.application
        expected = f", expected {told.expected_on}" if told.expected_on else ", no date promised"
        lines.append(f"  review   {told.review_number}: {told.state}{expected if told.state == 'in_review' else ''}")
    lines.append(f"  permit   {_custody(visit)}")
    return lines
