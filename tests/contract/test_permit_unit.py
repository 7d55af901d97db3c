"""What every permit unit must do, whatever its dialect. A further dialect joins `STANDS`.

On a real unit: `pytest tests/contract/test_permit_unit.py --hardware`, with its URL in PERMIT_UNIT_URL; what needs
hands then waits for a person.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from assets import ASSETS
from drivers.errors import CoverOpen, DriverError, LinkLost, NothingToProcess, PermitJammed
from drivers.permit_unit.base import (
    BinLevel,
    FaceRaster,
    PermitPosition,
    PermitUnit,
    ResetPolicy,
    TakeInOutcome,
    UnitStatus,
)
from drivers.permit_unit.crt_591_m.device_file import CrtDeviceFile
from drivers.permit_unit.dialects import CRT, STAR, UnitFile, load_unit_file, open_unit
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.permit_unit_sim import PermitUnitSim
from drivers.transport.urls import open_bytes
from tests.waiting import eventually

DEVICE_FILES = ASSETS / "devices"


class Hands(Protocol):
    """What people do at a unit."""

    def offer(self, permit: SimulatedPermit) -> None: ...

    def withdraw(self) -> bool: ...

    def take(self) -> SimulatedPermit | None: ...

    def open_cover(self) -> None: ...

    def close_cover(self) -> None: ...

    def free_jam(self) -> SimulatedPermit | None: ...

    def set_fault(self, name: str) -> None: ...

    def clear_faults(self) -> None: ...

    @property
    def permit(self) -> SimulatedPermit | None: ...

    @property
    def bin(self) -> list[SimulatedPermit]: ...


class Stand:
    """A unit, the hands in front of it, and a permit with a face."""

    def __init__(self, unit: PermitUnit, hands: Hands) -> None:
        self.unit = unit
        self.hands = hands
        self.face = RewritableFace()
        self.permit = SimulatedPermit("contract", None, self.face)

    def with_permit_inside(self) -> Stand:
        self.hands.offer(self.permit)
        assert self.unit.take_in(lambda: False) is TakeInOutcome.TAKEN_IN
        return self


def impatient(unit_file: UnitFile) -> UnitFile:
    """The same unit with short waits, for a simulator that takes no time."""
    match unit_file:
        case StarDeviceFile(timeouts=star):
            star = replace(
                star, ack_s=0.5, answer_s=0.5, transport_s=1.0, erase_and_print_s=1.0, initialise_s=1.0, take_back_s=0.3
            )
            return replace(unit_file, timeouts=star, refusal_pause_s=0.01)
        case CrtDeviceFile(timeouts=crt):
            crt = replace(crt, answer_s=0.5, transport_s=1.0, initialise_s=1.0, chip_s=1.0)
            return replace(unit_file, timeouts=crt, entry_poll_s=0.02)


SIMULATORS = {STAR: PermitUnitSim, CRT: CrtUnitSim}


def simulated(dialect: str, run_dir: Path) -> tuple[PermitUnit, Hands, Callable[[], None]]:
    """A unit that was switched on and initialised, as every program begins with it."""
    simulator: PermitUnitSim | CrtUnitSim = SIMULATORS[dialect](ActivityLog(), 0.0, run_dir)
    url = simulator.start()
    unit_file = impatient(load_unit_file(DEVICE_FILES / f"{dialect}.toml"))
    unit = open_unit(unit_file, lambda: open_bytes(url, "permit_unit"))
    unit.reset(ResetPolicy.LEAVE)
    return unit, simulator, simulator.stop


@pytest.fixture(params=SIMULATORS)
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    unit, hands, stop = simulated(request.param, tmp_path)
    try:
        yield Stand(unit, hands)
    finally:
        unit.close()
        stop()


def a_face(pattern: bytes = b"\xa5\x00\x0f\xff\x01") -> FaceRaster:
    return FaceRaster(480, 320, (pattern * (480 * 40 // len(pattern)))[: 480 * 40])


def never() -> bool:
    return False


def after(asked: int) -> Callable[[], bool]:
    """Says stop when it is asked for the `asked`-th time."""
    answers = iter([False] * (asked - 1))
    return lambda: next(answers, True)


def test_an_empty_unit_says_that_it_is_empty(stand: Stand) -> None:
    assert stand.unit.status() == UnitStatus(PermitPosition.NONE, cover_open=False, bin_level=BinLevel.OK)


def test_a_permit_offered_before_the_order_is_taken_to_the_station(stand: Stand) -> None:
    stand.hands.offer(stand.permit)
    assert stand.unit.status().position is PermitPosition.AT_MOUTH
    assert stand.unit.take_in(never) is TakeInOutcome.TAKEN_IN
    assert stand.unit.status().position is PermitPosition.AT_STATION
    assert stand.permit.place is PermitLocation.STATION


def test_a_permit_offered_after_the_order_is_taken_to_the_station(stand: Stand) -> None:
    offering = threading.Timer(0.15, stand.hands.offer, [stand.permit])
    offering.start()
    assert stand.unit.take_in(never) is TakeInOutcome.TAKEN_IN
    offering.join()
    assert stand.permit.place is PermitLocation.STATION


def test_stopping_withdraws_the_order_and_a_later_permit_stays_outside(stand: Stand) -> None:
    assert stand.unit.take_in(after(2)) is TakeInOutcome.STOPPED
    stand.hands.offer(stand.permit)
    assert stand.unit.status().position is PermitPosition.AT_MOUTH
    assert stand.hands.withdraw() is True
    assert stand.unit.status().position is PermitPosition.NONE


def test_an_order_that_is_stopped_before_it_is_given_moves_nothing(stand: Stand) -> None:
    stand.hands.offer(stand.permit)
    assert stand.unit.take_in(lambda: True) is TakeInOutcome.STOPPED
    assert stand.permit.place is PermitLocation.MOUTH


def test_taking_in_works_again_after_it_was_stopped(stand: Stand) -> None:
    assert stand.unit.take_in(after(1)) is TakeInOutcome.STOPPED
    assert stand.unit.take_in(after(2)) is TakeInOutcome.STOPPED
    stand.with_permit_inside()
    assert stand.unit.status().position is PermitPosition.AT_STATION


def test_a_permit_given_back_is_at_the_mouth_until_it_is_taken(stand: Stand) -> None:
    stand.with_permit_inside().unit.give_back()
    assert stand.unit.status().position is PermitPosition.AT_MOUTH
    assert stand.hands.take() is stand.permit
    assert stand.unit.status().position is PermitPosition.NONE


def test_giving_back_from_an_empty_unit_is_refused(stand: Stand) -> None:
    with pytest.raises(NothingToProcess):
        stand.unit.give_back()


def test_a_forgotten_permit_is_taken_back(stand: Stand) -> None:
    stand.with_permit_inside().unit.give_back()
    assert stand.unit.take_back() is True
    assert stand.unit.status().position is PermitPosition.AT_STATION


def test_taking_back_a_permit_that_the_holder_has_taken_finds_nothing(stand: Stand) -> None:
    stand.with_permit_inside().unit.give_back()
    stand.hands.take()
    assert stand.unit.take_back() is False
    assert stand.unit.status().position is PermitPosition.NONE


def test_taking_back_a_permit_that_never_left_says_that_it_is_inside(stand: Stand) -> None:
    assert stand.with_permit_inside().unit.take_back() is True


def test_a_retained_permit_is_in_the_bin(stand: Stand) -> None:
    if not stand.unit.capabilities.has_retain_bin:
        pytest.skip("no bin")
    stand.with_permit_inside().unit.retain()
    assert stand.hands.bin == [stand.permit]
    assert stand.permit.place is PermitLocation.BIN
    assert stand.unit.status().position is PermitPosition.NONE


def test_the_face_shows_exactly_what_was_loaded(stand: Stand) -> None:
    if not stand.unit.capabilities.rewrites_face:
        pytest.skip("no face")
    stand.face.print_columns(a_face(b"\xff").columns)
    face = a_face()
    assert stand.with_permit_inside().unit.load_face(face) > 0
    stand.unit.erase_and_print()
    assert stand.face.raster == face
    assert (stand.face.erasures, stand.face.prints) == (1, 2)


def test_printing_gives_the_permit_out_where_the_unit_does_both_in_one(stand: Stand) -> None:
    if not stand.unit.capabilities.gives_out_with_print:
        pytest.skip("two orders")
    stand.with_permit_inside().unit.load_face(a_face())
    stand.unit.erase_and_print()
    assert stand.unit.status().position is PermitPosition.AT_MOUTH
    assert stand.hands.take() is stand.permit


def test_a_cleared_buffer_prints_nothing(stand: Stand) -> None:
    if not stand.unit.capabilities.rewrites_face:
        pytest.skip("no face")
    stand.with_permit_inside().unit.load_face(a_face())
    stand.unit.clear_face()
    stand.unit.erase_and_print()
    assert stand.face.raster == FaceRaster(480, 320, bytes(480 * 40))


def test_a_second_face_leaves_nothing_of_the_first(stand: Stand) -> None:
    if not stand.unit.capabilities.rewrites_face:
        pytest.skip("no face")
    stand.with_permit_inside().unit.load_face(a_face(b"\xff"))
    second = FaceRaster(480, 320, bytes(100) + b"\x18" + bytes(480 * 40 - 101))
    stand.unit.load_face(second)
    stand.unit.erase_and_print()
    assert stand.face.raster == second


def test_printing_without_a_permit_is_refused_and_waits_for_none(stand: Stand) -> None:
    if not stand.unit.capabilities.rewrites_face:
        pytest.skip("no face")
    with pytest.raises(NothingToProcess):
        stand.unit.erase_and_print()
    stand.hands.offer(stand.permit)
    assert stand.unit.status().position is PermitPosition.AT_MOUTH
    assert stand.face.erasures == 0


def test_a_second_try_at_the_face_prints_the_same_image_again(stand: Stand) -> None:
    if not stand.unit.capabilities.gives_out_with_print:
        pytest.skip("two orders")
    face = a_face()
    stand.with_permit_inside().unit.load_face(face)
    stand.unit.erase_and_print()
    assert stand.unit.take_back() is True
    stand.unit.erase_and_print()
    assert stand.face.raster == face
    assert stand.face.erasures == 2


def test_a_reset_that_leaves_the_permit_leaves_it_at_the_station(stand: Stand) -> None:
    status = stand.with_permit_inside().unit.reset(ResetPolicy.LEAVE)
    assert status.position is PermitPosition.AT_STATION
    assert stand.permit.place is PermitLocation.STATION


def test_a_reset_that_gives_back_ends_with_the_permit_at_the_mouth(stand: Stand) -> None:
    status = stand.with_permit_inside().unit.reset(ResetPolicy.GIVE_BACK)
    assert status.position is PermitPosition.AT_MOUTH
    assert stand.hands.take() is stand.permit


def test_a_reset_that_retains_ends_with_the_permit_in_the_bin(stand: Stand) -> None:
    if not stand.unit.capabilities.has_retain_bin:
        pytest.skip("no bin")
    status = stand.with_permit_inside().unit.reset(ResetPolicy.RETAIN)
    assert status.position is PermitPosition.NONE
    assert stand.hands.bin == [stand.permit]


@pytest.mark.parametrize("policy", list(ResetPolicy))
def test_a_reset_of_an_empty_unit_finds_nothing(stand: Stand, policy: ResetPolicy) -> None:
    assert stand.unit.reset(policy).position is PermitPosition.NONE
    assert stand.hands.bin == []


def test_a_reset_empties_the_image_buffer(stand: Stand) -> None:
    if not stand.unit.capabilities.rewrites_face:
        pytest.skip("no face")
    stand.with_permit_inside().unit.load_face(a_face())
    stand.unit.reset(ResetPolicy.LEAVE)
    stand.unit.erase_and_print()
    assert stand.face.raster == FaceRaster(480, 320, bytes(480 * 40))


def test_after_a_loss_of_power_a_reset_finds_the_permit_and_keeps_it(stand: Stand) -> None:
    stand.with_permit_inside()
    stand.hands.set_fault("power_loss")
    with pytest.raises(DriverError):
        stand.unit.status()
    assert stand.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


def opens_cover(stand: Stand) -> None:
    try:
        stand.hands.open_cover()
    except ValueError:
        pytest.skip("no cover")


def test_an_open_cover_is_seen_and_stops_every_motion(stand: Stand) -> None:
    stand.with_permit_inside()
    opens_cover(stand)
    assert stand.unit.status().cover_open is True
    with pytest.raises(CoverOpen):
        stand.unit.give_back()
    stand.hands.close_cover()
    assert stand.unit.status().cover_open is False


def test_opening_the_cover_ends_the_wait_for_a_permit(stand: Stand) -> None:
    opens_cover(stand)
    stand.hands.close_cover()
    opening = threading.Timer(0.15, stand.hands.open_cover)
    opening.start()
    with pytest.raises(CoverOpen):
        stand.unit.take_in(never)
    opening.join()


@pytest.mark.parametrize(
    ("fault", "position"),
    [("jam_taking_in", PermitPosition.IN_PATH), ("pulled_back", PermitPosition.NONE)],
)
def test_a_permit_that_does_not_get_in_is_a_jam(stand: Stand, fault: str, position: PermitPosition) -> None:
    stand.hands.set_fault(fault)
    stand.hands.offer(stand.permit)
    with pytest.raises(PermitJammed):
        stand.unit.take_in(never)
    assert stand.unit.status().position is position


def test_a_permit_that_does_not_get_out_is_a_jam_until_it_is_freed(stand: Stand) -> None:
    stand.with_permit_inside()
    stand.hands.set_fault("jam_giving_out")
    with pytest.raises(PermitJammed):
        stand.unit.give_back()
    assert stand.unit.status().position is PermitPosition.IN_PATH
    with pytest.raises(PermitJammed):
        stand.unit.give_back()
    assert stand.hands.free_jam() is stand.permit
    assert stand.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE


def test_an_unplugged_unit_is_a_lost_link_and_comes_back_by_itself(stand: Stand) -> None:
    stand.with_permit_inside()
    stand.hands.set_fault("unplugged")
    for _ in range(2):
        with pytest.raises(LinkLost):
            stand.unit.status()
    stand.hands.clear_faults()
    assert stand.unit.status().position is PermitPosition.AT_STATION


def test_unplugging_ends_the_wait_for_a_permit(stand: Stand) -> None:
    unplugging = threading.Timer(0.15, stand.hands.set_fault, ["unplugged"])
    unplugging.start()
    with pytest.raises(LinkLost):
        stand.unit.take_in(never)
    unplugging.join()
    stand.hands.clear_faults()
    assert stand.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE


def test_the_counters_count(stand: Stand) -> None:
    before = stand.unit.counters()
    stand.with_permit_inside().unit.give_back()
    after_one = stand.unit.counters()
    if before.transports is None or after_one.transports is None:
        pytest.skip("keeps no counters")
    assert after_one.transports > before.transports


def test_a_unit_that_counts_its_bin_counts_anew_after_it_was_emptied(stand: Stand) -> None:
    stand.with_permit_inside().unit.retain()
    if stand.unit.counters().retained is None:
        stand.unit.count_bin_anew()
        pytest.skip("does not count its bin")
    assert stand.unit.counters().retained == 1
    stand.unit.count_bin_anew()
    assert stand.unit.counters().retained == 0


def test_the_version_is_a_line_of_text(stand: Stand) -> None:
    assert stand.unit.version().isprintable()
    assert stand.unit.version() != ""


def test_a_closed_unit_opens_again_when_it_is_used(stand: Stand) -> None:
    stand.unit.close()
    stand.unit.close()
    assert stand.unit.status().position is PermitPosition.NONE


@pytest.fixture
def real_unit() -> Iterator[PermitUnit]:
    """The unit at PERMIT_UNIT_URL, of the dialect PERMIT_UNIT_DIALECT (star-tcp300 if it is not said), initialised."""
    url, dialect = os.environ["PERMIT_UNIT_URL"], os.environ.get("PERMIT_UNIT_DIALECT", STAR)
    unit = open_unit(load_unit_file(DEVICE_FILES / f"{dialect}.toml"), lambda: open_bytes(url, "permit_unit"))
    unit.reset(ResetPolicy.LEAVE)
    yield unit
    unit.close()


@pytest.mark.hardware
def test_a_real_unit_answers_its_status(real_unit: PermitUnit) -> None:
    assert isinstance(real_unit.status(), UnitStatus)


@pytest.mark.hardware
@pytest.mark.timeout(300)
def test_a_real_unit_takes_a_permit_in_and_gives_it_back(real_unit: PermitUnit) -> None:
    assert real_unit.take_in(never) is TakeInOutcome.TAKEN_IN
    assert real_unit.status().position is PermitPosition.AT_STATION
    real_unit.give_back()
    eventually(lambda: real_unit.status().position is PermitPosition.NONE)
