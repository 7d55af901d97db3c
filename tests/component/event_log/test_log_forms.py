"""Each form of the log, as those who read it do: a whole process's output, line by line."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.event_log.log_events import EventFields, LogEvent, line_of
from kiosk.event_log.log_forms import FORM_VARIABLE, LONGEST_LINE, LogForm, form_of
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
SAYS_EVERYTHING = """
import ctypes, logging, os, sys, threading
from kiosk.event_log.log_events import LogEvent, log
from kiosk.event_log.log_forms import form_of
from kiosk.runtime.log_output import log_handler, never_wait_for_the_log
never_wait_for_the_log(form_of(os.environ))
logging.basicConfig(level=logging.WARNING, handlers=[log_handler(form_of(os.environ))])
logging.getLogger("kiosk").setLevel(logging.INFO)
log(LogEvent.STARTED, version="1.2.3", site="production", region="shanghai")
log(LogEvent.DEVICE_STATE, level=logging.ERROR, device="permit_unit", before="ok", now="2301")
logging.getLogger("library").warning("of a\\nlibrary")
try:
    raise ValueError("of an exception")
except ValueError:
    logging.getLogger("library").exception("failed")
print("printed 签注")
def fails(): raise RuntimeError("of a thread")
thread = threading.Thread(target=fails); thread.start(); thread.join()
ctypes.CDLL(None).dprintf(2, b"of C code\\n")
"""


def lines_of(form: str) -> list[str]:
    environment = {**os.environ, FORM_VARIABLE: form, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-X", "utf8", "-c", SAYS_EVERYTHING]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=LIMIT_S, check=True)
    assert done.stdout == b""
    return done.stderr.decode().splitlines()


def record(event: LogEvent, level: int = logging.INFO, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("kiosk", level, __file__, 1, "%s", (line_of(event, **fields),), None)
    setattr(made, EventFields.ATTRIBUTE, EventFields(event.value[0], fields))
    return made


def document(event: LogEvent, **fields: Any) -> dict[str, Any]:
    return dict(json.loads(LogForm.JSON.formatter().format(record(event, **fields))))


def test_a_person_reads_time_level_and_event() -> None:
    lines = lines_of("plain")
    assert lines[0].partition(" INFO ")[2] == (
        'started {"version": "1.2.3", "site": "production", "region": "shanghai"}'
    )
    assert {"printed 签注", "of C code", "RuntimeError: of a thread"} <= set(lines)


def test_journald_finds_the_priority_at_the_head_of_every_line() -> None:
    lines = lines_of("journald")
    assert [line for line in lines if line[0] + line[2] != "<>" or not line[1].isdigit()] == []
    assert lines[0] == '<6>started {"version": "1.2.3", "site": "production", "region": "shanghai"}'
    assert lines[1] == '<3>device_state {"device": "permit_unit", "before": "ok", "now": "2301"}'
    assert lines[2:4] == ["<4>of a", "<4>library"]
    assert {"<4>printed 签注", "<4>of C code", "<4>RuntimeError: of a thread", "<3>ValueError: of an exception"} <= set(
        lines
    )


def test_a_collector_reads_one_object_in_every_line() -> None:
    told = [json.loads(line) for line in lines_of("json")]
    for each in told:
        assert {"time", "level", "logger", "message"} <= set(each)
        assert abs(datetime.fromisoformat(each["time"]) - datetime.now(UTC)) < timedelta(seconds=LIMIT_S)
    assert [(each["event"], each["level"], each["logger"]) for each in told[:2]] == [
        ("started", "info", "kiosk"),
        ("device_state", "error", "kiosk"),
    ]
    assert told[0]["fields"] == {"version": "1.2.3", "site": "production", "region": "shanghai"}
    assert (told[1]["fault"], told[1]["device"]) == ("2301", "permit_unit")
    assert (told[2]["logger"], told[2]["message"]) == ("library", "of a\nlibrary")
    assert "ValueError: of an exception" in told[3]["exception"]
    written = {each["message"] for each in told if each["logger"] == "stderr"}
    assert {"printed 签注", "of C code", "RuntimeError: of a thread"} <= written


def test_fault_device_and_visit_stand_at_the_same_place_wherever_they_come_from() -> None:
    visit = "00000000-0000-0000-0000-0000000000c1"
    step = document(LogEvent.STEP, before="Idle", after="OutOfService", visit=visit, fault="2301", part="permit_unit")
    assert (step["fault"], step["device"], step["visit"]) == ("2301", "permit_unit", visit)
    works = document(LogEvent.DEVICE_STATE, device="id_reader", before="1101", now="ok")
    assert works["device"] == "id_reader"
    assert not {"fault", "visit"} & set(works)
    stands = document(LogEvent.FAULT_STANDS, fault="5102", since_s=7200)
    assert stands["fault"] == "5102"
    idle = document(LogEvent.STEP, before="Idle", after="Idle", visit=None, fault=None, part=None)
    assert not {"fault", "device", "visit"} & set(idle)


@pytest.mark.parametrize("character", ["x", "签", "\n", '"', "\x00"])
def test_a_long_line_stays_an_object(character: str) -> None:
    long = character * (2 * LONGEST_LINE)
    line = LogForm.JSON.formatter().format(record(LogEvent.START_FAILED, error=long, more=0, fault="6503"))
    assert len(line) <= LONGEST_LINE
    assert json.loads(line)["cut"] is True
    assert len(LogForm.JSON.of_output(long[:LONGEST_LINE])) <= LONGEST_LINE


@pytest.mark.parametrize(
    ("environment", "form"),
    [
        ({}, LogForm.PLAIN),
        ({FORM_VARIABLE: "journald"}, LogForm.JOURNALD),
        ({FORM_VARIABLE: "json"}, LogForm.JSON),
        ({FORM_VARIABLE: "xml"}, LogForm.PLAIN),
        ({FORM_VARIABLE: ""}, LogForm.PLAIN),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], form: LogForm) -> None:
    assert form_of(environment) is form


@pytest.mark.parametrize(("form", "is_told"), [("jsno", True), ("plain", False), ("", False)])
def test_a_form_that_is_not_known_is_told(form: str, is_told: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "faults", "6401"],
        cwd=ROOT,
        env={**os.environ, FORM_VARIABLE: form},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    assert ('log_form_unknown {"value": "jsno", "used": "plain"}' in done.stderr) is is_told
