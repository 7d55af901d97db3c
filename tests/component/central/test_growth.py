"""The contract grows: an older kiosk before a newer central, a newer kiosk before an older central, on real sockets."""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from kiosk.central import contract, signatures
from kiosk.central.client import CentralAnsweredGarbage, CentralClient, CentralRefusedCall
from kiosk.central.codes import REFUSAL_CODES, RETAINING_CODES
from kiosk.central.grants import GrantFlaw, GrantRejected, load_grant_keys, verify_grant
from kiosk.central.reading import Unknown, read_answer
from kiosk.domain.endorsement import Refusal, Service
from kiosk.domain.personal import Personal
from kiosk.reference_central.authority import GRANT_KEYS, GRANT_PUBLIC_KEYS
from kiosk.reference_central.server import ReferenceCentral
from kiosk.services.central.messages import applications_of, refusal_of
from tests.fakes.tls_gateway import Answer, Exchange, Play, TlsGateway
from tests.lobby.central_rig import Kiosk, MovableClock, client_of, resident, settings

Change = Callable[[dict[str, Any]], dict[str, Any]]

NEW_FIELDS = {"since_version": "9.0", "hints": [{"text": "sent by a newer central"}], "weight": 3.5}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module", params=signatures.ALGORITHMS)
def central(directory: Path, clock: MovableClock, request: pytest.FixtureRequest) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory / request.param, clock, request.param)) as running:
        yield running


@pytest.fixture
def tls_dir(central: ReferenceCentral, directory: Path) -> Path:
    return next(path for path in directory.iterdir() if central.public_keys() == _public_keys(path))


def _public_keys(directory: Path) -> dict[str, tuple[str, bytes]]:
    return {name: (key.algorithm, key.public) for name, key in load_grant_keys(directory / GRANT_PUBLIC_KEYS).items()}


class Resigned:
    """Central's grants in other words, signed by central's own key."""

    def __init__(self, tls_dir: Path, change: Change) -> None:
        grants = tomllib.loads((tls_dir / GRANT_KEYS).read_text(encoding="utf-8"))["grants"]
        self._keys, self._change = grants["keys"], change

    def __call__(self, signed: dict[str, Any]) -> dict[str, Any]:
        payload = json.dumps(self._change(json.loads(base64.b64decode(signed["payload"]))), indent=1).encode()
        key = self._keys[signed["key_id"]]
        signature = signatures.signer(key["algorithm"], bytes.fromhex(key["private"]))(payload)
        return signed | {
            "payload": base64.b64encode(payload).decode(),
            "signature": base64.b64encode(signature).decode(),
        }


def everywhere(part: Any, change: Change, of_grant: Change) -> Any:
    """`part` with `change` in every object, and `of_grant` in every grant."""
    if isinstance(part, list):
        return [everywhere(each, change, of_grant) for each in part]
    if not isinstance(part, dict):
        return part
    changed = {name: everywhere(each, change, of_grant) for name, each in part.items()}
    return change(of_grant(changed) if "payload" in changed else changed)


def with_new_fields(part: dict[str, Any]) -> dict[str, Any]:
    return part | NEW_FIELDS


def answers(change: Change, of_grant: Change) -> Play:
    def play(exchange: Exchange) -> bool:
        said = exchange.passed_on()
        body = json.dumps(everywhere(json.loads(said.body), change, of_grant)).encode()
        return exchange.answer(Answer(said.status, body, said.content_type))

    return play


@contextmanager
def before(central: ReferenceCentral, tls_dir: Path, clock: MovableClock, play: Play) -> Iterator[Kiosk]:
    """A kiosk of today whose central speaks so."""
    with (
        closing(TlsGateway(tls_dir, central.url)) as gateway,
        CentralClient(
            gateway.url, ca=tls_dir / "ca.pem", certificate=tls_dir / "kiosk.pem", key=tls_dir / "kiosk.key"
        ) as client,
    ):
        gateway.plays[:] = [play] * 1000
        yield Kiosk(client, tls_dir, clock, sequence=len(central.sequences("kiosk-1")) + 1000)


def test_an_older_kiosk_serves_a_whole_visit_before_a_central_whose_every_answer_says_more(
    central: ReferenceCentral, tls_dir: Path, clock: MovableClock
) -> None:
    newer = answers(with_new_fields, Resigned(tls_dir, lambda payload: everywhere(payload, with_new_fields, dict)))
    who = resident()
    central.seed([who.record])
    with before(central, tls_dir, clock, newer) as kiosk:
        assert kiosk.pending(who).work is None
        granted = kiosk.granted(who)
        unknown = kiosk.client.unknown
        grant = verify_grant(
            granted.grant,
            load_grant_keys(tls_dir / GRANT_PUBLIC_KEYS),
            now=clock(),
            permit_number=Personal(who.record.permit_number),
            chip_serial=who.record.chip_serial,
            unknown=unknown,
        )
        chip = who.chip()
        assert kiosk.write(who, grant.endorsement_id, chip).verdict == "written"
        assert kiosk.complete(grant.endorsement_id, "new", "new") == "written"
        assert kiosk.client.endorsement_state(grant.endorsement_id).state == "written"
        assert kiosk.prove(who, "registered_lease") == "not_verified"
        assert kiosk.beat(3).journal is None
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            kiosk.client.endorsement_state(uuid4())
        assert unknown.counts()["unknown_fields"] >= 3 * 12  # three in every object of a dozen answers
        assert unknown.counts()["unknown_values"] == 0


