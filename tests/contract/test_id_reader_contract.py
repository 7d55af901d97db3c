"""What every identity-card reader must do, simulated or real.

On a real one: `KIOSK_ID_READER_URL=serial:///dev/…?baud=115200 pytest tests/contract/test_id_reader_contract.py
--hardware -s`, with one test card at hand; the terminal says when to lay it down and when to lift it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import pytest

from assets import ASSETS
from drivers.errors import DriverError, IdCardUnreadable
from drivers.id_reader.device import IdCardRecord, IdReader
from drivers.id_reader.reader_file import IdReaderFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.id_reader_sim import IdReaderSim
from drivers.simulators.residents import Person, load_residents
from drivers.transport.urls import bytes_opener
from tests.waiting import LIMIT_S

DEVICE_FILE = ASSETS / "devices" / "gat467.toml"


class Hands(Protocol):
    def lay_down(self) -> None: ...

    def lift(self) -> None: ...


@dataclass
class SimulatedHands:
    sim: IdReaderSim
    person: Person

    def lay_down(self) -> None:
        self.sim.lay_down(self.person)

    def lift(self) -> None:
        self.sim.lift()


class HumanHands:
    PATIENCE_S = 4.0

    def _ask(self, what: str) -> None:
        print(f"\n>>> {what} now", flush=True)
        time.sleep(self.PATIENCE_S)

    def lay_down(self) -> None:
        self._ask("lay the test card down")

    def lift(self) -> None:
        self._ask("lift the card")


@dataclass
class Setup:
    reader: IdReader
    hands: Hands
    poll_interval_s: float


@pytest.fixture(params=["simulator", pytest.param("real device", marks=[pytest.mark.hardware, pytest.mark.slow])])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setup]:
    device_file = IdReaderFile.load(DEVICE_FILE)
    sim: IdReaderSim | None = None
    hands: Hands
    if request.param == "simulator":
        sim = IdReaderSim(ActivityLog(), 0.0, tmp_path)
        person = load_residents(today=date(2026, 3, 1)).people["lin-yuzhen"]
        url, hands = sim.start(), SimulatedHands(sim, person)
    else:
        url, hands = os.environ["KIOSK_ID_READER_URL"], HumanHands()
    reader = IdReader(bytes_opener(url, "id_reader"), device_file)
    reader.open()
    yield Setup(reader, hands, 0.0 if sim else device_file.poll_interval_s)
    reader.close()
    if sim:
        sim.stop()


def poll_until_read(setup: Setup, within_s: float = LIMIT_S) -> IdCardRecord:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with suppress(IdCardUnreadable):
            record = setup.reader.read_id_card()
            if record is not None:
                return record
        time.sleep(setup.poll_interval_s)
    raise AssertionError("no identity card was read")


def test_the_module_passes_its_self_test_and_has_a_number(setup: Setup) -> None:
    setup.reader.self_test()
    kind, day, serial, check = setup.reader.read_module_id().split("-")
    assert (len(kind), len(day), len(serial), len(check)) == (5, 8, 10, 10)


def test_without_a_card_there_is_nothing_to_read(setup: Setup) -> None:
    setup.hands.lift()
    assert setup.reader.find() is False
    assert setup.reader.read_id_card() is None


def test_select_without_a_card_is_refused_and_does_no_harm(setup: Setup) -> None:
    setup.hands.lift()
    assert setup.reader.select() is False
    setup.reader.self_test()


def test_a_read_without_a_card_is_about_the_card_and_not_about_the_machine(setup: Setup) -> None:
    setup.hands.lift()
    with pytest.raises(IdCardUnreadable):
        setup.reader.read_text_and_photo()
    setup.reader.self_test()


def test_a_card_is_read_once_and_again_only_after_it_was_lifted(setup: Setup) -> None:
    setup.hands.lay_down()
    first = poll_until_read(setup)
    assert len(first.photo_raw) == 1024
    assert setup.reader.read_id_card() is None
    setup.hands.lift()
    assert setup.reader.read_id_card() is None
    setup.hands.lay_down()
    assert poll_until_read(setup).text == first.text


def test_after_a_reset_the_module_still_answers(setup: Setup) -> None:
    setup.reader.reset()
    setup.reader.self_test()


def test_a_smaller_radio_frame_is_accepted(setup: Setup) -> None:
    setup.reader.set_max_rf_bytes(80)
    for refused in (23, 256):
        with pytest.raises(ValueError, match="24 to 255"):
            setup.reader.set_max_rf_bytes(refused)


def test_a_closed_reader_opens_itself_when_it_is_used(setup: Setup) -> None:
    setup.reader.close()
    setup.reader.close()
    setup.reader.self_test()
    setup.reader.open()
    setup.reader.self_test()


def test_every_refusal_is_a_driver_error(setup: Setup) -> None:
    setup.hands.lift()
    with pytest.raises(DriverError):
        setup.reader.read_text_photo_and_fingerprint()
