"""The HTTP side of the reference central: the contract's calls, problem documents, limits. It decides nothing."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from kiosk.central import contract
from kiosk.reference_central import review_calls, staff_calls
from kiosk.reference_central.access import Access, Asked
from kiosk.reference_central.applying import Applying, withdraw
from kiosk.reference_central.bodies import ReadableBodies
from kiosk.reference_central.calls import Calls, Moment, Reading, Unnumbered, Writing
from kiosk.reference_central.chip_sessions import ChipSessions, was_begun
from kiosk.reference_central.completing import complete, is_granted_anew_since, keep_of_earlier_kiosk
from kiosk.reference_central.endorsing import Endorsing
from kiosk.reference_central.evidence import Verifying
from kiosk.reference_central.granting import end, expire, state_at
from kiosk.reference_central.heartbeats import receive
from kiosk.reference_central.problems import ProblemError, problem_response
from kiosk.reference_central.unknown_requests import close_unasked, is_unasked

TITLE = "Central: endorsement of residence permits"
VERSION = contract.CONTRACT_VERSION

router = APIRouter(prefix="/v1")


@router.post("/endorsements", response_model=contract.EndorsementAnswer, summary="Ask for an endorsement")
async def request_endorsement(body: contract.EndorsementRequest, call: Writing, request: Request) -> Response:
    """The idempotency key is the endorsement's id."""
    if call.key != str(body.endorsement_id):
        raise ProblemError("idempotency_conflict")
    endorsing: Endorsing = request.app.state.endorsing

    def work(session: Session, moment: Moment) -> contract.Model:
        return endorsing.answer(session, body, moment.kiosk_id, moment.now)

    return await call.once("endorsements", body, work)


@router.get(
    "/endorsements/{endorsement_id}", response_model=contract.EndorsementState, summary="An endorsement's present state"
)
async def endorsement_state(endorsement_id: UUID, call: Reading, request: Request) -> Response:
    """Asked after a lost reply. 404: central never had it."""
    access: Access = request.app.state.access

    def work(session: Session, moment: Moment) -> contract.Model:
        endorsement = access.endorsement(session, Asked.STATE, endorsement_id, moment.kiosk_id)
        if is_unasked(endorsement):
            raise ProblemError("not_found")
        return contract.EndorsementState.model_validate(
            {
                "endorsement_id": endorsement_id,
                "state": state_at(endorsement, moment.now),
                "answer": json.loads(endorsement.answer),
            }
        )

    return await call.read(work)


@router.post(
    "/endorsements/{endorsement_id}/cancellation", response_model=contract.Recorded, summary="Give an unused grant back"
)
async def cancel(endorsement_id: UUID, body: contract.CancellationRequest, call: Writing, request: Request) -> Response:
    """409 "grant_used" once a chip session was begun; cancelling what is cancelled or was never granted is fine.

    An application is withdrawn, if its review has not begun. What was decided before the present grant was made
    changes nothing. What central never had is cancelled too: should the request still come, it is turned away.
    """
    access: Access = request.app.state.access

    def work(session: Session, moment: Moment) -> contract.Model:
        endorsement = access.told_of(session, Asked.CANCELLATION, endorsement_id, moment.kiosk_id, moment.now)
        if endorsement is None:
            endorsement = close_unasked(session, endorsement_id, moment.kiosk_id, "cancelled", moment.now)
        if is_unasked(endorsement):
            return contract.Recorded(endorsement_id=endorsement_id, state=endorsement.state)
        expire(endorsement, moment.now)
        is_late = body.decided_at is not None and is_granted_anew_since(session, endorsement, body.decided_at)
        if is_late:
            return contract.Recorded(endorsement_id=endorsement_id, state=endorsement.state)
        if was_begun(endorsement):
            raise ProblemError("grant_used")
        if endorsement.live:
            end(endorsement, "cancelled", moment.now)
        else:
            withdraw(session, endorsement, moment.now)
        return contract.Recorded(endorsement_id=endorsement_id, state=endorsement.state)

    return await call.once(f"cancellation {endorsement_id}", body, work)


@router.post(
    "/endorsements/{endorsement_id}/chip-session",
    response_model=contract.ChipSessionStep,
    summary="Begin a chip session",
)
async def start_chip_session(
    endorsement_id: UUID, body: contract.ChipSessionRequest, call: Writing, request: Request
) -> Response:
    """The first batch reads the chip and fetches a challenge. Another session of this grant ends."""
    access: Access = request.app.state.access
    chip_sessions: ChipSessions = request.app.state.chip_sessions

    def work(session: Session, moment: Moment) -> contract.Model:
        endorsement = access.endorsement(session, Asked.CHIP_SESSION, endorsement_id, moment.kiosk_id)
        return chip_sessions.start(session, endorsement, body, moment.now)

    return await call.once(f"chip-session {endorsement_id}", body, work)


@router.post(
    "/endorsements/{endorsement_id}/chip-session/{session_id}/responses",
    response_model=contract.ChipSessionStep,
    summary="Tell what the chip answered",
)
async def report_chip_answers(
    endorsement_id: UUID, session_id: UUID, body: contract.ChipBatchAnswers, call: Writing, request: Request
) -> Response:
    """The next batch, or the verdict."""
    access: Access = request.app.state.access
    chip_sessions: ChipSessions = request.app.state.chip_sessions

    def work(session: Session, moment: Moment) -> contract.Model:
        endorsement = access.endorsement(session, Asked.RESPONSES, endorsement_id, moment.kiosk_id)
        return chip_sessions.answers(session, endorsement, session_id, body, moment.now)

    return await call.once(f"responses {endorsement_id} {session_id}", body, work)


