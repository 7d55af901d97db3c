"""Examples of every call, recorded from the reference central: `python -m tests.central_examples` writes them anew.

They become the examples of the OpenAPI document. A test plays them again and compares; what is drawn anew each time
(session ids, signatures, challenges) is left out of the comparison.
"""

from __future__ import annotations

import json
import re
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx

from kiosk.central import contract
from kiosk.reference_central.openapi_document import EXAMPLES
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import (
    ATR,
    REGIONS,
    MovableClock,
    Resident,
    application,
    content,
    relayed,
    request,
    resident,
    settings,
)
from tests.waiting import LIMIT_S

_EXAMPLES = UUID("6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DRAWN = ("session_id", "payload", "signature", "review_number")
"""What is another one each time, by its field."""

Json = Any


def example_id(name: str) -> UUID:
    """The same each time."""
    return uuid5(_EXAMPLES, name)


def person(number: int, **changes: object) -> Resident:
    """An invented holder, the same each time."""
    ours: dict[str, Any] = {
        "holder": {"name": "林玉珍", "id_number": f"3413991988031400{number:02d}"},
        "permit_number": f"3100002019000000{number:02d}",
        "chip_serial": f"86003100000000{number:02d}",
    }
    return resident(**ours | changes)


@dataclass
class Recorder:
    """Calls central as a kiosk would, and keeps what was said on both sides."""

    client: httpx.Client
    made: list[dict[str, Json]] = field(default_factory=list)

    def post(self, name: str, path: str, body: contract.Model, key: UUID | None = None) -> Json:
        headers = {contract.IDEMPOTENCY_HEADER: str(key or example_id(f"key {name}"))}
        if path not in contract.UNNUMBERED:
            headers[contract.SEQUENCE_HEADER] = str(len(self.made) + 1)
        return self._record(name, "POST", path, headers, body.model_dump(mode="json"))

    def get(self, name: str, path: str) -> Json:
        return self._record(name, "GET", path, {}, None)

    def _record(self, name: str, method: str, path: str, headers: dict[str, str], body: Json) -> Json:
        headers = headers | {contract.CALL_HEADER: str(example_id(f"call {name}"))}
        heard = self.client.request(method, path, headers=headers, json=body)
        if heard.headers[contract.CALL_HEADER] != headers[contract.CALL_HEADER]:
            raise ValueError(f"{name}: the answer names another call")
        self.made.append(
            {
                "name": name,
                "method": method,
                "path": path,
                "headers": headers,
                "request": body,
                "status": heard.status_code,
                "answer": heard.json(),
            }
        )
        return heard.json()


def play() -> list[dict[str, Json]]:
    """One example after the other, at a central of its own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with ReferenceCentral(settings(directory, MovableClock(), regions=(REGIONS,))) as central:
            tls = ssl.create_default_context(cafile=str(directory / "ca.pem"))
            tls.load_cert_chain(directory / "kiosk.pem", directory / "kiosk.key")
            with httpx.Client(base_url=central.url, verify=tls, trust_env=False, timeout=LIMIT_S) as client:
                recorder = Recorder(client)
                _endorse(central, recorder)
                _decided_elsewhere(central, recorder)
                _refused(central, recorder)
                _reviewed(central, recorder)
                _idle(recorder)
    return recorder.made


def residents() -> dict[str, Resident]:
    """Who stands in central's record, by the example that begins with them."""
    newer = content(date(2027, 12, 4), count=3)
    return {
        "endorsed": person(1),
        "relay_refused": person(2),
        "moved_on": person(3, recorded=newer, on_chip=content()),
        "lost": person(4, status="reported_lost"),
        "reviewed": person(5, region="460106", evidence=({"key": "registered_lease"},)),
    }


def _endorse(central: ReferenceCentral, recorder: Recorder) -> None:
    who = residents()["endorsed"]
    central.seed([who.record])
    _ask_pending(recorder, "no work", who)
    endorsement_id = example_id("endorsed")
    path = f"/v1/endorsements/{endorsement_id}"
    recorder.post("granted", "/v1/endorsements", request(who, endorsement_id), endorsement_id)
    recorder.get("a lost reply is had again", path)
    opening = contract.ChipSessionRequest(atr=ATR, chip_serial=who.record.chip_serial)
    step = recorder.post("the first batch reads", f"{path}/chip-session", opening)
    chip, selected, names = who.chip(), None, iter(("the next batch writes", "written"))
    while step["batch"] is not None:
        batch = contract.ChipBatch.model_validate(step["batch"])
        answers, selected = relayed(who, chip, batch, selected)
        told = contract.ChipBatchAnswers(batch=batch.number, answers=tuple(answers))
        step = recorder.post(next(names), f"{path}/chip-session/{step['session_id']}/responses", told)
    recorder.post("chip and face are new", f"{path}/completion", _completion(chip="new", face="new"))


def _decided_elsewhere(central: ReferenceCentral, recorder: Recorder) -> None:
    who = residents()["moved_on"]
    central.seed([who.record])
    _ask_pending(recorder, "a record ahead of the chip", who)


def _refused(central: ReferenceCentral, recorder: Recorder) -> None:
    lost, who = residents()["lost"], residents()["relay_refused"]
    central.seed([lost.record, who.record])
    number = example_id("lost")
    recorder.post("kept on central's word", "/v1/endorsements", request(lost, number), number)
    endorsement_id = example_id("relay refused")
    path = f"/v1/endorsements/{endorsement_id}"
    recorder.post("granted to another", "/v1/endorsements", request(who, endorsement_id), endorsement_id)
    opening = contract.ChipSessionRequest(atr=ATR, chip_serial=who.record.chip_serial)
    step = recorder.post("a session that is not gone on with", f"{path}/chip-session", opening)
    refusal = contract.ChipBatchAnswers(batch=1, answers=(), refused=contract.RelayRefusal(index=0, reason="select"))
    recorder.post("the relay let nothing through", f"{path}/chip-session/{step['session_id']}/responses", refusal)
    given_up = example_id("never asked")
    recorder.post(
        "an endorsement that central never had is given back",
        f"/v1/endorsements/{given_up}/cancellation",
        contract.CancellationRequest.model_validate(
            {"reason": "holder_cancelled", "decided_at": "2026-11-22T10:00:00+08:00"}
        ),
    )


def _reviewed(central: ReferenceCentral, recorder: Recorder) -> None:
    who = residents()["reviewed"]
    central.seed([who.record])
    evidence_id, application_id = example_id("evidence"), example_id("application")
    proof = contract.EvidenceRequest(
        evidence_id=evidence_id, service="endorse", key="registered_lease", holder=who.record.holder, permit=who.facts
    )
    recorder.post("a proof by central's own records", "/v1/evidence", proof, evidence_id)
    applied = application(who, application_id=application_id, telephone="13800000000")
    received = recorder.post("received for review", "/v1/applications", applied, application_id)
    _approve(central, received["review_number"])
    search = contract.ApplicationSearch(holder=who.record.holder, permit=None)
    recorder.post("approved", "/v1/applications/search", search)
    recorder.post("by post", f"/v1/applications/{application_id}/collection", contract.CollectionChoice(way="post"))


def _approve(central: ReferenceCentral, number: str) -> None:
    state = "in_review"
    while state == "in_review":
        with central.database.writing() as session:
            state = central.reviewing.approve(session, number, central.clock()).state


def _idle(recorder: Recorder) -> None:
    beat = contract.HeartbeatRequest.model_validate(
        {
            "sent_at": "2026-11-22T10:00:00+08:00",
            "state": "Idle",
            "custody": "with_holder",
            "versions": {"contract": contract.CONTRACT_VERSION},
            "devices": [{"device": "permit_unit", "state": "ok"}],
            "journal": {"number": 17, "algorithm": "sha256", "head": "0f" * 32},
            "queue": {"length": 0},
            "counters": {"clock_jumps": 0},
        }
    )
    recorder.post("idle", "/v1/heartbeat", beat)
    called = contract.StaffCallRequest.model_validate(
        {"called_at": "2026-11-22T10:00:00+08:00", "state": "ReadingIdCard", "custody": "with_holder"}
    )
    recorder.post("somebody asks for staff", "/v1/staff-calls", called)
    recorder.get("the clock is compared", f"/v1/endorsements/{example_id('nobody')}")


def _ask_pending(recorder: Recorder, name: str, who: Resident) -> None:
    asked = contract.PendingRewritesRequest(
        inquiry_id=example_id(f"inquiry {name}"), holder=who.record.holder, permit=who.facts
    )
    recorder.post(name, "/v1/permits/pending-rewrites", asked)


def _completion(chip: str, face: str) -> contract.CompletionRequest:
    return contract.CompletionRequest.model_validate(
        {
            "chip": chip,
            "face": face,
            "custody": "with_holder",
            "receipt_printed": True,
            "finished_at": "2026-11-22T10:03:00+08:00",
        }
    )


def comparable(part: Json, name: str = "") -> Json:
    """`part` without what is drawn anew each time: ids of sessions, signatures, challenges and what hangs on them."""
    if isinstance(part, dict):
        return {key: comparable(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [comparable(each, name) for each in part]
    if name in DRAWN:
        return "drawn"
    if name == "apdu" and part.startswith("04"):
        return part[:-8]
    if name == "data" and len(part) == 8:
        return "challenge"
    return _UUID.sub("id", part) if name in ("path", "endorsement_id") else part


def examples_text() -> str:
    """The examples as they are checked in."""
    return json.dumps(play(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    EXAMPLES.write_text(examples_text(), encoding="utf-8")
