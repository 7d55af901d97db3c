"""The service of the technician's card over the wire: what it accepts, what it refuses and why, and that it notices a
card that leaves."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.service_card.device import ServiceCardReader
from drivers.simulators.activity import ActivityLog
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.foreign_chips import foreign_chip
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.service_card_sim import ServiceCardSim
from drivers.simulators.virtual_chip import Protocol
from drivers.simulators.vpcd_link import VpcdHost
from drivers.transport.base import WatchedSlot
from drivers.transport.device_urls import reader_url
from drivers.transport.urls import open_watched_slot
from kiosk.runtime.workers import Worker
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.proven_service_card import ProvenServiceCard
from kiosk.services.service_card import ServiceCardService
from kiosk.services.service_card_certificates import serial_of
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.technician.tasks import SERVICE_CARD_PROBLEMS, SignInProblem
from tests.fakes.hand_clock import HandClock
from tests.fakes.service_cards import DAYS, Authority
from tests.waiting import LIMIT_S, eventually

ACCEPTED = on.ServiceCardAccepted("17")
REMOVED = on.ServiceCardRemoved()


def refused(problem: SignInProblem) -> on.ServiceCardRefused:
    assert problem in SERVICE_CARD_PROBLEMS
    return on.ServiceCardRefused(problem)


class CountingReader(ServiceCardReader):
    """Tells how often the slot was looked at."""

    looks = 0

    def presence(self) -> int | None:
        present = super().presence()
        self.looks += 1
        return present


class Counter:
    """A slot with the hand that puts cards in, the service, and a machine that only listens."""

    def __init__(self, slot: WatchedSlot, chip_side: str, directory: Path, protocol: Protocol = "t1") -> None:
        self.authority = Authority(directory / "cards")
        self.authority.issue("seventeen")
        self.chip_side = chip_side
        self.sim = ServiceCardSim(chip_side, ActivityLog(), 0.0, directory / "cards", protocol)
        self.revoked: set[str] = set()
        self.sim.start()
        self.proven = ProvenServiceCard()
        self.posted: queue.SimpleQueue[on.Event] = queue.SimpleQueue()
        self.deaths: list[BaseException | str] = []
        self._reader = reader = CountingReader(slot)
        self._thread: ServiceThread[ServiceCardService] = ServiceThread(
            Worker("service_card", lambda _, error: self.deaths.append(error)),
            lambda worker: ServiceCardService(
                reader, [self.authority.certificate], self.revoked, worker, HandClock(), self.proven
            ),
            self.deaths.extend,
        )
        self._thread.worker.start()

    def order(self, effect: do.Effect) -> None:
        self._thread.submit(lambda service: service.handlers[type(effect)](effect, self.posted.put))

    def next_event(self) -> on.Event:
        return self.posted.get(timeout=LIMIT_S)

    def await_looks(self) -> None:
        """Until the slot was looked at a few times more."""
        enough = self._reader.looks + 3
        eventually(lambda: self._reader.looks >= enough)

    def await_rest(self) -> None:
        """Until the service has done what it was ordered."""
        done: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread.submit(lambda _: done.put(None))
        done.get(timeout=LIMIT_S)

    def close(self) -> None:
        self._thread.close()
        self.sim.stop()


OpenCounter = Callable[..., Counter]


@pytest.fixture
def open_counter(tmp_path: Path) -> Iterator[OpenCounter]:
    opened = []

    def open_one(slot: WatchedSlot, chip_side: str, protocol: Protocol = "t1") -> Counter:
        counter = Counter(slot, chip_side, tmp_path, protocol)
        opened.append(counter)
        return counter

    yield open_one
    for counter in opened:
        counter.close()
        assert counter.deaths == []


@pytest.fixture
def counter(open_counter: OpenCounter) -> Counter:
    """With a card that is put in without pcscd."""
    slot = DirectCoupler()
    return open_counter(slot, slot.url)


@pytest.fixture
def pcsc_counter(request: pytest.FixtureRequest, pcscd: PrivatePcscd, open_counter: OpenCounter) -> Counter:
    """With the second slot of a real pcscd."""
    slot = open_watched_slot(reader_url(pcscd.reader_names[1]))
    return open_counter(slot, pcscd.slot_url(1), getattr(request, "param", "t1"))


@pytest.mark.pcsc
@pytest.mark.slow
@pytest.mark.parametrize("pcsc_counter", ["t0", "t1"], indirect=True)
def test_a_card_is_accepted_once_as_long_as_it_stays_and_its_going_is_told(pcsc_counter: Counter) -> None:
    pcsc_counter.order(do.AwaitServiceCard())
    for _ in range(2):
        pcsc_counter.sim.insert("seventeen")
        assert pcsc_counter.next_event() == ACCEPTED
        assert pcsc_counter.proven.number == "17"
        pcsc_counter.sim.pull()
        assert pcsc_counter.next_event() == REMOVED
        assert pcsc_counter.proven.number is None
    assert pcsc_counter.posted.empty()


@pytest.mark.pcsc
@pytest.mark.slow
def test_a_card_that_is_pulled_out_while_it_signs_is_not_read(pcsc_counter: Counter) -> None:
    pcsc_counter.sim.set_fault("pulled_out")
    pcsc_counter.order(do.AwaitServiceCard())
    pcsc_counter.sim.insert("seventeen")
    assert pcsc_counter.next_event() == refused(SignInProblem.SERVICE_CARD_UNREADABLE)
    assert pcsc_counter.sim.inserted is None
    pcsc_counter.sim.clear_faults()
    pcsc_counter.sim.insert("seventeen")
    assert pcsc_counter.next_event() == ACCEPTED


@pytest.mark.pcsc
@pytest.mark.slow
def test_a_pcscd_that_ends_takes_the_card_with_it_and_one_that_comes_back_gives_it_again(
    pcsc_counter: Counter, pcscd: PrivatePcscd
) -> None:
    pcsc_counter.order(do.AwaitServiceCard())
    pcsc_counter.sim.insert("seventeen")
    assert pcsc_counter.next_event() == ACCEPTED
    pcscd.stop()
    try:
        assert {pcsc_counter.next_event(), pcsc_counter.next_event()} == {
            refused(SignInProblem.SERVICE_CARD_READER_GONE),
            REMOVED,
        }
        assert pcsc_counter.proven.number is None
    finally:
        pcscd.start()
    assert pcsc_counter.next_event() == ACCEPTED


@pytest.mark.pcsc
def test_a_reader_that_is_not_there_is_told_once(
    pcscd: PrivatePcscd, open_counter: OpenCounter, caplog: pytest.LogCaptureFixture
) -> None:
    counter = open_counter(open_watched_slot("pcsc://Nobody's Reader 00 00"), pcscd.slot_url(1))
    with caplog.at_level(logging.WARNING):
        counter.order(do.AwaitServiceCard())
        assert counter.next_event() == refused(SignInProblem.SERVICE_CARD_READER_GONE)
    counter.await_rest()
    assert counter.posted.empty()
    assert "no reader" in caplog.text


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("clone", SignInProblem.SERVICE_CARD_NOT_PROVEN),
        ("foreign", SignInProblem.SERVICE_CARD_FOREIGN),
        ("pulled_out", SignInProblem.SERVICE_CARD_UNREADABLE),
    ],
)
def test_a_card_that_is_not_as_it_should_be_is_refused_and_logged_without_its_certificate(
    fault: str, problem: SignInProblem, counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    counter.sim.set_fault(fault)
    counter.sim.insert("seventeen")
    with caplog.at_level(logging.INFO):
        counter.order(do.AwaitServiceCard())
        assert counter.next_event() == refused(problem)
    counter.await_looks()
    assert counter.posted.empty()  # once for each card that is put in
    assert counter.proven.number is None
    assert "service_card_refused" in caplog.text
    assert "BEGIN" not in caplog.text


def test_a_silent_card_is_not_read(counter: Counter) -> None:
    counter.sim.set_fault("silent")
    counter.sim.insert("seventeen")
    counter.order(do.AwaitServiceCard())
    assert counter.next_event() == refused(SignInProblem.SERVICE_CARD_UNREADABLE)


def test_an_answer_of_before_is_no_answer(counter: Counter) -> None:
    counter.sim.insert("seventeen")
    counter.order(do.AwaitServiceCard())
    assert counter.next_event() == ACCEPTED
    counter.sim.pull()
    assert counter.next_event() == REMOVED
    counter.sim.set_fault("replay")
    counter.sim.insert("seventeen")
    assert counter.next_event() == refused(SignInProblem.SERVICE_CARD_NOT_PROVEN)


def test_cards_of_others_of_the_past_and_revoked_ones_are_refused(counter: Counter, tmp_path: Path) -> None:
    others = Authority(tmp_path / "cards", "somebody else's authority"), Authority(tmp_path / "cards")
    for name, other in zip(("of others", "of a namesake"), others, strict=True):
        other.issue(name)
    counter.authority.issue("old", since_days=DAYS + 1)
    counter.authority.issue("to come", since_days=-1)
    counter.authority.issue("nobody's", "seventeen")
    counter.revoked.add(serial_of(counter.authority.issue("lost")))
    counter.order(do.AwaitServiceCard())
    for card, problem in (
        ("of others", SignInProblem.SERVICE_CARD_OF_OTHERS),
        ("of a namesake", SignInProblem.SERVICE_CARD_OF_OTHERS),
        ("old", SignInProblem.SERVICE_CARD_EXPIRED),
        ("to come", SignInProblem.SERVICE_CARD_EXPIRED),
        ("nobody's", SignInProblem.SERVICE_CARD_FOREIGN),
        ("lost", SignInProblem.SERVICE_CARD_REVOKED),
    ):
        counter.sim.insert(card)
        assert counter.next_event() == refused(problem), card


def test_a_card_that_was_there_before_is_looked_at_and_none_after_the_end(counter: Counter) -> None:
    counter.sim.insert("seventeen")
    counter.order(do.AwaitServiceCard())
    assert counter.next_event() == ACCEPTED
    counter.order(do.StopServiceCard())
    counter.await_rest()
    assert counter.proven.number is None
    counter.sim.pull()
    counter.await_rest()
    assert counter.posted.empty()


def test_a_bank_card_is_no_service_card(counter: Counter) -> None:
    bank = foreign_chip("bank")
    assert bank is not None
    host = VpcdHost(counter.chip_side, ActivityLog(), pace=0.0)
    host.start()
    try:
        host.lay(bank)
        counter.order(do.AwaitServiceCard())
        assert counter.next_event() == refused(SignInProblem.SERVICE_CARD_FOREIGN)
    finally:
        host.stop()
