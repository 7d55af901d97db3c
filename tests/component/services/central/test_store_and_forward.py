"""What central must be told arrives: in order, once, however long the network is gone and whoever dies meanwhile."""

from __future__ import annotations

import itertools
import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.central.client import CallTimes, CentralClient, CentralRefusedCall
from kiosk.central.contract import CancellationRequest
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import MESSAGES_WAITING
from kiosk.journal.chain import BreakKind
from kiosk.journal.journal import Journal, Queue, StepRecord
from kiosk.reference_central import kiosks, problems
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import CompletionRow
from kiosk.reference_central.unknown_requests import close_unasked
from kiosk.services.central.outbox import (
    ABOUT_THE_KIOSK,
    ENDS_A_MESSAGE,
    FIRST_RETRY_S,
    LONGEST_RETRY_S,
    OutboxService,
    alarm_of,
    message_of,
)
from kiosk.workflow import effects as do
from tests.architecture.source import ROOT
from tests.fakes.cable import Cable
from tests.fakes.tls_gateway import Answer, Exchange, Play, TlsGateway, breaks_before, passes_on, says
from tests.lobby.central_rig import MORNING, Kiosk, client_of, resident, settings
from tests.sampling import long_but
from tests.waiting import eventually

WEEK = timedelta(days=7)


