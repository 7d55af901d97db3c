"""Documents as a kiosk sends them, about the test permit or about a person and a permit that do not exist."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel

from kiosk.central import contract
from kiosk.central.check.data_file import ApplicationCase, EvidenceCase, PermitCase, RewriteCase
from kiosk.central.contract import CONTRACT_VERSION
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.identity_number import check_character


def document(body: BaseModel) -> dict[str, Any]:
    """The JSON value of a request as it is sent."""
    return body.model_dump(mode="json")


def nobody() -> PermitCase:
    """A permit that no central has; its area code does not exist (GB/T 2260 does not use 99)."""
    serial = secrets.token_hex(8).upper()
    number = f"999999{secrets.randbelow(10**11):011d}"
    person = f"99999919900101{secrets.randbelow(10**3):03d}"
    return PermitCase.model_validate(
        {
            "holder": {"name": "无此人", "id_number": person + check_character(person)},
            "permit": {
                "permit_file": "reference",
                "chip_serial": serial,
                "region": "999999",
                "permit_number": number + "0",
                "holder_number": person + check_character(person),
                "holder_name": "无此人",
                "issued_on": "2020-01-01",
                "content": {
                    "address": "无此地",
                    "issuing_authority": "无此局",
                    "category": "standard",
                    "valid_from": "2025-01-01",
                    "valid_to": "2026-01-01",
                    "endorsement_count": 1,
                },
            },
        }
    )


def assessment() -> contract.LocalAssessment:
    """An assessment by a kiosk's rules."""
    return contract.LocalAssessment(
        outcome="in_window", on=today(), new_valid_from=None, new_valid_to=None, residence_years=None
    )


def endorsement(case: PermitCase, endorsement_id: UUID | None = None) -> contract.EndorsementRequest:
    """POST /v1/endorsements."""
    return contract.EndorsementRequest(
        endorsement_id=endorsement_id or uuid4(),
        service=case.service,
        holder=case.holder,
        permit=case.permit,
        new_category=case.new_category,
        declarations=case.declarations,
        assessment=assessment(),
    )


def inquiry(case: PermitCase | RewriteCase) -> contract.PendingRewritesRequest:
    """POST /v1/permits/pending-rewrites."""
    return contract.PendingRewritesRequest(inquiry_id=uuid4(), holder=case.holder, permit=case.permit)


def proof(case: PermitCase, key: str = "residence_proof", licence_code: str | None = None) -> contract.EvidenceRequest:
    """POST /v1/evidence."""
    if isinstance(case, EvidenceCase):
        key, licence_code = case.key, case.licence_code
    return contract.EvidenceRequest(
        evidence_id=uuid4(),
        service=case.service,
        key=key,
        licence_code=licence_code,
        holder=case.holder,
        permit=case.permit,
    )


def application(case: PermitCase | ApplicationCase, application_id: UUID | None = None) -> contract.ApplicationRequest:
    """POST /v1/applications."""
    return contract.ApplicationRequest(
        application_id=application_id or uuid4(),
        service=case.service,
        holder=case.holder,
        permit=case.permit,
        new_category=case.new_category,
        declarations=case.declarations,
        assessment=assessment(),
    )


def search(case: PermitCase) -> contract.ApplicationSearch:
    """POST /v1/applications/search."""
    return contract.ApplicationSearch(holder=case.holder, permit=case.permit)


def search_by_id_card(case: PermitCase) -> contract.ApplicationSearch:
    """The same without a permit."""
    return contract.ApplicationSearch(holder=case.holder, permit=None)


def spelt_otherwise(case: PermitCase) -> PermitCase:
    """The same holder, with the name as another system writes it: another dot, full-width letters, a trailing blank."""
    written = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0xB7: 0x2022, 0x20: 0x3000}
    name = case.holder.name
    spelt = name.translate(written)
    if spelt == name:
        spelt += "\u3000"
    return case.model_copy(update={"holder": case.holder.model_copy(update={"name": spelt})})


def cancellation() -> contract.CancellationRequest:
    """POST /v1/endorsements/{id}/cancellation."""
    return contract.CancellationRequest(reason="visit_ended", decided_at=now())


def completion(chip: str, face: str, ago: timedelta = timedelta(0)) -> contract.CompletionRequest:
    """POST /v1/endorsements/{id}/completion, of a visit that ended `ago`."""
    return contract.CompletionRequest.model_validate(
        {"chip": chip, "face": face, "custody": "with_holder", "receipt_printed": True, "finished_at": now() - ago}
    )


def journal_length() -> int:
    """A number of links for a heartbeat's journal, larger than any that this or an earlier check has reported."""
    return time.time_ns() // 1000  # microseconds since 1970 are below 2**53


def heartbeat(number: int) -> contract.HeartbeatRequest:
    """POST /v1/heartbeat of a kiosk whose journal has that many links."""
    return contract.HeartbeatRequest(
        sent_at=now(),
        state="Idle",
        custody="with_holder",
        queue=contract.QueueState(length=0),
        journal=contract.JournalHead(number=number, algorithm="sha256", head=f"{number:064x}"),
        versions={"kiosk": "check", "contract": CONTRACT_VERSION},
    )


def staff_call() -> contract.StaffCallRequest:
    """POST /v1/staff-calls of somebody who stands before the welcome page."""
    return contract.StaffCallRequest(called_at=now(), state="Idle", custody="with_holder")


def now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


def today() -> date:
    """The date in China."""
    return datetime.now(SHANGHAI).date()
