"""Checks of proofs, and of applications that a person reviews."""

from __future__ import annotations

from kiosk.central import contract
from kiosk.central.check import bodies
from kiosk.central.check.data_file import ApplicationCase
from kiosk.central.check.findings import Check, Deviation, NotTried
from kiosk.central.check.judging import (
    APPLICATION,
    EVIDENCE,
    FOUND,
    PROGRESS,
    RECORDED,
    STATE,
    is_problem,
    is_same,
    need,
    read,
)
from kiosk.central.check.run import Run

_REVIEW = "README: What a person reviews"
_PATH = "/v1/applications"


def _proof(run: Run) -> None:
    case = run.target.data.evidence
    if case is None:
        raise NotTried("the data names no proof (evidence)")
    asked = bodies.proof(case)
    told = read(run.kiosk.post("/v1/evidence", bodies.document(asked)), EVIDENCE)
    need((told.evidence_id, told.key) == (asked.evidence_id, asked.key), "POST /v1/evidence: answers another question")
    need(told.result == case.result, f"POST /v1/evidence: {told.result}, where {case.result} was due")


def _case(run: Run) -> ApplicationCase:
    case = run.target.data.application
    if case is None:
        raise NotTried("the data names no permit for an application (application)")
    return case


def _received(run: Run) -> contract.ApplicationReceived:
    _case(run)
    if run.applied is None:
        raise NotTried("no application was taken in")
    return run.applied


def _applied(run: Run) -> None:
    asked = bodies.application(_case(run))
    named = asked.application_id
    answer = run.kiosk.post(_PATH, bodies.document(asked), str(named))
    received = read(answer, APPLICATION)
    if not isinstance(received, contract.ApplicationReceived):
        raise Deviation(f"POST {_PATH}: refused {received.code}, where received was due")
    run.applied = received
    need(received.application_id == named, f"POST {_PATH}: answers another application_id")
    is_same(answer, run.kiosk.post(_PATH, bodies.document(asked), str(named)))
    state = read(run.kiosk.get(f"/v1/endorsements/{named}"), STATE)
    need(
        state.state == "pending" and isinstance(state.answer, contract.Pending),
        f"GET /v1/endorsements/{{id}} of an application: {state.state}, where pending was due",
    )
    assert isinstance(state.answer, contract.Pending)
    need(state.answer.review_number == received.review_number, "the same application has two review numbers")


def _one_open(run: Run) -> None:
    case = _case(run)
    _received(run)
    asked = bodies.application(case)
    answer = read(run.kiosk.post(_PATH, bodies.document(asked), str(asked.application_id)), APPLICATION)
    need(
        isinstance(answer, contract.Refused) and answer.code == "already_applied",
        f"POST {_PATH}: a second one of the same kind is not refused with already_applied",
    )


def _found(run: Run) -> None:
    case, received = _case(run), _received(run)
    found = read(run.kiosk.post(f"{_PATH}/search", bodies.document(bodies.search(case))), FOUND)
    own = [each for each in found.applications if each.application_id == received.application_id]
    need(len(own) == 1, f"POST {_PATH}/search: an application that was just received is not found once")
    need(
        (own[0].review_number, own[0].received_on) == (received.review_number, received.received_on),
        f"POST {_PATH}/search: not what was told when it was received",
    )
    days = [each.received_on for each in found.applications]
    need(days == sorted(days, reverse=True), f"POST {_PATH}/search: not newest first")


def _found_by_id_card(run: Run) -> None:
    case, received = _case(run), _received(run)
    asked = bodies.search_by_id_card(bodies.spelt_otherwise(case))
    found = read(run.kiosk.post(f"{_PATH}/search", bodies.document(asked)), FOUND)
    need(
        received.application_id in [each.application_id for each in found.applications],
        f"POST {_PATH}/search with the card alone, which spells the name otherwise: not found",
    )


def _collection(run: Run) -> None:
    case, received = _case(run), _received(run)
    way = case.collection or "kiosk"
    body = bodies.document(contract.CollectionChoice.model_validate({"way": way}))
    answer = run.kiosk.post(f"{_PATH}/{received.application_id}/collection", body)
    if case.collection is None:
        is_problem(answer, "collection_not_offered")
        return
    progress = read(answer, PROGRESS)
    need(
        progress.collection is not None and progress.collection.way == way,
        f"POST {_PATH}/{{id}}/collection: not the way that was chosen",
    )


def _withdrawn(run: Run) -> None:
    case, received = _case(run), _received(run)
    path = f"/v1/endorsements/{received.application_id}/cancellation"
    read(run.kiosk.post(path, bodies.document(bodies.cancellation())), RECORDED)
    again = bodies.application(case)
    answer = read(run.kiosk.post(_PATH, bodies.document(again), str(again.application_id)), APPLICATION)
    need(isinstance(answer, contract.ApplicationReceived), f"POST {_PATH}: refused after the one before was withdrawn")
    path = f"/v1/endorsements/{again.application_id}/cancellation"
    read(run.kiosk.post(path, bodies.document(bodies.cancellation())), RECORDED)


CHECKS: tuple[Check[Run], ...] = (
    Check("evidence.result", "a proof has the result that the data names", "openapi.json: EvidenceAnswer", _proof),
    Check("application.received", "an application is taken in, once; GET says pending", _REVIEW, _applied),
    Check("application.one_open", "a second one of the same kind is refused: already_applied", _REVIEW, _one_open),
    Check("application.found", "it is found, newest first", "openapi.json: ApplicationsFound", _found),
    Check(
        "application.found_by_id_card",
        "it is found with the card alone, however that spells the name",
        "README: Names of holders",
        _found_by_id_card,
    ),
    Check(
        "application.collection",
        "the way of collection is taken, or 409 collection_not_offered",
        "openapi.json: CollectionChoice",
        _collection,
    ),
    Check(
        "application.withdrawn",
        "withdrawn before its review, it makes room for another",
        "openapi.json: cancellation",
        _withdrawn,
    ),
)
