"""`python -m drivers permit-chip …` from end to end: what a technician sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.simulators.activity import ActivityLog
from drivers.simulators.foreign_chips import foreign_chip
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import Chip, PermitLocation, SimulatedPermit
from drivers.simulators.vpcd_link import VpcdHost
from tests.contract.test_permit_chip_coupler import BlankFace
from tests.fakes.invented_permits import FIELDS, PERMITS, reference_chip


@pytest.fixture
def station(pcscd: PrivatePcscd) -> Iterator[VpcdHost]:
    host = VpcdHost(pcscd.vpcd_url, ActivityLog(), pace=0.0)
    host.start()
    yield host
    host.stop()


def _lay(station: VpcdHost, chip: Chip | None) -> None:
    permit = SimulatedPermit("invented", chip, BlankFace())
    station.attach(permit)
    permit.move_to(PermitLocation.STATION)


@pytest.mark.pcsc
def test_slots_and_answer_to_reset(station: VpcdHost, pcscd: PrivatePcscd, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permit-chip", "slots"]) == 0
    assert capsys.readouterr().out.splitlines() == list(pcscd.reader_names)
    _lay(station, reference_chip())
    assert main(["permit-chip", "atr", "--slot", pcscd.reader_names[0]]) == 0
    assert capsys.readouterr().out == "3B 6B 00 00 51 49 41 4E 5A 48 55 2D 53 49 4D\n"


@pytest.mark.pcsc
def test_a_permit_is_shown_masked_and_its_trace_holds_lengths_only(
    station: VpcdHost,
    pcscd: PrivatePcscd,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    _lay(station, reference_chip())
    trace = tmp_path / "trace.jsonl"
    assert main(["permit-chip", "read", "--slot", pcscd.reader_names[0], "--trace", str(trace)]) == 0
    shown = capsys.readouterr().out
    assert "permit file: reference" in shown
    assert "  holder_name: 林***" in shown
    assert "  id_number: 341*************28" in shown
    assert "  valid_to: 2025-05-06" in shown
    for name in ("holder_name", "id_number", "address", "birth", "permit_number"):
        assert str(FIELDS[name]) not in shown
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert {"bytes", "hex"} & set().union(*lines) == {"bytes"}


@pytest.mark.pcsc
def test_a_trace_with_bytes_can_be_replayed_as_the_permit_it_was(
    station: VpcdHost,
    pcscd: PrivatePcscd,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    _lay(station, reference_chip())
    trace = tmp_path / "trace.jsonl"
    slot = pcscd.reader_names[0]
    assert main(["permit-chip", "read", "--slot", slot, "--trace", str(trace), "--bytes"]) == 0
    live = capsys.readouterr().out
    assert main(["permit-chip", "read", "--slot", f"replay://{trace}"]) == 0
    assert capsys.readouterr().out == live


@pytest.mark.pcsc
def test_a_foreign_chip_is_one_line_and_exit_code_2(
    station: VpcdHost, pcscd: PrivatePcscd, capsys: pytest.CaptureFixture[str]
) -> None:
    _lay(station, foreign_chip("bank"))
    assert main(["permit-chip", "read", "--slot", pcscd.reader_names[0]]) == 2
    assert capsys.readouterr().err == "ForeignChip: the chip is no permit known here, but: bank\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("00B0827D04", "00 READ BINARY, P1=82 P2=7D, file 02 at 125, Le=4"),
        ("00 B0 82 7D 04", "00 READ BINARY, P1=82 P2=7D, file 02 at 125, Le=4"),
        ("6988", "6988 MAC wrong"),
        ("63C2", "63C2 authentication failed, 2 tries left"),
        ("1234", "1234 unknown status"),
    ],
)
def test_commands_and_status_words_are_explained(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permit-chip", "decode-apdu", "--hex", given]) == 0
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.parametrize("given", ["xyz", "00B", "00", "00A4000003EF05"])
def test_what_is_no_command_is_one_line_and_exit_code_2(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permit-chip", "decode-apdu", "--hex", given]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_good_permit_file_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permit-chip", "check", str(PERMITS / "ssse.toml")]) == 0
    shown = capsys.readouterr().out
    assert "  application 7378312E73682EC9E7BBE1B1A3D5CF, MAC sm4" in shown
    assert shown.splitlines()[-1] == "  writes issue at 06: 4 bytes, valid_to, the commit"


def test_a_bad_permit_file_is_told_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(
        (PERMITS / "reference.toml")
        .read_text(encoding="utf-8")
        .replace('"tdes"', '"des"')
        .replace("sfi = 0x01", "sfi = 99"),
        encoding="utf-8",
    )
    assert main(["permit-chip", "check", str(bad)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "bad.toml: mac: must be one of tdes, sm4, not 'des'",
        "bad.toml: files[1].sfi: must be a whole number from 1 to 30, not 99",
    ]
    assert main(["permit-chip", "check", str(tmp_path / "missing.toml")]) == 2
