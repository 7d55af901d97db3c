"""`python -m drivers code-scanner …`, against the simulator and on recorded bytes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.__main__ import main
from drivers.code_scanner.command_line import masked
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.code_scanner.hid_keyboard import encode_typing
from drivers.device_file import DeviceFileError
from drivers.simulators.activity import ActivityLog
from drivers.simulators.code_scanner_sim import CodeScannerSim

DEVICES = ASSETS / "devices"
CODE = "ELC:310000:ZJ-7Q2M-0041-9F3A"
SHOW_AGAIN_S = 0.2


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A scanner before which a code is held again and again, as people do who wait for the beep."""
    sim = CodeScannerSim(ActivityLog(), 0.0, tmp_path, CodeScannerFile.load(DEVICES / "code-scanner-serial.toml"))
    started = sim.start()
    ended = threading.Event()

    def hold() -> None:
        while not ended.wait(SHOW_AGAIN_S):
            sim.show_code(CODE)

    holding = threading.Thread(target=hold)
    holding.start()
    yield started
    ended.set()
    holding.join()
    sim.stop()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["code-scanner", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_read_shows_a_masked_code(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "read", "--url", url)
    assert (status, out) == (0, "EL" + "*" * (len(CODE) - 4) + "3A  (28 characters)\n")


def test_read_shows_all_of_it_only_when_told_to(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "read", "--url", url, "--show", "--json")
    assert (status, json.loads(out)) == (0, {"code": CODE, "characters": len(CODE)})


def test_trace_records_lengths(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "trace", "--url", url, "--seconds", "0.7")
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert {line["dir"] for line in lines} == {"in"}
    assert sum(line["bytes"] for line in lines) >= len(CODE)
    assert "hex" not in out


def test_without_a_code_read_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sim = CodeScannerSim(ActivityLog(), 0.0, tmp_path, CodeScannerFile.load(DEVICES / "code-scanner-serial.toml"))
    assert run(capsys, "read", "--url", sim.start(), "--wait", "0.1") == (1, "", "no code within 0.1 s\n")
    sim.stop()


def test_a_scanner_that_is_not_there_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "read", "--url", "hid:///dev/input/nothing-of-this-name")
    assert (status, err.count("\n"), err.split(":")[0]) == (2, 1, "LinkLost")


def test_decode_tells_good_and_bad_codes_apart(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "decode", "--json", "--hex", b"]Q1LIC-1\rLIC\x00\rLI".hex(" "))
    assert (status, json.loads(out)) == (
        0,
        [
            {"code": "LIC-1", "symbology": "Q1"},
            {"bad": "with a character that no code has", "length": 4},
            {"bad": "broken off before its end", "length": 2},
        ],
    )


def test_decode_reads_key_events_too(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(
        capsys, "decode", "--device-file", str(DEVICES / "code-scanner-hid.toml"), "--hex", encode_typing("LIC-2").hex()
    )
    assert (status, out) == (0, "code: LIC-2  symbology: None\n")


def test_bytes_without_a_code_are_bad_news(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "decode", "--json", "--hex", "00 0d")[0] == 1
    assert run(capsys, "decode", "--hex", "0")[0] == 2


def test_a_short_code_is_masked_whole() -> None:
    assert (masked("ABC1234"), masked("ABCD1234")) == ("*******", "AB****34")


def test_a_device_file_tells_every_mistake(tmp_path: Path) -> None:
    path = tmp_path / "scanner.toml"
    path.write_text(
        'kind = "code-scanner"\nmodel = "x"\ndialect = "serial"\nending = "bell"\nencoding = "big5"\n'
        'prefix = "\\u0002"\nsymbology_identifier = "optional"\nmax_characters = 1\ngap_s = 0\n',
        encoding="utf-8",
    )
    with pytest.raises(DeviceFileError) as told:
        CodeScannerFile.load(path)
    assert [line.split(": ")[1] for line in told.value.mistakes] == [
        "ending",
        "encoding",
        "max_characters",
        "gap_s",
        "prefix",
    ]


def test_a_keyboard_has_neither_ending_nor_encoding(tmp_path: Path) -> None:
    text = (DEVICES / "code-scanner-hid.toml").read_text("utf-8")
    path = tmp_path / "hid.toml"
    path.write_text(text + '\nending = "cr"\n', encoding="utf-8")
    with pytest.raises(DeviceFileError, match="ending: is not a key"):
        CodeScannerFile.load(path)
