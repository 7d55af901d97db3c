"""Checks of completions, heartbeats and calls for staff."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.check import bodies
from kiosk.central.check.findings import Check, NotTried
from kiosk.central.check.judging import HEARTBEAT, PENDING, RECORDED, STAFF_CALL, STATE, is_same, need, read
from kiosk.central.check.run import Run, Session
from kiosk.central.http_date import parse_http_date

CLOCKS_OF_ONE_ANSWER = timedelta(seconds=60)

_COMPLETION = "README: How it ended: completion → state"


def _written(run: Run) -> Session:
    session = run.running()
    if session.step.verdict != "written":
        raise NotTried('no verdict "written" came')
    return session


def _completed(run: Run) -> None:
    session = _written(run)
    _tells(run, session, bodies.completion("new", "pending", timedelta(seconds=1)), "face_pending")
    body, key = bodies.document(bodies.completion("new", "new")), str(uuid4())
    path = f"/v1/endorsements/{session.endorsement_id}/completion"
    first = run.kiosk.post(path, body, key)
    need(read(first, RECORDED).state == "written", "completion chip=new face=new: not written")
    is_same(first, run.kiosk.post(path, body, key))
    run.is_completed = True


def _out_of_order(run: Run) -> None:
    session = _completed_before(run)
    _tells(run, session, bodies.completion("old", "old", timedelta(hours=1)), "written")
    _tells(run, session, bodies.completion("unknown", "old", timedelta(days=2)), "written")


def _state(run: Run) -> None:
    session = _completed_before(run)
    state = read(run.kiosk.get(f"/v1/endorsements/{session.endorsement_id}"), STATE).state
    need(state == "written", f"GET /v1/endorsements/{{id}}: {state}, where written was due")


def _nothing_waits(run: Run) -> None:
    session = _completed_before(run)
    case, (_, payload) = run.case(), run.grant()
    permit = case.permit.model_copy(update={"content": payload.content})
    asked = bodies.inquiry(case.model_copy(update={"permit": permit}))
    work = read(run.kiosk.post("/v1/permits/pending-rewrites", bodies.document(asked)), PENDING).work
    need(work is None, f"pending-rewrites: work for a permit whose endorsement {session.step.verdict}")


def _heartbeat(run: Run) -> None:
    first, second = bodies.journal_length(), bodies.journal_length() + 1
    read(run.kiosk.post("/v1/heartbeat", bodies.document(bodies.heartbeat(first))), HEARTBEAT)
    answer = run.kiosk.post("/v1/heartbeat", bodies.document(bodies.heartbeat(second)))
    told = read(answer, HEARTBEAT)
    need(told.journal is not None, "heartbeat: the head told before is not answered")
    assert told.journal is not None
    need(told.journal.number == first, "heartbeat: another head than the furthest that was told before")
    need(told.journal.head == f"{first:064x}", "heartbeat: another hash than was told before")
    date = parse_http_date(answer.headers.get("date", "")) or told.time
    need(abs(told.time - date) <= CLOCKS_OF_ONE_ANSWER, "heartbeat: time and Date are over a minute apart")


def _staff_call(run: Run) -> None:
    document, key = bodies.document(bodies.staff_call()), str(uuid4())
    first = run.kiosk.post("/v1/staff-calls", document, key)
    if first.status == HTTPStatus.NOT_FOUND:
        raise NotTried("central has no such call: its kiosks go without [attendant_call]")
    read(first, STAFF_CALL)
    is_same(first, run.kiosk.post("/v1/staff-calls", document, key))


def _completed_before(run: Run) -> Session:
    session = _written(run)
    if not run.is_completed:
        raise NotTried("the completion was not taken")
    return session


def _tells(run: Run, session: Session, report: contract.CompletionRequest, due: str) -> None:
    path = f"/v1/endorsements/{session.endorsement_id}/completion"
    recorded = read(run.kiosk.post(path, bodies.document(report)), RECORDED)
    need(recorded.endorsement_id == session.endorsement_id, "completion: answers another endorsement_id")
    need(
        recorded.state == due,
        f"completion chip={report.chip} face={report.face}: {recorded.state}, where {due} was due",
    )


CHECKS: tuple[Check[Run], ...] = (
    Check(
        "completion.states", "chip new: face_pending, then written when the face is new too", _COMPLETION, _completed
    ),
    Check(
        "completion.out_of_order", "an older completion that comes late takes nothing back", _COMPLETION, _out_of_order
    ),
    Check("completion.state", "GET says written", "openapi.json: EndorsementState", _state),
    Check(
        "rewrite.nothing",
        "no work waits for a permit that was just written",
        "openapi.json: PendingRewritesAnswer",
        _nothing_waits,
    ),
    Check(
        "heartbeat.journal",
        "a heartbeat is answered with the furthest head told before, and central's time",
        "openapi.json: HeartbeatAnswer",
        _heartbeat,
    ),
    Check(
        "staff_call.taken",
        "a call for staff is taken, and a repeat gets the same answer",
        "openapi.json: StaffCallTaken",
        _staff_call,
    ),
)
