"""Values that nobody may send: refused at the border with 422, nothing of them kept, on both databases."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from kiosk.central import contract
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import Base
from tests.component.reference_central.test_wire import raw_client
from tests.lobby.central_rig import ATR, MovableClock, application, request, resident, settings

pytestmark = pytest.mark.slow

SOME_ID = UUID("8e2a2f5c-3d0b-4c62-9d5b-0f6f0f6f0f6f")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def central(directory: Path, database_url: str) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, MovableClock(), database=database_url)) as central:
        yield central


@pytest.fixture
def http(central: ReferenceCentral, directory: Path) -> Iterator[httpx.Client]:
    with raw_client(directory) as client:
        client.base_url = httpx.URL(central.url)
        yield client


def whole(model: BaseModel) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(model.model_dump_json())
    return body


def bodies() -> dict[str, dict[str, Any]]:
    """One good body of every call, with every field in it."""
    who, moment = resident(), "2026-11-22T10:00:00+08:00"
    shown = (contract.EvidenceShown(key="lease", licence_code="SSB-1", verified=True),)
    agent = contract.AgentFacts(kind="guardian", person=who.record.holder)
    checked = contract.HolderCheck(way="attendant", by="17")
    asked: dict[str, Any] = {"evidence": shown, "agent": agent, "new_category": "standard", "holder_check": checked}
    evidence = contract.EvidenceRequest(
        evidence_id=uuid4(),
        service="endorse",
        key="lease",
        holder=who.record.holder,
        permit=who.facts,
        licence_code="SSB-1",
        agent=agent,
    )
    return {
        "/v1/endorsements": whole(request(who, declarations=("address_changed",), **asked)),
        f"/v1/endorsements/{SOME_ID}/cancellation": {"reason": "interrupted", "decided_at": moment},
        f"/v1/endorsements/{SOME_ID}/chip-session": {"atr": ATR, "chip_serial": "8600310000000001"},
        f"/v1/endorsements/{SOME_ID}/chip-session/{SOME_ID}/responses": {
            "batch": 1,
            "answers": [{"data": "9F01", "sw": "9000"}],
        },
        f"/v1/endorsements/{SOME_ID}/completion": {
            "chip": "old",
            "face": "old",
            "custody": "with_holder",
            "receipt_printed": True,
            "stages": [{"name": "chip", "seconds": 1.5}],
            "finished_at": moment,
        },
        "/v1/permits/pending-rewrites": {
            "inquiry_id": str(uuid4()),
            "holder": whole(who.record.holder),
            "permit": whole(who.facts),
        },
        "/v1/applications": whole(
            application(
                who, declarations=("address_changed",), telephone="13800000000", collection={"way": "kiosk"}, **asked
            )
        ),
        "/v1/applications/search": {"holder": whole(who.record.holder), "permit": whole(who.facts)},
        f"/v1/applications/{SOME_ID}/collection": {"way": "kiosk"},
        "/v1/evidence": whole(evidence),
        "/v1/heartbeat": {
            "sent_at": moment,
            "state": "Idle",
            "custody": "with_holder",
            "fault": "2301",
            "versions": {"kiosk": "1.4.0"},
            "devices": [{"device": "permit_unit", "state": "ok"}],
            "journal": {"number": 1, "algorithm": "sha256", "head": "a" * 64},
            "queue": {"length": 1, "oldest_at": moment},
            "counters": {"visits": 12},
        },
        "/v1/staff-calls": {"called_at": moment, "state": "OutOfService", "custody": "inside", "fault": "2301"},
    }


PATHS = tuple(bodies())
SURROGATE = '"\\ud800"'
# What no field of the contract takes.
NEVER = (
    SURROGATE,
    '"\\udc00\\ud800"',
    '"a\\u0000b"',
    '"a\\nb"',
    '"\\u001b[2J"',
    '"a\\u2028b"',
    '"' + "签" * 20_000 + '"',
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "-1",
    "9007199254740992",
    "9223372036854775808",
    "-9223372036854775809",
    "1" * 4000,
    "[]",
    "{}",
    "[" * 500 + "]" * 500,
    '{"\\ud800": 1}',
)
# What is good text somewhere, and nothing to a moment, a day, a number, a flag.
ELSEWHERE = (
    '"1"',
    '"true"',
    '"no"',
    '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-12:00"',
    '"9999-12-31"',
    '"0001-01-01"',
    '"1795312800"',
)
MOMENTS_NUMBERS_AND_FLAGS = {
    "sent_at",
    "finished_at",
    "decided_at",
    "oldest_at",
    "receipt_printed",
    "verified",
    "valid_from",
    "valid_to",
    "on",
    "issued_on",
    "batch",
    "new_valid_from",
    "new_valid_to",
    "endorsement_count",
    "seconds",
    "number",
    "length",
    "visits",
}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in inside:
            yield from leaves(part, (*path, key))
    else:
        yield path


def with_value(body: dict[str, Any], path: tuple[str | int, ...], raw: str) -> bytes:
    """`body` as JSON with `raw` standing where `path` leads."""
    changed = copy.deepcopy(body)
    place: Any = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = "<here>"
    return json.dumps(changed).replace('"<here>"', raw).encode()


def post(http: httpx.Client, path: str, content: bytes, **headers: str) -> httpx.Response:
    key = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    try:
        body = json.loads(content)
        made = body.get("endorsement_id") or body.get("application_id")
        if isinstance(made, str) and made.isascii() and made.isprintable():
            key["Idempotency-Key"] = made
    except (ValueError, RecursionError, AttributeError):
        pass
    return http.post(path, content=content, headers=key | headers)


def rows(central: ReferenceCentral) -> dict[str, int]:
    with central.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("path", PATHS)
def test_the_body_that_the_others_are_made_of_is_the_contracts(http: httpx.Client, path: str) -> None:
    answer = post(http, path, json.dumps(bodies()[path]).encode())
    assert answer.status_code in (200, 404, 409), answer.text


@pytest.mark.parametrize("path", PATHS)
def test_what_no_field_takes_is_refused_in_every_field_and_nothing_of_it_is_kept(
    central: ReferenceCentral, http: httpx.Client, path: str
) -> None:
    body, before = bodies()[path], rows(central)
    asked = [(leaf, raw) for leaf in leaves(body) for raw in NEVER]
    asked += [
        (leaf, raw)
        for leaf in leaves(body)
        for raw in ELSEWHERE
        if {leaf[-1], leaf[-2:][0]} & MOMENTS_NUMBERS_AND_FLAGS
    ]
    taken = [
        (leaf, raw[:40]) for leaf, raw in asked if post(http, path, with_value(body, leaf, raw)).status_code != 422
    ]
    assert taken == []
    assert rows(central) == before


@pytest.mark.parametrize("path", PATHS)
def test_a_good_text_in_the_wrong_place_is_never_centrals_mistake(
    central: ReferenceCentral, http: httpx.Client, path: str
) -> None:
    body = bodies()[path]
    for leaf in leaves(body):
        for raw in (*ELSEWHERE, "1795312800", "1.5", "1E-400000000", "true", "null"):
            answer = post(http, path, with_value(body, leaf, raw))
            assert answer.status_code in (200, 404, 409, 422), (leaf, raw, answer.text)
    assert [line["kiosk"] for line in central.standing()] == ["kiosk-1"]


UNREADABLE = {
    "a name twice": b'{"way": "kiosk", "way": "post"}',
    "not UTF-8": '{"way": "kiosk"}'.encode("utf-16"),
    "half a character": b'{"way": "kiosk\xe7\xad"}',
    "a BOM": b'\xef\xbb\xbf{"way": "kiosk"}',
    "deep": b"[" * 30_000 + b"]" * 30_000,
    "deep in a field": b'{"way": ' + b'{"a":' * 8000 + b"1" + b"}" * 8001,
    "a number of thousands of digits": b'{"way": ' + b"9" * 5000 + b"}",
    "two values": b'{"way": "kiosk"}{"way": "kiosk"}',
    "no value": b" ",
    "nothing": b"",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_json_that_two_readers_would_read_differently_is_refused(http: httpx.Client, what: str) -> None:
    answer = post(http, f"/v1/applications/{SOME_ID}/collection", UNREADABLE[what])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_body_over_the_bound_is_refused_with_and_without_its_length(http: httpx.Client) -> None:
    body = b'{"way": "' + b"a" * 70_000 + b'"}'
    for content in (body, iter([body[:40_000], body[40_000:]])):
        answer = http.post(
            f"/v1/applications/{SOME_ID}/collection",
            content=content,
            headers={"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_what_somebody_wrote_as_a_name_in_an_object_is_not_repeated(http: httpx.Client) -> None:
    body = bodies()["/v1/heartbeat"] | {"counters": {"linyuzhen": -1}, "versions": {"林玉珍": "1"}}
    answer = post(http, "/v1/heartbeat", json.dumps(body).encode())
    assert answer.status_code == 422
    assert "linyuzhen" not in answer.text
    assert "\\u6797" not in answer.text
    assert {each["pointer"] for each in answer.json()["errors"]} == {"body/counters/?", "body/versions/?/?"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Kiosk-Sequence", "9007199254740992"),
        ("X-Kiosk-Sequence", "0"),
        ("X-Kiosk-Sequence", "1.5"),
        ("X-Kiosk-Call", "a b"),
        ("X-Kiosk-Call", "a" * 65),
        ("Idempotency-Key", "a" * 81),
        ("Idempotency-Key", "ab"),
    ],
)
def test_a_header_outside_its_pattern_is_refused(http: httpx.Client, name: str, value: str) -> None:
    answer = post(http, f"/v1/applications/{SOME_ID}/collection", b'{"way": "kiosk"}', **{name: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_method_that_is_not_taken_is_told_with_those_that_are(http: httpx.Client) -> None:
    answer = http.put("/v1/heartbeat")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
