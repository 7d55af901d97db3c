"""The driver on the simulated board's wire: every fault ends in a typed error or in a good answer; flashes have their
time; the device file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.device_file import DeviceFileError
from drivers.errors import DriverError, FrameCorrupt, LinkLost, LinkTimeout, UnexpectedReply
from drivers.guidance_lights.base import Colour, Glow, Light, Rate
from drivers.guidance_lights.device import ModbusLights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.guidance_lights_sim import GuidanceLightsSim
from drivers.transport.urls import open_bytes
from tests.fakes.scripted_link import ScriptedLink

SHIPPED = ASSETS / "devices" / "modbus-relay-8.toml"
PAD, SLOT, OUTLET = Light.ID_READER, Light.PERMIT_SLOT, Light.RECEIPT_OUTLET
STEADY = Glow(Rate.STEADY)


class HandTime:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def board() -> GuidanceLightsFile:
    return replace(GuidanceLightsFile.load(SHIPPED), answer_s=0.2)


@pytest.fixture
def sim(board: GuidanceLightsFile, tmp_path: Path) -> Iterator[GuidanceLightsSim]:
    sim = GuidanceLightsSim(ActivityLog(), 0.0, tmp_path, board)
    sim.start()
    yield sim
    sim.stop()
    sim.stop()


@pytest.fixture
def time() -> HandTime:
    return HandTime()


@pytest.fixture
def lights(sim: GuidanceLightsSim, board: GuidanceLightsFile, time: HandTime) -> Iterator[ModbusLights]:
    lights = ModbusLights(lambda: open_bytes(sim.url, "guidance_lights"), board, time)
    yield lights
    lights.close()


def frames(*texts: str) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_what_passes_is_the_published_bytes_and_what_goes_off_goes_first(board: GuidanceLightsFile) -> None:
    begin = frames(
        "01 05 00 01 00 00 9C 0A",
        "01 05 00 02 00 00 6C 0A",
        "01 05 00 03 00 00 3D CA",
        "01 05 00 04 00 00 8C 0B",
        "01 05 00 00 FF 00 8C 3A",
    )
    slot = frames("01 05 00 00 00 00 CD CA", "01 05 00 01 FF 00 DD FA")
    link = ScriptedLink(*begin, *slot)
    lights = ModbusLights(lambda: link, board)
    lights.show({PAD: STEADY})
    assert link.written == begin
    lights.show({PAD: STEADY})
    assert link.written == begin
    lights.show({SLOT: STEADY})
    assert link.written == begin + slot
    lights.close()
    assert link.closed == 1


def test_an_output_that_is_refused_leaves_the_others_switched(board: GuidanceLightsFile) -> None:
    refused, off = bytes.fromhex("01 85 02 C3 51"), frames("01 05 00 04 00 00 8C 0B")[0]
    asked = frames(
        "01 05 00 00 00 00 CD CA",
        "01 05 00 02 00 00 6C 0A",
        "01 05 00 03 00 00 3D CA",
        "01 05 00 04 00 00 8C 0B",
        "01 05 00 01 FF 00 DD FA",
    )
    link = ScriptedLink(refused, *asked[1:], refused, frames("01 05 00 01 00 00 9C 0A")[0])
    lights = ModbusLights(lambda: link, board)
    with pytest.raises(UnexpectedReply):
        lights.show({SLOT: STEADY})
    assert link.written == asked, "the slot shines although the identity reader's output is refused"
    with pytest.raises(UnexpectedReply):
        lights.show({})
    assert link.written[-1] == frames("01 05 00 01 00 00 9C 0A")[0], "and goes out although a lower one is refused"
    assert off in link.written


def test_a_light_that_flashes_is_on_and_off_for_as_long_as_the_file_says(
    sim: GuidanceLightsSim, lights: ModbusLights, time: HandTime
) -> None:
    seen = []
    for _ in range(4):
        due_s = lights.show({SLOT: Glow(Rate.MEDIUM)})
        seen.append((sim.lit, due_s))
        time.now += 0.4
    on, off = frozenset({SLOT}), frozenset[Light]()
    assert [lit for lit, _ in seen] == [on, off, on, off]
    assert [due_s for _, due_s in seen] == pytest.approx([0.4] * 4)


def test_a_light_keeps_its_time_while_others_come_and_go(
    sim: GuidanceLightsSim, lights: ModbusLights, time: HandTime
) -> None:
    slow = Glow(Rate.SLOW)
    lights.show({SLOT: slow})
    time.now += 0.75
    assert lights.show({SLOT: slow, OUTLET: STEADY}) == pytest.approx(0.25)
    time.now += 0.25
    lights.show({SLOT: slow, OUTLET: STEADY})
    assert sim.lit == {OUTLET}
    lights.show({SLOT: Glow(Rate.MEDIUM)})
    assert sim.lit == {SLOT}, "a light that is to shine otherwise begins with shining"


def test_with_relays_nothing_flashes(sim: GuidanceLightsSim, board: GuidanceLightsFile) -> None:
    lights = ModbusLights(lambda: open_bytes(sim.url), replace(board, flash_s={}))
    assert lights.show({SLOT: Glow(Rate.MEDIUM)}) is None
    assert sim.lit == {SLOT}
    lights.close()


def test_a_light_of_several_colours_shines_in_the_one_that_is_wished_for(tmp_path: Path) -> None:
    board = GuidanceLightsFile.load(
        changed(tmp_path, "permit_slot = { output = 2 }", "permit_slot = { green = 2, yellow = 6 }")
    )
    sim = GuidanceLightsSim(ActivityLog(), 0.0, tmp_path, board)
    url = sim.start()
    lights = ModbusLights(lambda: open_bytes(url), board)
    for colour, coil in ((Colour.GREEN, 1), (Colour.YELLOW, 5), (Colour.BLUE, 1)):
        lights.show({SLOT: Glow(Rate.STEADY, colour)})
        assert sim.coils_on == {coil}
    lights.close()
    sim.stop()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silent", LinkTimeout),
        ("late", LinkTimeout),
        ("garbled", FrameCorrupt),
        ("truncated", FrameCorrupt),
        ("refuses", UnexpectedReply),
        ("unplugged", LinkLost),
    ],
)
def test_a_fault_is_told_and_when_it_is_over_the_lights_are_as_they_should_be(
    sim: GuidanceLightsSim, lights: ModbusLights, fault: str, error: type[DriverError]
) -> None:
    lights.show({PAD: STEADY})
    sim.set_fault(fault)
    with pytest.raises(error) as told:
        lights.show({SLOT: STEADY})
    assert told.value.device == "guidance_lights"
    sim.clear_faults()
    lights.show({SLOT: STEADY})
    assert sim.lit == {SLOT}


@pytest.mark.parametrize("fault", ["garbled_once", "noise_before", "foreign_frame"])
def test_what_the_line_does_to_an_answer_is_survived(sim: GuidanceLightsSim, lights: ModbusLights, fault: str) -> None:
    sim.set_fault(fault)
    lights.show({SLOT: STEADY})
    assert sim.lit == {SLOT}


def test_a_board_that_was_unplugged_and_plugged_in_is_switched_anew(
    sim: GuidanceLightsSim, lights: ModbusLights
) -> None:
    lights.show({SLOT: STEADY})
    sim.set_fault("unplugged")
    sim.clear_faults()
    assert sim.lit == frozenset()
    lights.check()
    assert sim.lit == {SLOT}


def test_an_output_that_the_board_does_not_have_is_named_as_it_is_printed(
    sim: GuidanceLightsSim, board: GuidanceLightsFile
) -> None:
    beyond = replace(board, outputs={**board.outputs, PAD: {None: 11}})
    lights = ModbusLights(lambda: open_bytes(sim.url), beyond)
    with pytest.raises(UnexpectedReply, match="output 12 is refused: exception 02, illegal data address"):
        lights.show({PAD: STEADY})
    lights.close()


def test_the_answer_of_another_command_is_no_answer(board: GuidanceLightsFile) -> None:
    off, on = frames("01 05 00 01 00 00 9C 0A", "01 05 00 01 FF 00 DD FA")
    one = replace(board, outputs={SLOT: {None: 1}}, resends=0)
    lights = ModbusLights(lambda: ScriptedLink(on), one)
    with pytest.raises(UnexpectedReply, match="another command's"):
        lights.show({})
    late = ModbusLights(lambda: ScriptedLink(on + off), one)
    late.show({})


def test_of_the_bytes_of_a_broken_answer_the_number_is_told(board: GuidanceLightsFile) -> None:
    lights = ModbusLights(lambda: ScriptedLink(bytes.fromhex("01 05 00 01 00 00 9C")), replace(board, resends=0))
    with pytest.raises(FrameCorrupt, match="7 bytes"):
        lights.show({})


# -- the device file ---------------------------------------------------------------------------------------------------


def changed(directory: Path, before: str, now: str) -> Path:
    """A copy of the shipped file in which one line is another."""
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = directory / "board.toml"
    path.write_text(text.replace(before, now), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("unit_address = 1", "unit_address = 0", "board.toml: unit_address: must be a whole number from 1 to 247"),
        ("outputs = 8", "outputs = 4", "board.toml: lights.attendant_call.output: must be a whole number from 1 to 4"),
        (
            "{ output = 3 }",
            "{ output = 2 }",
            "board.toml: lights.receipt_outlet.output: is the output of permit_slot too",
        ),
        ("{ output = 3 }", "{ green = 3, orange = 6 }", "board.toml: lights.receipt_outlet.orange: is not a key"),
        ("receipt_outlet =", "cash_drawer =", "board.toml: lights.cash_drawer: is not a key of this table"),
        ("medium_s = 0.4", "medium_s = 0.1", "board.toml: flash.medium_s: must be 0.2 or more"),
        ('by = "driver"', 'by = "none"', "board.toml: flash.slow_s: is not a key of this table"),
        ('dialect = "modbus-rtu"', 'dialect = "modbus-tcp"', "board.toml: dialect: must be one of modbus-rtu"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, before: str, now: str, told: str) -> None:
    with pytest.raises(DeviceFileError) as error:
        GuidanceLightsFile.load(changed(tmp_path, before, now))
    assert any(line.startswith(told) for line in error.value.mistakes), error.value.mistakes


def test_a_file_without_any_light_is_refused(tmp_path: Path) -> None:
    text = SHIPPED.read_text("utf-8").partition("[lights]")[0]
    path = tmp_path / "dark.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeviceFileError, match="lights: names none; there are id_reader, permit_slot"):
        GuidanceLightsFile.load(path)


def test_what_the_machine_does_not_have_is_left_out(tmp_path: Path) -> None:
    board = GuidanceLightsFile.load(changed(tmp_path, "code_scanner = { output = 4 }", ""))
    assert board.coil_of(Light.CODE_SCANNER, Colour.GREEN) is None
    assert board.coils == (0, 1, 2, 4)
