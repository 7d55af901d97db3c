"""The simulated contacts: a chip in another process, its pace, and what the activity log tells."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from drivers.errors import LinkLost, LinkTimeout
from drivers.permit_chip.chip import PermitChip
from drivers.simulators.activity import ActivityLog
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.vpcd_link import VpcdHost
from drivers.simulators.vpcd_wire import open_vpcd
from drivers.transport.base import Coupler
from drivers.transport.pcsc import PcscCoupler
from tests.contract.test_permit_chip_coupler import BlankFace
from tests.fakes.invented_permits import REFERENCE, fields_of, reference_chip

ELSEWHERE = """
import sys, time
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.vpcd_link import VpcdHost
from tests.contract.test_permit_chip_coupler import BlankFace
from tests.fakes.invented_permits import reference_chip
host = VpcdHost(sys.argv[1], ActivityLog(), 0.0)
permit = SimulatedPermit("invented", reference_chip(), BlankFace())
host.start(); host.attach(permit)
permit.move_to(PermitLocation.STATION)
sys.stdin.readline()
permit.move_to(PermitLocation.HAND)
sys.stdin.readline()
host.stop()
"""


@pytest.mark.slow
@pytest.mark.parametrize("wire", ["direct", pytest.param("pcsc", marks=pytest.mark.pcsc)])
def test_the_chip_may_live_in_another_process(request: pytest.FixtureRequest, wire: str) -> None:
    if wire == "direct":
        direct = DirectCoupler()
        coupler: Coupler = direct
        url = direct.url
    else:
        pcscd: PrivatePcscd = request.getfixturevalue("pcscd")
        coupler, url = PcscCoupler(pcscd.reader_name), pcscd.vpcd_url
    with subprocess.Popen([sys.executable, "-c", ELSEWHERE, url], stdin=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdin is not None
        with PermitChip(coupler, [REFERENCE]) as chip:
            chip.open(10)
            assert dict(chip.read().fields) == fields_of(REFERENCE)
            simulator.stdin.write("take it away\n")
            simulator.stdin.flush()
            with pytest.raises((LinkLost, LinkTimeout)):
                _read_for(chip, 5.0)
        simulator.stdin.write("good bye\n")
        simulator.stdin.flush()
        assert simulator.wait(10) == 0
    coupler.close()


def _read_for(chip: PermitChip, duration_s: float) -> None:
    deadline = time.monotonic() + duration_s
    while time.monotonic() < deadline:
        chip.read()
        time.sleep(0.01)


def _visit(pace: float) -> tuple[ActivityLog, float]:
    activity = ActivityLog()
    coupler = DirectCoupler()
    host = VpcdHost(coupler.url, activity, pace)
    host.start()
    permit = SimulatedPermit("invented", reference_chip(), BlankFace())
    host.attach(permit)
    permit.move_to(PermitLocation.STATION)
    with PermitChip(coupler, [REFERENCE]) as chip:
        chip.open(5)
        began = time.monotonic()
        chip.read()
        took = time.monotonic() - began
    coupler.close()
    host.stop()
    return activity, took


def test_at_pace_1_every_command_takes_a_chips_time_and_is_told_as_the_devices() -> None:
    activity, took = _visit(1.0)
    busy = activity.drain()
    assert [(one.who, one.cause, one.doing) for one in busy] == [
        ("permit_chip", "device", "command A4"),
        ("permit_chip", "device", "command C0"),
        ("permit_chip", "device", "command B0"),
        ("permit_chip", "device", "command B0"),
    ]
    assert all(one.ended - one.began > 0.007 for one in busy)
    assert took >= 0.016


def test_at_pace_0_nothing_waits() -> None:
    """On a busy machine one command may take long, but not each of them."""
    activity, _ = _visit(0.0)
    assert min(one.ended - one.began for one in activity.drain()) < 0.007


def test_a_host_can_be_stopped_twice_and_started_again() -> None:
    coupler = DirectCoupler()
    host = VpcdHost(coupler.url, ActivityLog(), 0.0)
    host.stop()
    permit = SimulatedPermit("invented", reference_chip(), BlankFace())
    host.attach(permit)
    permit.move_to(PermitLocation.STATION)
    for _ in range(2):
        assert host.start() == coupler.url
        coupler.connect(5).close()
        host.stop()
        host.stop()
    coupler.close()


def test_two_permits_take_turns_on_the_contacts() -> None:
    coupler = DirectCoupler()
    host = VpcdHost(coupler.url, ActivityLog(), 0.0)
    host.start()
    permits = [SimulatedPermit(name, reference_chip(holder_name=name), BlankFace()) for name in ("甲某", "乙某")]
    for permit in permits:
        host.attach(permit)
    for permit in (*permits, *permits):
        permit.move_to(PermitLocation.STATION)
        with PermitChip(coupler, [REFERENCE]) as chip:
            chip.open(5)
            assert chip.read().fields["holder_name"] == permit.name
        permit.move_to(PermitLocation.HAND)
    host.stop()
    coupler.close()


@pytest.mark.parametrize("url", ["serial:///dev/null", "tcp://127.0.0.1", "nonsense"])
def test_a_url_that_leads_to_no_coupler_is_our_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="no vpcd can be reached"):
        open_vpcd(url)
