"""Chip sessions, batch by batch. All of their state is in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from drivers.permit_chip.apdu import NEVER_REPEAT
from drivers.permit_file.permit_file import ChipContentCorrupt
from kiosk.central import contract
from kiosk.reference_central.chip_commands import ChipCommands
from kiosk.reference_central.granting import end, expire
from kiosk.reference_central.partial_writes import chip_written
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.records import permit_of
from kiosk.reference_central.tables import ChipBatchRow, ChipSession, Endorsement

NO_CHALLENGE = 0x6984
SPARE_BATCHES = 8  # extra batches per grant, for lost challenges, breaks and repeated readings

_COMMANDS = TypeAdapter(tuple[contract.ChipCommand, ...])

# Built once: building a statement costs more than running it.
_SESSION_AND_BATCH = (
    select(ChipSession, ChipBatchRow)
    .outerjoin(
        ChipBatchRow,
        and_(ChipBatchRow.session_id == ChipSession.session_id, ChipBatchRow.number == bindparam("number")),
    )
    .where(ChipSession.session_id == bindparam("session_id"))
)

# Failures after which the grant is over; after the others the kiosk may begin a new session with it.
_ENDING = (
    "chip_mismatch",
    "content_mismatch",
    "mac_rejected",
    "write_failed",
    "too_many_attempts",
    "grant_expired",
    "relay_refused",  # the next session would compose the same batch
)


class ChipSessions:
    """Starts sessions and takes answers, inside the caller's transaction. `layouts` by the permit file's name."""

    def __init__(self, layouts: Mapping[str, ChipCommands]) -> None:
        self._layouts = layouts

    def start(
        self, session: Session, endorsement: Endorsement, request: contract.ChipSessionRequest, now: datetime
    ) -> contract.ChipSessionStep:
        """Begin a session, which reads before it writes; an open session ends. Raises `ProblemError`."""
        expire(endorsement, now)
        if not endorsement.live:
            raise ProblemError("grant_not_live")
        grant = _grant(endorsement)
        if grant.face_only:
            raise ProblemError("face_only")
        if request.chip_serial != grant.chip_serial:
            raise ProblemError("chip_mismatch")
        session.execute(
            update(ChipSession).where(ChipSession.endorsement_id == endorsement.endorsement_id).values(closed=True)
        )
        chip_session = ChipSession(
            session_id=uuid4(), endorsement_id=endorsement.endorsement_id, atr=request.atr, closed=False, created_at=now
        )
        session.add(chip_session)
        session.flush()
        turn = _Turn(session, endorsement, chip_session, self._layout(endorsement), now)
        return turn.probe()

    def answers(
        self,
        session: Session,
        endorsement: Endorsement,
        session_id: UUID,
        report: contract.ChipBatchAnswers,
        now: datetime,
    ) -> contract.ChipSessionStep:
        """The step after a batch's answers. The same answers again give the same step. Raises `ProblemError`."""
        row = session.execute(_SESSION_AND_BATCH, {"session_id": session_id, "number": report.batch}).one_or_none()
        if row is None or row[0].endorsement_id != endorsement.endorsement_id:
            raise ProblemError("not_found")
        chip_session, batch = row[0], row[1]
        if batch is None:
            raise ProblemError("wrong_batch")
        told = hashlib.sha256(report.model_dump_json().encode()).hexdigest()
        if batch.next_step is not None:
            if batch.answers_hash != told:
                raise ProblemError("wrong_batch")
            return contract.ChipSessionStep.model_validate_json(batch.next_step)
        if chip_session.closed:
            raise ProblemError("session_closed")
        turn = _Turn(session, endorsement, chip_session, self._layout(endorsement), now)
        if report.refused is None:
            step = turn.take(batch, report.answers)
        else:
            batch.relay_refusal = report.refused.reason
            step = turn.failed("relay_refused")
        batch.answers_hash = told
        batch.next_step = step.model_dump_json()
        return step

    def _layout(self, endorsement: Endorsement) -> ChipCommands:
        layout = self._layouts.get(endorsement.permit_file)
        if layout is None:
            raise ProblemError("grant_not_live")
        return layout


def was_begun(endorsement: Endorsement) -> bool:
    """Whether a chip session was begun with the present grant; each begins with a batch."""
    return endorsement.last_batch > endorsement.batches_before


