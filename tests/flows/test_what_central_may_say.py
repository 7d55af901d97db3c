"""What the contract forbids central to say: nothing of it is believed, no permit is kept, and central hears of it."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.central import contract, signatures
from kiosk.domain.endorsement import ChipState
from kiosk.domain.faults import RELAY_REFUSED
from kiosk.reference_central.authority import GRANT_KEYS
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.tls_gateway import Answer, Exchange, TlsGateway
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.running_central import RunningCentral
from tests.lobby.visitor import LIN

Document = dict[str, Any]
README = Path(contract.__file__).with_name("README.md")
UUID_PATTERN = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Change = Callable[[Document], Document]


class SayingOtherwise:
    """A central whose answers are changed on their way: `change` by the end of the path it was asked at."""

    def __init__(self, gateway: TlsGateway) -> None:
        self.changes: dict[str, Change] = {}
        gateway.plays[:] = [self._play] * 10_000

    def _play(self, exchange: Exchange) -> bool:
        said = exchange.passed_on()
        change = self.changes.get(exchange.asked.path.rsplit("/", 1)[-1])
        if change is None or said.status != 200:
            return exchange.answer(said)
        body = json.dumps(change(json.loads(said.body))).encode()
        return exchange.answer(Answer(said.status, body, said.content_type))


@pytest.fixture
def gateway(authority: RunningCentral) -> Iterator[TlsGateway]:
    with closing(TlsGateway(authority.tls_dir, authority.central.url)) as gateway:
        yield gateway


@pytest.fixture
def otherwise(gateway: TlsGateway) -> SayingOtherwise:
    return SayingOtherwise(gateway)


@pytest.fixture
def place(gateway: TlsGateway, open_place: OpenPlace) -> KioskHarness:
    place = open_place(central_at=gateway.url)
    place.start_kiosk()
    place.running.clock.hear(place.clock.now())  # the gateway's answers have no Date
    return place


def signed_anew(tls_dir: Path, change: Change) -> Change:
    """The grant in an answer, signed by central's own key over other words."""
    grants = tomllib.loads((tls_dir / GRANT_KEYS).read_text(encoding="utf-8"))["grants"]

    def changed(answer: Document) -> Document:
        grant = answer["grant"]
        payload = json.dumps(change(json.loads(base64.b64decode(grant["payload"])))).encode()
        key = grants["keys"][grant["key_id"]]
        signature = signatures.signer(key["algorithm"], bytes.fromhex(key["private"]))(payload)
        return answer | {
            "grant": grant
            | {"payload": base64.b64encode(payload).decode(), "signature": base64.b64encode(signature).decode()}
        }

    return changed


def moved(name: str, **by: float) -> Change:
    return lambda payload: payload | {name: (datetime.fromisoformat(payload[name]) + timedelta(**by)).isoformat()}


BAD_GRANTS: dict[str, Change] = {
    "issued a day ahead": lambda payload: moved("issued_at", days=1)(moved("expires_at", days=1)(payload)),
    "alive for a day": moved("expires_at", days=1),
    "for the face alone where an endorsement was asked for": lambda payload: payload | {"face_only": True},
}


@pytest.mark.parametrize("grant", BAD_GRANTS)
def test_a_grant_that_the_contract_does_not_allow_writes_nothing_and_is_given_back(
    place: KioskHarness, otherwise: SayingOtherwise, authority: RunningCentral, grant: str
) -> None:
    otherwise.changes["endorsements"] = signed_anew(authority.tls_dir, BAD_GRANTS[grant])
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    ending = place.sees(s.ShowingOutcome).ending
    assert isinstance(ending, s.Declined)
    assert ending.refusal.code == "grant_rejected"
    assert place.is_untouched(LIN.permit)
    place.central_is_told()
    assert place.central_state() == "cancelled"


