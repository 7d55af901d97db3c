"""Carries out each call of a kiosk once: identity, idempotency and work in one transaction, off the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from kiosk.central.contract import CALL_HEADER, CALL_NAME, IDEMPOTENCY_HEADER, JSON_TYPE, SEQUENCE_HEADER
from kiosk.central.contract_values import LARGEST_NUMBER
from kiosk.reference_central.clock import Clock
from kiosk.reference_central.database import Database
from kiosk.reference_central.kiosks import STANDING, identify
from kiosk.reference_central.peer_certificate import SCOPE_PEER, PeerCertificate
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.tables import Base, IdempotentAnswer, KioskSequence

LONGEST_KEY = 80
START_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The calling kiosk, and the time of the call."""

    kiosk_id: str
    now: datetime


Work = Callable[[Session, Moment], BaseModel]


@dataclass(frozen=True, slots=True)
class _Posted:
    name: str
    key: str
    sequence: int | None
    fingerprint: str


@dataclass(slots=True)
class _Turns:
    free: asyncio.Semaphore
    wanted: int = 0


class Calls:
    """Carries calls out on its own threads. All are started at the beginning, so that no call waits for a start."""

    def __init__(self, database: Database, clock: Clock, threads: int) -> None:
        self._database = database
        self._clock = clock
        self._at_once_of_one = max(1, threads // 2)
        self._turns: dict[str, _Turns] = {}
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="central")
        # A pool starts a thread only while none is idle, so all wait at a barrier until the last one runs.
        all_there = threading.Barrier(threads)
        for each in [self._threads.submit(all_there.wait, START_TIMEOUT_S) for _ in range(threads)]:
            each.result()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def read(self, peer: PeerCertificate | None, work: Work) -> Response:
        """Answer from one reading transaction."""
        return await self._off_loop(peer, lambda: self._read(peer, work))

    async def once(
        self, peer: PeerCertificate | None, call: str, key: str, sequence: int | None, body: BaseModel, work: Work
    ) -> Response:
        """Carry `work` out, or give the first answer again if `key` was used for the same call and body."""
        fingerprint = hashlib.sha256(f"{call}\n{body.model_dump_json()}".encode()).hexdigest()
        posted = _Posted(call.partition(" ")[0], key, sequence, fingerprint)
        return await self._off_loop(peer, lambda: self._once(peer, posted, work))

    async def write(self, peer: PeerCertificate | None, work: Work) -> Response:
        """Answer from one writing transaction; `work` handles repetitions itself."""
        return await self._off_loop(peer, lambda: self._write(peer, work))

    async def _off_loop(self, peer: PeerCertificate | None, work: Callable[[], str]) -> Response:
        async with self._turn_of(peer):
            body = await asyncio.get_running_loop().run_in_executor(self._threads, _told(work))
        return Response(body, media_type=JSON_TYPE)

    @asynccontextmanager
    async def _turn_of(self, peer: PeerCertificate | None) -> AsyncIterator[None]:
        """Wait for a turn. One certificate may use at most half of the threads, however many connections it has, so
        that its further calls do not delay those of others.
        """
        name = "" if peer is None else peer.fingerprint
        turns = self._turns.setdefault(name, _Turns(asyncio.Semaphore(self._at_once_of_one)))
        turns.wanted += 1
        try:
            async with turns.free:
                yield
        finally:
            turns.wanted -= 1
            if not turns.wanted:
                del self._turns[name]

    def _read(self, peer: PeerCertificate | None, work: Work) -> str:
        return self._database.read(lambda session: work(session, self._moment(session, peer)).model_dump_json())

    def _write(self, peer: PeerCertificate | None, work: Work) -> str:
        return self._database.write(lambda session: work(session, self._moment(session, peer)).model_dump_json())

    def _once(self, peer: PeerCertificate | None, call: _Posted, work: Work) -> str:
        try:
            return self._database.write(lambda session: self._carry_out(session, peer, call, work))
        except ProblemError:
            if call.sequence is not None:
                self._database.write(lambda session: self._note_sequence(session, peer, call))
            raise

    def _carry_out(self, session: Session, peer: PeerCertificate | None, call: _Posted, work: Work) -> str:
        values = {"key": call.key, "sequence": call.sequence}
        kiosk_id, (fingerprint, body, is_noted) = identify(session, peer, _BEFORE, values)
        moment, connection = Moment(kiosk_id, self._clock()), session.connection()
        if call.sequence is not None and not is_noted:
            connection.execute(_NOTE, _noted(moment, call))
        if fingerprint is not None:
            if fingerprint != call.fingerprint:
                raise ProblemError("idempotency_conflict")
            return str(body)
        answer = work(session, moment).model_dump_json()
        connection.execute(
            _KEEP,
            {
                "kiosk_id": moment.kiosk_id,
                "key": call.key,
                "fingerprint": call.fingerprint,
                "body": answer,
                "created_at": moment.now,
            },
        )
        return answer

    def _moment(self, session: Session, peer: PeerCertificate | None) -> Moment:
        return Moment(identify(session, peer)[0], self._clock())

    def _note_sequence(self, session: Session, peer: PeerCertificate | None, call: _Posted) -> None:
        """Record the number as used, even if the call failed; otherwise a false gap would be reported."""
        try:
            moment = self._moment(session, peer)
        except ProblemError:
            return
        if session.get(KioskSequence, (moment.kiosk_id, call.sequence, call.key)) is None:
            session.execute(_NOTE, _noted(moment, call))


