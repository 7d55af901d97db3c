"""Questions to central that somebody waits for. What merely must arrive goes through the outbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

from kiosk.central import contract
from kiosk.central.client import CentralAnsweredGarbage, CentralClient, CentralError, CentralRefusedCall
from kiosk.central.grants import GrantKeys, GrantRejected, contract_content, verify_grant
from kiosk.domain.documents import IdDocument, Permit
from kiosk.domain.endorsement import Grant, Refusal
from kiosk.faults import CENTRAL_GARBAGE, CENTRAL_UNREACHABLE, DISK_FULL, GRANT_REJECTED, Fault
from kiosk.log_events import LogEvent, log
from kiosk.policy.assessment import Assessment
from kiosk.runtime.clock import Clock
from kiosk.runtime.journal import Journal, JournalFailed
from kiosk.services.performing import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

SERVICE = "endorse"


class CentralService:
    """Owns one connection to central on its worker's thread."""

    def __init__(
        self, client: CentralClient, keys: GrantKeys, journal: Journal, clock: Clock
    ) -> None:
        self._client = client
        self._keys = keys
        self._journal = journal
        self._clock = clock

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.AskForPendingRewrites: self._ask_pending,
            do.RequestEndorsement: self._request,
            do.OpenChipSession: self._open_session,
            do.SendChipAnswers: self._send_answers,
        }

    def close(self) -> None:
        self._client.close()

    def _ask_pending(self, effect: do.AskForPendingRewrites, post: Post) -> None:
        permit = effect.case.permit
        key = str(uuid4())
        request = contract.PendingRewritesRequest(holder=_holder(effect.case.holder), permit=_facts(permit))
        try:
            answer = self._client.pending_rewrites(
                request, key=key, sequence=self._journal.number_call("pending-rewrites", key, None))
            if answer.work is None:
                post(on.NoWorkFound())
            else:
                post(on.WorkFound(self._verified(answer.work.grant, permit)))
        except (CentralError, GrantRejected, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("pending-rewrites", error)))

    def _request(self, effect: do.RequestEndorsement, post: Post) -> None:
        permit = effect.case.permit
        request = contract.EndorsementRequest(
            endorsement_id=effect.endorsement_id,
            service=SERVICE,
            holder=_holder(effect.case.holder),
            permit=_facts(permit),
            declarations=effect.declarations,
            assessment=_assessed(effect.assessment, self._clock),
        )
        key = str(effect.endorsement_id)
        try:
            answer = self._client.request_endorsement(
                request, sequence=self._journal.number_call("endorsements", key, effect.endorsement_id))
            post(self._answered(answer, effect.endorsement_id, permit))
        except (CentralError, GrantRejected, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("endorsements", error)))

    def _answered(
        self, answer: contract.EndorsementAnswer, endorsement_id: UUID, permit: Permit
    ) -> on.Event:
        if answer.endorsement_id != endorsement_id:
            raise CentralAnsweredGarbage("not_the_model", 200)
        match answer:
            case contract.Granted(grant=signed):
                grant = self._verified(signed, permit)
                if grant.endorsement_id != endorsement_id:
                    raise CentralAnsweredGarbage("not_the_model", 200)
                return on.GrantReceived(grant)
            case contract.Refused(code=code, retain=retain):
                return on.EndorsementRefused(Refusal(code, retain))
            case contract.Pending(review_number=number, expected_on=expected_on):
                return on.EndorsementPending(number, expected_on)
            case contract.AlreadyCurrent(valid_to=valid_to):
                return on.PermitAlreadyCurrent(valid_to)

    def _verified(self, signed: contract.SignedGrant, permit: Permit) -> Grant:
        return verify_grant(
            signed, self._keys, now=self._clock.now(), permit_number=permit.permit_number,
            chip_serial=permit.chip_serial)

    def _open_session(self, effect: do.OpenChipSession, post: Post) -> None:
        grant, permit = effect.grant, effect.case.permit
        if self._clock.now() >= grant.expires_at:
            post(on.CentralFailed(GRANT_REJECTED))
            return
        key = str(uuid4())
        request = contract.ChipSessionRequest(atr=permit.atr.hex().upper(), chip_serial=permit.chip_serial)
        try:
            step = self._client.start_chip_session(
                grant.endorsement_id, request, key=key,
                sequence=self._journal.number_call("chip-session", key, grant.endorsement_id))
            post(_session_event(step))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("chip-session", error)))

    def _send_answers(self, effect: do.SendChipAnswers, post: Post) -> None:
        key = str(uuid4())
        request = contract.ChipBatchAnswers(
            batch=effect.batch,
            answers=tuple(
                contract.ChipAnswer(data=data.hex().upper(), sw=f"{sw:04X}") for data, sw in effect.answers.answers),
        )
        try:
            step = self._client.report_chip_answers(
                effect.endorsement_id, effect.session_id, request, key=key,
                sequence=self._journal.number_call("responses", key, effect.endorsement_id))
            post(_session_event(step))
        except (CentralError, JournalFailed) as error:
            post(on.CentralFailed(self._fault_of("responses", error)))

    def _fault_of(self, call: str, error: CentralError | GrantRejected | JournalFailed) -> Fault:
        code = error.code if isinstance(error, CentralRefusedCall) else None
        log(
            LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call=call, error=f"{type(error).__name__}: {error}",
            code=code)
        match error:
            case GrantRejected():
                return GRANT_REJECTED
            case JournalFailed():
                return DISK_FULL    # a call that could not be numbered was not made
            case CentralAnsweredGarbage():
                return CENTRAL_GARBAGE
            case CentralRefusedCall() if not error.may_pass:
                return CENTRAL_GARBAGE
            case _:
                return CENTRAL_UNREACHABLE


def _session_event(step: contract.ChipSessionStep) -> on.ChipBatchReceived | on.ChipVerdictReceived:
    if step.verdict is not None:
        if step.failure is not None:
            log(
                LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call="chip-session", error="verdict",
                code=step.failure)
        return on.ChipVerdictReceived(step.verdict == "written")
    if step.batch is None:
        raise CentralAnsweredGarbage("not_the_model", 200)
    commands = tuple(
        (bytes.fromhex(command.apdu), tuple(int(word, 16) for word in command.expect))
        for command in step.batch.commands)
    return on.ChipBatchReceived(step.session_id, step.batch.number, do.ChipCommands(commands))


def _holder(document: IdDocument) -> contract.Holder:
    return contract.Holder(name=document.name.reveal(), id_number=document.number.reveal())


def _facts(permit: Permit) -> contract.PermitFacts:
    return contract.PermitFacts(
        permit_file=permit.permit_file,
        chip_serial=permit.chip_serial,
        region=permit.region,
        permit_number=permit.permit_number.reveal(),
        holder_number=permit.holder_number.reveal(),
        holder_name=permit.holder_name.reveal(),
        issued_on=permit.issued_on,
        content=contract_content(permit.content),
    )


def _assessed(assessment: Assessment, clock: Clock) -> contract.LocalAssessment:
    return contract.LocalAssessment(
        outcome=assessment.outcome.value if assessment.outcome else None,
        on=clock.now().date(),
        new_valid_from=assessment.new_valid_from,
        new_valid_to=assessment.new_valid_to,
        residence_years=assessment.residence_years.value if assessment.residence_years else None,
    )