def test_work_for_the_face_alone_whose_grant_would_rewrite_the_chip_is_not_believed(
    place: KioskHarness, otherwise: SayingOtherwise
) -> None:
    """The grant of a whole endorsement comes as work for the face alone: the chip is asked for nothing."""
    place.plays(LIN.until(s.Confirming))
    granted = place.client.endorsement_state(place.endorsement_id).answer.model_dump(mode="json")["grant"]
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.rig.lift_id_card()
    otherwise.changes["pending-rewrites"] = lambda _: {"work": {"kind": "face_only", "grant": granted}}
    place.plays(LIN.until(s.ShowingAssessment))
    assessing = place.states[-1]
    assert isinstance(assessing, s.ShowingAssessment)
    assert assessing.central_silent
    assert place.is_untouched(LIN.permit)


def test_a_permit_is_not_kept_with_a_code_that_has_nothing_to_do_with_keeping_it(
    place: KioskHarness, otherwise: SayingOtherwise
) -> None:
    otherwise.changes["endorsements"] = lambda answer: {
        "state": "refused",
        "endorsement_id": answer["endorsement_id"],
        "code": "too_early",
        "retain": True,
    }
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    ending = place.sees(s.ShowingOutcome).ending
    assert isinstance(ending, s.Declined)
    assert (ending.refusal.code, ending.refusal.retain) == ("too_early", False)
    assert place.where_is(LIN.permit) is PermitLocation.HAND


def test_central_is_told_which_command_the_relay_did_not_let_through_and_why(
    place: KioskHarness, otherwise: SayingOtherwise, gateway: TlsGateway
) -> None:
    def with_a_file_that_nobody_described(step: Document) -> Document:
        step["batch"]["commands"].append({"apdu": "00A4000002EF07", "expect": ["9000"]})
        return step

    otherwise.changes["chip-session"] = with_a_file_that_nobody_described
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    ending = place.sees(s.AwaitingRemoval).ending
    assert isinstance(ending, s.BrokenOff)
    assert (ending.fault, ending.chip) == (RELAY_REFUSED, ChipState.OLD)
    (told,) = [json.loads(asked.body) for asked in gateway.asked if asked.path.endswith("/responses")]
    first = json.loads(next(said.body for said in gateway.said if b'"batch":{' in said.body))["batch"]
    assert told == {"batch": 1, "answers": [], "refused": {"index": len(first["commands"]), "reason": "select"}}
    place.takes_permit()
    place.central_is_told()
    assert place.central_state() == "unchanged"
    assert place.is_untouched(LIN.permit)


def test_a_central_that_mends_its_batch_after_the_relay_refused_one_writes_all_the_same(
    place: KioskHarness, otherwise: SayingOtherwise, gateway: TlsGateway
) -> None:
    """Nothing was sent, so a further batch begins where the chip stood."""
    kept: list[Document] = []

    def spoilt(step: Document) -> Document:
        kept.append(json.loads(json.dumps(step)))
        step["batch"]["commands"][0]["apdu"] += "00"  # SELECT with Le
        return step

    def mended(step: Document) -> Document:
        if kept and step["verdict"] == "failed":
            again = kept.pop()
            again["batch"]["number"] += 1
            return again
        return step

    otherwise.changes |= {"chip-session": spoilt, "responses": mended}
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    relaying = place.sees(s.RelayingBatch)
    assert relaying.batch == 1
    sent = place.sees(s.SendingChipAnswers)
    assert sent.relay_refused
    assert place.sees(s.RelayingBatch).batch == 2
    again = place.sees(s.SendingChipAnswers)
    assert not again.relay_refused


def test_a_visit_makes_the_calls_of_the_readmes_first_picture_in_that_order(
    place: KioskHarness, gateway: TlsGateway
) -> None:
    picture = re.findall(r"```mermaid\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[0]
    drawn = re.findall(r"K->>C: (\w+) (\S+)", picture)
    place.plays(LIN.renewal())
    place.central_is_told()
    of_nobody = (("POST", "/v1/heartbeat"), ("GET", "/v1/endorsements/{endorsement_id}"))  # beside any visit
    made = [(asked.method, template_of(asked.path)) for asked in gateway.asked]
    assert [call for call in made if call not in of_nobody] == drawn


def template_of(path: str) -> str:
    """A path of the document in place of one with ids."""
    first, *more = re.split(f"(?<=/){UUID_PATTERN}", path)
    names = ("{endorsement_id}", "{session_id}")
    return first + "".join(f"{name}{part}" for name, part in zip(names, more, strict=False))