def _told(work: Callable[[], str]) -> Callable[[], str]:
    """`work`, with errors of the database turned into `ProblemError`."""

    def told() -> str:
        try:
            return work()
        except IntegrityError as error:
            # The record exists under another key: the endorsement's id is not this kiosk's.
            raise ProblemError("idempotency_conflict") from error
        except OperationalError as error:
            raise ProblemError("busy") from error

    return told


# Built once, because building a statement takes longer than running it.
_BEFORE = select(
    *STANDING,
    select(IdempotentAnswer.fingerprint)
    .where(IdempotentAnswer.kiosk_id == bindparam("kiosk_id"), IdempotentAnswer.key == bindparam("key"))
    .scalar_subquery(),
    select(IdempotentAnswer.body)
    .where(IdempotentAnswer.kiosk_id == bindparam("kiosk_id"), IdempotentAnswer.key == bindparam("key"))
    .scalar_subquery(),
    exists().where(
        KioskSequence.kiosk_id == bindparam("kiosk_id"),
        KioskSequence.sequence == bindparam("sequence"),
        KioskSequence.key == bindparam("key"),
    ),
)
_NOTE = insert(Base.metadata.tables[KioskSequence.__tablename__])
_KEEP = insert(Base.metadata.tables[IdempotentAnswer.__tablename__])


def _noted(moment: Moment, call: _Posted) -> dict[str, object]:
    return {
        "kiosk_id": moment.kiosk_id,
        "sequence": call.sequence,
        "key": call.key,
        "call": call.name,
        "received_at": moment.now,
    }


@dataclass(frozen=True, slots=True)
class Call:
    """The common part of every call."""

    calls: Calls
    peer: PeerCertificate | None

    async def read(self, work: Work) -> Response:
        """See `Calls.read`."""
        return await self.calls.read(self.peer, work)


@dataclass(frozen=True, slots=True)
class WritingCall(Call):
    """A POST: with its key and number."""

    key: str
    sequence: int | None

    async def once(self, call: str, body: BaseModel, work: Work) -> Response:
        """See `Calls.once`. `call` names what is asked, with the ids in its path."""
        return await self.calls.once(self.peer, call, self.key, self.sequence, body, work)


@dataclass(frozen=True, slots=True)
class UnnumberedCall(Call):
    """A POST outside the stream of numbered calls: with its key alone."""

    key: str

    async def write(self, work: Work) -> Response:
        """See `Calls.write`."""
        return await self.calls.write(self.peer, work)


Key = Annotated[
    str,
    Header(
        alias=IDEMPOTENCY_HEADER,
        min_length=8,
        max_length=LONGEST_KEY,
        pattern="^[A-Za-z0-9_.:-]+$",
        description="The same key with the same body gives the same, first answer; with another body 409.",
    ),
]
Sequence = Annotated[
    int | None,
    Header(
        alias=SEQUENCE_HEADER,
        ge=1,
        le=LARGEST_NUMBER,
        description="Given when the call is journalled, kept in its retries; only the kiosk process sends it.",
    ),
]
# Repeated in every answer by `NamedAnswers`.
Named = Annotated[
    str | None,
    Header(
        alias=CALL_HEADER,
        pattern=CALL_NAME,
        description="Repeated in the answer. A kiosk sends it with every call and believes no answer without it.",
    ),
]


async def reading_call(request: Request, named: Named = None) -> Call:
    """FastAPI dependency of a GET."""
    return Call(request.app.state.calls, request.scope.get(SCOPE_PEER))


async def writing_call(request: Request, key: Key, sequence: Sequence = None, named: Named = None) -> WritingCall:
    """FastAPI dependency of a POST."""
    return WritingCall(request.app.state.calls, request.scope.get(SCOPE_PEER), key, sequence)


async def unnumbered_call(request: Request, key: Key, named: Named = None) -> UnnumberedCall:
    """FastAPI dependency of a POST outside the stream."""
    return UnnumberedCall(request.app.state.calls, request.scope.get(SCOPE_PEER), key)


Reading = Annotated[Call, Depends(reading_call)]
Writing = Annotated[WritingCall, Depends(writing_call)]
Unnumbered = Annotated[UnnumberedCall, Depends(unnumbered_call)]
