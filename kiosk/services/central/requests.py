"""Requests to central that a person waits for. Messages that need only arrive go through the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from kiosk.central import contract
from kiosk.central.client import (
    CentralAnsweredGarbage,
    CentralClient,
    CentralError,
    CentralRefusedCall,
    CentralUnreachable,
)
from kiosk.central.grants import GrantFlaw, GrantKeys, GrantRejected, verify_grant
from kiosk.central.tls_causes import KIOSK_REFUSED
from kiosk.domain.applications import EvidenceResult
from kiosk.domain.documents import FaceJob, Permit
from kiosk.domain.endorsement import ChipState, Drawable, Grant, Refusal
from kiosk.domain.faults import (
    CENTRAL_GARBAGE,
    CENTRAL_UNREACHABLE,
    CLOCK_WRONG,
    FACE_UNPRINTABLE,
    GRANT_REJECTED,
    KIOSK_NOT_ACCEPTED,
    Fault,
)
from kiosk.domain.refusals import RefusalCode
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.journal import Journal, JournalFailed, NumberedCall
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.services.central.messages import (
    agent_of,
    application_of,
    applications_of,
    assessed,
    declared,
    facts_of,
    holder_check_of,
    holder_of,
    new_category,
    received_of,
    refusal_of,
    relay_refusal_of,
    session_event,
    shown,
)
from kiosk.services.central.numbered_calls import call_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.visits import CaseWithPermit

_KIOSK_NOT_TAKEN = ("unknown_kiosk", "certificate_revoked")

AskDrawable = Callable[[FaceJob], Drawable]
"""Whether this kiosk can draw a face."""

_CHIP_WRITTEN = ("written", "face_pending")


class CentralService:
    """Makes requests over a connection of its own, on its worker's thread. Every answer has central's time, and a grant
    is verified against that and not against the clock. `ask_drawable`: called for every grant, so that the holder knows
    before confirming.
    """

    def __init__(
        self,
        client: CentralClient,
        keys: GrantKeys,
        journal: Journal,
        clock: WatchedClock,
        ask_drawable: AskDrawable,
    ) -> None:
        self._client = client
        self._keys = keys
        self._journal = journal
        self._clock = clock
        self._ask_drawable = ask_drawable
        self.trouble: Fault | None = None  # why nothing can be endorsed: by two checks in a row, or one beyond doubt
        self.last_failure: Fault | None = None  # why central did not answer the latest check as it should
        self._failed: str | None = None  # by the latest check
        self._is_taken = True

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.AskForPendingRewrites: self._ask_pending,
            do.RequestEndorsement: self._request,
            do.VerifyEvidence: self._verify,
            do.Apply: self._apply,
            do.SearchApplications: self._search,
            do.ChooseCollection: self._choose_collection,
            do.RecallEndorsement: self._recall,
            do.OpenChipSession: self._open_session,
            do.SendChipAnswers: self._send_answers,
        }

    def check(self) -> Fault | None:
        """Why no permit may be taken in: the clock is wrong, or central rejects this kiosk; else None. A silent central
        is no such reason (see `trouble`). While it is silent, a clock that was found wrong or was set stays wrong until
        it agrees again.
        """
        try:
            self._client.knock()
        except CentralError as error:
            is_heard = isinstance(error, CentralRefusedCall)
            if is_heard or _is_about_kiosk(error):  # a silent central says nothing about that
                self._is_taken = not _is_about_kiosk(error)
            if str(error) != self._failed:  # logged once, while every check finds the same
                self._fault_of("check", error)
            self.last_failure = _fault_for(error)
            self.trouble = None if self._failed is None else self.last_failure
            self._failed = str(error)
        else:
            is_heard, self._is_taken, self.trouble, self._failed, self.last_failure = True, True, None, None, None
        if is_heard:
            self._is_clock_wrong()
        if self._clock.is_in_doubt:
            return CLOCK_WRONG
        has_ended = self._clock.is_heard and self._clock.now() > self._client.own_certificate_ends_at
        if self._is_taken and not has_ended:
            return None
        self.trouble = KIOSK_NOT_ACCEPTED
        return KIOSK_NOT_ACCEPTED

    def close(self) -> None:
        self._client.close()

    def _ask_pending(self, effect: do.AskForPendingRewrites, post: Post) -> None:
        permit = effect.case.permit
        key = str(uuid4())
        request = contract.PendingRewritesRequest(
            inquiry_id=effect.inquiry_id, holder=holder_of(effect.case.holder), permit=facts_of(permit)
        )
        try:
            answer = self._client.pending_rewrites(
                request, key=key, sequence=self._journal.number_call("pending-rewrites", key, None)
            )
            if self._is_clock_wrong():
                post(on.CentralFailed(CLOCK_WRONG))
            elif answer.work is None:
                post(on.NoWorkFound())
            else:
                post(on.WorkFound(self._work(answer.work, permit)))
        except (CentralError, GrantRejected, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("pending-rewrites", error), of_pending_rewrites=True))

    def _work(self, work: contract.PendingRewrite, permit: Permit) -> Grant:
        """The verified grant of `work`. It must agree with the unsigned `kind` on whether the chip is written."""
        grant = self._verified(work.grant, permit)
        if grant.face_only != (work.kind == "face_only"):
            raise GrantRejected(GrantFlaw.OTHER_KIND)
        return grant

    def _is_clock_wrong(self) -> bool:
        """Whether the clock is wrong by central's time in its last answer."""
        told = self._client.central_time
        if told is None:
            return False
        offset = self._clock.hear(told)
        is_wrong = self._clock.is_in_doubt
        if is_wrong:
            log(LogEvent.CLOCK_WRONG, level=logging.CRITICAL, offset_s=round(offset.total_seconds()))
        return is_wrong

    def _request(self, effect: do.RequestEndorsement, post: Post) -> None:
        matter, purpose = effect.matter, effect.purpose
        if not isinstance(matter.case, CaseWithPermit):
            raise ValueError("an endorsement wants a permit that was read")
        permit = matter.case.permit
        request = contract.EndorsementRequest(
            endorsement_id=effect.endorsement_id,
            service=purpose.service.value,
            holder=holder_of(matter.case.holder),
            permit=facts_of(permit),
            declarations=declared(matter.answers),
            assessment=assessed(matter),
            evidence=shown(matter.answers.proofs),
            agent=agent_of(matter.case, purpose),
            new_category=new_category(matter),
            holder_check=holder_check_of(matter),
        )
        try:
            answer = self._client.request_endorsement(request, sequence=self._number(call_of(effect)))
            post(self._answered(answer, effect.endorsement_id, permit))
        except (CentralError, GrantRejected, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("endorsements", error)))

    def _answered(self, answer: contract.EndorsementAnswer, endorsement_id: UUID, permit: Permit) -> on.Event:
        if answer.endorsement_id != endorsement_id:
            raise CentralAnsweredGarbage("not_the_model", 200)
        match answer:
            case contract.Granted(grant=signed):
                grant = self._verified(signed, permit, endorsement_id)
                if grant.face_only:  # such a grant is for work decided elsewhere and was not asked for
                    raise GrantRejected(GrantFlaw.OTHER_KIND)
                return on.GrantReceived(grant)
            case contract.Refused(code=code, retain=retain):
                return on.EndorsementRefused(refusal_of(code, retain))
            case contract.Pending(review_number=number, expected_on=expected_on):
                return on.EndorsementPending(number, expected_on)
            case contract.AlreadyCurrent(valid_to=valid_to):
                return on.PermitAlreadyCurrent(valid_to)

    def _verified(self, signed: contract.SignedGrant, permit: Permit, expected_id: UUID | None = None) -> Grant:
        """The grant of the last answer, verified against the time in that answer. `expected_id`: the endorsement that
        was asked about; None where central names it.
        """
        self._is_clock_wrong()
        grant = verify_grant(
            signed,
            self._keys,
            now=self._clock.now(),
            told_at=self._client.central_time,
            permit_number=permit.permit_number,
            chip_serial=permit.chip_serial,
            unknown=self._client.unknown,
        )
        if expected_id is not None and grant.endorsement_id != expected_id:
            raise CentralAnsweredGarbage("not_the_model", 200)
        drawable = self._ask_drawable(permit.face(grant.content))
        if drawable is not Drawable.WHOLE:
            log(LogEvent.FACE_UNPRINTABLE, level=logging.WARNING, fault=FACE_UNPRINTABLE.code, why=drawable.value)
        return replace(grant, drawable=drawable)

    def _recall(self, effect: do.RecallEndorsement, post: Post) -> None:
        try:
            known = self._client.endorsement_state(effect.endorsement_id)
            post(
                on.EndorsementRecalled(
                    ChipState.NEW if known.state in _CHIP_WRITTEN else ChipState.UNKNOWN,
                    self._granted_again(known, effect),
                )
            )
        except (CentralError, GrantRejected) as error:
            post(on.CentralFailed(self._fault_of("endorsements", error)))

    def _granted_again(self, known: contract.EndorsementState, effect: do.RecallEndorsement) -> Grant | None:
        """The verified grant of a recalled endorsement; None where there is none or no permit was read for it."""
        if effect.permit is None or not isinstance(known.answer, contract.Granted):
            return None
        return self._verified(known.answer.grant, effect.permit, effect.endorsement_id)

    def _open_session(self, effect: do.OpenChipSession, post: Post) -> None:
        grant, permit = effect.grant, effect.case.permit
        if self._clock.now() >= grant.expires_at:
            post(on.CentralFailed(GRANT_REJECTED))
            return
        call = call_of(effect)
        request = contract.ChipSessionRequest(atr=permit.atr.hex().upper(), chip_serial=permit.chip_serial)
        try:
            step = self._client.start_chip_session(
                grant.endorsement_id,
                request,
                key=call.idempotency_key,
                sequence=self._number(call),
            )
            post(session_event(step))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("chip-session", error)))

    def _send_answers(self, effect: do.SendChipAnswers, post: Post) -> None:
        call = call_of(effect)
        request = contract.ChipBatchAnswers(
            batch=effect.batch,
            answers=tuple(
                contract.ChipAnswer(data=data.hex().upper(), sw=f"{sw:04X}") for data, sw in effect.answers.answers
            ),
            refused=relay_refusal_of(effect.answers),
        )
        try:
            step = self._client.report_chip_answers(
                effect.endorsement_id,
                effect.session_id,
                request,
                key=call.idempotency_key,
                sequence=self._number(call),
            )
            post(session_event(step))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("responses", error)))

    def _verify(self, effect: do.VerifyEvidence, post: Post) -> None:
        evidence_id = uuid4()
        case, code = effect.case, effect.licence_code
        request = contract.EvidenceRequest(
            evidence_id=evidence_id,
            service=effect.purpose.service.value,
            key=effect.key,
            holder=holder_of(case.holder),
            permit=facts_of(case.permit) if isinstance(case, CaseWithPermit) else None,
            licence_code=None if code is None else code.reveal(),
            agent=agent_of(case, effect.purpose),
        )
        key = str(evidence_id)
        try:
            answer = self._client.verify_evidence(
                request, key=key, sequence=self._journal.number_call("evidence", key, None)
            )
            if answer.evidence_id != evidence_id or answer.key != effect.key:
                raise CentralAnsweredGarbage("not_the_model", 200)
            post(on.EvidenceAnswered(effect.key, EvidenceResult(answer.result)))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("evidence", error)))

    def _apply(self, effect: do.Apply, post: Post) -> None:
        matter, purpose, telephone = effect.matter, effect.purpose, effect.telephone
        case = matter.case
        request = contract.ApplicationRequest(
            application_id=effect.application_id,
            service=purpose.service.value,
            holder=holder_of(case.holder),
            permit=facts_of(case.permit) if isinstance(case, CaseWithPermit) else None,
            declarations=declared(matter.answers),
            evidence=shown(matter.answers.proofs),
            agent=agent_of(case, purpose),
            new_category=new_category(matter),
            telephone=None if telephone is None else telephone.reveal(),
            collection=None
            if effect.collection is None
            else contract.CollectionChoice.model_validate({"way": effect.collection}),
            assessment=assessed(matter),
            holder_check=holder_check_of(matter),
        )
        try:
            received = self._client.apply(request, sequence=self._number(call_of(effect)))
            post(received_of(received, effect.application_id))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("applications", error)))

    def _search(self, effect: do.SearchApplications, post: Post) -> None:
        key = str(uuid4())
        request = contract.ApplicationSearch(holder=holder_of(effect.holder), permit=None)
        try:
            found = self._client.search_applications(
                request, key=key, sequence=self._journal.number_call("applications-search", key, None)
            )
            post(on.ApplicationsFound(applications_of(found, self._client.unknown)))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("applications-search", error)))

    def _choose_collection(self, effect: do.ChooseCollection, post: Post) -> None:
        key = str(uuid4())
        choice = contract.CollectionChoice.model_validate({"way": effect.way})
        try:
            changed = self._client.choose_collection(
                effect.application_id,
                choice,
                key=key,
                sequence=self._journal.number_call("collection", key, effect.application_id),
            )
            post(on.CollectionRecorded(application_of(changed)))
        except CentralRefusedCall as error:
            fault = self._fault_of("collection", error)
            refused = on.EndorsementRefused(Refusal(error.code))
            post(on.CentralFailed(fault) if error.code != RefusalCode.COLLECTION_NOT_OFFERED else refused)
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("collection", error)))

    def _number(self, call: NumberedCall) -> int:
        """The number that was written with the step that ordered this call. Raises `JournalFailed`."""
        return self._journal.number_call(call.call, call.idempotency_key, call.endorsement_id)

    def _fault_of(self, call: str, error: CentralError | GrantRejected | JournalFailed) -> Fault:
        code = error.code if isinstance(error, CentralRefusedCall) else None
        log(
            LogEvent.CENTRAL_TROUBLE,
            level=logging.WARNING,
            call=call,
            error=f"{type(error).__name__}: {error}",
            code=code,
        )
        return _fault_for(error)


def _fault_for(error: CentralError | GrantRejected | JournalFailed) -> Fault:
    match error:
        case GrantRejected():
            return GRANT_REJECTED
        case JournalFailed():
            return error.fault  # a call that could not be numbered was not made
        case CentralAnsweredGarbage():
            return CENTRAL_GARBAGE
        case CentralRefusedCall() if not error.may_pass:
            return CENTRAL_GARBAGE
        case _:
            return CENTRAL_UNREACHABLE


def _is_about_kiosk(error: CentralError) -> bool:
    """Whether central rejects all calls of this kiosk."""
    if isinstance(error, CentralRefusedCall):
        return error.code in _KIOSK_NOT_TAKEN
    return isinstance(error, CentralUnreachable) and error.cause == KIOSK_REFUSED
