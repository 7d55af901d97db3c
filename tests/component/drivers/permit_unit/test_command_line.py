"""`python -m drivers permit-unit …`, as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from assets import ASSETS
from drivers.__main__ import main
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.permit_unit_sim import PermitUnitSim

CRT_FILE = ASSETS / "devices" / "crt-591-m.toml"
PERMIT_FILE = ASSETS / "permits" / "reference.toml"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[PermitUnitSim]:
    simulator = PermitUnitSim(ActivityLog(), 0.0, tmp_path)
    try:
        yield simulator
    finally:
        simulator.stop()


@pytest.fixture
def url(simulator: PermitUnitSim) -> str:
    return simulator.start()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["permit-unit", *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_status_is_shown_as_json(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "status", "--url", url, "--json")
    assert (code, json.loads(out)) == (0, {"position": "none", "cover_open": False, "bin": "ok"})


def test_a_permit_goes_in_and_out_by_hand(
    simulator: PermitUnitSim, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    permit = SimulatedPermit("by hand", None, RewritableFace())
    simulator.offer(permit)
    assert run(capsys, "take-in", "--url", url)[0] == 0
    assert permit.place is PermitLocation.STATION
    assert run(capsys, "eject", "--url", url)[1].splitlines()[0] == "position: at_mouth"
    assert run(capsys, "take-back", "--url", url)[1].splitlines()[0] == "taken_back: True"
    assert run(capsys, "retain", "--url", url)[0] == 0
    assert simulator.bin == [permit]


def test_waiting_in_vain_is_exit_code_one(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "take-in", "--url", url, "--wait", "0.1")
    assert (code, out.splitlines()[0]) == (1, "outcome: stopped")


def test_version_counters_and_reset_answer(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "version", "--url", url)[1].startswith("version: TCP300")
    assert json.loads(run(capsys, "counters", "--url", url, "--json")[1]) == {"transports": 0, "prints": 0}
    assert run(capsys, "reset", "--url", url, "--policy", "give_back")[1].splitlines()[0] == "position: none"


def test_what_the_unit_refuses_is_one_line_and_exit_code_two(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "eject", "--url", url)
    assert (code, out) == (2, "")
    assert err.splitlines() == ["NothingToProcess: status 22h to 50h: no permit to process"]


def test_a_port_that_is_not_there_is_one_line_and_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "status", "--url", "serial:///dev/no-such-port?baud=38400")
    assert code == 2
    assert len(err.splitlines()) == 1
    assert err.startswith("LinkLost: /dev/no-such-port")


def test_a_trace_shows_lengths_only(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.jsonl"
    assert run(capsys, "trace", "--url", url, "--seconds", "0.1", "--out", str(trace))[0] == 0
    entries = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    assert {entry["dir"] for entry in entries} == {"in", "out"}
    assert all("hex" not in entry for entry in entries)


def test_decoding_lists_what_was_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("decode", "--dialect", "star-tcp300", "--hex", "02 59 03 5A 06 02 59 20 30 30 31 31 30 30 30 03 4A")
    code, out, _ = run(capsys, *arguments, "--json")
    entries = json.loads(out)
    assert code == 0
    assert [entry["kind"] for entry in entries] == ["command", "ack", "answer"]
    assert (entries[2]["status"], entries[2]["data"], entries[2]["position"]) == ("20", "0011000", "at_station")
    assert [line.split()[0] for line in run(capsys, *arguments)[1].splitlines()] == ["command", "ack", "answer"]


def test_decoding_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "decode", "--hex", "00", "11", "--json")
    assert code == 2
    assert set(json.loads(out)) == {"error"}


def test_a_face_is_drawn_from_its_permit_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "face.png"
    code, out, _ = run(capsys, "face", str(PERMIT_FILE), "--set", "address=上海市浦东新区", "--out", str(picture))
    assert code == 0
    assert "480 x 320 dots" in out
    with Image.open(picture) as drawn:
        assert drawn.size == (480, 320)
        assert drawn.convert("L").getextrema() == (0, 255)


def test_a_crt_591_m_is_used_by_its_device_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulator = CrtUnitSim(ActivityLog(), 0.0, tmp_path)
    at = ("--url", simulator.start(), "--device-file", str(CRT_FILE))
    try:
        code, out, error = run(capsys, "status", *at)
        assert (code, out) == (2, "")
        assert error == "NotInitialised: error B0 to 31h 31h: not initialised since power came\n"
        assert run(capsys, "reset", *at)[1].splitlines() == ["position: none", "cover_open: False", "bin: ok"]
        permit = SimulatedPermit("by hand", None, RewritableFace())
        simulator.offer(permit)
        assert run(capsys, "take-in", *at)[0] == 0
        assert run(capsys, "retain", *at)[0] == 0
        assert simulator.bin == [permit]
        assert run(capsys, "counters", *at)[1] == "retained: 1\n"
        assert run(capsys, "bin-emptied", *at)[1] == "retained: 0\n"
    finally:
        simulator.stop()


def test_bytes_of_a_crt_591_m_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "decode", "--dialect", "crt-591-m", "--hex", "F2 00 00 03 43 30 33 03 B2 06")
    assert (code, out.splitlines()) == (0, ["command 30 33   initialise (leave)", "ack             understood"])
