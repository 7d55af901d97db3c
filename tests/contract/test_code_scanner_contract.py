"""What every code scanner must do: simulated in both dialects, or real.

On a real one: `KIOSK_CODE_SCANNER_URL=serial:///dev/…?baud=115200 KIOSK_CODE_SCANNER_FILE=code-scanner-serial
pytest tests/contract/test_code_scanner_contract.py --hardware -s`, with the two test codes of the driver's README on a
phone or on paper; the terminal says which to show. One that types: `hid:///dev/input/by-id/…` and `code-scanner-hid`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.code_scanner.base import CodeScanner
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.errors import LinkBusy
from drivers.simulators.activity import ActivityLog
from drivers.simulators.code_scanner_sim import CodeScannerSim
from drivers.transport.urls import open_bytes
from tests.waiting import LIMIT_S, eventually

DEVICES = ASSETS / "devices"
FIRST, SECOND = "QZ-TEST-0001", "qz_test:[2]?"
WITHIN_S = LIMIT_S
SOON_S = 0.3


@dataclass
class Setup:
    scanner: CodeScanner
    another: CodeScanner  # another program's driver of the same device
    show: Callable[[str], None]  # comes back when the scanner has seen it


def device_file_of(name: str) -> CodeScannerFile:
    return CodeScannerFile.load(DEVICES / f"{name}.toml")


def scanner_at(url: str, device_file: CodeScannerFile) -> LineScanner:
    return LineScanner(lambda: open_bytes(url, "code_scanner"), device_file)


def shown_by_hand(code: str) -> None:
    print(f"\n>>> show {code} now, once", flush=True)
    time.sleep(5.0)


@pytest.fixture(
    params=[
        "code-scanner-serial",
        "code-scanner-hid",
        pytest.param("real device", marks=[pytest.mark.hardware, pytest.mark.slow]),
    ]
)
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setup]:
    sim: CodeScannerSim | None = None
    if request.param == "real device":
        device_file = device_file_of(os.environ["KIOSK_CODE_SCANNER_FILE"])
        url, show = os.environ["KIOSK_CODE_SCANNER_URL"], shown_by_hand
    else:
        device_file = device_file_of(request.param)
        playing = sim = CodeScannerSim(ActivityLog(), 0.0, tmp_path, device_file)
        url = sim.start()

        def show(code: str) -> None:
            before = playing.seen
            playing.show_code(code)
            eventually(lambda: playing.seen > before)

    scanner = scanner_at(url, device_file)
    scanner.open()
    yield Setup(scanner, scanner_at(url, device_file), show)
    scanner.close()
    if sim is not None:
        sim.stop()


def test_a_code_is_read_as_it_is_printed(setup: Setup) -> None:
    setup.show(FIRST)
    assert setup.scanner.read(WITHIN_S) == FIRST
    setup.show(SECOND)
    assert setup.scanner.read(WITHIN_S) == SECOND


def test_without_a_code_there_is_nothing_after_the_time_that_was_given(setup: Setup) -> None:
    began = time.monotonic()
    assert setup.scanner.read(SOON_S) is None
    assert time.monotonic() - began >= SOON_S
    assert setup.scanner.read(0.0) is None


def test_what_was_seen_before_is_forgotten_when_asked_to(setup: Setup) -> None:
    setup.show(FIRST)
    setup.scanner.clear_input()
    assert setup.scanner.read(SOON_S) is None
    setup.show(SECOND)
    assert setup.scanner.read(WITHIN_S) == SECOND


def test_a_code_that_was_seen_and_not_fetched_is_kept(setup: Setup) -> None:
    assert setup.scanner.read(SOON_S) is None
    setup.show(FIRST)
    assert setup.scanner.read(WITHIN_S) == FIRST


def test_a_closed_scanner_opens_itself_when_it_is_used(setup: Setup) -> None:
    setup.scanner.close()
    setup.scanner.close()
    setup.scanner.clear_input()
    setup.show(FIRST)
    assert setup.scanner.read(WITHIN_S) == FIRST
    setup.scanner.open()


def test_a_scanner_is_held_by_one_program_alone(setup: Setup) -> None:
    with pytest.raises(LinkBusy, match="another program holds"):
        setup.another.open()
    setup.scanner.close()
    setup.another.open()
    setup.another.close()
