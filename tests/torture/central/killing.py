"""Two instances on one database, killed with SIGKILL at any moment while kiosks write permits: nothing lost or doubled.

A kiosk that hears nothing goes to the other instance with the same key and the same number, as its outbox would.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, select

from drivers.permit_chip.allow_list import Selection
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.central import contract
from kiosk.central.client import CallTimes, CentralClient, CentralError, CentralRefusedCall, CentralUnreachable
from kiosk.reference_central.clock import local_date, system_clock
from kiosk.reference_central.tables import CompletionRow, Endorsement, IdempotentAnswer, KioskSequence, Permit
from tests.lobby.central_rig import ATR, Resident, relayed, request
from tests.torture.central.instances import Central, Instance
from tests.waiting import LIMIT_S

T = TypeVar("T")

PATIENCE_S = LIMIT_S  # both may be starting again; a start takes seconds
TIMES = CallTimes(connect_s=2.0, answer_s=10.0, whole_s=15.0)
BETWEEN_KILLS_S = (0.02, 0.6)


@dataclass
class Pair:
    """Two addresses, each served most of the time. `kills`: how often a process was killed, `moved`: how often a kiosk
    had to go to the other one.
    """

    central: Central
    instances: list[Instance]
    lock: threading.Lock = field(default_factory=threading.Lock)
    kills: int = 0
    moved: int = 0

    @classmethod
    def start(cls, central: Central) -> Pair:
        return cls(central, [central.instance(), central.instance()])

    def url(self, which: int) -> str:
        with self.lock:
            return self.instances[which % 2].url

    def kill(self, which: int) -> None:
        """And start it again, on another port."""
        os.kill(self.instances[which].process.pid, signal.SIGKILL)
        self.instances[which].process.end()
        with self.lock:
            self.kills += 1
        started = self.central.instance()
        with self.lock:
            self.instances[which] = started

    def end(self) -> None:
        for instance in self.instances:
            instance.process.end()


class Line:
    """One kiosk's line to whichever instance answers."""

    def __init__(self, pair: Pair, name: str, first: int) -> None:
        self._pair, self._name, self._which = pair, name, first
        self._client, self._url = self._connected()

    def ask(self, call: Callable[[CentralClient], T]) -> T:
        """The answer to `call`, made again and again. Raises what central finally says, or that nothing was heard."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            if self._pair.url(self._which) != self._url:
                self._move(0)
            try:
                return call(self._client)
            except CentralRefusedCall as error:
                if not error.may_pass or time.monotonic() > deadline:
                    raise
            except CentralUnreachable:
                if time.monotonic() > deadline:
                    raise
            self._move(1)
            time.sleep(0.05)

    def close(self) -> None:
        self._client.close()

    def _move(self, by: int) -> None:
        self._which += by
        with self._pair.lock:
            self._pair.moved += by
        self._client.close()
        self._client, self._url = self._connected()

    def _connected(self) -> tuple[CentralClient, str]:
        url, directory = self._pair.url(self._which), self._pair.central.directory
        client = CentralClient(
            url,
            ca=directory / "ca.pem",
            certificate=directory / f"{self._name}.pem",
            key=directory / f"{self._name}.key",
            times=TIMES,
        )
        return client, url


@dataclass
class Visitor:
    """One kiosk with one resident after the other. `keys`: of every call that must have had one effect."""

    name: str
    line: Line
    sequence: int = 0
    visits: int = 0
    keys: list[str] = field(default_factory=list)
    written: list[tuple[Resident, UUID, VirtualChip]] = field(default_factory=list)

    def visit(self, who: Resident) -> str | None:
        """A whole renewal; None, or what went wrong."""
        self.visits += 1
        endorsement_id, chip = uuid4(), who.chip()
        asked = request(who, endorsement_id)
        answer = self._post(
            lambda client, key, number: client.request_endorsement(asked, sequence=number), str(endorsement_id)
        )
        if not isinstance(answer, contract.Granted):
            return f"asked and was told {answer.state}"
        step = self._session(who, endorsement_id, chip)
        if step.verdict != "written":
            return f"the chip session ended with {step.verdict} {step.failure}"
        report = contract.CompletionRequest.model_validate(
            {
                "chip": "new",
                "face": "new",
                "custody": "with_holder",
                "receipt_printed": True,
                "finished_at": system_clock(),
            }
        )
        told = self._post(
            lambda client, key, number: client.report_completion(endorsement_id, report, key=key, sequence=number)
        )
        self.written.append((who, endorsement_id, chip))
        return None if told.state == "written" else f"completed and was told {told.state}"

    def _session(self, who: Resident, endorsement_id: UUID, chip: VirtualChip) -> contract.ChipSessionStep:
        serial = who.record.chip_serial
        begin = contract.ChipSessionRequest(atr=ATR, chip_serial=serial)
        step = self._post(
            lambda client, key, number: client.start_chip_session(endorsement_id, begin, key=key, sequence=number)
        )
        selected: Selection = None
        while step.batch is not None:
            said, selected = relayed(who, chip, step.batch, selected)
            answers = contract.ChipBatchAnswers(batch=step.batch.number, answers=tuple(said))
            step = self._report(endorsement_id, step.session_id, answers)
        return step

    def _report(
        self, endorsement_id: UUID, session_id: UUID, answers: contract.ChipBatchAnswers
    ) -> contract.ChipSessionStep:
        return self._post(
            lambda client, key, number: client.report_chip_answers(
                endorsement_id, session_id, answers, key=key, sequence=number
            )
        )

    def _post(self, call: Callable[[CentralClient, str, int], T], key: str | None = None) -> T:
        chosen = key or str(uuid4())
        self.sequence += 1
        number = self.sequence
        self.keys.append(chosen)
        return self.line.ask(lambda client: call(client, chosen, number))


@dataclass(frozen=True, slots=True)
class Survived:
    """What a run came to. `wrong`: everything that did not hold."""

    visits: int
    calls: int
    kills: int
    moved: int
    wrong: tuple[str, ...]
    visitors: tuple[Visitor, ...]


def run_killing(central: Central, names: Sequence[str], kills: int, seed: int) -> Survived:
    """Renewals by each kiosk, one after the other, while one instance after the other is killed."""
    pair = Pair.start(central)
    over = threading.Event()
    visitors = [Visitor(name, Line(pair, name, at)) for at, name in enumerate(names)]
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            serving = [pool.submit(_serve, central, visitor, over) for visitor in visitors]
            try:
                _kill(pair, kills, random.Random(seed))
            finally:
                over.set()
            wrong = [each for told in serving for each in told.result(PATIENCE_S * 2)]
    finally:
        for visitor in visitors:
            visitor.line.close()
        pair.end()
    wrong += [each for visitor in visitors for each in wrong_afterwards(central, visitor)]
    return Survived(
        sum(visitor.visits for visitor in visitors),
        sum(len(visitor.keys) for visitor in visitors),
        pair.kills,
        pair.moved,
        tuple(wrong),
        tuple(visitors),
    )


def _serve(central: Central, visitor: Visitor, over: threading.Event) -> list[str]:
    wrong = []
    while not over.is_set():
        try:
            said = visitor.visit(central.people(1)[0])
        except CentralError as error:
            said = str(error)
        if said is not None:
            wrong.append(f"{visitor.name}: {said}")
    return wrong


def _kill(pair: Pair, kills: int, dice: random.Random) -> None:
    for number in range(kills):
        time.sleep(dice.uniform(*BETWEEN_KILLS_S))
        pair.kill(number % 2)


def wrong_afterwards(central: Central, visitor: Visitor) -> list[str]:
    """Central's records beside what the kiosk did: each call once, each permit as its chip, no number missing."""
    wrong = []
    with central.database.reading() as session:
        for who, endorsement_id, chip in visitor.written:
            permit = session.get_one(Permit, who.record.permit_number)
            states = session.scalars(
                select(Endorsement.state).where(Endorsement.permit_number == permit.permit_number)
            ).all()
            count = select(func.count()).where(CompletionRow.endorsement_id == endorsement_id)
            told = (
                list(states),
                session.scalar(count),
                permit.face_pending,
                permit.endorsement_count,
                permit.endorsed_on,
            )
            if told != (["written"], 1, False, 3, local_date(system_clock())):
                wrong.append(f"{visitor.name}: central's record says {told}")
            if chip.written_fields()["valid_to"] != permit.valid_to:
                wrong.append(f"{visitor.name}: chip and record tell different dates")
        mine = IdempotentAnswer.kiosk_id == visitor.name
        answered = Counter(session.scalars(select(IdempotentAnswer.key).where(mine)))
        numbers = sorted(session.scalars(select(KioskSequence.sequence).where(KioskSequence.kiosk_id == visitor.name)))
    if answered != Counter(visitor.keys):
        wrong.append(f"{visitor.name}: {len(visitor.keys)} calls, {answered.total()} answers kept")
    if numbers != list(range(1, visitor.sequence + 1)):
        wrong.append(f"{visitor.name}: {visitor.sequence} numbers given, {len(numbers)} noted")
    return wrong
