"""`python -m drivers id-reader …`, from the arguments to what is printed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.id_reader.frames import Answer, Blocks, encode_blocks
from drivers.id_reader.text_block import encode_text_block
from drivers.simulators.activity import ActivityLog
from drivers.simulators.id_reader_sim import MODULE_ID, IdReaderSim, holder_text
from drivers.simulators.residents import Person, load_residents

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def lin() -> Person:
    return load_residents(today=date(2026, 3, 1)).people["lin-yuzhen"]


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[IdReaderSim]:
    simulator = IdReaderSim(ActivityLog(), 0.0, tmp_path)
    simulator.start()
    yield simulator
    simulator.stop()


def test_decode_prints_a_json_list_of_answers(capsys: Captured, lin: Person) -> None:
    base = Answer(0x90, encode_blocks(Blocks(encode_text_block(holder_text(lin)), bytes(1024)))).encode()
    text = "FF00" + Answer(0x9F, bytes(4)).encode().hex(" ") + "\n0x" + base.hex() + " 55"
    assert main(["id-reader", "decode", "--hex", text, "--json"]) == 0
    found, read = json.loads(capsys.readouterr().out)
    assert found == {"kind": "find", "sw3": "9F", "fields": {"data": "00000000"}}
    assert (
        read["kind"],
        read["sw3"],
        read["fields"]["name"],
        read["fields"]["id_number"],
        read["fields"]["sex"],
        read["fields"]["birth"],
    ) == ("base", "90", lin.name, lin.number, "女", "1988-03-14")


def test_decode_takes_unquoted_bytes_and_standard_input(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Answer(0x80).encode().hex(" ")
    assert main(["id-reader", "decode", "--json", "--hex", *frame.split()]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(frame))
    assert main(["id-reader", "decode", "--json", "--hex", "-"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert (
        json.loads(first)
        == json.loads(second)
        == [{"kind": "error", "sw3": "80", "fields": {"meaning": "find failed", "sw1": "00", "sw2": "00"}}]
    )


def test_decode_without_json_is_for_eyes(capsys: Captured) -> None:
    assert main(["id-reader", "decode", "--hex", Answer(0x91).encode().hex()]) == 0
    assert capsys.readouterr().out.splitlines() == ["new_address 91", "  address: None", "  meaning: nothing stored"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00 11 22", "there is no frame in these bytes"),
        ("AAAAAA9669000400008085", "wrong check sum"),
        ("AAAAAA96690508", "wrong truncated"),
        ("xyz", "not hex"),
        ("AAA", "not hex"),
    ],
)
def test_decode_says_why_there_is_no_frame(capsys: Captured, text: str, reason: str) -> None:
    assert main(["id-reader", "decode", "--hex", text, "--json"]) == 2
    assert reason in json.loads(capsys.readouterr().out)["error"]


def test_decode_skips_a_corrupt_frame_and_says_so_beside(capsys: Captured) -> None:
    assert main(["id-reader", "decode", "--hex", "AAAAAA9669000400008085" + Answer(0x90).encode().hex(), "--json"]) == 0
    printed = capsys.readouterr()
    assert [entry["kind"] for entry in json.loads(printed.out)] == ["status"]
    assert printed.err == "skipped a frame with a wrong check sum (length word 4)\n"


def test_status_names_the_module(capsys: Captured, sim: IdReaderSim) -> None:
    assert main(["id-reader", "status", "--url", sim.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"module_id": MODULE_ID, "self_test": "ok", "baud": 115200}


def test_a_read_is_masked(capsys: Captured, sim: IdReaderSim, lin: Person) -> None:
    sim.lay_down(lin)
    assert main(["id-reader", "read", "--url", sim.url, "--wait", "2"]) == 0
    printed = capsys.readouterr().out
    assert "林**" in printed
    assert not any(secret in printed for secret in (lin.name, lin.number, lin.address, "1988"))


def test_a_read_without_a_card_gives_up(capsys: Captured, sim: IdReaderSim) -> None:
    assert main(["id-reader", "read", "--url", sim.url, "--wait", "0.1"]) == 1
    assert capsys.readouterr().err == "no identity card within 0.1 s\n"


@pytest.mark.parametrize(("flags", "has_bytes"), [([], False), (["--bytes"], True)])
def test_a_trace_shows_bytes_only_when_told_to(
    sim: IdReaderSim, lin: Person, tmp_path: Path, flags: list[str], has_bytes: bool
) -> None:
    sim.lay_down(lin)
    path = tmp_path / "trace.jsonl"
    assert main(["id-reader", "trace", "--url", sim.url, "--seconds", "0.2", "--out", str(path), *flags]) == 0
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {entry["dir"] for entry in entries} == {"in", "out"}
    assert all(("hex" in entry) == has_bytes for entry in entries)
    assert (lin.name.encode("utf-16-le").hex() in path.read_text(encoding="utf-8")) == has_bytes


def test_a_recorded_trace_plays_as_a_device(capsys: Captured, sim: IdReaderSim, lin: Person, tmp_path: Path) -> None:
    sim.lay_down(lin)
    path = tmp_path / "trace.jsonl"
    assert main(["id-reader", "trace", "--url", sim.url, "--seconds", "0.2", "--out", str(path), "--bytes"]) == 0
    sim.stop()
    lines = path.read_text(encoding="utf-8").splitlines()
    # `read` asks for no second status: leave the self-test out.
    path.write_text("\n".join(lines[:2] + lines[4:]) + "\n", encoding="utf-8")
    assert main(["id-reader", "read", "--url", f"replay://{path}", "--wait", "0"]) == 0
    assert "林**" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["status", "--url", "serial:///nowhere/port?baud=9600"], "LinkLost: /nowhere/port: cannot open"),
        (["status", "--url", "usb://1"], "UrlError: 'usb://1'"),
        (
            ["status", "--url", "tcp://h:1", "--device-file", "/nowhere.toml"],
            "DeviceFileError: nowhere.toml: cannot be",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(capsys: Captured, arguments: list[str], reason: str) -> None:
    assert main(["id-reader", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(reason)
    assert len(printed.err.splitlines()) == 1


def test_a_word_that_is_no_device_lists_the_devices(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["toaster"])
    assert raised.value.code == 2
    assert "id-reader" in capsys.readouterr().err