class _Turn:
    """One exchange, from a batch's answers to the next step."""

    def __init__(
        self,
        session: Session,
        endorsement: Endorsement,
        chip_session: ChipSession,
        commands: ChipCommands,
        now: datetime,
    ) -> None:
        self._session = session
        self._endorsement = endorsement
        self._chip_session = chip_session
        self.commands = commands
        self._now = now
        self._grant = _grant(endorsement)
        self._new = commands.writes(self._grant.content)
        self._old = commands.writes(contract.PermitContent.model_validate(endorsement.present))
        # Writes that change nothing are left out, because each protected write costs a round trip.
        self._changes = [at for at in range(len(self._new)) if self._new[at].data != self._old[at].data]

    def take(self, batch: ChipBatchRow, answers: tuple[contract.ChipAnswer, ...]) -> contract.ChipSessionStep:
        """Decide the next step by the batch's stage and by where the answers stopped."""
        asked = _COMMANDS.validate_json(batch.commands)
        done = sum(answer.sw in command.expect for command, answer in zip(asked, answers, strict=False))
        if len(answers) > len(asked) or done < len(answers) - 1:
            raise ProblemError("invalid_request")
        complete = done == len(asked)
        stopped_by = int(answers[-1].sw, 16) if done < len(answers) else None
        try:
            if batch.stage == "writing":
                return self._after_write(batch.write_index, answers, stopped_by, complete)
            if not complete:
                return self.failed("chip_silent" if stopped_by is None else "unexpected_answer")
            if batch.stage == "probing":
                return self._after_probe(batch.write_index, answers)
            if batch.stage == "challenging":
                return self._write(batch.write_index, answers)
            return self._after_reading_back(answers)
        except ChipContentCorrupt:
            return self.failed("unexpected_answer")

    def probe(self) -> contract.ChipSessionStep:
        """Read everything, and fetch the challenge for the first write that changes anything."""
        first = self._changes[0] if self._changes else 0
        return self.next_batch("probing", first, self.commands.probe(first))

    def next_batch(
        self, stage: str, write_index: int, commands: list[contract.ChipCommand]
    ) -> contract.ChipSessionStep:
        """Number, store and hand out a batch."""
        number = self._endorsement.last_batch + 1
        if number - self._endorsement.batches_before > len(self._new) + SPARE_BATCHES:
            return self.failed("too_many_attempts")
        self._endorsement.last_batch = number
        self._endorsement.updated_at = self._now
        batch = contract.ChipBatch(number=number, commands=tuple(commands))
        self._session.add(
            ChipBatchRow(
                session_id=self._chip_session.session_id,
                number=number,
                stage=stage,
                write_index=write_index,
                commands=_COMMANDS.dump_json(batch.commands).decode(),
                created_at=self._now,
            )
        )
        return contract.ChipSessionStep(session_id=self._chip_session.session_id, batch=batch)

    def failed(self, failure: str, *, nothing_written: bool = False) -> contract.ChipSessionStep:
        """End the session; for some failures the grant too. `nothing_written`: the chip was read and is as before."""
        self._chip_session.closed = True
        self._chip_session.verdict = "failed"
        self._chip_session.failure = failure
        if failure in _ENDING:
            is_unchanged = nothing_written or not self._endorsement.writes_composed
            end(self._endorsement, "unchanged" if is_unchanged else "unknown", self._now)
        return contract.ChipSessionStep(session_id=self._chip_session.session_id, verdict="failed", failure=failure)

    def _written(self) -> contract.ChipSessionStep:
        self._chip_session.closed = True
        self._chip_session.verdict = "written"
        chip_written(self._endorsement, permit_of(self._session, self._endorsement.permit_number), self._now)
        return contract.ChipSessionStep(session_id=self._chip_session.session_id, verdict="written")

    def _after_probe(self, ready_for: int, answers: tuple[contract.ChipAnswer, ...]) -> contract.ChipSessionStep:
        reading = self.commands.reading(answers)
        if (reading.chip_serial, reading.permit_number) != (self._grant.chip_serial, self._grant.permit_number):
            return self.failed("chip_mismatch")
        open_writes = self.commands.open_writes(reading.content, self._new, self._old)
        if open_writes is None:
            return self.failed("content_mismatch")
        if not open_writes:
            return self._written()
        if open_writes[0] == ready_for:
            return self._write(ready_for, answers)
        return self.next_batch("challenging", open_writes[0], self.commands.challenge(open_writes[0]))

    def _write(self, write_index: int, answers: tuple[contract.ChipAnswer, ...]) -> contract.ChipSessionStep:
        """Compose a protected write with the challenge that the chip gave last."""
        challenge = bytes.fromhex(answers[-1].data)
        if len(challenge) != 4:
            return self.failed("unexpected_answer")
        if self._now >= self._grant.expires_at:
            return self.failed("grant_expired")
        following = self._following(write_index)
        commands = self.commands.write(self._new[write_index], self._grant.chip_serial, challenge, following)
        step = self.next_batch("writing", write_index, commands)
        if step.batch is not None:
            self._endorsement.writes_composed += 1
        return step

    def _after_write(
        self, write_index: int, answers: tuple[contract.ChipAnswer, ...], stopped_by: int | None, complete: bool
    ) -> contract.ChipSessionStep:
        """Go on after a batch whose first command was the write. Errors of later commands do not concern the write."""
        if not answers:
            return self.probe()
        following = self._following(write_index)
        if len(answers) == 1 and stopped_by in NEVER_REPEAT:
            return self.failed("mac_rejected", nothing_written=write_index == self._changes[0])
        if len(answers) == 1 and stopped_by == NO_CHALLENGE:
            return self.next_batch("challenging", write_index, self.commands.challenge(write_index))
        if complete and following is None:
            return self._after_reading_back(answers[1:])
        if complete and following is not None:
            return self._write(following, answers)
        if following is None or (len(answers) == 1 and stopped_by is not None):
            return self.next_batch("verifying", write_index, self.commands.read_back())
        return self.next_batch("challenging", following, self.commands.challenge(following))

    def _following(self, write_index: int) -> int | None:
        """The next write that changes anything."""
        return next((at for at in self._changes if at > write_index), None)

    def _after_reading_back(self, answers: tuple[contract.ChipAnswer, ...]) -> contract.ChipSessionStep:
        content = self.commands.content_read_back(answers)
        open_writes = self.commands.open_writes(content, self._new, self._old)
        if open_writes is None:
            return self.failed("content_mismatch")
        if not open_writes:
            return self._written()
        return self.failed("write_failed", nothing_written=list(open_writes) == self._changes)


def _grant(endorsement: Endorsement) -> contract.GrantPayload:
    if endorsement.granted is None:
        raise ProblemError("grant_not_live")
    return contract.GrantPayload.model_validate(endorsement.granted)
