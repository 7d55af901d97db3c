"""The contract: one set of models for both sides, and a document that says the same."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import ValidationError

from kiosk.central import codes, contract
from kiosk.central.reference.openapi_document import DOCUMENT, openapi_document, openapi_text
from kiosk.central.reference.problems import ProblemError, problem_body
from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome

SECRET = "林玉珍341399198803140021"


def test_the_checked_in_openapi_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == openapi_text(), "run: python -m kiosk central openapi"


def test_every_call_of_the_contract_is_in_the_document() -> None:
    told = {(path, method) for path, methods in openapi_document()["paths"].items() for method in methods}
    assert told == {
        ("/v1/endorsements", "post"),
        ("/v1/endorsements/{endorsement_id}", "get"),
        ("/v1/endorsements/{endorsement_id}/cancellation", "post"),
        ("/v1/endorsements/{endorsement_id}/chip-session", "post"),
        ("/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses", "post"),
        ("/v1/endorsements/{endorsement_id}/completion", "post"),
        ("/v1/permits/pending-rewrites", "post"),
        ("/v1/applications", "post"),
        ("/v1/applications/search", "post"),
        ("/v1/applications/{application_id}/collection", "post"),
        ("/v1/evidence", "post"),
        ("/v1/heartbeat", "post"),
    }


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = openapi_document()
    text = openapi_text()
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])
    assert document["security"] == [{"kiosk": []}]


@pytest.mark.parametrize("code", codes.PROBLEM_CODES)
def test_every_problem_code_has_a_document(code: str) -> None:
    status, body = problem_body(code)
    assert contract.Problem.model_validate_json(body).code == code
    assert ProblemError(code).status == status


def test_a_mistake_in_a_model_does_not_print_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        contract.Holder.model_validate({"name": SECRET * 10, "id_number": SECRET * 10, "extra": SECRET})
    assert SECRET not in str(caught.value)


def test_models_do_not_print_the_holder() -> None:
    holder = contract.Holder(name="林玉珍", id_number="341399198803140021")
    payload = base64.b64encode(SECRET.encode()).decode()
    grant = contract.SignedGrant(payload=payload, algorithm="ed25519", key_id="a", signature="b")
    printed = repr(holder) + repr(grant) + repr(contract.ChipCommand(apdu="00D60000AA55"))
    assert "林玉珍" not in printed
    assert payload not in printed
    assert "AA55" not in printed


def test_what_a_holder_shows_and_who_acts_for_one_is_not_printed() -> None:
    holder = contract.Holder(name="林玉珍", id_number="341399198803140021")
    asked = contract.ApplicationRequest(
        application_id=UUID(int=1), service="endorse", holder=holder, permit=None, telephone="13800000000",
        evidence=(contract.EvidenceShown(key="lease", licence_code="SSB-1", verified=True),),
        agent=contract.AgentFacts(kind="guardian", person=holder),
        assessment=contract.LocalAssessment(
            outcome=None, on=date(2026, 11, 22), new_valid_from=None, new_valid_to=None, residence_years=None
        ),
    )
    for secret in ("林玉珍", "341399198803140021", "13800000000", "SSB-1"):
        assert secret not in repr(asked)


@pytest.mark.parametrize("telephone", ["+8613800000000", "138 0000", "1380", "1" * 16, "一三八00000"])
def test_a_telephone_number_is_digits_and_a_wrong_one_is_not_repeated(telephone: str) -> None:
    with pytest.raises(ValidationError, match="telephone") as caught:
        contract.ApplicationRequest.model_validate({"telephone": telephone})
    assert telephone not in str(caught.value)


@pytest.mark.parametrize("text", ["aa", "A", "AAA", "GG", "AA "])
def test_hex_is_upper_case_and_whole_bytes(text: str) -> None:
    with pytest.raises(ValidationError):
        contract.ChipAnswer(data=text, sw="9000")


def test_an_answer_is_told_apart_by_its_state() -> None:
    state = contract.EndorsementState.model_validate(
        {
            "endorsement_id": UUID(int=1), "state": "refused",
            "answer": {"state": "refused", "endorsement_id": UUID(int=1), "code": "too_early"},
        }
    )
    assert isinstance(state.answer, contract.Refused)


def test_every_value_in_the_document_has_a_range_or_a_length() -> None:
    schemas = openapi_document()["components"]["schemas"]
    del schemas["Problem"]      # RFC 9457's own, which proxies write too: who reads one bounds the whole answer
    assert [place for place, schema in _schemas(schemas) if not _is_bounded(schema)] == []


def test_the_services_of_the_contract_are_those_of_the_kiosk() -> None:
    assert set(get_args(contract.ServiceName)) == {service.value for service in Service}
    assert set(get_args(contract.Outcome)) == {outcome.value for outcome in AssessedOutcome}
    assert set(get_args(contract.ResidenceYears)) == {years.value for years in ResidenceYears}


def test_a_key_is_demanded_of_every_post_and_a_name_is_described_for_every_call() -> None:
    for path, operations in openapi_document()["paths"].items():
        for method, operation in operations.items():
            headers = {each["name"]: each for each in operation["parameters"] if each["in"] == "header"}
            assert contract.CALL_HEADER in headers, path
            assert (method == "get") or headers[contract.IDEMPOTENCY_HEADER]["required"], path
            assert all(contract.CALL_HEADER in answer["headers"] for answer in operation["responses"].values())


def _schemas(value: object, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with where it stands."""
    if isinstance(value, dict):
        if "type" in value and isinstance(value["type"], str):
            yield place, value
        for name, part in value.items():
            yield from _schemas(part, f"{place}/{name}".lstrip("/"))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _schemas(part, f"{place}/{number}")


def _is_bounded(schema: dict[str, Any]) -> bool:
    match schema["type"]:
        case "string":
            pattern = schema.get("pattern", "*")
            is_written = schema.keys() & {"const", "enum", "maxLength"} or schema.get("format") == "uuid"
            return bool(is_written) or not {"*", "+"} & set(pattern.replace("[+-]", ""))
        case "integer" | "number":
            return {"minimum", "maximum"} <= schema.keys()
        case "array":
            return "maxItems" in schema
        case "object":
            return "properties" in schema or "maxProperties" in schema
        case _:
            return True
