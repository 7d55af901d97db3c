"""What every coupler does, whatever the wire: the direct link, PC/SC over a virtual reader, and with --hardware a
real one (KIOSK_PCSC_SLOT names its slot; lay a test permit on it)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from drivers.errors import LinkLost, LinkTimeout, NoChip
from drivers.permit_chip.chip import PermitChip
from drivers.simulators.activity import ActivityLog
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.permit import Chip, PermitLocation, SimulatedPermit
from drivers.simulators.vpcd_link import VpcdHost
from drivers.transport.base import Coupler
from drivers.transport.pcsc import PcscCoupler
from tests.fakes.invented_permits import REFERENCE, SSSE, fields_of, reference_chip, ssse_chip


class BlankFace:
    def erase(self) -> None: ...

    def print_columns(self, columns: bytes) -> None: ...


@dataclass
class Bench:
    """A coupler and the hand that lays permits on it."""

    coupler: Coupler
    host: VpcdHost

    def lay(self, chip: Chip | None) -> SimulatedPermit:
        permit = SimulatedPermit("invented", chip, BlankFace())
        self.host.attach(permit)
        permit.move_to(PermitLocation.STATION)
        return permit


@pytest.fixture(params=["direct", pytest.param("pcsc", marks=pytest.mark.pcsc)])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    coupler: Coupler
    if request.param == "direct":
        coupler = DirectCoupler()
        url = coupler.url
    else:
        pcscd = request.getfixturevalue("pcscd")
        coupler = PcscCoupler(pcscd.reader_name)
        url = pcscd.vpcd_url
    host = VpcdHost(url, ActivityLog(), pace=0.0)
    host.start()
    yield Bench(coupler, host)
    coupler.close()
    host.stop()


def test_a_permit_at_the_station_is_met_and_read(bench: Bench) -> None:
    bench.lay(reference_chip())
    with PermitChip(bench.coupler, [REFERENCE, SSSE]) as chip:
        assert chip.open(5) is REFERENCE
        assert dict(chip.read().fields) == fields_of(REFERENCE)


def test_the_answer_to_reset_is_the_chips_own(bench: Bench) -> None:
    in_hand = reference_chip()
    bench.lay(in_hand)
    chip = bench.coupler.connect(5)
    assert chip.atr == in_hand.atr()
    chip.close()


def test_an_empty_slot_is_told_when_the_time_is_over_and_not_before(bench: Bench) -> None:
    began = time.monotonic()
    with pytest.raises(NoChip):
        bench.coupler.connect(0.5)
    assert time.monotonic() - began > 0.45


def test_a_permit_without_a_chip_is_an_empty_slot(bench: Bench) -> None:
    bench.lay(None)
    with pytest.raises(NoChip):
        bench.coupler.connect(0.5)


def test_a_permit_elsewhere_than_at_the_station_is_not_met(bench: Bench) -> None:
    permit = bench.lay(reference_chip())
    bench.coupler.connect(5).close()
    for place in (PermitLocation.MOUTH, PermitLocation.PATH, PermitLocation.BIN, PermitLocation.HAND):
        permit.move_to(place)
        with pytest.raises(NoChip):
            bench.coupler.connect(0.1)


def test_a_permit_that_leaves_in_the_middle_loses_the_link_and_a_new_one_is_met(bench: Bench) -> None:
    permit = bench.lay(reference_chip())
    chip = PermitChip(bench.coupler, [REFERENCE, SSSE])
    chip.open(5)
    permit.move_to(PermitLocation.MOUTH)
    with pytest.raises((LinkLost, LinkTimeout)):
        chip.read()
    chip.close()
    bench.lay(ssse_chip())
    assert chip.open(5) is SSSE
    assert dict(chip.read().fields) == fields_of(SSSE)
    chip.close()


def test_closing_powers_the_chip_off_and_opening_powers_it_on_again(bench: Bench) -> None:
    bench.lay(reference_chip())
    for _ in range(3):
        chip = bench.coupler.connect(5)
        assert chip.transmit(bytes.fromhex("00B0820004")).sw == 0x6A82  # what was selected before is forgotten
        assert chip.transmit(bytes.fromhex("00A4040006F04A5A5A3031")).sw == 0x610A
        chip.close()


def test_a_closed_chip_and_coupler_may_be_closed_again_and_a_closed_chip_answers_no_more(bench: Bench) -> None:
    bench.lay(reference_chip())
    chip = bench.coupler.connect(5)
    chip.close()
    chip.close()
    with pytest.raises(LinkLost):
        chip.transmit(bytes.fromhex("0084000004"))
    bench.coupler.close()
    bench.coupler.close()


@pytest.mark.slow
def test_a_silent_chip_ends_in_a_lost_link(bench: Bench) -> None:
    in_hand = reference_chip()
    bench.lay(in_hand)
    chip = bench.coupler.connect(5)
    in_hand.set_fault("silent")
    with pytest.raises((LinkLost, LinkTimeout)):
        chip.transmit(bytes.fromhex("0084000004"))
    chip.close()
    in_hand.clear_faults()
    bench.coupler.connect(5).close()


@pytest.mark.slow
def test_a_dead_chip_is_no_chip(bench: Bench) -> None:
    in_hand = reference_chip()
    in_hand.set_fault("dead")
    bench.lay(in_hand)
    with pytest.raises(NoChip):
        bench.coupler.connect(1.5)


@pytest.mark.hardware
def test_a_real_reader_meets_a_real_permit() -> None:
    if "KIOSK_PCSC_SLOT" not in os.environ:
        pytest.skip("KIOSK_PCSC_SLOT names no slot")
    coupler = PcscCoupler(os.environ["KIOSK_PCSC_SLOT"])
    with PermitChip(coupler, [REFERENCE, SSSE]) as chip:
        chip.open(10)
        serial, atr = chip.read_serial_and_atr()
        assert len(serial) == 16
        assert atr[0] in (0x3B, 0x3F)
    coupler.close()
