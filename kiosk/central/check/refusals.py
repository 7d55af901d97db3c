"""Checks of requests outside the document, or about unknown ids: they must get the right problem document."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.check import bodies
from kiosk.central.check.findings import Check
from kiosk.central.check.judging import (
    APPLICATION,
    ENDORSEMENT,
    EVIDENCE,
    FOUND,
    PENDING,
    RECORDED,
    STATE,
    is_problem,
    need,
    read,
)
from kiosk.central.check.run import Run

_CLOSED = "README: How the contract grows"


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every POST with a valid body about a person who does not exist."""
    case, named = bodies.nobody(), uuid4()
    chip = contract.ChipSessionRequest(atr="3B00", chip_serial=case.permit.chip_serial)
    answers = contract.ChipBatchAnswers(batch=1, answers=(contract.ChipAnswer(data="", sw="9000"),))
    for path, body in (
        ("/v1/endorsements", bodies.endorsement(case)),
        (f"/v1/endorsements/{named}/cancellation", bodies.cancellation()),
        (f"/v1/endorsements/{named}/completion", bodies.completion("old", "old")),
        (f"/v1/endorsements/{named}/chip-session", chip),
        (f"/v1/endorsements/{named}/chip-session/{uuid4()}/responses", answers),
        ("/v1/permits/pending-rewrites", bodies.inquiry(case)),
        ("/v1/evidence", bodies.proof(case)),
        ("/v1/applications", bodies.application(case)),
        ("/v1/applications/search", bodies.search(case)),
        (f"/v1/applications/{named}/collection", contract.CollectionChoice(way="counter")),
        ("/v1/heartbeat", bodies.heartbeat(bodies.journal_length())),
    ):
        yield path, bodies.document(body)


def _key_of(body: dict[str, Any]) -> str | None:
    """The id of an endorsement or application, which is also its key; None for other bodies."""
    return body.get("application_id") or body.get("endorsement_id")


def _unknown_fields(run: Run) -> None:
    for path, body in _operations():
        answer = run.kiosk.post(path, {**body, "not_in_the_document": 1}, _key_of(body))
        is_problem(answer, "invalid_request")


def _unknown_fields_within(run: Run) -> None:
    for path, body in _operations():
        for name in ("holder", "journal"):
            if name in body:
                inside = {**body, name: {**body[name], "not_in_the_document": 1}}
                is_problem(run.kiosk.post(path, inside, _key_of(body)), "invalid_request")


def _missing_fields(run: Run) -> None:
    for path, body in _operations():
        for name in ("holder", "permit", "reason", "chip", "atr", "batch", "way", "journal"):
            if name in body:
                less = {key: value for key, value in body.items() if key != name}
                is_problem(run.kiosk.post(path, less, _key_of(body)), "invalid_request")
                break


def _wrong_values(run: Run) -> None:
    good = dict(_operations())
    for end, place, wrong in (
        ("/completion", ("receipt_printed",), "no"),
        ("/completion", ("finished_at",), 1764000000),
        ("/completion", ("finished_at",), "2026-11-29T10:00:00"),
        ("/completion", ("custody",), "somewhere"),
        ("/responses", ("batch",), 2**63),
        ("/responses", ("batch",), True),
        ("/responses", ("answers",), [{}] * 65),
        ("/chip-session", ("atr",), "3b00"),
        ("/chip-session", ("chip_serial",), "0"),
        ("/search", ("holder", "name"), "一\n二"),
        ("/search", ("holder", "name"), "一" * 61),
        ("/search", ("permit", "content", "valid_to"), "2026-02-30"),
        ("/search", ("permit", "content", "endorsement_count"), -1),
        ("/search", ("permit", "content", "endorsement_count"), "1"),
        ("/heartbeat", ("sent_at",), {}),
        ("/heartbeat", ("journal", "head"), "0"),
        ("/collection", ("way",), "kiosks"),
        ("/endorsements", ("service",), "renew"),
        ("/endorsements", ("declarations",), "none"),
    ):
        path = next(each for each in good if each.endswith(end))
        body = copy.deepcopy(good[path])
        inside = body
        for name in place[:-1]:
            inside = inside[name]
        inside[place[-1]] = wrong
        _is_refused_for(run, path, body, "/".join(place))


def _is_refused_for(run: Run, path: str, body: dict[str, Any], place: str) -> None:
    answer = run.kiosk.post(path, body, _key_of(body))
    need(answer.status != 200, f"{answer.what}: takes a wrong {place}")
    is_problem(answer, "invalid_request")


def _bad_id(run: Run) -> None:
    is_problem(run.kiosk.get("/v1/endorsements/1"), "invalid_request", "not_found")


def _unknown_id(run: Run) -> None:
    is_problem(run.kiosk.get(f"/v1/endorsements/{uuid4()}"), "not_found")
    for path, body in _operations():
        if path.endswith(("/chip-session", "/responses", "/collection")):
            is_problem(run.kiosk.post(path, body), "not_found")


