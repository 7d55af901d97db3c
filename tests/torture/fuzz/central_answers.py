"""Every answer that central may give, mutated: the client takes it, or refuses it by one of its own errors.

Bodies are answers of the contract with parts replaced, left out, doubled, or of another kind; around them stand status
lines, headers and lengths that fit or do not. Every text of an answer holds a marker that no error may repeat.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from kiosk.central import contract
from kiosk.central.client import MAX_ANSWER_BYTES, CallTimes, CentralClient, CentralError
from kiosk.central.reading import Unknown, read_answer
from kiosk.domain.identity_number import IdentityNumber, PermitNumber
from kiosk.reference_central.authority import make_authority
from tests.torture.fuzz.hostile_central import HostileCentral
from tests.torture.fuzz.promises import hold

ANSWERS = 100_000  # what is promised, at scale 1
IN_ONE_GO = 2000  # hypothesis remembers what it tried, so it is begun anew now and then
MARKER = "林玉珍标记"
SLOWEST_S = 2.0  # of the caller's own work: how long the machine did other things says nothing
TIMES = CallTimes(connect_s=5.0, answer_s=4.0, whole_s=4.5)
ID = UUID("0b7e5a52-1111-4222-8333-444455556666")
FACTS = contract.PermitFacts(
    permit_file="reference",
    chip_serial="8600310000000A01",
    region="310000",
    permit_number=PermitNumber("310000202300000018"),
    holder_number=IdentityNumber("341399198803140028"),
    holder_name=MARKER,
    issued_on=None,
    content=contract.PermitContent(
        address=MARKER,
        issuing_authority=MARKER,
        category="standard",
        valid_from=None,
        valid_to=None,
        endorsement_count=1,
    ),
)
HOLDER = contract.Holder(name=MARKER, id_number=IdentityNumber("341399198803140028"))
GRANT = {"payload": "e30=", "algorithm": "ed25519", "key_id": MARKER, "signature": "AAAA"}
SEARCH = contract.ApplicationSearch(holder=HOLDER, permit=None)
REWRITES = contract.PendingRewritesRequest(inquiry_id=ID, holder=HOLDER, permit=FACTS)
EVIDENCE = contract.EvidenceRequest(evidence_id=ID, service="endorse", key="lease", holder=HOLDER, permit=None)
STARTS = contract.ChipSessionRequest(atr="3B", chip_serial="86")
CANCELS = contract.CancellationRequest(reason="cancelled")
BATCH = {"number": 1, "commands": [{"apdu": "0084000004", "expect": ["9000"]}]}
PROGRESS = {
    "application_id": str(ID),
    "review_number": MARKER,
    "service": "endorse",
    "received_on": "2026-11-22",
    "expected_on": None,
    "state": "in_review",
    "stage": None,
    "stage_result": None,
    "return_code": None,
    "collection": {"way": "kiosk"},
    "may_choose_collection": True,
    "station": MARKER,
    "ready_from": "2026-12-01",
    "at_kiosk": False,
}


@dataclass(frozen=True)
class Asked:
    """One call of the client, what it may return, and answers of the contract to begin with."""

    call: Callable[[CentralClient], Any]
    returns: Any
    good: tuple[dict[str, Any], ...]


CALLS = (
    Asked(
        lambda client: client.endorsement_state(ID),
        contract.EndorsementState,
        (
            {
                "endorsement_id": str(ID),
                "state": "granted",
                "answer": {"state": "granted", "endorsement_id": str(ID), "grant": GRANT},
            },
            {
                "endorsement_id": str(ID),
                "state": "refused",
                "answer": {"state": "refused", "endorsement_id": str(ID), "code": "counter_only", "retain": True},
            },
            {
                "endorsement_id": str(ID),
                "state": "pending",
                "answer": {"state": "pending", "endorsement_id": str(ID), "review_number": MARKER, "expected_on": None},
            },
        ),
    ),
    Asked(
        lambda client: client.cancel(ID, CANCELS, key="a-key-of-ours", sequence=1),
        contract.Recorded,
        ({"endorsement_id": str(ID), "state": "cancelled"},),
    ),
    Asked(
        lambda client: client.start_chip_session(ID, STARTS, key="a-key-of-ours", sequence=1),
        contract.ChipSessionStep,
        (
            {"session_id": str(ID), "batch": BATCH},
            {"session_id": str(ID), "verdict": "failed", "failure": MARKER},
        ),
    ),
    Asked(
        lambda client: client.pending_rewrites(REWRITES, key="a-key-of-ours", sequence=None),
        contract.PendingRewritesAnswer,
        (
            {"work": {"kind": "face_only", "grant": GRANT}},
            {"work": None},
        ),
    ),
    Asked(
        lambda client: client.verify_evidence(EVIDENCE, key="a-key-of-ours", sequence=1),
        contract.EvidenceAnswer,
        ({"evidence_id": str(ID), "key": "lease", "result": "verified"},),
    ),
    Asked(
        lambda client: client.search_applications(SEARCH, key="a-key-of-ours", sequence=1),
        contract.ApplicationsFound,
        ({"applications": [PROGRESS, PROGRESS]}, {"applications": []}),
    ),
)
PROBLEM = {"title": MARKER, "status": 409, "code": "grant_used", "detail": MARKER, "errors": [{"at": MARKER}]}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from([MARKER, MARKER * 3000, "", "\0", "0" * 5000, "9999-12-31", "2026-02-30", str(ID), -1, 2**63]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)
changes = st.lists(
    st.tuples(st.sampled_from(["replace", "remove", "add", "nest"]), st.integers(0, 400), anything),
    max_size=3,
)
RAW_BODIES = (
    b"",
    b"null",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"{}" * 3,
    b"\xff\xfe{\0}\0",
    b"1" * 6000,
    b'"\\ud800"',
    b'{"session_id":1e999}',
    b" " * (MAX_ANSWER_BYTES + 1),
    b'{"code":"' + b"x" * 200_000 + b'"}',
    b"NaN",
)
bodies = st.sampled_from(RAW_BODIES) | st.binary(max_size=60)
TYPES = (b"application/json", b"application/problem+json", b"APPLICATION/JSON; charset=gbk", b"text/html", b"", b"\xff")
STATUSES = (200, 200, 200, 200, 201, 204, 304, 302, 400, 404, 409, 422, 429, 500, 502, 503, 599, 999)
HEADERS = (
    b"",
    b"Date: Sun, 22 Nov 2026 02:00:00 GMT\r\n",
    b"Date: Sun Nov 5555555555555555555522 02:00:00 2026\r\n",
    b"Date: 1 Jan 1 00:00:00 +1400\r\n",
    b"Date: 0 Jan 0000 0:0:0 +9999999999\r\n",
    b"Date: \xff\xfe\r\n",
    b"Set-Cookie: a=" + b"b" * 500 + b"; Max-Age=99999999\r\n",
    b"Location: http://[::1/\r\n",
    b"Location: https://elsewhere.invalid/\xe6\x9e\x97\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: identity\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"X: " + b"y" * 70_000 + b"\r\n",
    b"Broken\r\n",
    b" folded\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 5, 6\r\n",
    b"\x00: \x00\r\n",
    b"X-Kiosk-Call: another\r\n",
    b"Connection: upgrade\r\nUpgrade: h2c\r\n",
)
NAMED = b"X-Kiosk-Call: {call}\r\n"
LENGTHS = ("right", "right", "right", "right", "none", "short", "long", "chunked")


def fuzz_answers(answers: int, begin: int) -> int:
    """Try so many answers at a client of its own; how many were taken as answers. Raises `PromiseBroken`."""
    taken = itertools.count()
    with hostile() as (central, client):
        for done in range(0, answers, IN_ONE_GO):

            @seed(begin + done)
            @settings(
                max_examples=min(IN_ONE_GO, answers - done),
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(
                st.sampled_from(CALLS),
                st.integers(0, 3),
                changes,
                st.one_of(st.none(), st.none(), st.none(), bodies),
                st.sampled_from(STATUSES),
                st.sampled_from(TYPES),
                st.sampled_from(LENGTHS),
                st.lists(st.sampled_from(HEADERS), max_size=2),
                st.integers(0, 9),
            )
            def attempt(
                asked: Asked,
                which: int,
                mutations: list[tuple[str, int, Any]],
                raw: bytes | None,
                status: int,
                kind: bytes,
                length: str,
                headers: list[bytes],
                plain: int,
            ) -> None:
                is_problem = status >= 400
                good = PROBLEM if is_problem else asked.good[which % len(asked.good)]
                body = raw if raw is not None else _json(_mutated(good, mutations))
                if plain < 4:  # nothing but the body is wrong
                    kind, length, headers = TYPES[is_problem], "right", []
                said = _answer(status, kind, length, [*headers, NAMED], body)
                if _check(central, client, asked, said):
                    next(taken)

            attempt()
    return next(taken)


@contextmanager
def hostile() -> Iterator[tuple[HostileCentral, CentralClient]]:
    """A hostile central and a client that calls it."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        make_authority(directory)
        with (
            HostileCentral(directory) as central,
            CentralClient(
                central.url,
                ca=directory / "ca.pem",
                certificate=directory / "kiosk.pem",
                key=directory / "kiosk.key",
                times=TIMES,
                pause=lambda seconds: False,
            ) as client,
        ):
            yield central, client


