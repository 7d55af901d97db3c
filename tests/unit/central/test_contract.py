"""The contract: one set of models for both sides, and a document that says the same."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any, get_args
from uuid import UUID

import jsonschema_rs
import pytest
from pydantic import TypeAdapter, ValidationError

from drivers.permit_chip.allow_list import Rule
from kiosk.central import codes, contract
from kiosk.central.reading import Unknown, read_answer
from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.domain.identity_number import IdentityNumber
from kiosk.policy.assessment import AssessedOutcome
from kiosk.reference_central.openapi_document import DOCUMENT, openapi_document, openapi_text
from kiosk.reference_central.problems import PROBLEMS_OF, ProblemError, problem_body, status_of

SOME_ID = b"6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11"
SECRET = "林玉珍341399198803140021"


@cache
def _made() -> dict[str, Any]:
    return openapi_document()  # half a second


def the_document() -> dict[str, Any]:
    """The document as it is now; everybody has one to spoil."""
    return deepcopy(_made())


def test_the_checked_in_openapi_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == openapi_text(), "run: python -m kiosk central openapi"


def test_every_call_of_the_contract_is_in_the_document() -> None:
    told = {(path, method) for path, methods in the_document()["paths"].items() for method in methods}
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
        ("/v1/staff-calls", "post"),
    }


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = the_document()
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
    holder = contract.Holder(name="林玉珍", id_number=IdentityNumber("341399198803140021"))
    payload = base64.b64encode(SECRET.encode()).decode()
    grant = contract.SignedGrant(payload=payload, algorithm="ed25519", key_id="a", signature="b")
    printed = repr(holder) + repr(grant) + repr(contract.ChipCommand(apdu="00D60000AA55"))
    assert "林玉珍" not in printed
    assert payload not in printed
    assert "AA55" not in printed


def test_what_a_holder_shows_and_who_acts_for_one_is_not_printed() -> None:
    holder = contract.Holder(name="林玉珍", id_number=IdentityNumber("341399198803140021"))
    asked = contract.ApplicationRequest(
        application_id=UUID(int=1),
        service="endorse",
        holder=holder,
        permit=None,
        telephone="13800000000",
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
            "endorsement_id": UUID(int=1),
            "state": "refused",
            "answer": {"state": "refused", "endorsement_id": UUID(int=1), "code": "too_early"},
        }
    )
    assert isinstance(state.answer, contract.Refused)


def test_every_value_in_the_document_has_a_range_or_a_length() -> None:
    schemas = the_document()["components"]["schemas"]
    assert [place for place, schema in _schemas(schemas) if not _is_bounded(schema)] == []


def test_every_free_text_says_in_the_document_which_characters_it_may_have() -> None:
    schemas = the_document()["components"]["schemas"]
    assert [
        place
        for place, schema in _schemas(schemas)
        if schema["type"] == "string" and not schema.keys() & {"pattern", "const", "enum", "format"}
    ] == []


def test_a_problem_document_of_a_proxy_is_read_though_central_sends_none_such() -> None:
    told = {"type": "https://proxy.example/" + "x" * 300, "title": "", "status": 407, "code": "Proxy-Auth", "more": []}
    assert contract.Problem.model_validate(told).code == "Proxy-Auth"


def test_every_problem_document_of_central_is_within_the_bounds_of_the_document() -> None:
    properties = the_document()["components"]["schemas"]["Problem"]["properties"]
    for code in codes.PROBLEM_CODES:
        status, body = problem_body(code)
        told = json.loads(body)
        assert properties["status"]["minimum"] <= status <= properties["status"]["maximum"]
        assert re.search(properties["code"]["pattern"], told["code"])
        assert len(told["title"]) <= properties["title"]["maxLength"]


def test_the_services_of_the_contract_are_those_of_the_kiosk() -> None:
    assert set(get_args(contract.ServiceName)) == {service.value for service in Service}
    assert set(get_args(contract.Outcome)) == {outcome.value for outcome in AssessedOutcome}
    assert set(get_args(contract.ResidenceYears)) == {years.value for years in ResidenceYears}


def test_a_key_is_demanded_of_every_post_and_a_name_is_described_for_every_call() -> None:
    for path, operations in the_document()["paths"].items():
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
    document = the_document()
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
    schemas = the_document()["components"]["schemas"]
    told = {
        (name, field): part["x-unknown-is-read-as"]
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
        if "x-unknown-is-read-as" in part
    }
    assert told == {
        ("EndorsementState", "state"): "unknown",
        ("Recorded", "state"): "other",
        ("Refused", "code"): "other",
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
    schema = the_document()["components"]["schemas"]["EndorsementState"]
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
        contract.EvidenceAnswer.model_validate_json(document)  # central itself must not say it by mistake


@pytest.mark.parametrize("spoilt", [b'{"evidence_id": "%s", "key": "lease", "result": 3, "more": 1}' % SOME_ID, b"{"])
def test_what_is_wrong_in_more_than_being_new_is_refused_and_not_counted(spoilt: bytes) -> None:
    unknown = Unknown()
    with pytest.raises(ValidationError):
        read_answer(TypeAdapter(contract.EvidenceAnswer), spoilt, unknown)
    assert unknown.counts() == {"unknown_fields": 0, "unknown_values": 0}


def progress(**changes: object) -> dict[str, object]:
    return {
        "application_id": SOME_ID.decode(),
        "review_number": "10000009",
        "service": "endorse",
        "received_on": "2026-11-22",
        "expected_on": None,
        "state": "in_review",
        "stage": None,
        "stage_result": None,
        "return_code": None,
        "collection": None,
        "may_choose_collection": False,
        "station": None,
        "ready_from": None,
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
            TypeAdapter(contract.ApplicationsFound), json.dumps({"applications": listed[:1]}).encode(), Unknown()
        )


def test_a_command_that_is_not_known_does_not_silence_the_heartbeat() -> None:
    document = b'{"time": "2026-11-22T10:00:00+08:00", "journal": null, "commands": [{"kind": "reboot", "at": 3}]}'
    read = read_answer(TypeAdapter(contract.HeartbeatAnswer), document, Unknown())
    assert [each.kind for each in read.commands] == ["reboot"]


STEP = {"session_id": SOME_ID.decode()}
BATCH: dict[str, object] = {"number": 1, "commands": [{"apdu": "0084000004"}]}


@pytest.mark.parametrize(
    ("step", "is_one"),
    [
        (STEP, False),
        (STEP | {"batch": None, "verdict": None, "failure": None}, False),
        (STEP | {"batch": BATCH, "verdict": "written"}, False),
        (STEP | {"batch": BATCH, "failure": "grant_expired"}, False),
        (STEP | {"batch": BATCH}, True),
        (STEP | {"batch": BATCH, "verdict": None, "failure": None}, True),
        (STEP | {"verdict": "written"}, True),
        (STEP | {"batch": None, "verdict": "failed", "failure": "grant_expired"}, True),
    ],
)
def test_a_step_of_a_chip_session_is_a_batch_or_a_verdict_to_the_models_and_to_the_document(
    step: dict[str, object], is_one: bool
) -> None:
    assert fits_document("ChipSessionStep", step) is is_one
    if is_one:
        contract.ChipSessionStep.model_validate(step)
    else:
        with pytest.raises(ValidationError, match=r"batch or a verdict|belongs to a verdict"):
            contract.ChipSessionStep.model_validate(step)


def test_an_answer_without_the_state_that_tells_it_apart_does_not_fit_the_document() -> None:
    answer = {"endorsement_id": SOME_ID.decode(), "code": "too_early"}
    assert fits_document("Refused", answer | {"state": "refused"})
    assert not fits_document("Refused", answer)


@pytest.mark.parametrize("code", codes.REFUSAL_CODES)
def test_the_document_lets_a_permit_be_kept_with_the_codes_for_it_alone(code: str) -> None:
    answer = {"state": "refused", "endorsement_id": SOME_ID.decode(), "code": code, "retain": True}
    assert fits_document("Refused", answer) is (code in codes.RETAINING_CODES)


@pytest.mark.parametrize(
    ("schema", "field", "words"),
    [
        ("Refused", "code", codes.REFUSAL_CODES),
        ("Recorded", "state", codes.ENDORSEMENT_STATES),
        ("RelayRefusal", "reason", codes.RELAY_REFUSALS),
    ],
)
def test_the_document_lists_the_codes(schema: str, field: str, words: tuple[str, ...]) -> None:
    assert the_document()["components"]["schemas"][schema]["properties"][field]["enum"] == list(words)


def test_a_code_that_is_not_listed_is_read_as_other_in_an_answer_and_refused_in_a_request() -> None:
    unknown = Unknown()
    document = b'{"endorsement_id": "%s", "state": "LIN YUZHEN 341399198803140021"}' % SOME_ID
    assert read_answer(TypeAdapter(contract.Recorded), document, unknown).state == codes.OTHER
    assert unknown.counts() == {"unknown_fields": 0, "unknown_values": 1}
    with pytest.raises(ValidationError):
        contract.RelayRefusal.model_validate({"index": 0, "reason": "because"})


def test_a_code_that_may_be_missing_is_read_in_the_same_way() -> None:
    document = b'{"session_id": "%s", "verdict": "failed", "failure": "owl_in_the_chip"}' % SOME_ID
    unknown = Unknown()
    assert read_answer(TypeAdapter(contract.ChipSessionStep), document, unknown).failure == codes.OTHER
    assert unknown.counts()["unknown_values"] == 1


def test_each_call_tells_the_statuses_and_codes_that_it_can_give_and_no_others() -> None:
    document = the_document()
    for (method, path), told in PROBLEMS_OF.items():
        responses = document["paths"][path][method]["responses"]
        assert {int(status) for status in responses} == {200, *(status_of(code) for code in told)}
        listed = [code for status, each in responses.items() for code in each.get("x-problem-codes", ())]
        assert sorted(listed) == sorted(told)
    assert {(path, method) for method, path in PROBLEMS_OF} == {
        (path, method) for path, methods in document["paths"].items() for method in methods
    }
    everywhere = {code for told in PROBLEMS_OF.values() for code in told}
    assert set(codes.PROBLEM_CODES) - everywhere == {"method_not_allowed"}


def test_every_answer_has_a_date_and_the_calls_name_in_a_form_that_the_document_gives() -> None:
    date_of_rfc_9110 = "Sun, 06 Nov 1994 08:49:37 GMT"
    for operations in the_document()["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                headers = answer["headers"]
                assert re.fullmatch(headers["Date"]["schema"]["pattern"], date_of_rfc_9110)
                assert headers["Date"]["required"]
                assert headers[contract.CALL_HEADER]["schema"]["pattern"] == contract.CALL_NAME
                assert ("Retry-After" in headers) is (status in ("429", "503"))


def test_the_stages_of_an_older_kiosks_report_are_taken_and_none_are_sent() -> None:
    """Such a report may wait in a kiosk's queue for days."""
    older = {
        "chip": "old",
        "face": "old",
        "custody": "inside",
        "receipt_printed": True,
        "stages": [],
        "finished_at": "2026-11-22T10:00:00+08:00",
    }
    assert b"stages" not in contract.CompletionRequest.model_validate(older).model_dump_json().encode()


