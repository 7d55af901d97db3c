"""The jack: the kernel's own bytes through a FIFO."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from drivers.simulators.headphone_jack_sim import HeadphoneJackSimulator
from screens.sound import headphone_jack
from screens.sound.headphone_jack import EVENT, HeadphoneJack, changes_in
from tests.waiting import LIMIT_S

PLUGGED_IN = bytes.fromhex("0f9b4a6700000000d202030000000000" + "0500020001000000")  # EV_SW, headphones, 1
PULLED_OUT = PLUGGED_IN[:-4] + bytes(4)
SYNCHRONISED = bytes(24)
DROPPED = bytes(16) + bytes.fromhex("0000030000000000")
LINE_OUT = PLUGGED_IN[:16] + bytes.fromhex("0500060001000000")


@pytest.fixture
def told() -> SimpleQueue[bool]:
    return SimpleQueue()


@pytest.fixture
def lost() -> SimpleQueue[str]:
    return SimpleQueue()


@pytest.fixture
def jack(tmp_path: Path, told: SimpleQueue[bool], lost: SimpleQueue[str]) -> Iterator[HeadphoneJackSimulator]:
    simulator = HeadphoneJackSimulator(tmp_path / "event7")
    reader = HeadphoneJack(str(tmp_path / "event7"), told.put, lost.put)
    reader.start()
    yield simulator
    reader.stop()
    simulator.close()


def test_the_simulator_sends_what_the_kernel_sends(jack: HeadphoneJackSimulator, told: SimpleQueue[bool]) -> None:
    assert EVENT.size == len(PLUGGED_IN) == 24
    jack.plug_in()
    assert told.get(timeout=LIMIT_S) is True
    jack.send(PULLED_OUT + SYNCHRONISED)
    assert told.get(timeout=LIMIT_S) is False
    jack.send(PLUGGED_IN + SYNCHRONISED)
    assert told.get(timeout=LIMIT_S) is True
    jack.pull_out()
    assert told.get(timeout=LIMIT_S) is False


def test_events_may_come_in_pieces(jack: HeadphoneJackSimulator, told: SimpleQueue[bool]) -> None:
    for byte in PLUGGED_IN + SYNCHRONISED:
        jack.send(bytes([byte]))
    assert told.get(timeout=LIMIT_S) is True


def test_only_what_changes_is_told(jack: HeadphoneJackSimulator, told: SimpleQueue[bool]) -> None:
    jack.send(PULLED_OUT + LINE_OUT + PLUGGED_IN + PLUGGED_IN + PULLED_OUT)
    assert [told.get(timeout=LIMIT_S) for _ in range(2)] == [True, False]
    assert told.empty()


def test_other_switches_say_nothing_and_lost_events_are_known() -> None:
    assert list(changes_in(LINE_OUT + SYNCHRONISED + PLUGGED_IN + DROPPED)) == [True, None]


def test_a_jack_that_goes_away_has_no_headphones_in_and_may_come_back(
    tmp_path: Path, told: SimpleQueue[bool], lost: SimpleQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headphone_jack, "AGAIN_S", 0.01)
    simulator = HeadphoneJackSimulator(tmp_path / "event7")
    reader = HeadphoneJack(str(tmp_path / "event7"), told.put, lost.put)
    reader.start()
    simulator.plug_in()
    assert told.get(timeout=LIMIT_S) is True
    simulator.close()
    assert told.get(timeout=LIMIT_S) is False
    simulator = HeadphoneJackSimulator(tmp_path / "event7")
    simulator.plug_in()
    assert told.get(timeout=LIMIT_S) is True
    reader.stop()
    simulator.close()


@pytest.mark.parametrize("of", [lambda folder: folder / "nothing", lambda folder: folder])
def test_what_is_no_jack_has_no_headphones_in_and_is_told_once(
    tmp_path: Path,
    told: SimpleQueue[bool],
    lost: SimpleQueue[str],
    of: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(headphone_jack, "AGAIN_S", 0.001)
    reader = HeadphoneJack(str(of(tmp_path)), told.put, lost.put)
    reader.start()
    assert lost.get(timeout=LIMIT_S).startswith("headphones: ")
    jack = HeadphoneJackSimulator(tmp_path / "event7")  # another reader has its turn meanwhile, and finds one
    other = HeadphoneJack(str(tmp_path / "event7"), told.put, lost.put)
    other.start()
    jack.plug_in()
    assert told.get(timeout=LIMIT_S) is True
    other.stop()
    jack.close()
    reader.stop()
    assert told.empty()
    assert lost.empty()