def _check(central: HostileCentral, client: CentralClient, asked: Asked, said: bytes) -> bool:
    """Whether it was taken as an answer. Raises `PromiseBroken`."""
    central.say(said)
    began = time.thread_time()
    try:
        answer = asked.call(client)
    except CentralError as error:
        told = f"{error} {error!r} {error.args}"
        hold(MARKER not in told and len(told) < 400, "an error repeats nothing of an answer")
        hold(error.__cause__ is None and error.__context__ is None, "no other error hangs on it")
        return False
    finally:
        hold(time.thread_time() - began < SLOWEST_S, "an answer is judged with little work")
        hold(b"\r\ncookie:" not in central.heard.lower(), "no cookie is kept")
        told_at = client.central_time
        hold(told_at is None or told_at.utcoffset() is not None, "central's time has an offset")
    hold(isinstance(answer, BaseModel) and isinstance(answer, asked.returns), "an answer is of its model")
    # A word that the kiosk does not know was read as another, which central never says.
    again = read_answer(TypeAdapter(asked.returns), answer.model_dump_json().encode(), Unknown())
    hold(again == answer, "an answer is what it would be written as")
    return True


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="surrogatepass")


def _mutated(good: dict[str, Any], mutations: list[tuple[str, int, Any]]) -> Any:
    """A copy with parts changed; each change finds its place among all parts by its number."""
    document: Any = json.loads(json.dumps(good))
    for change, place, value in mutations:
        places = list(_places(document))
        if not places:
            return value
        holder, key = places[place % len(places)]
        if change == "remove":
            del holder[key]
        elif change == "add" and isinstance(holder, dict):
            holder[f"{key}x"] = value
        elif change == "nest":
            holder[key] = {"state": holder[key], "answer": value}
        else:
            holder[key] = value
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(value, dict | list):
        return
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        yield from _places(inner)


def _answer(status: int, kind: bytes, length: str, headers: list[bytes], body: bytes) -> bytes:
    head = b"HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\n" % (status, kind) + b"".join(headers)
    if length == "chunked":
        cut = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part)
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + cut + b"0\r\n\r\n"
    told = {"right": len(body), "short": len(body) // 2, "long": len(body) + 9}.get(length)
    return head + (b"\r\n" if told is None else b"Content-Length: %d\r\n\r\n" % told) + body
