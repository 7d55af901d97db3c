"""The service between the machine and the simulated scanner: a code, a damaged one, none, a scanner that is gone."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.code_scanner_sim import CodeScannerSim
from drivers.transport.urls import open_bytes
from kiosk.domain import faults
from kiosk.domain.personal import Personal
from kiosk.runtime.workers import Worker
from kiosk.services.code_scanner import MOST_DAMAGED, CodeScannerService
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from tests.waiting import LIMIT_S, eventually

DEVICE_FILE = ASSETS / "devices" / "code-scanner-serial.toml"
CODE = "ELC:310000:ZJ-7Q2M-0041-9F3A"
WITHIN_S = LIMIT_S


class WatchedScanner(LineScanner):
    """Tells when it has forgotten the past, so that a test does not show a code too early."""

    cleared = 0

    def clear_input(self) -> None:
        super().clear_input()
        self.cleared += 1


class Counter:
    """A desk with a scanner, a machine that only listens, and a resident with a phone."""

    def __init__(self, sim: CodeScannerSim) -> None:
        self.sim = sim
        self.posted: queue.SimpleQueue[on.Event] = queue.SimpleQueue()
        self.deaths: list[BaseException | str] = []
        device_file = replace(CodeScannerFile.load(DEVICE_FILE), gap_s=0.1)
        scanner = WatchedScanner(lambda: open_bytes(sim.url, "code_scanner"), device_file)
        self._scanner = scanner
        self._service_thread: ServiceThread[CodeScannerService] = ServiceThread(
            Worker("code_scanner", lambda _, error: self.deaths.append(error)),
            lambda worker: CodeScannerService(scanner, worker),
            self.deaths.extend,
        )
        self._service_thread.worker.start()
        self._service_thread.submit(lambda service: service.claim())

    def order(self, effect: do.Effect) -> None:
        self._service_thread.submit(lambda service: service.handlers[type(effect)](effect, self.posted.put))

    def await_code(self) -> None:
        """Order a code, and come back when the scanner is listened to."""
        before = self._scanner.cleared
        self.order(do.ReadLicenceCode())
        eventually(lambda: self._scanner.cleared > before)

    def show(self, code: str = CODE) -> None:
        before = self.sim.seen
        self.sim.show_code(code)
        eventually(lambda: self.sim.seen > before)

    def await_rest(self) -> None:
        """Until the desk has done what it was ordered."""
        done: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._service_thread.submit(lambda _: done.put(None))
        done.get(timeout=WITHIN_S)

    def still_heard(self) -> str | None:
        """What the scanner's line or its driver still holds."""
        return self._scanner.read(0.2)

    def next_event(self) -> on.Event:
        return self.posted.get(timeout=WITHIN_S)

    def close(self) -> None:
        self._service_thread.close()


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[CodeScannerSim]:
    sim = CodeScannerSim(ActivityLog(), 0.0, tmp_path, CodeScannerFile.load(DEVICE_FILE))
    sim.start()
    yield sim
    sim.stop()


@pytest.fixture
def counter(sim: CodeScannerSim) -> Iterator[Counter]:
    counter = Counter(sim)
    counter.await_rest()
    yield counter
    counter.close()
    assert counter.deaths == []


def test_a_code_is_told_once_and_does_not_print(counter: Counter) -> None:
    counter.await_code()
    counter.show()
    told = counter.next_event()
    assert told == on.LicenceCodeRead(Personal(CODE))
    assert CODE not in repr(told)
    counter.await_rest()
    assert counter.posted.empty()


def test_a_code_that_was_shown_before_the_question_is_forgotten(counter: Counter) -> None:
    counter.show("ELC:somebody-before")
    counter.await_code()
    counter.show()
    assert counter.next_event() == on.LicenceCodeRead(Personal(CODE))


def test_a_damaged_code_is_to_be_shown_again_and_then_read(counter: Counter) -> None:
    counter.sim.set_fault("garbled")
    counter.await_code()
    counter.show()
    assert counter.next_event() == on.LicenceCodeNotReadable()
    counter.sim.clear_faults()
    counter.show()
    assert counter.next_event() == on.LicenceCodeRead(Personal(CODE))


def test_a_scanner_that_says_nothing_but_damaged_codes_is_given_up(counter: Counter) -> None:
    counter.sim.set_fault("garbled")
    counter.await_code()
    for _ in range(MOST_DAMAGED):
        counter.show()
    told = [counter.next_event() for _ in range(MOST_DAMAGED)]
    assert told == [on.LicenceCodeNotReadable()] * (MOST_DAMAGED - 1) + [
        on.CodeScannerFailed(faults.CODE_SCANNER_PROTOCOL)
    ]


def test_nobody_shows_anything_and_the_wait_ends_when_it_is_no_longer_wanted(counter: Counter) -> None:
    counter.order(do.ReadLicenceCode())
    counter.order(do.StopCodeScanner())
    counter.await_rest()
    assert counter.posted.empty()
    counter.await_code()
    counter.show()
    assert counter.next_event() == on.LicenceCodeRead(Personal(CODE))


def test_a_scanner_that_is_unplugged_fails_and_serves_the_next_question_when_it_is_back(counter: Counter) -> None:
    counter.order(do.ReadLicenceCode())
    counter.sim.set_fault("unplugged")
    assert counter.next_event() == on.CodeScannerFailed(faults.CODE_SCANNER_LINK)
    counter.order(do.ReadLicenceCode())
    assert counter.next_event() == on.CodeScannerFailed(faults.CODE_SCANNER_LINK)
    counter.sim.clear_faults()
    counter.await_code()
    counter.show()
    assert counter.next_event() == on.LicenceCodeRead(Personal(CODE))


def test_a_code_that_was_shown_twice_is_forgotten_with_the_visit(counter: Counter) -> None:
    counter.await_code()
    counter.show()
    assert counter.next_event() == on.LicenceCodeRead(Personal(CODE))
    counter.show()
    counter.order(do.ClearPersonalData())
    counter.await_rest()
    assert counter.still_heard() is None


def test_no_log_says_what_was_scanned(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    counter.await_code()
    for fault in ("garbled", "overlong", "cut_short"):
        counter.sim.set_fault(fault)
        counter.show()
        assert counter.next_event() == on.LicenceCodeNotReadable()
        counter.sim.clear_faults()
    counter.show()
    counter.next_event()
    assert "7201" in caplog.text
    assert "ELC" not in caplog.text


def test_a_scanner_that_is_not_there_at_the_start_is_logged_and_harms_nobody(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    absent = CodeScannerSim(ActivityLog(), 0.0, tmp_path, CodeScannerFile.load(DEVICE_FILE))
    counter = Counter(absent)
    counter.await_rest()
    counter.close()
    assert ("code_scanner" in caplog.text, "7101" in caplog.text, counter.deaths) == (True, True, [])
