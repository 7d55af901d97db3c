"""A call that may be repeated is repeated: every kind of call, after everything that may become of it on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CallTimes, CentralClient, CentralError, CentralRefusedCall, CentralUnreachable
from kiosk.central.repeating import Call, Situation
from kiosk.reference_central.server import ReferenceCentral
from tests.fakes.tls_gateway import (
    Answer,
    DeadAddress,
    Exchange,
    Play,
    TlsGateway,
    breaks_after,
    breaks_before,
    forgets,
    passes_on,
    says,
)
from tests.lobby.central_rig import (
    ATR,
    Kiosk,
    MovableClock,
    Resident,
    application,
    client_of,
    request,
    resident,
    settings,
)

TIMES = CallTimes(connect_s=20.0, answer_s=20.0, forgotten_s=20.0, whole_s=60.0, patience_s=1000.0)
IMPATIENT = replace(TIMES, forgotten_s=0.3)


@dataclass
class Between:
    """A kiosk's client, with a gateway between it and central; pauses are noted and take no time."""

    central: ReferenceCentral
    kiosk: Kiosk  # with a line of its own to central, for what comes before
    gateway: TlsGateway
    times: CallTimes = TIMES
    pauses: list[float] = field(default_factory=list)
    on_pause: Callable[[], None] = lambda: None
    is_wanted: bool = False

    def __post_init__(self) -> None:
        directory = self.kiosk.directory
        self.client = CentralClient(
            self.gateway.url,
            ca=directory / "ca.pem",
            certificate=directory / "kiosk.pem",
            key=directory / "kiosk.key",
            times=self.times,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.on_pause()
        return self.is_wanted

    def close(self) -> None:
        self.client.close()

    def comes(self, *plays: Play) -> None:
        """What becomes of the next requests."""
        self.gateway.plays[:] = plays
        self.gateway.asked.clear()
        self.gateway.said.clear()
        self.pauses.clear()

    def stands_idle(self, play: Play = passes_on) -> None:
        """A connection that was used once."""
        self.gateway.plays[:] = [play]
        with pytest.raises(CentralRefusedCall, match="not_found"):
            self.client.endorsement_state(uuid4())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def running(directory: Path) -> Iterator[tuple[ReferenceCentral, Kiosk]]:
    clock = MovableClock()
    with ReferenceCentral(settings(directory, clock)) as central, client_of(central, directory) as client:
        with pytest.raises(CentralRefusedCall, match="not_found"):
            client.endorsement_state(uuid4())  # its connection is opened here, not in the first test
        yield central, Kiosk(client, directory, clock)


@pytest.fixture
def between(running: tuple[ReferenceCentral, Kiosk], directory: Path) -> Iterator[Between]:
    central, kiosk = running
    with closing(TlsGateway(directory, central.url)) as gateway, closing(Between(central, kiosk, gateway)) as made:
        yield made


Made = Callable[[CentralClient], object]


def endorsements(kiosk: Kiosk, who: Resident) -> Made:
    body = request(who)
    return lambda client: client.request_endorsement(body, sequence=kiosk.numbered())


def endorsement_state(kiosk: Kiosk, who: Resident) -> Made:
    granted = kiosk.granted(who)
    return lambda client: client.endorsement_state(granted.endorsement_id)


def chip_session(kiosk: Kiosk, who: Resident) -> Made:
    granted, body = kiosk.granted(who), contract.ChipSessionRequest(atr=ATR, chip_serial=who.record.chip_serial)
    return lambda client: client.start_chip_session(
        granted.endorsement_id, body, key=str(uuid4()), sequence=kiosk.numbered()
    )


def responses(kiosk: Kiosk, who: Resident) -> Made:
    granted = kiosk.granted(who)
    kiosk.selected = None
    step = kiosk.begin(granted.endorsement_id, who.record.chip_serial)
    assert step.batch is not None
    body = contract.ChipBatchAnswers(batch=step.batch.number, answers=tuple(kiosk.relay(who, who.chip(), step.batch)))
    return lambda client: client.report_chip_answers(
        granted.endorsement_id, step.session_id, body, key=str(uuid4()), sequence=kiosk.numbered()
    )


def pending_rewrites(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.PendingRewritesRequest(inquiry_id=uuid4(), holder=who.record.holder, permit=who.facts)
    return lambda client: client.pending_rewrites(body, key=str(uuid4()), sequence=kiosk.numbered())


def evidence(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.EvidenceRequest(
        evidence_id=uuid4(), service="endorse", key="registered_lease", holder=who.record.holder, permit=who.facts
    )
    return lambda client: client.verify_evidence(body, key=str(uuid4()), sequence=kiosk.numbered())


def applications(kiosk: Kiosk, who: Resident) -> Made:
    body = application(who, service="change_address")
    return lambda client: client.apply(body, sequence=kiosk.numbered())


def applications_search(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.ApplicationSearch(holder=who.record.holder, permit=None)
    return lambda client: client.search_applications(body, key=str(uuid4()), sequence=kiosk.numbered())


def collection(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.CollectionChoice(way="counter")
    return lambda client: client.choose_collection(uuid4(), body, key=str(uuid4()), sequence=kiosk.numbered())


def cancellation(kiosk: Kiosk, who: Resident) -> Made:
    granted, body = kiosk.granted(who), contract.CancellationRequest(reason="holder_cancelled")
    return lambda client: client.cancel(granted.endorsement_id, body, key=str(uuid4()), sequence=kiosk.numbered())


def completion(kiosk: Kiosk, who: Resident) -> Made:
    granted = kiosk.granted(who)
    body = contract.CompletionRequest(
        chip="old", face="old", custody="with_holder", receipt_printed=False, finished_at=kiosk.clock()
    )
    return lambda client: client.report_completion(
        granted.endorsement_id, body, key=str(uuid4()), sequence=kiosk.numbered()
    )


def heartbeat(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.HeartbeatRequest(
        sent_at=kiosk.clock(),
        state="Idle",
        custody="with_holder",
        queue=contract.QueueState(length=0),
        journal=contract.JournalHead(number=1, algorithm="sha256", head="0" * 64),
    )
    return lambda client: client.heartbeat(body, key=str(uuid4()))


def staff_call(kiosk: Kiosk, who: Resident) -> Made:
    body = contract.StaffCallRequest(called_at=kiosk.clock(), state="Idle", custody="with_holder")
    return lambda client: client.call_staff(body, key=str(uuid4()))


CALLS: dict[Call, Callable[[Kiosk, Resident], Made]] = {
    Call.ENDORSEMENTS: endorsements,
    Call.ENDORSEMENT_STATE: endorsement_state,
    Call.CHIP_SESSION: chip_session,
    Call.RESPONSES: responses,
    Call.PENDING_REWRITES: pending_rewrites,
    Call.EVIDENCE: evidence,
    Call.APPLICATIONS: applications,
    Call.APPLICATIONS_SEARCH: applications_search,
    Call.COLLECTION: collection,
    Call.CANCELLATION: cancellation,
    Call.COMPLETION: completion,
    Call.HEARTBEAT: heartbeat,
    Call.STAFF_CALL: staff_call,
}
NOT_WAITED_FOR = [Call.CANCELLATION, Call.COMPLETION, Call.HEARTBEAT, Call.STAFF_CALL]
WAITED_FOR = [call for call in Call if call not in NOT_WAITED_FOR]

BUSY, TOO_MANY, BROKEN = says(503, "busy"), says(429, "busy"), says(500, "internal_error")
GATEWAY = Answer(502, b"<html>Bad gateway</html>", "text/html", is_named=False)


def bad_gateway(exchange: Exchange) -> bool:
    return exchange.answer(GATEWAY)


def another_calls_answer(exchange: Exchange) -> bool:
    said = exchange.passed_on()
    return exchange.answer(
        Answer(said.status, said.body, said.content_type, (("X-Kiosk-Call", str(uuid4())),), is_named=False)
    )


TROUBLES: dict[str, tuple[Play, float, bool]] = {
    # what becomes of the first try: the play, the pause before the second, whether it needs a connection of its own
    "lost before": (breaks_before, 0.0, True),
    "lost after": (breaks_after, 0.0, True),
    "429": (TOO_MANY, 1.0, False),
    "500": (BROKEN, 1.0, False),
    "503": (BUSY, 1.0, False),
    "bad gateway": (bad_gateway, 1.0, False),
    "another call's answer": (another_calls_answer, 0.0, True),
}


def outcome_of(made: Made, client: CentralClient) -> object:
    """The answer, or the refusal that is one: it says the same whoever asks."""
    try:
        return made(client)
    except CentralRefusedCall as error:
        if error.may_pass:
            raise
        return error.code


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("call", WAITED_FOR)
def test_a_call_that_somebody_waits_for_is_made_again_as_it_was(between: Between, call: Call, trouble: str) -> None:
    play, pause_s, is_on_a_fresh_connection = TROUBLES[trouble]
    made = known(between, call)
    between.comes(play)
    outcome_of(made, between.client)
    first, second = between.gateway.asked
    assert between.pauses == [pause_s]
    assert (second.connection > first.connection) is is_on_a_fresh_connection
    assert (first.method, first.path, first.body) == (second.method, second.path, second.body)
    for header in ("idempotency-key", "x-kiosk-sequence"):
        assert first.headers.get(header) == second.headers.get(header)
    assert ("idempotency-key" in first.headers) is (call is not Call.ENDORSEMENT_STATE)
    if trouble in ("lost after", "another call's answer"):
        assert [said.body for said in between.gateway.said] == [between.gateway.said[0].body] * 2


@pytest.mark.parametrize("trouble", [each for each in TROUBLES if each != "another call's answer"])
@pytest.mark.parametrize("call", NOT_WAITED_FOR)
def test_a_call_that_nobody_waits_for_is_left_to_the_outbox_or_to_the_next_heartbeat(
    between: Between, call: Call, trouble: str
) -> None:
    made = known(between, call)
    between.comes(TROUBLES[trouble][0])
    with pytest.raises(CentralError):
        made(between.client)
    assert (len(between.gateway.asked), between.pauses) == (1, [])


@pytest.mark.parametrize("call", Call)
def test_every_call_passes_a_connection_that_a_firewall_forgot(between: Between, call: Call) -> None:
    made = known(between, call)
    with closing(replace(between, times=IMPATIENT)) as impatient:
        impatient.stands_idle(forgets)
        impatient.comes()
        outcome_of(made, impatient.client)
        assert impatient.pauses == [0.0]
        assert [asked.connection for asked in between.gateway.asked] == [2]  # the first try never came


@pytest.mark.parametrize("call", Call)
def test_every_call_passes_an_idle_connection_that_is_closed_as_it_arrives(between: Between, call: Call) -> None:
    made = known(between, call)
    between.stands_idle()
    between.comes(breaks_before)
    outcome_of(made, between.client)
    assert between.pauses == [0.0]
    assert [asked.connection for asked in between.gateway.asked] == [1, 2]


@pytest.mark.parametrize("call", Call)
def test_a_central_that_refuses_connections_is_asked_once_more_where_somebody_waits(
    between: Between, call: Call
) -> None:
    made = known(between, call)
    between.comes()
    between.gateway.stops_listening()
    between.on_pause = between.gateway.listens_again
    if call in WAITED_FOR:
        outcome_of(made, between.client)
        assert (between.pauses, len(between.gateway.asked)) == ([1.0], 1)
        return
    with pytest.raises(CentralUnreachable, match="connect: refused"):
        made(between.client)
    assert between.pauses == []


@pytest.mark.parametrize(("call", "dead"), [*((call, 1) for call in Call), (Call.PENDING_REWRITES, 3)])
def test_every_call_passes_addresses_of_central_that_are_dead(
    running: tuple[ReferenceCentral, Kiosk], directory: Path, call: Call, dead: int
) -> None:
    central, kiosk = running
    who = resident()
    central.seed([who.record])
    made = CALLS[call](kiosk, who)
    port = int(central.url.rsplit(":", 1)[1])
    addresses = [DeadAddress() for _ in range(dead)]
    found = [(2, 1, 6, "", each.address) for each in addresses] + [(2, 1, 6, "", ("127.0.0.1", port))]
    with CentralClient(
        f"https://localhost:{port}",
        ca=directory / "ca.pem",
        certificate=directory / "kiosk.pem",
        key=directory / "kiosk.key",
        times=TIMES,
        look_up=lambda host, port: found,
    ) as client:
        outcome_of(made, client)
        assert client.silent_addresses == ("127.0.0.1",) * dead
    for each in addresses:
        each.close()


FOR_EVER: dict[str, tuple[Play, list[float], Situation]] = {
    "lost": (breaks_before, [0.0, 1.0], Situation.LOST),
    "429": (TOO_MANY, [1.0, 2.0], Situation.BUSY),
    "503": (BUSY, [1.0, 2.0], Situation.BUSY),
    "503, come again in 3 s": (says(503, "busy", ("Retry-After", "3")), [3.0, 3.0], Situation.BUSY),
    "503, come again tomorrow": (says(503, "busy", ("Retry-After", "86400")), [5.0, 5.0], Situation.BUSY),
    "503, come again at a date": (
        says(503, "busy", ("Retry-After", "Sun, 22 Nov 2026 02:00:00 GMT")),
        [1.0, 2.0],
        Situation.BUSY,
    ),
    "500": (BROKEN, [1.0], Situation.FAILED),
    "bad gateway": (bad_gateway, [1.0, 2.0], Situation.GATEWAY),
    "another call's answer": (another_calls_answer, [0.0], Situation.OTHER_CALLS_ANSWER),
    "a web page": (lambda exchange: exchange.answer(Answer(200, b"<html>", "text/html")), [], Situation.GARBAGE),
    "refused for good": (says(422, "invalid_request"), [], Situation.REFUSED),
}


@pytest.mark.parametrize("trouble", FOR_EVER)
def test_what_does_not_pass_is_given_up(between: Between, trouble: str) -> None:
    play, pauses, situation = FOR_EVER[trouble]
    made = known(between, Call.ENDORSEMENTS)
    between.comes(*[play] * 5)
    with pytest.raises(CentralError) as caught:
        made(between.client)
    assert (between.pauses, caught.value.situation) == (pauses, situation)
    assert len(between.gateway.asked) == len(pauses) + 1


def test_the_log_says_what_was_made_again_and_why(between: Between, caplog: pytest.LogCaptureFixture) -> None:
    made = known(between, Call.PENDING_REWRITES)
    between.comes(breaks_before, BUSY)
    with caplog.at_level(logging.INFO, "kiosk"):
        outcome_of(made, between.client)
    lines = [record.getMessage() for record in caplog.records if record.name == "kiosk"]
    assert [line for line in lines if line.startswith("central_repeated")] == [
        'central_repeated {"call": "pending-rewrites", "error": "CentralUnreachable: central unreachable: lost",'
        ' "after_s": 0.0}',
        'central_repeated {"call": "pending-rewrites",'
        ' "error": "CentralRefusedCall: central refused the call: 503 busy", "after_s": 1.0}',
    ]


def test_a_repeat_is_left_where_something_else_is_to_be_done(between: Between) -> None:
    """The resident gave up, and the cancellation waits behind this call."""
    made = known(between, Call.ENDORSEMENTS)
    between.is_wanted = True
    between.comes(breaks_before)
    with pytest.raises(CentralUnreachable, match="lost"):
        made(between.client)
    assert len(between.gateway.asked) == 1


def test_no_repeat_begins_after_the_time_that_a_resident_waits(
    running: tuple[ReferenceCentral, Kiosk], directory: Path
) -> None:
    now = [0.0]

    def passes(seconds: float) -> bool:
        now[0] += seconds
        return False

    with (
        closing(TlsGateway(directory, running[0].url)) as gateway,
        CentralClient(
            gateway.url,
            ca=directory / "ca.pem",
            certificate=directory / "kiosk.pem",
            key=directory / "kiosk.key",
            times=CallTimes(patience_s=2.5),
            clock=lambda: now[0],
            pause=passes,
        ) as client,
    ):
        gateway.plays[:] = [BUSY] * 5
        with pytest.raises(CentralRefusedCall, match="503 busy"):
            client.endorsement_state(UUID(int=0))
        assert len(gateway.asked) == 2  # after 0 and 1 s; the next one would begin after 3 s


def test_a_resident_waits_at_most_six_seconds_more_for_a_lost_answer_or_a_forgotten_connection() -> None:
    times = CallTimes()
    handshake_s = 2.0  # three round trips of a quarter of a second, and one SYN that is repeated after a second
    assert times.forgotten_s + handshake_s <= 6.0


def known(between: Between, call: Call) -> Made:
    """This call, of somebody whom nobody else knows."""
    who = resident()
    between.central.seed([who.record])
    return CALLS[call](between.kiosk, who)