def test_a_newer_kiosk_serves_a_whole_visit_before_a_central_whose_grants_have_no_version(
    central: ReferenceCentral, tls_dir: Path, clock: MovableClock
) -> None:
    older = answers(dict, Resigned(tls_dir, lambda payload: {k: v for k, v in payload.items() if k != "version"}))
    who = resident()
    central.seed([who.record])
    with before(central, tls_dir, clock, older) as kiosk:
        granted = kiosk.granted(who)
        assert b"version" not in base64.b64decode(granted.grant.payload)
        grant = kiosk.verified(who, granted.grant)
        assert kiosk.write(who, grant.endorsement_id, who.chip()).verdict == "written"
        assert kiosk.client.unknown.counts() == {"unknown_fields": 0, "unknown_values": 0}


def test_a_grant_of_a_version_that_must_be_heeded_writes_nothing(
    central: ReferenceCentral, tls_dir: Path, clock: MovableClock
) -> None:
    newer = answers(dict, Resigned(tls_dir, lambda payload: payload | {"version": 2, "only_on": "weekdays"}))
    who = resident()
    central.seed([who.record])
    with before(central, tls_dir, clock, newer) as kiosk:
        granted = kiosk.granted(who)
        with pytest.raises(GrantRejected) as caught:
            kiosk.verified(who, granted.grant)
    assert caught.value.flaw is GrantFlaw.NEWER_VERSION


def test_a_kind_of_answer_that_is_not_known_is_told_from_one_that_is_spoilt(
    central: ReferenceCentral, tls_dir: Path, clock: MovableClock
) -> None:
    """The visit ends, and the request is taken back, since it may have brought something."""
    who = resident()
    central.seed([who.record])
    newer = answers(lambda part: part | ({"state": "postponed"} if part.get("state") == "granted" else {}), dict)
    with before(central, tls_dir, clock, newer) as kiosk, pytest.raises(CentralAnsweredGarbage, match="unknown_kind"):
        kiosk.request(who)


class NewerRequest(contract.PendingRewritesRequest):
    """As a later version of the kiosk may send it."""

    lane: str


def test_an_older_central_refuses_a_request_that_says_more_and_is_not_asked_again(
    central: ReferenceCentral, tls_dir: Path
) -> None:
    """So central comes first in a roll-out."""
    who = resident()
    central.seed([who.record])
    body = NewerRequest(inquiry_id=uuid4(), holder=who.record.holder, permit=who.facts, lane="left")
    with client_of(central, tls_dir) as client, pytest.raises(CentralRefusedCall, match="422 invalid_request"):
        client.pending_rewrites(body, key=str(uuid4()), sequence=None)


def test_a_refusal_whose_code_is_not_known_is_other_and_keeps_no_permit() -> None:
    assert refusal_of("reported_lost", True) == Refusal("reported_lost", retain=True)
    newer = {"state": "refused", "endorsement_id": str(uuid4()), "code": "owes_a_fine", "retain": True}
    answers_of_endorsing = TypeAdapter[contract.EndorsementAnswer](contract.EndorsementAnswer)
    told = read_answer(answers_of_endorsing, json.dumps(newer).encode(), Unknown())
    assert isinstance(told, contract.Refused)
    assert refusal_of(told.code, told.retain) == Refusal("other", retain=False)


@pytest.mark.parametrize("code", [code for code in REFUSAL_CODES if code not in RETAINING_CODES])
def test_no_permit_is_kept_with_a_code_that_has_nothing_to_do_with_keeping_it(code: str) -> None:
    assert refusal_of(code, True) == Refusal(code, retain=False)


def test_an_application_for_a_service_that_is_not_known_is_left_out_where_others_are_known() -> None:
    unknown = Unknown()
    known = contract.ApplicationProgress.model_validate(
        {
            "application_id": uuid4(),
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
        }
    )
    newer = known.model_copy(update={"service": "voting_card"})
    both = applications_of(contract.ApplicationsFound(applications=(newer, known)), unknown)
    assert [each.service for each in both] == [Service.ENDORSE]
    assert unknown.counts()["unknown_values"] == 1
    assert applications_of(contract.ApplicationsFound(applications=()), unknown) == ()
    with pytest.raises(CentralAnsweredGarbage, match="not_the_model"):
        applications_of(contract.ApplicationsFound(applications=(newer,)), unknown)