def _endorsement_of_nobody(run: Run) -> None:
    asked = bodies.endorsement(bodies.nobody())
    path = f"/v1/endorsements/{asked.endorsement_id}"
    answer = read(run.kiosk.post("/v1/endorsements", bodies.document(asked), str(asked.endorsement_id)), ENDORSEMENT)
    need(isinstance(answer, contract.Refused), "POST /v1/endorsements: a permit that exists nowhere is not refused")
    assert isinstance(answer, contract.Refused)
    need(answer.code == "unknown_permit", "POST /v1/endorsements: refused, but not with unknown_permit")
    need(not answer.retain, "POST /v1/endorsements: retains a permit that it does not know")
    need(answer.endorsement_id == asked.endorsement_id, "POST /v1/endorsements: answers another endorsement_id")
    state = read(run.kiosk.get(path), STATE)
    need(state.state == "refused" and state.answer == answer, "GET /v1/endorsements/{id}: not what the POST was told")
    chip = contract.ChipSessionRequest(atr="3B00", chip_serial=asked.permit.chip_serial)
    is_problem(run.kiosk.post(f"{path}/chip-session", bodies.document(chip)), "grant_not_live")


def _id_is_the_key(run: Run) -> None:
    case = bodies.nobody()
    is_problem(run.kiosk.post("/v1/endorsements", bodies.document(bodies.endorsement(case))), "idempotency_conflict")
    is_problem(run.kiosk.post("/v1/applications", bodies.document(bodies.application(case))), "idempotency_conflict")


def _nothing_for_nobody(run: Run) -> None:
    case = bodies.nobody()
    work = read(run.kiosk.post("/v1/permits/pending-rewrites", bodies.document(bodies.inquiry(case))), PENDING).work
    need(work is None, "POST /v1/permits/pending-rewrites: work for a permit that exists nowhere")
    found = read(run.kiosk.post("/v1/applications/search", bodies.document(bodies.search(case))), FOUND)
    need(not found.applications, "POST /v1/applications/search: applications of nobody")
    asked = bodies.proof(case)
    told = read(run.kiosk.post("/v1/evidence", bodies.document(asked)), EVIDENCE)
    need(told.result == "not_verified", "POST /v1/evidence: a proof of nobody is not not_verified")
    need((told.evidence_id, told.key) == (asked.evidence_id, asked.key), "POST /v1/evidence: answers another question")
    application = bodies.application(case)
    answer = read(
        run.kiosk.post("/v1/applications", bodies.document(application), str(application.application_id)), APPLICATION
    )
    need(
        isinstance(answer, contract.Refused) and answer.code == "unknown_permit",
        "POST /v1/applications: a permit that exists nowhere is not refused with unknown_permit",
    )


def _overtaken(run: Run) -> None:
    """A report may come before the request that it is about; the request is then turned away."""
    reports: tuple[tuple[str, Callable[[], contract.Model]], ...] = (
        ("cancellation", bodies.cancellation),
        ("completion", lambda: bodies.completion("unknown", "old")),
    )
    for name, body in reports:
        asked = bodies.endorsement(bodies.nobody())
        path = f"/v1/endorsements/{asked.endorsement_id}"
        recorded = read(run.kiosk.post(f"{path}/{name}", bodies.document(body())), RECORDED)
        need(recorded.endorsement_id == asked.endorsement_id, f"{name}: answers another endorsement_id")
        is_problem(run.kiosk.get(path), "not_found")
        late = run.kiosk.post("/v1/endorsements", bodies.document(asked), str(asked.endorsement_id))
        is_problem(late, "idempotency_conflict")


CHECKS: tuple[Check[Run], ...] = (
    Check("request.unknown_field", "an unknown field of a request is 422 invalid_request", _CLOSED, _unknown_fields),
    Check("request.unknown_field_within", "the same inside of holder and journal", _CLOSED, _unknown_fields_within),
    Check(
        "request.missing_field",
        "a missing field is 422 invalid_request",
        "openapi.json: components/schemas",
        _missing_fields,
    ),
    Check(
        "request.wrong_value",
        "a value of another type, form, length or range is 422 invalid_request",
        "openapi.json: components/schemas",
        _wrong_values,
    ),
    Check(
        "id.malformed",
        "an id that is no UUID is 422 invalid_request or 404 not_found",
        "openapi.json: parameter endorsement_id",
        _bad_id,
    ),
    Check("id.unknown", "an id that central never had is 404 not_found", "README: Problem documents", _unknown_id),
    Check(
        "id.is_the_key",
        "an endorsement's and an application's id is the idempotency key",
        "openapi.json: EndorsementRequest",
        _id_is_the_key,
    ),
    Check(
        "nobody.endorsement",
        "a permit that is unknown is refused: unknown_permit",
        "README: Whose is it?",
        _endorsement_of_nobody,
    ),
    Check(
        "nobody.others",
        "no work, no application, nothing verified for a permit that is unknown",
        "README: Whose is it?",
        _nothing_for_nobody,
    ),
    Check(
        "report.overtaken",
        "a cancellation or completion of what never came takes its id; GET says 404",
        "README: How it ended: completion → state",
        _overtaken,
    ),
)
