"""Compares answers with the document. Raises `Deviation` with a text that repeats nothing of the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from kiosk.central import contract
from kiosk.central.check.findings import Deviation
from kiosk.central.check.wire import Answer
from kiosk.central.codes import PROBLEM_CODES
from kiosk.central.contract import JSON_TYPE, PROBLEM_TYPE
from kiosk.central.reading import Unknown, read_answer

DOCUMENT = Path(__file__).parents[1] / "openapi.json"
STATUSES: dict[str, int] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["info"]["x-problem-statuses"]

M = TypeVar("M")

ENDORSEMENT: TypeAdapter[contract.EndorsementAnswer] = TypeAdapter(contract.EndorsementAnswer)
STATE = TypeAdapter(contract.EndorsementState)
RECORDED = TypeAdapter(contract.Recorded)
STEP = TypeAdapter(contract.ChipSessionStep)
PENDING = TypeAdapter(contract.PendingRewritesAnswer)
EVIDENCE = TypeAdapter(contract.EvidenceAnswer)
APPLICATION: TypeAdapter[contract.ApplicationAnswer] = TypeAdapter(contract.ApplicationAnswer)
FOUND = TypeAdapter(contract.ApplicationsFound)
PROGRESS = TypeAdapter(contract.ApplicationProgress)
HEARTBEAT = TypeAdapter(contract.HeartbeatAnswer)
STAFF_CALL = TypeAdapter(contract.StaffCallTaken)
_PROBLEM = TypeAdapter(contract.Problem)


def read(answer: Answer, schema: TypeAdapter[M]) -> M:
    """The value of an answer with status 200."""
    if answer.status != 200:
        raise Deviation(f"{answer.what}: status {answer.status}{_code(answer)}, where 200 was due")
    if answer.content_type != JSON_TYPE:
        raise Deviation(f"{answer.what}: Content-Type is not {JSON_TYPE}")
    return _parsed(answer, schema)


def is_problem(answer: Answer, *codes: str) -> None:
    """Demand a problem document with one of these codes, and with the status that belongs to the code."""
    due = " or ".join(f"{STATUSES[code]} {code}" for code in codes)
    if answer.status not in {STATUSES[code] for code in codes}:
        raise Deviation(f"{answer.what}: status {answer.status}{_code(answer)}, where {due} was due")
    if answer.content_type != PROBLEM_TYPE:
        raise Deviation(f"{answer.what}: Content-Type of a problem document is not {PROBLEM_TYPE}")
    problem = _parsed(answer, _PROBLEM)
    if problem.code not in codes:
        told = f"code {problem.code}" if problem.code in PROBLEM_CODES else "a code that the document does not list"
        raise Deviation(f"{answer.what}: {told}, where {due} was due")
    if problem.status != answer.status:
        raise Deviation(f"{answer.what}: the problem document's status is not the answer's")


def is_same(first: Answer, again: Answer) -> None:
    """Demand that a repeated call got the first answer."""
    if again.status != first.status:
        raise Deviation(f"{first.what}: repeated, status {again.status}{_code(again)} after {first.status}")
    if value_of(first) != value_of(again):
        raise Deviation(f"{first.what}: repeated with the same key and body, another answer")


def value_of(answer: Answer) -> Any:
    """The JSON of an answer, of any shape."""
    try:
        return json.loads(answer.body)
    except ValueError:
        raise Deviation(f"{answer.what}: not JSON") from None


def need(holds: bool, otherwise: str) -> None:
    """Raise `Deviation` with the text `otherwise`, unless `holds`."""
    if not holds:
        raise Deviation(otherwise)


def _parsed(answer: Answer, schema: TypeAdapter[M]) -> M:
    try:
        return read_answer(schema, answer.body, Unknown())
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    where = "/".join(str(part) for part in first["loc"]) or "the whole"
    raise Deviation(f"{answer.what}: not the document's schema: {where}: {first['type']}")


def _code(answer: Answer) -> str:
    """A code of the catalogue, if the answer names one."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return ""
    code = document.get("code") if isinstance(document, dict) else None
    return f" {code}" if code in PROBLEM_CODES else ""