@router.post(
    "/endorsements/{endorsement_id}/completion", response_model=contract.Recorded, summary="Report how it ended"
)
async def report_completion(
    endorsement_id: UUID, body: contract.CompletionRequest, call: Writing, request: Request
) -> Response:
    """Accepted late, repeated and out of order, and of what was never asked: the permit may be in the bin."""
    access: Access = request.app.state.access

    def work(session: Session, moment: Moment) -> contract.Model:
        endorsement = access.told_of(session, Asked.COMPLETION, endorsement_id, moment.kiosk_id, moment.now)
        if endorsement is None:
            state = "unchanged" if body.chip == "old" else "unknown"
            endorsement = close_unasked(session, endorsement_id, moment.kiosk_id, state, moment.now)
        if endorsement.kiosk_id != moment.kiosk_id:
            return keep_of_earlier_kiosk(session, endorsement, body, moment.now)
        expire(endorsement, moment.now)
        return complete(session, endorsement, body, moment.now)

    return await call.once(f"completion {endorsement_id}", body, work)


@router.post(
    "/permits/pending-rewrites", response_model=contract.PendingRewritesAnswer, summary="Work decided elsewhere"
)
async def pending_rewrites(body: contract.PendingRewritesRequest, call: Writing, request: Request) -> Response:
    """Is there anything open for this permit?"""
    endorsing: Endorsing = request.app.state.endorsing

    def work(session: Session, moment: Moment) -> contract.Model:
        return endorsing.pending_rewrites(session, body, moment.kiosk_id, uuid4(), moment.now)

    return await call.once("pending-rewrites", body, work)


@router.post("/heartbeat", response_model=contract.HeartbeatAnswer, summary="How the kiosk is")
async def heartbeat(body: contract.HeartbeatRequest, call: Unnumbered) -> Response:
    """Outside the stream of numbered calls; its key is remembered for a week."""

    def work(session: Session, moment: Moment) -> contract.Model:
        return receive(session, body, call.key, moment.kiosk_id, moment.now)

    return await call.write(work)


@router.post("/staff-calls", response_model=contract.StaffCallTaken, summary="Somebody asks for staff")
async def call_staff(body: contract.StaffCallRequest, call: Unnumbered) -> Response:
    """Outside the stream of numbered calls; a clerk sees it in `staff-calls`."""

    def work(session: Session, moment: Moment) -> contract.Model:
        return staff_calls.receive(session, body, call.key, moment.kiosk_id, moment.now)

    return await call.write(work)


def create_application(
    calls: Calls,
    access: Access,
    endorsing: Endorsing,
    chip_sessions: ChipSessions,
    verifying: Verifying,
    applying: Applying,
) -> ASGIApp:
    """The ASGI application; `listening.KioskProtocol` must be below it."""
    application = bare_application()
    application.state.calls = calls
    application.state.access = access
    application.state.endorsing = endorsing
    application.state.chip_sessions = chip_sessions
    application.state.verifying = verifying
    application.state.applying = applying
    return ReadableBodies(application)


def bare_application() -> FastAPI:
    """Only routes and error handling, for the OpenAPI document."""
    application = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )  # a kiosk follows no redirect, so an unknown address is 404
    application.include_router(router)
    application.include_router(review_calls.router, prefix="/v1")
    _build_routes(application)
    application.add_exception_handler(ProblemError, _on_problem)
    application.add_exception_handler(RequestValidationError, _on_invalid)
    application.add_exception_handler(HTTPException, _on_http)
    application.add_exception_handler(Exception, _on_mistake)
    return application


def _build_routes(application: FastAPI) -> None:
    """Build the models of all routes. FastAPI does so at the first look-up of a route, and two applications of one
    process that do so at once interfere (pydantic's schemas). Looking up an unknown route builds them all.
    """
    nowhere = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
    for route in application.routes:
        route.matches(nowhere)


async def _on_problem(request: Request, error: Exception) -> Response:
    code = error.code if isinstance(error, ProblemError) else "internal_error"
    return problem_response(code)


async def _on_invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    if any(entry["loc"] == _KEY_PLACE and entry["type"] == "missing" for entry in found):
        return problem_response("missing_idempotency_key")
    # An unknown field's name comes from the caller, so it is not repeated.
    places = [
        {"pointer": "/".join(_said(part) for part in entry["loc"]), "type": str(entry["type"])}
        for entry in found
        if entry["type"] != "extra_forbidden"
    ]
    return problem_response("invalid_request", places=places)


def _said(part: object) -> str:
    """A part of a place: a field of the contract or a position. Anything else is the caller's and not repeated."""
    return str(part) if isinstance(part, int) or part in _PLACES else "?"


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "not_found", 405: "method_not_allowed"}
    code = codes.get(status, "invalid_request" if status < 500 else "internal_error")
    answer = problem_response(code)
    if isinstance(error, HTTPException) and status == 405:
        answer.headers.update(error.headers or {})  # Allow (RFC 9110, section 15.5.6)
    return answer


async def _on_mistake(request: Request, error: Exception) -> Response:
    return problem_response("internal_error")


_KEY_PLACE = ("header", contract.IDEMPOTENCY_HEADER)
_PLACES = (
    {"body", "path", "header"}
    | {
        name
        for model in vars(contract).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name in model.model_fields
    }
    | {contract.IDEMPOTENCY_HEADER, contract.SEQUENCE_HEADER, contract.CALL_HEADER, "endorsement_id", "session_id"}
)
