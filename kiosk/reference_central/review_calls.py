"""The HTTP side of what a person reviews: evidence, applications, their progress, the choice of collection."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.applying import Applying
from kiosk.reference_central.calls import Moment, Writing
from kiosk.reference_central.evidence import Verifying
from kiosk.reference_central.problems import ProblemError

router = APIRouter()


@router.post("/evidence", response_model=contract.EvidenceAnswer, summary="Verify one proof")
async def verify_evidence(body: contract.EvidenceRequest, call: Writing, request: Request) -> Response:
    """By an electronic licence code, or by central's own records."""
    verifying: Verifying = request.app.state.verifying

    def work(session: Session, moment: Moment) -> contract.Model:
        return verifying.answer(session, body, moment.kiosk_id, moment.now)

    return await call.once("evidence", body, work)


@router.post("/applications", response_model=contract.ApplicationAnswer, summary="Apply for what a person reviews")
async def apply(body: contract.ApplicationRequest, call: Writing, request: Request) -> Response:
    """The idempotency key is the application's id."""
    if call.key != str(body.application_id):
        raise ProblemError("idempotency_conflict")
    applying: Applying = request.app.state.applying

    def work(session: Session, moment: Moment) -> contract.Model:
        return applying.answer(session, body, moment.kiosk_id, moment.now)

    return await call.once("applications", body, work)


@router.post("/applications/search", response_model=contract.ApplicationsFound, summary="How far applications are")
async def search_applications(body: contract.ApplicationSearch, call: Writing, request: Request) -> Response:
    """Of this holder, newest first."""
    applying: Applying = request.app.state.applying

    def work(session: Session, moment: Moment) -> contract.Model:
        return applying.search(session, body, moment.kiosk_id)

    return await call.once("search", body, work)


@router.post(
    "/applications/{application_id}/collection",
    response_model=contract.ApplicationProgress,
    summary="Choose how the permit is collected",
)
async def choose_collection(
    application_id: UUID, body: contract.CollectionChoice, call: Writing, request: Request
) -> Response:
    """409 "collection_not_offered": not that way, or not now."""
    applying: Applying = request.app.state.applying

    def work(session: Session, moment: Moment) -> contract.Model:
        return applying.choose(session, application_id, body, moment.kiosk_id, moment.now)

    return await call.once(f"collection {application_id}", body, work)
