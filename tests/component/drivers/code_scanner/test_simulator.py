"""The driver on the simulated scanner's wire: every fault ends in a typed error or in the next good code."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.errors import FrameCorrupt, LinkLost
from drivers.simulators.activity import ActivityLog
from drivers.simulators.code_scanner_sim import CodeScannerSim
from drivers.transport.urls import open_bytes
from tests.waiting import FOR_EVER_S, LIMIT_S, eventually

DEVICES = ASSETS / "devices"
DIALECTS = ("code-scanner-serial", "code-scanner-hid")
CODE, NEXT = "ELC:310000:ZJ-7Q2M-0041-9F3A", "elc_Next?#[1]"
WITHIN_S = LIMIT_S
SOON_S = 0.3


@pytest.fixture(params=DIALECTS)
def device_file(request: pytest.FixtureRequest) -> CodeScannerFile:
    return replace(CodeScannerFile.load(DEVICES / f"{request.param}.toml"), gap_s=0.1)


@pytest.fixture
def sim(device_file: CodeScannerFile, tmp_path: Path) -> Iterator[CodeScannerSim]:
    sim = CodeScannerSim(ActivityLog(), 0.0, tmp_path, device_file)
    sim.start()
    yield sim
    sim.stop()
    sim.stop()


@pytest.fixture
def scanner(sim: CodeScannerSim, device_file: CodeScannerFile) -> Iterator[LineScanner]:
    scanner = LineScanner(lambda: open_bytes(sim.url, "code_scanner"), device_file)
    scanner.open()
    yield scanner
    scanner.close()


def test_codes_come_one_by_one_in_their_order(sim: CodeScannerSim, scanner: LineScanner) -> None:
    sim.show_code(CODE)
    sim.show_code(NEXT)
    assert [scanner.read(WITHIN_S), scanner.read(WITHIN_S), scanner.read(0.0)] == [CODE, NEXT, None]


@pytest.mark.parametrize("fault", ["garbled", "overlong", "cut_short"])
def test_a_damaged_code_is_told_as_such_and_the_next_is_read(
    sim: CodeScannerSim,
    scanner: LineScanner,
    fault: str,
) -> None:
    sim.set_fault(fault)
    sim.show_code(CODE)
    with pytest.raises(FrameCorrupt) as told:
        scanner.read(WITHIN_S)
    assert (told.value.device, CODE in str(told.value)) == ("code_scanner", False)
    sim.clear_faults()
    sim.show_code(NEXT)
    assert scanner.read(WITHIN_S) == NEXT


def test_a_silent_scanner_costs_the_time_that_was_given(sim: CodeScannerSim, scanner: LineScanner) -> None:
    sim.set_fault("silent")
    sim.show_code(CODE)
    began = time.monotonic()
    assert scanner.read(SOON_S) is None
    assert time.monotonic() - began >= SOON_S


def test_a_late_code_belongs_to_whoever_asks_later_unless_it_is_cleared(
    sim: CodeScannerSim,
    scanner: LineScanner,
) -> None:
    sim.show_code(CODE)
    eventually(lambda: sim.seen == 1)
    scanner.clear_input()
    sim.show_code(NEXT)
    assert scanner.read(WITHIN_S) == NEXT


def test_an_unplugged_scanner_is_lost_and_serves_again_under_the_same_url(
    sim: CodeScannerSim,
    scanner: LineScanner,
) -> None:
    sim.set_fault("unplugged")
    with pytest.raises(LinkLost):
        scanner.read(WITHIN_S)
    with pytest.raises(LinkLost):
        scanner.clear_input()
    sim.show_code(CODE)
    eventually(lambda: sim.seen == 1)
    sim.clear_faults()
    scanner.open()
    sim.show_code(NEXT)
    assert scanner.read(WITHIN_S) == NEXT


def test_a_scanner_that_is_unplugged_while_somebody_waits_wakes_him(sim: CodeScannerSim, scanner: LineScanner) -> None:
    pulling = threading.Timer(0.1, sim.set_fault, ("unplugged",))
    pulling.start()
    with pytest.raises(LinkLost):
        scanner.read(FOR_EVER_S)
    pulling.join()


def test_a_closed_scanner_opens_itself(sim: CodeScannerSim, scanner: LineScanner) -> None:
    scanner.close()
    scanner.close()
    scanner.clear_input()
    sim.show_code(CODE)
    assert scanner.read(WITHIN_S) == CODE


def test_a_scanner_that_was_unplugged_and_plugged_in_between_two_waits_is_read_at_once(
    sim: CodeScannerSim, scanner: LineScanner
) -> None:
    sim.set_fault("unplugged")
    sim.clear_faults()
    scanner.clear_input()
    sim.show_code(CODE)
    assert scanner.read(WITHIN_S) == CODE


def test_a_scanner_behind_tcp_that_was_restarted_is_read_on_a_fresh_connection() -> None:
    file = CodeScannerFile.load(DEVICES / "code-scanner-serial.toml")
    with socket.create_server(("127.0.0.1", 0)) as server:
        scanner = LineScanner(lambda: open_bytes(f"tcp://127.0.0.1:{server.getsockname()[1]}", "code_scanner"), file)
        scanner.open()
        server.accept()[0].close()
        scanner.clear_input()
        fresh, _ = server.accept()
        with fresh:
            fresh.sendall(f"{CODE}\r\n".encode())
            assert scanner.read(WITHIN_S) == CODE
        with pytest.raises(LinkLost):  # lost while somebody waits: the waiting resident is told
            scanner.read(WITHIN_S)
        scanner.close()


def test_nobody_can_show_what_is_no_code(sim: CodeScannerSim) -> None:
    for no_code in ("", "two\nlines"):
        with pytest.raises(ValueError, match="printable"):
            sim.show_code(no_code)
    with pytest.raises(ValueError, match="there are silent"):
        sim.set_fault("on_fire")


@pytest.mark.slow
def test_a_code_that_comes_late_is_still_read(sim: CodeScannerSim, scanner: LineScanner) -> None:
    sim.set_fault("late")
    sim.show_code(CODE)
    assert scanner.read(SOON_S) is None
    assert scanner.read(2 * WITHIN_S) == CODE
