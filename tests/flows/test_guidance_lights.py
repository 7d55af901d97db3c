"""A visit with guidance lights: what is lit, on the wire, at each step; whatever becomes of them, the visit goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.guidance_lights.base import Light
from drivers.simulators.permit import PermitLocation
from kiosk.domain.devices import GUIDANCE_LIGHTS
from kiosk.domain.faults import CONFIGURATION
from kiosk.services.holder_check import hashed
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.flows.test_other_services import moves_house
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR, Visitor
from tests.waiting import eventually

PAD, SLOT, OUTLET = Light.ID_READER, Light.PERMIT_SLOT, Light.RECEIPT_OUTLET
SCANNER, CALL = Light.CODE_SCANNER, Light.ATTENDANT_CALL
LIN_BY_LIGHT = Visitor(LIN.person, LIN.permit, hurries=False)


@pytest.fixture
def lit_place(open_place: OpenPlace) -> KioskHarness:
    place = open_place(lights=True)
    place.start_kiosk()
    return place


def way_of(place: KioskHarness) -> list[Light]:
    """Which lights went on, one after the other; a flash is no news."""
    on = [light for light, is_on in place.rig.guidance_lights.switched if is_on]
    return [light for number, light in enumerate(on) if number == 0 or on[number - 1] is not light]


def by_light(light: Light, act: Callable[[KioskHarness], None]) -> Callable[[KioskHarness], None]:
    """Wait for the light, as somebody does who does not read, and do what belongs there; no other is on."""

    def look_and_act(place: KioskHarness) -> None:
        eventually(lambda: place.rig.guidance_lights.lit == {light})
        act(place)

    return look_and_act


def renewed_by_light(place: KioskHarness) -> None:
    lit_at = {s.ReadingIdCard: PAD, s.AwaitingPermit: SLOT, s.AwaitingRemoval: SLOT, s.Thanking: OUTLET}
    place.plays(
        [(kind, by_light(lit_at[kind], act) if kind in lit_at else act) for kind, act in LIN_BY_LIGHT.renewal()]
    )


def is_dark(place: KioskHarness) -> bool:
    return place.rig.guidance_lights.lit == frozenset()


def is_renewed(place: KioskHarness) -> None:
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"


def word(place: KioskHarness) -> str | None:
    """What the next heartbeat tells of the lights."""
    return place.running.health.states().get(GUIDANCE_LIGHTS.name)


def test_a_resident_finds_the_way_through_a_renewal_by_the_lights(lit_place: KioskHarness) -> None:
    lit_place.sees(s.Idle)
    eventually(lambda: word(lit_place) == "ok")
    assert lit_place.rig.guidance_lights.switched == (), "nobody came yet"
    renewed_by_light(lit_place)
    eventually(lambda: is_dark(lit_place))
    assert way_of(lit_place) == [PAD, SLOT, OUTLET]
    is_renewed(lit_place)


def test_while_the_machine_works_all_are_off(lit_place: KioskHarness) -> None:
    lit_place.sees(s.Idle)
    at_writing: list[bool] = []

    def look(state: s.State) -> None:
        if isinstance(state, s.ReadingChipBack):
            eventually(lambda: is_dark(lit_place))
            at_writing.append(True)

    lit_place.at_every_state(look)
    renewed_by_light(lit_place)
    assert at_writing == [True]


def test_a_permit_that_nobody_takes_is_pointed_at_until_it_goes_back(lit_place: KioskHarness) -> None:
    lit_place.plays(LIN.until(s.AwaitingRemoval))
    eventually(lambda: SLOT in lit_place.rig.guidance_lights.lit)
    lit_place.lets_pass()
    lit_place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    eventually(lambda: SLOT in lit_place.rig.guidance_lights.lit)
    lit_place.lets_pass()
    lit_place.sees(s.ShowingOutcome)
    eventually(lambda: is_dark(lit_place))


def test_without_paper_nobody_is_sent_to_the_outlet(lit_place: KioskHarness) -> None:
    lit_place.plays(LIN.until(s.Confirming))
    lit_place.rig.fault("receipt_printer", "paper_out")
    lit_place.chooses(Intent.CONFIRM)
    lit_place.sees(s.AwaitingRemoval)
    lit_place.takes_permit()
    lit_place.sees(s.Thanking)
    eventually(lambda: is_dark(lit_place))
    lit_place.chooses(Intent.FINISH)
    lit_place.sees(s.Idle)
    assert OUTLET not in way_of(lit_place)


def test_staff_are_called_where_an_attendant_is_wanted_and_no_more_when_one_types(open_place: OpenPlace) -> None:
    place = open_place(
        lights=True,
        tables={
            "holder_check": {"way": "attendant", "required": True},
            "holder_check.attendants": {'"17"': hashed("314159", cost=2**4)},
        },
    )
    place.start_kiosk()
    place.plays(LIN.through(s.Declaring))
    place.sees(s.AwaitingAttendant)
    eventually(lambda: place.rig.guidance_lights.lit == {CALL})
    place.chooses(Intent.ENTER_CODE, "17271828")
    place.sees(s.AwaitingAttendant, lambda state: state.problem == "wrong")
    eventually(lambda: is_dark(place))
    place.chooses(Intent.ENTER_CODE, "17314159")
    place.sees(s.Confirming)
    place.answers(LIN.since(s.Confirming))
    is_renewed(place)


def test_who_shows_a_licence_is_shown_the_scanner(lit_place: KioskHarness) -> None:
    moves_house(lit_place)
    lit_place.sees(s.ChoosingProof)
    assert is_dark(lit_place)
    lit_place.chooses(Intent.CHOOSE, "registered_lease")
    lit_place.sees(s.ReadingLicenceCode)
    eventually(lambda: lit_place.rig.guidance_lights.lit == {SCANNER})
    lit_place.shows_licence("lin-registered-lease")
    lit_place.sees(s.Confirming)
    lit_place.answers(LIN.since(s.Confirming))
    eventually(lambda: way_of(lit_place)[-3:] == [SCANNER, SLOT, OUTLET])  # dark already while it is written
    eventually(lambda: is_dark(lit_place))


def test_a_device_file_with_a_mistake_is_told_of_and_one_that_is_mended_is_used(
    open_place: OpenPlace, tmp_path: Path
) -> None:
    path, shipped = tmp_path / "board.toml", ASSETS / "devices" / "modbus-relay-8.toml"
    path.write_bytes(shipped.read_bytes())
    place = open_place(lights=True, files={"guidance_lights": str(path)})
    path.write_text("model = 1", encoding="utf-8")
    place.start_kiosk()
    eventually(lambda: word(place) == CONFIGURATION.code)
    place.plays(LIN.renewal())
    is_renewed(place)
    path.write_bytes(shipped.read_bytes())
    place.plays(NEIGHBOUR.until(s.AwaitingPermit))
    eventually(lambda: SLOT in place.rig.guidance_lights.lit)
    assert word(place) == "ok"


FAULTS = (
    ("silent", "8101"),
    ("unplugged", "8101"),
    ("garbled", "8201"),
    ("truncated", "8201"),
    ("refuses", "8201"),
)


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_lights_that_fail_in_the_middle_of_a_visit_change_nothing_for_the_resident(
    lit_place: KioskHarness, caplog: pytest.LogCaptureFixture, fault: str, code: str
) -> None:
    caplog.set_level("INFO", "kiosk")
    lit_place.sees(s.Idle)
    eventually(lambda: word(lit_place) == "ok")
    lit_place.plays(LIN.until(s.ShowingAssessment))
    lit_place.rig.fault("guidance_lights", fault)
    lit_place.answers(LIN.since(s.ShowingAssessment))
    eventually(lambda: word(lit_place) == code)
    is_renewed(lit_place)
    way = lit_place.way()
    lit_place.rig.clear_faults("guidance_lights")

    def looked() -> bool:
        lit_place.lets_pass()
        return word(lit_place) == "ok"

    eventually(looked)
    assert "OutOfService" not in lit_place.way()
    assert way[-1] == "Idle"
    told = [json.loads(line.partition(" ")[2]) for line in caplog.messages if line.startswith("device_state ")]
    changes = [(line["before"], line["now"]) for line in told if line["device"] == GUIDANCE_LIGHTS.name]
    assert changes == [("ok", code), (code, "ok")]
    assert is_dark(lit_place)


@pytest.mark.parametrize("fault", ["silent", "unplugged"])
def test_a_kiosk_whose_lights_never_answered_serves(open_place: OpenPlace, fault: str) -> None:
    place = open_place(lights=True)
    place.rig.fault("guidance_lights", fault)
    place.start_kiosk()
    place.plays(LIN.renewal())
    is_renewed(place)
    eventually(lambda: word(place) == "8101")


def test_when_the_kiosk_is_switched_off_the_lights_are_too(lit_place: KioskHarness) -> None:
    lit_place.plays(LIN.until(s.AwaitingPermit))
    eventually(lambda: SLOT in lit_place.rig.guidance_lights.lit)
    lit_place.stop_kiosk()
    assert is_dark(lit_place)


def test_central_is_told_of_the_lights_as_of_other_devices(lit_place: KioskHarness) -> None:
    name = GUIDANCE_LIGHTS.name
    lit_place.sees(s.Idle)
    eventually(lambda: word(lit_place) == "ok")
    lit_place.rig.fault(name, "silent")

    def is_told() -> bool:
        lit_place.lets_pass()
        return word(lit_place) == "8101"

    eventually(is_told)
    lit_place.running.warm_up()  # a heartbeat is due
    eventually(lambda: [line for line in lit_place.central.standing() if line.get("devices", {}).get(name) == "8101"])
    assert isinstance(lit_place.state, s.Idle)
