"""The arithmetic of a visit's floor."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from drivers.simulators.activity import Busy
from kiosk.demo.floor import PCSCD_POLL_S, READER_POLL_S, BareCosts, busy_of, central_waits, covered, measure
from kiosk.demo.resident import Stage

FREE = BareCosts(frame_s=0.0, https_s=0.0)


def busy(began: float, ended: float, who: str = "permit_unit", cause: Literal["line", "device"] = "line") -> Busy:
    return Busy(who, cause, "something", began, ended)


def stage(name: str = "chip and face", began: float = 10.0, ended: float = 20.0, *painted: float) -> Stage:
    return Stage(name, began, ended, painted)


def floor_of(one: Stage, *busies: Busy, calls: tuple[tuple[float, float], ...] = (), bare: BareCosts = FREE) -> float:
    (measured,) = measure([one], busies, calls, bare)
    assert measured.overhead_s == pytest.approx(one.seconds - measured.floor_s)
    return measured.floor_s


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        ([], 0.0),
        ([(1.0, 3.0)], 2.0),
        ([(1.0, 3.0), (5.0, 6.0)], 3.0),
        ([(1.0, 3.0), (2.0, 4.0)], 3.0),
        ([(1.0, 9.0), (2.0, 4.0), (8.0, 10.0)], 9.0),
        ([(1.0, 3.0), (3.0, 4.0)], 3.0),
        ([(5.0, 2.0)], 0.0),
        ([(1.0, 2.0), (9.0, 3.0), (1.5, 2.5)], 1.5),
    ],
)
def test_what_runs_at_the_same_time_counts_once(intervals: list[tuple[float, float]], seconds: float) -> None:
    assert covered(intervals) == pytest.approx(seconds)
    assert covered(reversed(intervals)) == pytest.approx(seconds)


def test_a_stage_in_which_nothing_else_was_busy_is_all_the_programs_own() -> None:
    assert floor_of(stage()) == 0.0


@pytest.mark.parametrize(("by_pcscd", "seconds"), [(True, 1.0 + PCSCD_POLL_S), (False, 1.0)])
def test_pcscds_look_counts_only_where_pcscd_looks(by_pcscd: bool, seconds: float) -> None:
    one = stage("permit in, read and assessed")
    busies = [busy(11.0, 11.5, cause="device"), busy(14.0, 14.5, who="permit_chip", cause="device")]
    (measured,) = measure([one], busies, (), FREE, by_pcscd)
    assert measured.floor_s == pytest.approx(seconds)


def test_only_what_lies_within_the_stage_counts() -> None:
    assert floor_of(stage(), busy(0.0, 9.0), busy(8.0, 11.0), busy(19.5, 30.0), busy(21.0, 22.0)) == pytest.approx(1.5)


def test_every_painted_screen_counts_one_bare_frame() -> None:
    assert floor_of(stage("result", 10.0, 20.0, 12.0, 20.0), bare=BareCosts(0.25, 0.0)) == pytest.approx(0.5)


def test_a_frame_that_was_drawn_while_a_device_was_busy_costs_nothing() -> None:
    one = stage("chip and face", 10.0, 20.0, 15.0, 20.0)
    assert floor_of(one, busy(14.0, 16.0), bare=BareCosts(0.25, 0.0)) == pytest.approx(2.25)


def test_every_call_to_central_counts_from_its_sending_until_its_answer() -> None:
    calls = ((9.0, 9.5), (12.0, 12.5), (15.0, 15.5), (20.5, 21.0))
    assert floor_of(stage(), busy(15.0, 15.25), calls=calls) == pytest.approx(1.0)


def test_the_floor_is_never_more_than_the_stage() -> None:
    one = stage("result", 10.0, 10.5, 10.2, 10.4, 10.5)
    assert floor_of(one, calls=((10.0, 10.4), (10.1, 10.5), (10.2, 10.6)), bare=BareCosts(0.4, 0.4)) == pytest.approx(
        0.5
    )


def test_an_identity_card_waits_for_the_next_poll() -> None:
    one = stage("identity card")
    assert floor_of(one, busy(10.2, 10.3, "id_reader")) == pytest.approx(0.3)


def test_a_reader_that_polls_too_rarely_is_the_programs_own() -> None:
    one = stage("identity card")
    assert floor_of(one, busy(11.0, 11.1, "id_reader")) == pytest.approx(READER_POLL_S + 0.1)


def test_only_the_identity_card_waits_for_the_reader() -> None:
    assert floor_of(stage("notice"), busy(11.0, 11.1, "id_reader")) == pytest.approx(0.1)


def test_a_chip_waits_for_the_next_look_of_pcscd() -> None:
    one = stage("permit in, read and assessed")
    taking_in = busy(10.0, 12.0, cause="device")
    assert floor_of(one, taking_in, busy(12.3, 12.5, "permit_chip", "device")) == pytest.approx(2.5)
    late = busy(13.0, 13.5, "permit_chip", "device")
    assert floor_of(one, taking_in, late) == pytest.approx(2.0 + PCSCD_POLL_S + 0.5)


def test_a_permit_whose_chip_is_never_asked_waits_for_nothing() -> None:
    one = stage("permit in, read and assessed")
    assert floor_of(one, busy(10.0, 12.0, cause="device")) == pytest.approx(2.0)


def test_the_rigs_record_comes_over_its_socket_as_plain_values() -> None:
    told = {"who": "id_reader", "cause": "line", "doing": "answer", "began": 1.0, "ended": 2.0}
    assert busy_of([told]) == [Busy("id_reader", "line", "answer", 1.0, 2.0)]


def test_waits_for_central_are_read_from_the_kiosks_log(tmp_path: Path) -> None:
    log = tmp_path / "kiosk.log"
    log.write_text(
        '2026-11-22 10:00:00,500 INFO central_answered {"call": "endorsements", "status": 200, "ms": 250.0}\n'
        '2026-11-22 10:00:01,000 INFO step {"before": "Idle", "after": "ShowingNotice"}\n'
        '2026-11-22 10:00:02,000 INFO central_answered {"call": "heartbeat", "status": 503, "ms": 1000.0}\n',
        "utf-8",
    )
    (first, second) = central_waits(log)
    assert [second[0] - first[0], first[1] - first[0], second[1] - second[0]] == pytest.approx([0.75, 0.25, 1.0])
