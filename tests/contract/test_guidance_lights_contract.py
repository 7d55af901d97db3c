"""What every board of guidance lights must do: simulated, or real.

On a real one: `KIOSK_GUIDANCE_LIGHTS_URL=serial:///dev/…?baud=9600 KIOSK_GUIDANCE_LIGHTS_FILE=modbus-relay-8
pytest tests/contract/test_guidance_lights_contract.py --hardware -s`; the terminal says what must be seen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.errors import LinkBusy
from drivers.guidance_lights.base import Colour, Glow, GuidanceLights, Light, Rate
from drivers.guidance_lights.device import ModbusLights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.guidance_lights_sim import GuidanceLightsSim
from drivers.transport.urls import open_bytes

DEVICES = ASSETS / "devices"
STEADY = Glow(Rate.STEADY)
SEEN_S = 2.0


@dataclass
class Setup:
    lights: GuidanceLights
    another: GuidanceLights  # another program's driver of the same device
    present: tuple[Light, ...]
    seen: Callable[[Light | None], bool]  # whether this light alone shines; None: nothing does


def lights_at(url: str, device_file: GuidanceLightsFile) -> ModbusLights:
    return ModbusLights(lambda: open_bytes(url, "guidance_lights"), device_file)


def seen_by_eye(light: Light | None) -> bool:
    print(f"\n>>> look: {'nothing' if light is None else light.value} shines", flush=True)
    time.sleep(SEEN_S)
    return True


@pytest.fixture(params=["modbus-relay-8", pytest.param("real device", marks=[pytest.mark.hardware, pytest.mark.slow])])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setup]:
    sim: GuidanceLightsSim | None = None
    if request.param == "real device":
        device_file = GuidanceLightsFile.load(DEVICES / f"{os.environ['KIOSK_GUIDANCE_LIGHTS_FILE']}.toml")
        url, seen = os.environ["KIOSK_GUIDANCE_LIGHTS_URL"], seen_by_eye
    else:
        device_file = GuidanceLightsFile.load(DEVICES / f"{request.param}.toml")
        playing = sim = GuidanceLightsSim(ActivityLog(), 0.0, tmp_path, device_file)
        url = sim.start()

        def seen(light: Light | None) -> bool:
            return playing.lit == (frozenset() if light is None else frozenset({light}))

    lights = lights_at(url, device_file)
    yield Setup(lights, lights_at(url, device_file), tuple(device_file.outputs), seen)
    lights.close()
    if sim is not None:
        sim.stop()


def test_each_light_shines_alone_and_then_none_does(setup: Setup) -> None:
    for light in setup.present:
        assert setup.lights.show({light: STEADY}) is None
        assert setup.seen(light)
    assert setup.lights.show({}) is None
    assert setup.seen(None)


def test_a_light_that_flashes_says_when_it_is_due(setup: Setup) -> None:
    light = setup.present[0]
    for rate in (Rate.SLOW, Rate.MEDIUM):
        due_s = setup.lights.show({light: Glow(rate)})
        assert due_s is not None
        assert 0.0 < due_s <= 5.0
        assert setup.seen(light)
    setup.lights.show({})
    assert setup.seen(None)


def test_a_colour_that_a_light_does_not_have_is_shown_in_what_it_has(setup: Setup) -> None:
    light = setup.present[0]
    for colour in Colour:
        setup.lights.show({light: Glow(Rate.STEADY, colour)})
        assert setup.seen(light)
    setup.lights.show({})


def test_to_be_asked_changes_nothing(setup: Setup) -> None:
    light = setup.present[-1]
    setup.lights.show({light: STEADY})
    setup.lights.check()
    assert setup.seen(light)
    setup.lights.show({})
    setup.lights.check()
    assert setup.seen(None)


def test_closed_lights_stay_as_they_are_and_open_themselves_when_they_are_used(setup: Setup) -> None:
    light = setup.present[0]
    setup.lights.show({light: STEADY})
    setup.lights.close()
    setup.lights.close()
    assert setup.seen(light)
    setup.lights.show({})
    assert setup.seen(None)


def test_the_line_is_held_by_one_program_alone(setup: Setup) -> None:
    setup.lights.show({})
    with pytest.raises(LinkBusy, match="another program holds"):
        setup.another.show({})
    setup.lights.close()
    setup.another.check()
    setup.another.close()