class TickingClock:
    """Moved by hand; two looks at it are never the same, so that an order can be told from the times."""

    def __init__(self) -> None:
        self._now = MORNING

    def __call__(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def now(self) -> datetime:
        return self()

    def monotonic(self) -> float:
        return (self._now - MORNING).total_seconds()

    def pass_time(self, span: timedelta) -> None:
        self._now += span


@dataclass
class Site:
    """A kiosk's journal and outbox before central, with a cable between them that a hand can pull."""

    directory: Path
    path: Path
    central: ReferenceCentral
    clock: TickingClock
    kiosk: Kiosk
    cable: Cable
    began: datetime
    pauses: list[float] = field(default_factory=list)
    until: datetime | None = None

    def opened(self) -> Journal:
        return Journal(self.path, self.clock)

    def visit(self) -> UUID:
        """A permit is written; that the visit ended well is yet to be told."""
        who = resident()
        self.central.seed([who.record])
        granted = self.kiosk.granted(who)
        assert self.kiosk.write(who, granted.endorsement_id, who.chip()).verdict == "written"
        return granted.endorsement_id

    def goes_offline(self) -> None:
        self.cable.lead_to(None)

    def comes_online(self) -> None:
        address = urlsplit(self.central.url)
        self.cable.lead_to((address.hostname or "", address.port or 0))

    def forwards(self, chance: float = 0.5, times: CallTimes | None = None, port: int | None = None) -> None:
        """Let the outbox work until nothing waits, or until the moment `until`. Its pauses move the clock."""
        journal = self.opened()
        client = CentralClient(
            f"https://127.0.0.1:{port or self.cable.port}",
            ca=self.directory / "ca.pem",
            certificate=self.directory / "kiosk.pem",
            key=self.directory / "kiosk.key",
            times=times or CallTimes(),
        )
        outbox = OutboxService(client, journal, self.clock, self._pause, lambda: chance)
        outbox.forward()
        outbox.close()
        journal.close()

    def _pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.clock.pass_time(timedelta(seconds=seconds))
        return self.until is not None and self.clock() >= self.until

    def queue(self) -> Queue:
        with closing(self.opened()) as journal:
            return journal.queue()

    def arrived(self) -> list[UUID]:
        """Whose completion central took, in the order of arrival, once for each time."""
        query = select(CompletionRow).where(CompletionRow.received_at >= self.began)
        with self.central.database.reading() as session:
            rows = session.scalars(query.order_by(CompletionRow.received_at)).all()
            return [row.endorsement_id for row in rows]


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Central is the same for all tests."""
    directory, clock = tmp_path_factory.mktemp("central"), TickingClock()
    with ReferenceCentral(settings(directory, clock)) as central, client_of(central, directory) as client:
        with pytest.raises(CentralRefusedCall, match="not_found"):
            client.endorsement_state(uuid4())  # its connection is opened here, not in the first test
        address = urlsplit(central.url)
        with closing(Cable(address.hostname or "", address.port or 0)) as cable:
            yield Site(directory, directory, central, clock, Kiosk(client, directory, clock), cable, clock())


@pytest.fixture
def site(everywhere: Site, tmp_path: Path) -> Iterator[Site]:
    """With a journal of its own."""
    yield replace(everywhere, path=tmp_path / "journal.db", began=everywhere.clock(), pauses=[])
    everywhere.central.clear_faults()
    everywhere.comes_online()


def completion(endorsement_id: UUID) -> do.ReportCompletion:
    return do.ReportCompletion(endorsement_id, ChipState.NEW, FaceState.NEW, Custody.WITH_HOLDER, True)


def owes(site: Site, *orders: do.Effect) -> None:
    """The machine ordered these, and the step is in the journal."""
    with closing(site.opened()) as journal:
        for order in orders:
            message = message_of(order, site.clock())
            assert message is not None
            step = StepRecord(
                site.clock(),
                uuid4(),
                "AwaitingRemoval",
                "PermitTaken",
                "Thanking",
                "with_holder",
                (type(order).__name__,),
                message.endorsement_id,
                {},
            )
            journal.append(step, [message])


@pytest.mark.slow
def test_a_week_of_completions_survives_without_network_and_arrives_in_order_and_once(site: Site) -> None:
    site.goes_offline()
    began, told = site.clock(), []
    for day in range(1, 8):
        told.append(site.visit())
        owes(site, completion(told[-1]))
        site.until = began + timedelta(days=day)
        site.forwards(chance=0.999)  # and in the evening it is switched off
        assert site.queue().length == day
    assert site.arrived() == []
    assert site.clock() - began >= WEEK
    oldest = site.queue().oldest_at
    assert oldest is not None
    assert alarm_of(site.queue(), site.clock()) == MESSAGES_WAITING
    site.comes_online()
    site.until = None
    site.forwards()
    assert site.arrived() == told
    assert site.queue() == Queue(0, None)
    (first,) = site.central.completions(told[0])
    assert timedelta() <= oldest - first.finished_at < timedelta(seconds=1)
    assert {site.kiosk.client.endorsement_state(each).state for each in told} == {"written"}
    with closing(site.opened()) as journal:
        assert journal.verify().broken is None


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_it_is_tried_again_less_and_less_often_and_not_by_all_kiosks_in_the_same_second(
    site: Site, chance: float
) -> None:
    owes(site, completion(site.visit()))
    site.goes_offline()
    site.until = site.clock() + timedelta(hours=1)
    site.forwards(chance)
    whole = [FIRST_RETRY_S * 2**number for number in range(8)]
    expected = [*(each for each in whole if each < LONGEST_RETRY_S), *itertools.repeat(LONGEST_RETRY_S, 40)]
    assert site.pauses == pytest.approx([each * (0.5 + 0.5 * chance) for each in expected[: len(site.pauses)]])
    assert site.pauses[-1] >= LONGEST_RETRY_S / 2


def test_after_a_success_the_next_trouble_is_met_without_haste_again(site: Site) -> None:
    owes(site, *(completion(site.visit()) for _ in range(2)))
    site.central.set_fault("refuse_connection", calls=5)  # two in each of two rounds, one in the third
    site.forwards(chance=0.0)
    assert site.pauses == [1.0, 2.0, 1.0]
    assert len(site.arrived()) == 2


@pytest.mark.parametrize("fault", ["garbage_json", "http_500", "wrong_type", "drop_connection_after_commit"])
def test_an_answer_that_is_none_leaves_the_message_waiting_and_counts_once(site: Site, fault: str) -> None:
    told = [site.visit(), site.visit()]
    owes(site, *map(completion, told))
    site.central.set_fault(fault, calls=2)
    site.forwards()
    assert site.arrived() == told
    assert len(site.pauses) == 1  # both were tried in the first round


def test_a_disk_that_does_not_note_the_answer_makes_central_hear_it_again_and_count_it_once(site: Site) -> None:
    told = site.visit()
    owes(site, completion(told))
    with closing(sqlite3.connect(site.path)) as db, db:
        db.execute("CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    site.until = site.clock() + timedelta(seconds=5)
    site.forwards()
    assert (site.queue().length, site.arrived()) == (1, [told])
    with closing(sqlite3.connect(site.path)) as db, db:
        db.execute("DROP TRIGGER full")
    site.until = None
    site.forwards()
    assert (site.queue().length, site.arrived()) == (0, [told])


def test_a_kiosk_that_central_does_not_know_for_a_while_keeps_what_it_has_to_say(site: Site) -> None:
    told = site.visit()
    owes(site, completion(told))
    with site.central.database.writing() as session:
        kiosks.retire(session, "kiosk-1", site.clock())
    site.until = site.clock() + timedelta(hours=2)
    site.forwards()
    assert (site.queue().length, site.arrived()) == (1, [])
    site.central.register_kiosk("kiosk-1")
    site.until = None
    site.forwards()
    assert site.arrived() == [told]


def test_what_central_refuses_for_good_does_not_stand_in_the_way_of_the_next(site: Site) -> None:
    told = site.visit()
    of_another_kiosk = UUID(int=404)
    with site.central.database.writing() as session:
        kiosks.register(session, "kiosk-2", site.clock())
        session.flush()
        close_unasked(session, of_another_kiosk, "kiosk-2", "cancelled", site.clock())
    owes(site, completion(of_another_kiosk), completion(told))
    site.forwards()
    assert (site.arrived(), site.pauses, site.queue().length) == ([told], [], 0)
    with closing(sqlite3.connect(site.path)) as db:
        assert db.execute("SELECT outcome FROM message ORDER BY sequence").fetchall() == [("not_found",), ("written",)]


def test_a_message_that_somebody_took_out_of_the_queue_is_missed(site: Site) -> None:
    owes(site, completion(site.visit()))
    with closing(sqlite3.connect(site.path)) as db, db:
        db.execute("DELETE FROM message")
    with closing(site.opened()) as journal:
        broken = journal.verify().broken
        assert broken is not None
        assert broken.kind is BreakKind.CHANGED


def test_the_log_says_how_many_wait_and_for_how_long(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    owes(site, completion(site.visit()), completion(site.visit()))
    site.goes_offline()
    site.clock.pass_time(timedelta(hours=30))
    site.until = site.clock()
    with caplog.at_level(logging.INFO, "kiosk"):
        site.forwards(chance=0.0)
    (line,) = [record.getMessage() for record in caplog.records if record.getMessage().startswith("message_waits")]
    assert '"waiting": 2, "oldest_s": 108000, "again_in_s": 1.0' in line


@pytest.mark.parametrize(("age", "alarms"), [(timedelta(hours=24), False), (timedelta(hours=24, seconds=1), True)])
def test_a_queue_alarms_when_its_oldest_message_is_older_than_a_day(age: timedelta, alarms: bool) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert alarm_of(Queue(1, now - age), now) == (MESSAGES_WAITING if alarms else None)
    assert alarm_of(Queue(0, None), now) is None


def test_a_cancellation_says_when_it_was_decided_however_late_it_comes(site: Site) -> None:
    who = resident()
    site.central.seed([who.record])
    granted = site.kiosk.granted(who)
    decided_at = site.clock()
    message = message_of(do.CancelEndorsement(granted.endorsement_id, "cancelled_by_person"), decided_at)
    assert message is not None
    assert CancellationRequest.model_validate_json(message.body).decided_at == decided_at


def page(exchange: Exchange) -> bool:
    """A firewall's own page."""
    return exchange.answer(Answer(403, b"<html>Request blocked</html>", "text/html", is_named=False))


def unavailable_page(exchange: Exchange) -> bool:
    """The same, and it looks as if central were away."""
    return exchange.answer(Answer(503, b"<html>Request blocked</html>", "text/html", is_named=False))


def is_silent(exchange: Exchange) -> bool:
    """The request is dropped, until the kiosk has waited long enough."""
    exchange.link.recv(1)
    return False


REFUSED: dict[str, Play] = {
    "page": page,
    "reset": breaks_before,
    "silence": is_silent,
    "page 503": unavailable_page,
    "busy": says(503, "busy"),
    "too many": says(429, "too_many"),
    "mistake": says(500, "internal_error"),
    "proxy": says(401, "login_wanted"),
    "newer central": says(409, "seal_is_missing"),
    "other address": says(405, "method_not_allowed"),
    "header taken out": says(400, "missing_idempotency_key"),
}
"""How central, or something before it, may refuse one message for ever without knowing of it."""


def firewalled(*numbers: UUID, how: Play = page) -> Play:
    """Something before central refuses what is about these endorsements."""

    def play(exchange: Exchange) -> bool:
        is_blocked = any(str(number) in exchange.asked.path for number in numbers)
        return (how if is_blocked else passes_on)(exchange)

    return play


@contextmanager
def behind(site: Site, play: Play) -> Iterator[TlsGateway]:
    """The cable leads to a gateway that does this with every request."""
    with closing(TlsGateway(site.directory, site.central.url)) as gateway:
        gateway.plays[:] = [play] * 1000
        site.cable.lead_to(("127.0.0.1", gateway.port))
        yield gateway
        site.cable.pull()


SOON = CallTimes(connect_s=20.0, answer_s=1.0, forgotten_s=1.0, whole_s=20.0)


STUCK = [(how, blocked) for how in REFUSED for blocked in (1, 3)]


@pytest.mark.parametrize(
    "stuck_with",
    long_but(
        # Each way with one message; several at once where the line answers, where it breaks, and where it is silent.
        {*(f"{how}-1" for how in REFUSED), "page-3", "reset-3", "silence-3"},
        STUCK,
        names=(f"{how}-{blocked}" for how, blocked in STUCK),
    ),
)
def test_messages_that_are_never_taken_do_not_hold_up_the_others(site: Site, stuck_with: tuple[str, int]) -> None:
    how, blocked = stuck_with
    stuck, told = [site.visit() for _ in range(blocked)], [site.visit() for _ in range(3)]
    owes(site, *map(completion, [*stuck, *told]))
    site.until = site.clock() + timedelta(seconds=10)
    with behind(site, firewalled(*stuck, how=REFUSED[how])):
        site.forwards(times=SOON)
    assert (set(site.arrived()), site.queue().length) == (set(told), blocked)
    site.clock.pass_time(timedelta(hours=1))
    assert alarm_of(site.queue(), site.clock()) == MESSAGES_WAITING
    site.comes_online()
    site.until = None
    site.forwards()
    assert set(site.arrived()) == {*told, *stuck}
    assert site.queue().length == 0


@pytest.mark.parametrize("how", ["reset", "busy", "page 503"])
def test_one_message_that_is_not_heard_is_put_aside_in_the_same_round(site: Site, how: str) -> None:
    blocked, told = site.visit(), [site.visit() for _ in range(3)]
    owes(site, completion(blocked), *map(completion, told))
    site.until = site.clock()
    with behind(site, firewalled(blocked, how=REFUSED[how])):
        site.forwards()
    assert (site.arrived(), site.queue().length) == (told, 1)


def test_what_ends_a_message_is_what_the_contract_lists_for_it_and_will_be_the_same_tomorrow() -> None:
    listed = {
        code
        for (_, path), codes in problems.PROBLEMS_OF.items()
        if path.endswith(("/completion", "/cancellation"))
        for code in codes
        if problems.status_of(code) < 500 and problems.status_of(code) != 429
    }
    # The kiosk always sends a key: something on the way has taken it out.
    assert listed == {*ENDS_A_MESSAGE, *ABOUT_THE_KIOSK, "missing_idempotency_key"}


def test_a_message_waits_for_the_one_before_it_of_the_same_endorsement(site: Site) -> None:
    blocked, told = site.visit(), site.visit()
    owes(site, completion(blocked), do.CancelEndorsement(blocked, "kiosk_gave_up"), completion(told))
    site.until = site.clock()
    with behind(site, firewalled(blocked)) as gateway:
        site.forwards()
        asked = [each.path.rsplit("/", 2)[1:] for each in gateway.asked]
    assert asked == [[str(blocked), "completion"], [str(told), "completion"]]
    assert site.queue().length == 2


@pytest.mark.parametrize("how", [says(503, "busy"), breaks_before, unavailable_page])
def test_a_central_that_is_away_is_asked_twice_a_round_however_many_messages_wait(site: Site, how: Play) -> None:
    owing = [site.visit() for _ in range(5)]
    owes(site, *map(completion, owing))
    site.until = site.clock() + timedelta(seconds=4)  # two pauses, three rounds
    with behind(site, how) as gateway:
        site.forwards()
        asked = [UUID(each.path.split("/")[-2]) for each in gateway.asked]
    assert len(site.pauses) == 2
    assert asked == owing[:4]  # those that were not tried yet come first


def test_a_kiosk_that_central_does_not_know_asks_once_a_round(site: Site) -> None:
    owes(site, *(completion(site.visit()) for _ in range(4)))
    site.until = site.clock()
    with behind(site, says(403, "unknown_kiosk")) as gateway:
        site.forwards()
        assert len(gateway.asked) == 1


def test_a_central_that_nobody_can_connect_to_is_tried_once_a_round(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    owes(site, *(completion(site.visit()) for _ in range(4)))
    site.until = site.clock()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = int(nobody.getsockname()[1])
    with caplog.at_level(logging.WARNING, "kiosk"):
        site.forwards(port=port)
    assert sum(record.getMessage().startswith("central_trouble") for record in caplog.records) == 1


@pytest.mark.parametrize("how", ["page", "reset", "newer central"])
def test_a_message_that_is_never_taken_is_told_within_the_hour_and_hourly(
    site: Site, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    blocked, told = site.visit(), site.visit()
    owes(site, completion(blocked), completion(told))
    site.until = site.clock() + timedelta(hours=2, minutes=30)
    with behind(site, firewalled(blocked, how=REFUSED[how])), caplog.at_level(logging.INFO, "kiosk"):
        site.forwards()
    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("fault_stands")]
    waited_s = [json.loads(line.partition(" ")[2])["since_s"] for line in lines]
    assert [since_s // 3600 for since_s in waited_s] == [1, 2]
    assert all(since_s % 3600 < LONGEST_RETRY_S + 60 for since_s in waited_s)
    assert alarm_of(site.queue(), site.clock()) == MESSAGES_WAITING  # and the heartbeat and diagnose say so


@pytest.mark.parametrize(("age", "alarms"), [(timedelta(hours=1), False), (timedelta(hours=1, seconds=1), True)])
def test_a_queue_alarms_when_central_takes_later_messages_but_not_this_one(age: timedelta, alarms: bool) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert alarm_of(Queue(1, now - age, now - age), now) == (MESSAGES_WAITING if alarms else None)


def test_a_message_is_sent_as_it_was_stored_whatever_this_version_thinks_of_it(site: Site) -> None:
    told = site.visit()
    owes(site, completion(told))
    with closing(sqlite3.connect(site.path)) as db, db:
        ((body,),) = db.execute("SELECT body FROM message").fetchall()
        stored = body.replace("{", '{ "custody_seal": "of a later version",  ', 1)
        db.execute("UPDATE message SET body = ?", (stored,))
    with behind(site, passes_on) as gateway:
        site.forwards()
        assert [each.body for each in gateway.asked] == [stored.encode()]
    with closing(sqlite3.connect(site.path)) as db:  # a request is closed, so this central refuses it for good
        assert db.execute("SELECT outcome FROM message").fetchall() == [("invalid_request",)]


PROSE = "lin_yuzhen_341399198803140021"


def says_prose(exchange: Exchange) -> bool:
    """What central took note of, in a word of its own."""
    heard = json.loads(exchange.passed_on().body)
    return exchange.answer(Answer(200, json.dumps({**heard, "state": PROSE}).encode()))


def refuses_in_prose(exchange: Exchange) -> bool:
    problem = {"title": PROSE, "status": 409, "code": PROSE, "detail": PROSE}
    return exchange.answer(Answer(409, json.dumps(problem).encode(), "application/problem+json"))


@pytest.mark.parametrize(
    ("play", "outcome"),
    [
        (says_prose, "other"),
        (refuses_in_prose, None),
    ],
    ids=["state", "problem"],
)
def test_only_what_the_catalogue_lists_reaches_journal_and_log(
    site: Site, play: Play, outcome: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    told = site.visit()
    owes(site, completion(told))
    site.until = site.clock()
    with behind(site, play), caplog.at_level(logging.DEBUG, "kiosk"):
        site.forwards()
    with closing(sqlite3.connect(site.path)) as db:
        assert db.execute("SELECT outcome FROM message").fetchall() == [(outcome,)]
    assert PROSE not in caplog.text
    assert [PROSE.encode() in path.read_bytes() for path in site.path.parent.glob(f"{site.path.name}*")] != []
    assert not any(PROSE.encode() in path.read_bytes() for path in site.path.parent.glob(f"{site.path.name}*"))


def test_a_message_of_a_kind_that_this_version_does_not_know_waits_and_holds_up_nobody(site: Site) -> None:
    odd, told = site.visit(), site.visit()
    owes(site, completion(odd), completion(told))
    with closing(sqlite3.connect(site.path)) as db, db:
        db.execute("UPDATE message SET call = 'praise' WHERE endorsement_id = ?", (str(odd),))
    site.until = site.clock()
    site.forwards()
    assert (site.arrived(), site.queue().length) == ([told], 1)


@pytest.mark.parametrize(("state", "outcome"), [("written", "written"), ("written_by_another_office", "other")])
def test_only_a_state_of_the_contract_is_noted_as_what_became_of_a_message(
    site: Site, state: str, outcome: str
) -> None:
    told = site.visit()
    owes(site, completion(told))
    said = json.dumps({"endorsement_id": str(told), "state": state}).encode()
    with behind(site, lambda exchange: exchange.answer(Answer(200, said))):
        site.forwards()
    with closing(sqlite3.connect(site.path)) as db:
        assert db.execute("SELECT outcome FROM message").fetchall() == [(outcome,)]


_CHILD = """
import sys
from pathlib import Path
from kiosk.central.client import CentralClient
from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import Journal
from kiosk.runtime.workers import Worker
from kiosk.services.central.outbox import OutboxService
directory, journal, url = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
client = CentralClient(
    url, ca=directory / "ca.pem", certificate=directory / "kiosk.pem", key=directory / "kiosk.key")
clock = SystemClock()
worker = Worker("outbox", lambda *_: None)
OutboxService(
    client, Journal(journal, clock.now), clock, worker.pause, lambda: 0.0).forward()
"""


@pytest.mark.slow
def test_a_kiosk_that_is_killed_while_it_sends_repeats_nothing_and_forgets_nothing(site: Site) -> None:
    told = [site.visit() for _ in range(6)]
    owes(site, *map(completion, told))

    def has_heard(least: int) -> bool:
        return len(site.arrived()) >= least

    for heard in (2, 4):
        # The answer is lost just then: central has noted it, the kiosk cannot know.
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(site.directory), str(site.path), site.central.url],
            cwd=ROOT,
            env=os.environ,
        )
        with child:
            eventually(partial(has_heard, heard))
            child.send_signal(signal.SIGKILL)
    site.forwards()
    assert site.arrived() == told
    assert site.queue().length == 0
