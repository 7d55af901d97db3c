"""What a bundle repeats of files that people write: no secret of the configuration, no content of a trace."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest

from drivers.transport.tracing import Detail, TraceSink
from kiosk.support.log_lines import without_long_numbers
from kiosk.support.shown_configuration import LEFT_OUT, shown_configuration
from kiosk.support.traces import NoTrace, trace_without_content
from tests.lobby.production_site import GOOD

MISSPELT = 'pasword = "hunter2"'
TABLES = """
[holder_check]
way = "attendant"
[holder_check.attendants]
17 = "scrypt:16384:8:1:SALT:KEY"
[metrics]
key = '''-----BEGIN PRIVATE KEY-----
MIIE'''
[service_mode]
technicians = "technicians.toml"
pin = "314159"
[sound]
volume = 60
"""


def test_the_configuration_is_shown_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    with_password = GOOD.replace("https://central", "https://user:secret@central")
    path.write_text(f"{MISSPELT}\n{with_password}\n{TABLES}", "utf-8")
    shown = shown_configuration(path)
    assert shown["pasword"] == LEFT_OUT
    assert shown["holder_check"] == {"way": "attendant", "attendants": {"17": LEFT_OUT}}
    assert shown["metrics"] == {"key": LEFT_OUT}
    assert shown["service_mode"] == {"technicians": "technicians.toml", "pin": LEFT_OUT}
    assert shown["central"]["url"] == LEFT_OUT
    assert shown["central"]["key"] == "kiosk.key"
    assert shown["devices"]["receipt_printer"] == "tcp://192.0.2.7:9100"
    assert shown["sound"] == {"volume": 60}
    for secret in ("hunter2", "SALT", "MIIE", "314159", "user:secret"):
        assert secret not in json.dumps(shown)


def test_a_configuration_that_is_no_toml_is_told_by_its_mistake(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text("key = = 3", "utf-8")
    (mistake,) = shown_configuration(path)["mistakes"]
    assert mistake.startswith("kiosk.toml")


def recorded(path: Path, detail: Detail) -> Path:
    stream = StringIO()
    sink = TraceSink(stream, detail)
    sink.record("out", b"\xaa\xaa\xaa\x96\x69")
    sink.record("in", bytes(1295))
    path.write_text(stream.getvalue(), "utf-8")
    return path


def test_a_trace_of_lengths_goes_with_the_bundle_and_one_with_content_does_not(tmp_path: Path) -> None:
    lengths = recorded(tmp_path / "lengths.jsonl", Detail.LENGTHS)
    assert trace_without_content(lengths) == lengths.read_bytes()
    with pytest.raises(NoTrace, match="line 1 holds more than time, direction and length"):
        trace_without_content(recorded(tmp_path / "bytes.jsonl", Detail.BYTES))
    with pytest.raises(NoTrace, match="No such file"):
        trace_without_content(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    "line", ["", "[]", '{"at": 1, "dir": "in", "bytes": "name"}', '{"at": 1, "dir": "甄", "bytes": 1}']
)
def test_a_line_that_is_none_of_a_trace_keeps_the_file_out(tmp_path: Path, line: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(f"{line}\n", "utf-8")
    with pytest.raises(NoTrace):
        trace_without_content(path)


def test_numbers_of_people_are_taken_out_of_the_log_and_those_of_the_machine_stay() -> None:
    line = b"x 34139919880917777X 13800138000 step 4711 at 2026-11-30T14:03:00.123456 head 12:sha256:00aa99"
    assert without_long_numbers(line) == line.replace(b"34139919880917777X", b"[number]").replace(
        b"13800138000", b"[number]"
    )
    uuid = b"visit 0f8fad5b-d9cb-469f-a165-708673128950"
    assert without_long_numbers(uuid) == uuid
