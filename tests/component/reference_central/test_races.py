"""Two instances on one database, and many callers at the same moment: one effect, one answer, one live grant."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import CompletionRow, Endorsement, IdempotentAnswer, KioskSequence
from tests.lobby.central_rig import (
    MORNING,
    Kiosk,
    MovableClock,
    Resident,
    client_of,
    request,
    resident,
    settings,
)
from tests.lobby.postgres import PostgresServer
from tests.waiting import LIMIT_S, eventually

T = TypeVar("T")

KIOSKS = tuple(f"kiosk-{number}" for number in range(1, 5))
SAME_KEY = 32


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def instances(directory: Path, clock: MovableClock, database_url: str) -> Iterator[tuple[ReferenceCentral, ...]]:
    chosen = settings(directory, clock, kiosks=KIOSKS, database=database_url)
    for name in KIOSKS:
        issue_client(directory, name)
    with ReferenceCentral(chosen) as first, ReferenceCentral(chosen) as second:
        yield first, second


@pytest.fixture
def who(instances: tuple[ReferenceCentral, ...], clock: MovableClock) -> Resident:
    clock.now = MORNING
    somebody = resident()
    instances[0].seed([somebody.record])
    return somebody


@pytest.fixture
def kiosk(instances: tuple[ReferenceCentral, ...], directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    with client_of(instances[0], directory, "kiosk-1") as client:
        yield Kiosk(client, directory, clock)


def at_once(
    instances: Sequence[ReferenceCentral],
    directory: Path,
    calls: Sequence[tuple[str, Callable[[CentralClient], T]]],
) -> list[T | str]:
    """Make every call in the same moment, on the instances in turn: kiosk and call. Answers, or codes of problems."""
    together, before = threading.Barrier(len(calls)), open_sockets()

    def ask(at: int) -> T | str:
        name, call = calls[at]
        with client_of(instances[at % len(instances)], directory, name) as client:
            together.wait(LIMIT_S)
            try:
                return call(client)
            except CentralRefusedCall as error:
                return f"{error.status} {error.code}"

    with ThreadPoolExecutor(len(calls)) as pool:
        answers = [future.result(LIMIT_S) for future in [pool.submit(ask, at) for at in range(len(calls))]]
    eventually(lambda: open_sockets() <= before)  # the server hears of many ends at once
    return answers


def open_sockets() -> int:
    links = (os.path.realpath(each) for each in Path("/proc/self/fd").iterdir())
    return sum("/socket:" in link for link in links)


def endorsements_of(central: ReferenceCentral, who: Resident) -> list[Endorsement]:
    query = select(Endorsement).where(Endorsement.permit_number == who.record.permit_number)
    with central.database.reading() as session:
        return list(session.scalars(query))


def kept(central: ReferenceCentral, key: str) -> tuple[int, int]:
    """How many answers are kept for a key, and how many numbers noted."""
    with central.database.reading() as session:
        answers = session.scalar(select(func.count()).where(IdempotentAnswer.key == key)) or 0
        return answers, session.scalar(select(func.count()).where(KioskSequence.key == key)) or 0


def test_one_key_from_32_threads_on_two_instances_has_one_effect_and_one_answer(
    instances: tuple[ReferenceCentral, ...], directory: Path, who: Resident
) -> None:
    asked = request(who)
    answers = at_once(
        instances,
        directory,
        [("kiosk-1", lambda client: client.request_endorsement(asked, sequence=7001))] * SAME_KEY,
    )
    assert isinstance(answers[0], contract.Granted)
    assert answers == [answers[0]] * SAME_KEY
    assert [(each.endorsement_id, each.live) for each in endorsements_of(instances[0], who)] == [
        (asked.endorsement_id, True)
    ]
    assert kept(instances[1], str(asked.endorsement_id)) == (1, 1)


def test_one_completion_sent_by_many_at_once_is_kept_once(
    instances: tuple[ReferenceCentral, ...], directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    grant = kiosk.granted(who)
    kiosk.write(who, grant.endorsement_id, who.chip())
    report = contract.CompletionRequest.model_validate(
        {
            "chip": "new",
            "face": "new",
            "custody": "with_holder",
            "receipt_printed": True,
            "finished_at": MORNING,
        }
    )
    key = str(uuid4())
    endorsement_id = grant.endorsement_id
    answers = at_once(
        instances,
        directory,
        [("kiosk-1", lambda client: client.report_completion(endorsement_id, report, key=key, sequence=8001))] * 8,
    )
    assert answers == [contract.Recorded(endorsement_id=endorsement_id, state="written")] * 8
    assert len(instances[0].completions(endorsement_id)) == 1
    assert kept(instances[0], key) == (1, 1)


def test_a_refused_call_that_is_made_many_times_at_once_is_refused_each_time_and_its_number_noted_once(
    instances: tuple[ReferenceCentral, ...], directory: Path, who: Resident
) -> None:
    nowhere, key = uuid4(), str(uuid4())
    begin = contract.ChipSessionRequest(atr="3B00", chip_serial=who.record.chip_serial)
    answers = at_once(
        instances,
        directory,
        [("kiosk-1", lambda client: client.start_chip_session(nowhere, begin, key=key, sequence=9001))] * 8,
    )
    assert answers == ["404 not_found"] * 8
    assert kept(instances[0], key) == (0, 1)


def _requests(asked: contract.EndorsementRequest) -> Callable[[CentralClient], object]:
    return lambda client: client.request_endorsement(asked, sequence=None).state


def _cancels(grant: UUID, reason: contract.CancellationRequest) -> Callable[[CentralClient], object]:
    return lambda client: client.cancel(grant, reason, key=str(uuid4()), sequence=None).state


def _begins_writing(grant: UUID, begin: contract.ChipSessionRequest) -> Callable[[CentralClient], object]:
    return lambda client: client.start_chip_session(grant, begin, key=str(uuid4()), sequence=None).batch is not None


def test_a_request_that_its_own_cancellation_overtakes_opens_no_grant(
    instances: tuple[ReferenceCentral, ...], directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    reason = contract.CancellationRequest(reason="restarted")
    for _ in range(4):
        asked = request(who)
        endorsement_id = asked.endorsement_id
        answered, cancelled = at_once(
            instances,
            directory,
            [
                ("kiosk-1", _requests(asked)),
                ("kiosk-1", _cancels(endorsement_id, reason)),
            ],
        )
        assert (answered, cancelled) in {("granted", "cancelled"), ("409 idempotency_conflict", "cancelled")}
        assert not any(each.live for each in endorsements_of(instances[0], who))
    overtaken = request(who)
    assert kiosk.client.cancel(overtaken.endorsement_id, reason, key=str(uuid4()), sequence=None).state == "cancelled"
    with pytest.raises(CentralRefusedCall, match="409 idempotency_conflict"):
        kiosk.client.request_endorsement(overtaken, sequence=None)
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        kiosk.client.endorsement_state(overtaken.endorsement_id)


def test_of_many_kiosks_that_ask_for_one_permit_at_once_one_is_granted_it(
    instances: tuple[ReferenceCentral, ...], directory: Path, who: Resident
) -> None:
    def ask(client: CentralClient) -> str:
        answer = client.request_endorsement(request(who), sequence=None)
        return answer.code if isinstance(answer, contract.Refused) else answer.state

    answers = at_once(instances, directory, [(name, ask) for name in KIOSKS])
    assert Counter(answers) == {"granted": 1, "grant_in_use": len(KIOSKS) - 1}
    assert sum(each.live for each in endorsements_of(instances[0], who)) == 1


def test_one_kiosk_that_asks_several_times_at_once_is_left_with_one_live_grant(
    instances: tuple[ReferenceCentral, ...], directory: Path, who: Resident
) -> None:
    def ask(client: CentralClient) -> UUID:
        answer = client.request_endorsement(request(who), sequence=None)
        assert isinstance(answer, contract.Granted)
        return answer.endorsement_id

    answers = at_once(instances, directory, [("kiosk-1", ask)] * 6)
    found = endorsements_of(instances[0], who)
    assert {each.endorsement_id for each in found} == set(answers)
    assert Counter(each.state for each in found) == {"granted": 1, "cancelled": 5}


def test_a_grant_is_either_given_back_or_used(
    instances: tuple[ReferenceCentral, ...], directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    reason = contract.CancellationRequest(reason="resident_declined")
    begin = contract.ChipSessionRequest(atr="3B00", chip_serial=who.record.chip_serial)
    for _ in range(4):
        grant = kiosk.granted(who).endorsement_id
        given_back, used = at_once(
            instances,
            directory,
            [
                ("kiosk-1", _cancels(grant, reason)),
                ("kiosk-1", _begins_writing(grant, begin)),
            ],
        )
        assert (given_back, used) in {("cancelled", "409 grant_not_live"), ("409 grant_used", True)}


def test_answers_of_the_chip_that_come_twice_at_once_are_followed_by_one_batch(
    instances: tuple[ReferenceCentral, ...], directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    grant = kiosk.granted(who).endorsement_id
    step = kiosk.begin(grant, who.record.chip_serial)
    assert step.batch is not None
    answers = contract.ChipBatchAnswers(batch=1, answers=tuple(kiosk.relay(who, who.chip(), step.batch)))
    told = at_once(
        instances,
        directory,
        [
            (
                "kiosk-1",
                lambda client: client.report_chip_answers(
                    grant, step.session_id, answers, key=str(uuid4()), sequence=None
                ),
            ),
        ]
        * 6,
    )
    assert isinstance(told[0], contract.ChipSessionStep)
    assert told == [told[0]] * 6
    assert [each.writes_composed for each in endorsements_of(instances[0], who)] == [1]


def test_the_newest_completion_decides_in_whatever_order_and_however_often_they_come(
    instances: tuple[ReferenceCentral, ...], directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    def report(face: str, minutes: int) -> tuple[str, contract.CompletionRequest]:
        return str(uuid4()), contract.CompletionRequest.model_validate(
            {
                "chip": "new",
                "face": face,
                "custody": "with_holder",
                "receipt_printed": True,
                "finished_at": MORNING + timedelta(minutes=minutes),
            }
        )

    grant = kiosk.granted(who).endorsement_id
    kiosk.write(who, grant, who.chip())
    reports = [report("pending", 1), report("new", 2), report("old", 3), report("pending", 4), report("new", 5)]
    at_once(
        instances,
        directory,
        [
            (
                "kiosk-1",
                partial(CentralClient.report_completion, endorsement_id=grant, request=said, key=key, sequence=None),
            )
            for key, said in reports + reports[::-1]
        ],
    )
    assert kiosk.client.endorsement_state(grant).state == "written"
    record = instances[1].permit(who.record.permit_number)
    assert record is not None
    assert record.face_pending is False
    with instances[0].database.reading() as session:
        rows = session.scalars(select(CompletionRow).where(CompletionRow.endorsement_id == grant)).all()
    assert sorted(row.finished_at for row in rows) == [said.finished_at for _, said in reports]


def test_what_the_chip_says_while_its_grant_runs_out_and_another_kiosk_asks_ends_in_an_answer_for_both(
    instances: tuple[ReferenceCentral, ...], directory: Path, clock: MovableClock, kiosk: Kiosk, who: Resident
) -> None:
    grant = kiosk.granted(who).endorsement_id
    chip = who.chip()
    step = kiosk.begin(grant, who.record.chip_serial)
    assert step.batch is not None
    step = kiosk.tell(grant, step, kiosk.relay(who, chip, step.batch))
    assert step.batch is not None
    answers = contract.ChipBatchAnswers(batch=step.batch.number, answers=tuple(kiosk.relay(who, chip, step.batch)))
    clock.pass_time(timedelta(minutes=10))

    def ask(client: CentralClient) -> str:
        answer = client.request_endorsement(request(who), sequence=None)
        return answer.code if isinstance(answer, contract.Refused) else answer.state

    def tell(client: CentralClient) -> str | None:
        return client.report_chip_answers(grant, step.session_id, answers, key=str(uuid4()), sequence=None).verdict

    verdict, asked = at_once(instances, directory, [("kiosk-1", tell), ("kiosk-2", ask)])
    # Whoever is first: the grant has ended, or the record went ahead of the chip that the other kiosk says it read.
    assert (verdict, asked) in {("written", "granted"), ("409 grant_not_live", "granted")}
    assert sum(each.live for each in endorsements_of(instances[0], who)) == 1


def test_a_connection_that_the_database_cuts_costs_no_call(
    postgres: PostgresServer, tmp_path: Path, clock: MovableClock
) -> None:
    who = resident()
    with ReferenceCentral(settings(tmp_path, clock, database=postgres.new_database())) as central:
        central.seed([who.record])
        with client_of(central, tmp_path) as client:
            kiosk = Kiosk(client, tmp_path, clock)
            kiosk.granted(who)
            with central.database.reading() as session:
                session.execute(text(CUT_ALL_OTHERS))
            assert kiosk.request(who).state == "granted"
            assert kiosk.beat(1).journal is None


CUT_ALL_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
