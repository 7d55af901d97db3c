"""`python -m drivers guidance-lights …`, against the simulator and on recorded bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.__main__ import main
from drivers.guidance_lights.base import Light
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.guidance_lights_sim import GuidanceLightsSim

SHIPPED = ASSETS / "devices" / "modbus-relay-8.toml"


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[GuidanceLightsSim]:
    sim = GuidanceLightsSim(ActivityLog(), 0.0, tmp_path, GuidanceLightsFile.load(SHIPPED))
    sim.start()
    yield sim
    sim.stop()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["guidance-lights", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_walk_shows_each_light_by_its_name_and_leaves_all_dark(
    sim: GuidanceLightsSim, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, "walk", "--url", sim.url, "--seconds", "0.1")
    assert (status, out.split()) == (0, [light.value for light in Light])
    assert sim.switched == tuple((light, is_on) for light in Light for is_on in (True, False))


def test_show_shows_one_light_and_leaves_it_dark(sim: GuidanceLightsSim, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--light", "permit_slot", "--rate", "medium", "--seconds", "0.5")
    assert run(capsys, "show", "--url", sim.url, *arguments)[0] == 0
    assert {light for light, _ in sim.switched} == {Light.PERMIT_SLOT}
    assert sim.switched[0] == (Light.PERMIT_SLOT, True)
    assert sim.lit == frozenset()


def test_show_says_that_there_is_no_such_light(
    sim: GuidanceLightsSim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.toml"
    path.write_text(SHIPPED.read_text("utf-8").replace("code_scanner = { output = 4 }", ""), encoding="utf-8")
    status, _, err = run(
        capsys, "show", "--url", sim.url, "--device-file", str(path), "--light", "code_scanner", "--seconds", "0.1"
    )
    assert (status, err) == (1, "few.toml has no code_scanner\n")


def test_off_switches_everything_off_and_trace_says_what_passed(
    sim: GuidanceLightsSim, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "off", "--url", sim.url) == (0, "", "")
    status, out, _ = run(capsys, "trace", "--url", sim.url)
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [line["hex"] for line in lines if line["dir"] == "out"].count("01050001ff00ddfa") == 1
    assert {line["dir"] for line in lines} == {"in", "out"}


def test_a_board_that_does_not_answer_is_told_in_one_line(
    sim: GuidanceLightsSim, capsys: pytest.CaptureFixture[str]
) -> None:
    sim.set_fault("silent")
    status, _, err = run(capsys, "off", "--url", sim.url)
    assert (status, err) == (2, "LinkTimeout: unit 1 does not answer\n")


def test_decode_reads_recorded_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    recorded = "01 05 00 01 FF 00 DD FA 01 85 02 C3 51 FF"
    status, out, err = run(capsys, "decode", "--json", "--hex", recorded)
    assert (status, json.loads(out)) == (
        0,
        [{"unit": 1, "coil": 1, "on": True}, {"unit": 1, "refused": "exception 02, illegal data address"}],
    )
    assert err == "1 bytes are no frame of function 05\n"
    assert run(capsys, "decode", "--hex", "01 05")[0] == 1