def fits_document(name: str, value: object) -> bool:
    """Whether a value is what the OpenAPI document's schema of that name allows."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": the_document()["components"]}
    return jsonschema_rs.validator_for(schema).is_valid(value)


def test_what_the_relay_refuses_has_no_answer_to_the_models_and_to_the_document() -> None:
    refused = {"batch": 1, "answers": [], "refused": {"index": 0, "reason": "select"}}
    answered = refused | {"answers": [{"data": "", "sw": "9000"}]}
    assert fits_document("ChipBatchAnswers", refused)
    assert fits_document("ChipBatchAnswers", answered | {"refused": None})
    assert not fits_document("ChipBatchAnswers", answered)
    contract.ChipBatchAnswers.model_validate(refused)
    with pytest.raises(ValidationError, match="nothing was sent"):
        contract.ChipBatchAnswers.model_validate(answered)


def test_the_relays_rules_are_those_of_the_contract() -> None:
    assert {rule.value for rule in Rule} == set(codes.RELAY_REFUSALS)


@pytest.mark.parametrize("number", ["0000000000000000ß=", " " * 15, "00000000000000 "])
def test_a_number_whose_one_form_has_another_length_is_taken_as_the_document_says(number: str) -> None:
    told = {"name": "", "id_number": number}
    assert fits_document("Holder", told)
    assert contract.Holder.model_validate(told).id_number == number


KNOWN_NUMBER = "341399198803140021"


@pytest.mark.parametrize("number", [f" {KNOWN_NUMBER}\u3000", KNOWN_NUMBER.ljust(32), KNOWN_NUMBER.rjust(19)])
def test_a_number_with_blanks_at_its_ends_is_taken_as_the_document_says(number: str) -> None:
    told = {"name": "", "id_number": number}
    assert fits_document("Holder", told)
    assert contract.Holder.model_validate(told).id_number == KNOWN_NUMBER


@pytest.mark.parametrize("number", [KNOWN_NUMBER.ljust(33), f"{KNOWN_NUMBER}\n", f"\t{KNOWN_NUMBER}"])
def test_what_the_document_allows_no_number_is_refused_though_its_one_form_would_be_one(number: str) -> None:
    told = {"name": "", "id_number": number}
    assert not fits_document("Holder", told)
    with pytest.raises(ValidationError):
        contract.Holder.model_validate(told)
