"""The HTTP side of what a person reviews: evidence, applications, their progress, the choice of collection."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from kiosk.central import contract
from kiosk.central.reference.calls import Writing
from kiosk.central.reference.problems import ProblemError

router = APIRouter()


@router.post("/evidence", response_model=contract.EvidenceAnswer, summary="Verify one proof")
async def verify_evidence(body: contract.EvidenceRequest, call: Writing) -> Response:
    """By an electronic licence code, or by central's own records."""
    raise ProblemError("not_yet")


@router.post("/applications", response_model=contract.ApplicationAnswer, summary="Apply for what a person reviews")
async def apply(body: contract.ApplicationRequest, call: Writing) -> Response:
    """The idempotency key is the application's id."""
    raise ProblemError("not_yet")


@router.post("/applications/search", response_model=contract.ApplicationsFound, summary="How far applications are")
async def search_applications(body: contract.ApplicationSearch, call: Writing) -> Response:
    """Of this holder, newest first."""
    raise ProblemError("not_yet")


@router.post(
    "/applications/{application_id}/collection",
    response_model=contract.ApplicationProgress,
    summary="Choose how the permit is collected",
)
async def choose_collection(application_id: UUID, body: contract.CollectionChoice, call: Writing) -> Response:
    """409 "collection_not_offered": not that way, or not now."""
    raise ProblemError("not_yet")
