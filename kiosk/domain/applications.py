"""Applications, which a person at central reviews, and the proofs that support them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from uuid import UUID

from kiosk.domain.endorsement import Service
from kiosk.domain.personal import Personal


class EvidenceResult(Enum):
    """Central's answer about one proof."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    NEEDS_PERSON = "needs_person"


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof that central was asked about. `key`: of the region file's evidence; `licence_code`: as scanned; None:
    looked up in central's own records.
    """

    key: str
    licence_code: Personal[str] | None = field(repr=False)
    result: EvidenceResult


class ApplicationState(Enum):
    """How far an application has come."""

    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    MADE = "made"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class ReceivedApplication:
    """An application that central has received. `expected_on` None: no date is promised."""

    application_id: UUID
    review_number: str
    received_on: date
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Application:
    """An application as reported by central. `stage`, `stage_result`: keys of the region file's review; `collection`:
    the way chosen ("kiosk", "counter", "post"); `station`, `ready_from`: where and from when the permit is ready;
    `at_kiosk`: the permit is rewritten at any kiosk of the region.
    """

    application_id: UUID
    review_number: str
    service: Service
    received_on: date
    expected_on: date | None
    state: ApplicationState
    stage: str | None
    stage_result: str | None
    return_code: str | None
    collection: str | None
    may_choose_collection: bool
    station: str | None
    ready_from: date | None
    at_kiosk: bool
