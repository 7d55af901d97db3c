"""What this central decides: one method for each operation of the document. Not thread-safe; the server takes turns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.second_central.names import is_one_name
from tests.second_central.permit_layout import Layout
from tests.second_central.records import (
    CHINA,
    CONTENT,
    Application,
    Batch,
    Endorsement,
    Permit,
    Signer,
    canonical,
    new_id,
)

RETAINED = ("reported_lost", "cancelled")
REWRITING = ("endorse", "change_address", "correct", "change_category")
NEVER_AGAIN = ("6988", "6300", "6983", "9302", "9303")  # and 63Cx
NO_CHALLENGE = "6984"
MOST_BATCHES = 10
_CHIP_IS_NEW = ("written", "face_pending")


class Problem(Exception):
    """A call that is refused by a problem document. `allow`: the methods that this address takes."""

    def __init__(self, code: str, allow: Collection[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.allow = allow


@dataclass(frozen=True)
class Caller:
    """Who asks, and under which key."""

    kiosk: str
    key: str


class Office:
    """`mistakes`: what it does wrong on purpose, by the names of `mistakes.py`."""

    def __init__(
        self, layout: Layout, signer: Signer, clock: Callable[[], datetime], mistakes: Collection[str] = ()
    ) -> None:
        self._layout = layout
        self._signer = signer
        self._clock = clock
        self._mistakes = mistakes
        self._is_one_name = operator.eq if "names by their letters" in mistakes else is_one_name
        self.permits: dict[str, Permit] = {}
        self.endorsements: dict[str, Endorsement] = {}
        self.applications: dict[str, Application] = {}
        self.heads: dict[str, dict[str, Any]] = {}
        self.staff_calls: list[tuple[str, dict[str, Any]]] = []

    # -- endorsements --------------------------------------------------------------------------------------------------

    def request_endorsement(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        named = body["endorsement_id"]
        if by.key != named or named in self.endorsements:
            raise Problem("idempotency_conflict")
        permit = self._permit(body["permit"])
        made = Endorsement(named, by.kiosk, "refused", {}, permit, body["permit"]["content"])
        answer = self._decided(by.kiosk, made, permit, body)
        made.state, made.answer = answer["state"], answer
        self.endorsements[named] = made
        return answer

    def _decided(self, kiosk: str, made: Endorsement, permit: Permit | None, body: dict[str, Any]) -> dict[str, Any]:
        code = "unknown_permit" if permit is None else self._flaw(permit, body)
        if permit is None or code is not None:
            return _refused(made.endorsement_id, code or "")
        if body["service"] not in REWRITING:
            return _refused(made.endorsement_id, "not_offered")
        on_chip = body["permit"]["content"]
        self._learn(permit, on_chip)
        if on_chip["endorsement_count"] < permit.content["endorsement_count"]:
            content = permit.content
        elif not permit.is_on_record(on_chip):
            return _refused(made.endorsement_id, "record_mismatch")
        elif body["service"] in permit.reviewed or body["declarations"]:
            return _refused(made.endorsement_id, "counter_only")
        else:
            content = permit.renewed()
        if self._is_granted_elsewhere(permit, kiosk):
            return _refused(made.endorsement_id, "grant_in_use")
        return {
            "state": "granted",
            "endorsement_id": made.endorsement_id,
            "grant": self._grant(made, permit, content, face_only=False),
        }

    def endorsement_state(self, by: Caller, named: str) -> dict[str, Any]:
        endorsement = self._of(by, named, "any kiosk reads" in self._mistakes)
        return {"endorsement_id": named, "state": endorsement.state, "answer": endorsement.answer}

    def pending_rewrites(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        nothing = {"work": None}
        permit = self._permit(body["permit"])
        if body["inquiry_id"] in self.endorsements or permit is None or self._flaw(permit, body):
            return nothing
        on_chip = body["permit"]["content"]
        self._learn(permit, on_chip)
        is_behind = on_chip["endorsement_count"] < permit.content["endorsement_count"]
        if not (is_behind or permit.face_pending) or self._is_granted_elsewhere(permit, by.kiosk):
            return nothing
        made = Endorsement(new_id(), by.kiosk, "granted", {}, permit, on_chip)
        grant = self._grant(made, permit, permit.content, face_only=not is_behind)
        made.answer = {"state": "granted", "endorsement_id": made.endorsement_id, "grant": grant}
        self.endorsements[made.endorsement_id] = made
        return {"work": {"kind": "rewrite" if is_behind else "face_only", "grant": grant}}

    def cancel(self, by: Caller, named: str, body: dict[str, Any]) -> dict[str, Any]:
        endorsement = self._told_of(by, named, "cancelled")
        if endorsement.batches and "gives a used grant back" not in self._mistakes:
            raise Problem("grant_used")
        if endorsement.is_live or named in self.applications:  # no review has begun here
            endorsement.state = "cancelled"
            self.applications.pop(named, None)
        return {"endorsement_id": named, "state": endorsement.state}

    def complete(self, by: Caller, named: str, body: dict[str, Any]) -> dict[str, Any]:
        endorsement = self._told_of(by, named, "unchanged" if body["chip"] == "old" else "unknown")
        finished_at = datetime.fromisoformat(body["finished_at"])
        is_newest = endorsement.completed_at is None or finished_at >= endorsement.completed_at
        if endorsement.grant is not None and (is_newest or "a late report counts" in self._mistakes):
            endorsement.completed_at = finished_at
            self._apply(endorsement, body)
        return {"endorsement_id": named, "state": endorsement.state}

    def _apply(self, endorsement: Endorsement, body: dict[str, Any]) -> None:
        permit, grant = endorsement.granted()
        if (
            body["chip"] == "new"
            and not grant["face_only"]
            and (self._was_written_to(endorsement) or "believes a new chip" in self._mistakes)
        ):
            self._chip_is_new(endorsement)
        if endorsement.state in _CHIP_IS_NEW or grant["face_only"]:
            endorsement.state = "written" if body["face"] == "new" else "face_pending"
            if permit.content["endorsement_count"] == grant["content"]["endorsement_count"]:
                permit.face_pending = body["face"] != "new"
        elif endorsement.state != "cancelled":
            endorsement.state = "unchanged" if body["chip"] == "old" else "unknown"
        if "a late report counts" in self._mistakes and body["chip"] == "old":
            endorsement.state = "unchanged"

    # -- the chip ------------------------------------------------------------------------------------------------------

    def start_chip_session(self, by: Caller, named: str, body: dict[str, Any]) -> dict[str, Any]:
        endorsement = self._of(by, named)
        if not endorsement.is_live or endorsement.grant is None:
            raise Problem("grant_not_live")
        if endorsement.grant["face_only"]:
            raise Problem("face_only")
        if body["chip_serial"] != endorsement.grant["chip_serial"]:
            raise Problem("chip_mismatch")
        endorsement.session_id = new_id()
        commands = self._layout.probe()
        if "SELECT with Le" in self._mistakes:
            commands[0]["apdu"] += "00"
        return self._batch(endorsement, "probe", commands)

    def report_chip_answers(self, by: Caller, named: str, session: str, body: dict[str, Any]) -> dict[str, Any]:
        endorsement = self._of(by, named)
        of_session = [batch for batch in endorsement.batches.values() if batch.session_id == session]
        if not of_session:
            raise Problem("not_found")
        batch = endorsement.batches.get(int(body["batch"]))
        if batch is None or batch.session_id != session:
            raise Problem("wrong_batch")
        if batch.next_step is not None and "a batch told twice" not in self._mistakes:
            if batch.answers != body["answers"]:
                raise Problem("wrong_batch")
            return batch.next_step
        if endorsement.session_id != session:
            raise Problem("session_closed")
        if body.get("refused") and "fails on a refusal" in self._mistakes:
            raise Problem("internal_error")
        if body.get("refused"):  # the kiosk's relay sent nothing: the same commands would fare no better
            step = self._failed(endorsement, "relay_refused", "unchanged")
        else:
            step = self._after(endorsement, batch, body["answers"])
        batch.answers, batch.next_step = body["answers"], step
        return step

    def _batch(self, endorsement: Endorsement, stage: str, commands: list[dict[str, Any]]) -> dict[str, Any]:
        number = len(endorsement.batches) + 1
        if number > MOST_BATCHES:
            return self._failed(endorsement, "too_many_attempts", "unknown")
        endorsement.batches[number] = Batch(endorsement.session_id, number, stage, commands)
        return _step(endorsement, batch={"number": number, "commands": commands})

    def _after(self, endorsement: Endorsement, batch: Batch, answers: list[dict[str, str]]) -> dict[str, Any]:
        good = [answer for answer in answers if answer["sw"] == "9000"]
        if len(answers) > len(batch.commands) or len(good) < len(answers) - 1:
            raise Problem("invalid_request")
        stopped_by = answers[-1]["sw"] if len(good) < len(answers) else None
        is_whole = len(good) == len(batch.commands)
        if batch.stage == "write":
            if "writes blindly" in self._mistakes and stopped_by in (None, NO_CHALLENGE) and not is_whole:
                return self._batch(endorsement, "write", batch.commands)
            is_refused = len(answers) == 1 and stopped_by is not None and _eats_a_try(stopped_by)
            if is_refused and "goes on after a wrong MAC" not in self._mistakes:
                return self._failed(endorsement, "mac_rejected", "unchanged")
            if not is_whole:  # lost, or no answer: read everything, write only what is still old
                return self._batch(endorsement, "probe", self._layout.probe())
            return self._judged(endorsement, self._layout.content(_bytes(answers[-1])), None)
        if not is_whole:
            return self._failed(endorsement, "chip_silent" if stopped_by is None else "unexpected_answer", None)
        chip, content = self._layout.identity(_bytes(answers[1])), self._layout.content(_bytes(answers[2]))
        _, grant = endorsement.granted()
        if (chip["chip_serial"], chip["permit_number"]) != (grant["chip_serial"], grant["permit_number"]):
            return self._failed(endorsement, "chip_mismatch", "unchanged")
        return self._judged(endorsement, content, _bytes(answers[-1]))

    def _judged(self, endorsement: Endorsement, content: dict[str, Any], challenge: bytes | None) -> dict[str, Any]:
        _, grant = endorsement.granted()
        if content == grant["content"]:
            self._chip_is_new(endorsement)
            return _step(endorsement, verdict="written")
        if content != endorsement.old:
            return self._failed(endorsement, "content_mismatch", "unknown")
        if challenge is None:
            return self._failed(endorsement, "write_failed", "unchanged")
        if self._clock() >= datetime.fromisoformat(grant["expires_at"]):
            return self._failed(endorsement, "grant_expired", "unchanged")
        if "wrong MAC" in self._mistakes:
            challenge = bytes(len(challenge))
        return self._batch(endorsement, "write", self._layout.write(grant["content"], grant["chip_serial"], challenge))

    def _failed(self, endorsement: Endorsement, failure: str, state: str | None) -> dict[str, Any]:
        """`state`: what becomes of the endorsement, None where the grant goes on."""
        if state is not None:
            endorsement.state = state
        return _step(endorsement, verdict="failed", failure=failure)

    def _chip_is_new(self, endorsement: Endorsement) -> None:
        permit, grant = endorsement.granted()
        if endorsement.state not in _CHIP_IS_NEW:
            permit.content, permit.face_pending, endorsement.state = grant["content"], True, "written"

    @staticmethod
    def _was_written_to(endorsement: Endorsement) -> bool:
        return any(batch.stage == "write" for batch in endorsement.batches.values())

    def _learn(self, permit: Permit, on_chip: dict[str, Any]) -> None:
        """A chip ahead of the record is believed where exactly that was granted and handed out."""
        for each in self.endorsements.values():
            is_ahead = on_chip["endorsement_count"] > permit.content["endorsement_count"]
            if is_ahead and each.permit is permit and self._was_written_to(each) and on_chip == each.content:
                self._chip_is_new(each)
                each.state = "face_pending"

    # -- applications and proofs ---------------------------------------------------------------------------------------

    def verify_evidence(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        permit = self._permit_for(body)
        result = "not_verified"
        if permit is not None and self._flaw(permit, body) is None:
            for proof in permit.proofs:
                if (proof["key"], proof["licence_code"]) == (body["key"], body.get("licence_code")):
                    result = str(proof["result"])
        return {"evidence_id": body["evidence_id"], "key": body["key"], "result": result}

    def apply(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        named = body["application_id"]
        if by.key != named or named in self.endorsements:
            raise Problem("idempotency_conflict")
        permit = self._permit_for(body)
        code = "unknown_permit" if permit is None else self._flaw(permit, body)
        number = None if permit is None else permit.permit_number
        if code is None and permit is not None and body["service"] not in permit.reviewed:
            code = "served_at_once" if body["service"] in REWRITING else "not_offered"
        if code is None and any(
            (each.permit_number, each.progress["service"]) == (number, body["service"])
            and each.progress["state"] == "in_review"
            for each in self.applications.values()
        ):
            code = "already_applied"
        if code is not None:
            answer = _refused(named, code)
            self.endorsements[named] = Endorsement(named, by.kiosk, "refused", answer, permit)
            return answer
        received = self._clock().astimezone(CHINA).date()
        expected = (received + timedelta(days=10)).isoformat()
        review = _with_check_digit(f"{len(self.applications) + 1:07d}")
        self.applications[named] = Application(
            by.kiosk,
            canonical(body["holder"]["id_number"]),
            number,
            {
                "application_id": named,
                "review_number": review,
                "service": body["service"],
                "received_on": received.isoformat(),
                "expected_on": expected,
                "state": "in_review",
                "stage": None,
                "stage_result": None,
                "return_code": None,
                "collection": body.get("collection"),
                "may_choose_collection": True,
                "station": None,
                "ready_from": None,
                "at_kiosk": False,
            },
        )
        pending = {"state": "pending", "endorsement_id": named, "review_number": review, "expected_on": expected}
        self.endorsements[named] = Endorsement(named, by.kiosk, "pending", pending, permit)
        return {
            "state": "received",
            "application_id": named,
            "review_number": review,
            "received_on": received.isoformat(),
            "expected_on": expected,
        }

    def search(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        number = None if body["permit"] is None else canonical(body["permit"]["permit_number"])
        found = [
            each.progress
            for each in self.applications.values()
            if each.holder_number == canonical(body["holder"]["id_number"]) and number in (None, each.permit_number)
        ]
        return {"applications": found[::-1] if self._is_known(body["holder"]) else []}

    def _is_known(self, holder: dict[str, str]) -> bool:
        """Whether this person is on record under this name."""
        number = canonical(holder["id_number"])
        names = [each.holder["name"] for each in self.permits.values() if canonical(each.holder["id_number"]) == number]
        return any(self._is_one_name(name, holder["name"]) for name in names)

    def choose_collection(self, by: Caller, named: str, body: dict[str, Any]) -> dict[str, Any]:
        application = self.applications.get(named)
        if application is None:
            raise Problem("not_found")
        if not application.progress["may_choose_collection"]:
            raise Problem("collection_not_offered")
        application.progress["collection"] = {"way": body["way"]}
        return application.progress

    # -- the kiosk itself ----------------------------------------------------------------------------------------------

    def heartbeat(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        known = self.heads.get(by.kiosk)
        if known is None or body["journal"]["number"] > known["number"]:
            self.heads[by.kiosk] = body["journal"]
        if "forgets the journal" in self._mistakes:
            known = None
        return {"time": self._clock().astimezone(CHINA).isoformat(), "journal": known, "commands": []}

    def call_staff(self, by: Caller, body: dict[str, Any]) -> dict[str, Any]:
        self.staff_calls.append((by.kiosk, body))
        return {"received_at": self._clock().astimezone(CHINA).isoformat()}

    # -- common --------------------------------------------------------------------------------------------------------

    def _permit(self, facts: dict[str, Any]) -> Permit | None:
        return self.permits.get(canonical(facts["permit_number"]))

    def _permit_for(self, body: dict[str, Any]) -> Permit | None:
        if body["permit"] is not None:
            return self._permit(body["permit"])
        number = canonical(body["holder"]["id_number"])
        return next((each for each in self.permits.values() if canonical(each.holder["id_number"]) == number), None)

    def _flaw(self, permit: Permit, body: dict[str, Any]) -> str | None:
        return permit.flaw(body["holder"], body["permit"], self._is_one_name)

    def _grant(self, made: Endorsement, permit: Permit, content: dict[str, Any], *, face_only: bool) -> dict[str, str]:
        made.grant = self._signer.grant(
            made.endorsement_id, permit, {name: content[name] for name in CONTENT}, face_only
        )
        signed = self._signer.signed(made.grant)
        return {**signed, "signature": ""} if "unsigned grant" in self._mistakes else signed

    def _is_granted_elsewhere(self, permit: Permit, kiosk: str) -> bool:
        for each in self.endorsements.values():
            self._expire(each)
            if each.permit is permit and each.is_live and each.kiosk != kiosk:
                return True
            if each.permit is permit and each.is_live:
                each.state = "unknown" if self._was_written_to(each) else "cancelled"
        return False

    def _of(self, by: Caller, named: str, anybody: bool = False) -> Endorsement:
        endorsement = self.endorsements.get(named)
        if endorsement is None or not endorsement.was_asked or not (anybody or endorsement.kiosk == by.kiosk):
            raise Problem("not_found")
        self._expire(endorsement)
        return endorsement

    def _told_of(self, by: Caller, named: str, state: str) -> Endorsement:
        """What a kiosk reports on may never have been asked."""
        if named not in self.endorsements:
            self.endorsements[named] = Endorsement(named, by.kiosk, state, {}, was_asked=False)
        endorsement = self.endorsements[named]
        if endorsement.kiosk != by.kiosk:
            raise Problem("not_found")
        self._expire(endorsement)
        return endorsement

    def _expire(self, endorsement: Endorsement) -> None:
        grant = endorsement.grant
        if endorsement.is_live and grant and self._clock() >= datetime.fromisoformat(grant["expires_at"]):
            endorsement.state = "unknown" if self._was_written_to(endorsement) else "expired"


def _refused(named: str, code: str) -> dict[str, Any]:
    return {"state": "refused", "endorsement_id": named, "code": code, "retain": code in RETAINED}


def _step(endorsement: Endorsement, **what: Any) -> dict[str, Any]:
    return {"session_id": endorsement.session_id, "batch": None, "verdict": None, "failure": None, **what}


def _bytes(answer: dict[str, str]) -> bytes:
    return bytes.fromhex(answer["data"])


def _eats_a_try(status: str) -> bool:
    return status in NEVER_AGAIN or status.startswith("63C")


def _with_check_digit(digits: str) -> str:
    """Luhn."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)
