"""The contract: one set of models for both sides, and a document that says the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from kiosk.central import codes, contract
from kiosk.central.reading import Unknown, read_answer
from kiosk.central.reference.openapi_document import DOCUMENT, openapi_document, openapi_text
from kiosk.central.reference.problems import ProblemError, problem_body
from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome

SOME_ID = b"6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11"
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


def test_a_schema_of_a_request_is_closed_and_one_of_an_answer_is_open() -> None:
    document = openapi_document()
    schemas = document["components"]["schemas"]
    asked, told = set(), set()
    for operation in (each for path in document["paths"].values() for each in path.values()):
        asked |= reached(schemas, operation.get("requestBody", {}))
        told |= reached(schemas, operation["responses"])
    assert "EndorsementRequest" in asked
    assert "PermitContent" in asked
    assert told >= {"Granted", "ApplicationsFound", "JournalHeadAnswer", "CollectionChoiceAnswer", "Problem"}
    assert {name for name in asked if schemas[name].get("additionalProperties") is not False} == set()
    assert {name for name in told if schemas[name].get("additionalProperties") is False} == set()
    of_grant = {"GrantPayload", *reached(schemas, schemas["GrantPayload"])}
    assert of_grant == {"GrantPayload", "PermitContentAnswer"}
    assert {name for name in of_grant if "additionalProperties" in schemas[name]} == set()


def test_the_document_says_how_an_unknown_word_of_an_open_list_is_read() -> None:
    schemas = openapi_document()["components"]["schemas"]
    told = {
        (name, field): part["x-unknown-is-read-as"]
        for name, schema in schemas.items() for field, part in schema.get("properties", {}).items()
        if "x-unknown-is-read-as" in part
    }
    assert told == {
        ("EndorsementState", "state"): "unknown",
        ("EvidenceAnswer", "result"): "needs_person",
        ("GrantPayload", "residence_years"): None,
    }


def reached(schemas: dict[str, Any], part: object) -> set[str]:
    found = set()
    names = [rest.split('"')[0] for rest in json.dumps(part).split("#/components/schemas/")[1:]]
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            names += [rest.split('"')[0] for rest in json.dumps(schemas[name]).split("#/components/schemas/")[1:]]
    return found


def test_the_states_that_a_kiosk_notes_are_those_of_the_contract() -> None:
    schema = openapi_document()["components"]["schemas"]["EndorsementState"]
    assert schema["properties"]["state"]["enum"] == list(codes.ENDORSEMENT_STATES)


def test_an_answer_of_the_same_age_counts_nothing() -> None:
    unknown = Unknown()
    read_answer(TypeAdapter(contract.Recorded), b'{"endorsement_id": "%s", "state": "written"}' % SOME_ID, unknown)
    assert unknown.counts() == {"unknown_fields": 0, "unknown_values": 0}


def test_a_field_of_a_newer_answer_is_ignored_and_counted_and_one_of_a_request_is_refused() -> None:
    unknown = Unknown()
    document = b'{"endorsement_id": "%s", "state": "written", "at": "noon", "by": {"name": "a"}}' % SOME_ID
    read = read_answer(TypeAdapter(contract.Recorded), document, unknown)
    assert read == contract.Recorded(endorsement_id=UUID(SOME_ID.decode()), state="written")
    assert unknown.counts() == {"unknown_fields": 2, "unknown_values": 0}
    with pytest.raises(ValidationError, match="Extra inputs"):
        contract.CancellationRequest.model_validate_json(b'{"reason": "a", "at": "noon"}')


def test_an_unknown_word_of_an_open_list_is_read_as_the_contract_says_and_counted() -> None:
    unknown = Unknown()
    document = b'{"evidence_id": "%s", "key": "lease", "result": "verified_by_camera"}' % SOME_ID
    read = read_answer(TypeAdapter(contract.EvidenceAnswer), document, unknown)
    assert read.result == "needs_person"
    assert unknown.counts() == {"unknown_fields": 0, "unknown_values": 1}
    with pytest.raises(ValidationError):
        contract.EvidenceAnswer.model_validate_json(document)       # central itself must not say it by mistake


@pytest.mark.parametrize(
    "spoilt", [b'{"evidence_id": "%s", "key": "lease", "result": 3, "more": 1}' % SOME_ID, b"{"])
def test_what_is_wrong_in_more_than_being_new_is_refused_and_not_counted(spoilt: bytes) -> None:
    unknown = Unknown()
    with pytest.raises(ValidationError):
        read_answer(TypeAdapter(contract.EvidenceAnswer), spoilt, unknown)
    assert unknown.counts() == {"unknown_fields": 0, "unknown_values": 0}


def progress(**changes: object) -> dict[str, object]:
    return {
        "application_id": SOME_ID.decode(), "review_number": "10000009", "service": "endorse",
        "received_on": "2026-11-22", "expected_on": None, "state": "in_review", "stage": None, "stage_result": None,
        "return_code": None, "collection": None, "may_choose_collection": False, "station": None, "ready_from": None,
        "at_kiosk": False,
    } | changes


def test_an_application_in_a_state_that_is_not_known_is_left_out_of_the_list() -> None:
    unknown = Unknown()
    listed = [progress(state="at_the_printer"), progress(fee="0.00"), progress(collection={"way": "locker"})]
    read = read_answer(TypeAdapter(contract.ApplicationsFound), json.dumps({"applications": listed}).encode(), unknown)
    assert [each.state for each in read.applications] == ["in_review"]
    assert unknown.counts() == {"unknown_fields": 1, "unknown_values": 2}
    with pytest.raises(ValidationError):
        read_answer(
            TypeAdapter(contract.ApplicationsFound), json.dumps({"applications": listed[:1]}).encode(), Unknown())


def test_a_command_that_is_not_known_does_not_silence_the_heartbeat() -> None:
    document = b'{"time": "2026-11-22T10:00:00+08:00", "journal": null, "commands": [{"kind": "reboot", "at": 3}]}'
    read = read_answer(TypeAdapter(contract.HeartbeatAnswer), document, Unknown())
    assert [each.kind for each in read.commands] == ["reboot"]
