"""Nobody is there, and something breaks: a line in the log, a word for the heartbeat, a state; and so on the way up."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.domain import devices
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import (
    CONFIGURATION,
    DISK_FULL,
    ID_READER_LINK,
    JOURNAL_MOVED,
    PERMIT_UNIT_LINK,
    PRINTER_LINK,
    WORKER_HANGS,
    Fault,
)
from kiosk.journal.backup import restore
from kiosk.journal.chain import Head
from kiosk.journal.verification import verify_file
from kiosk.presentation.models.resident import WelcomeScreen
from kiosk.presentation.pages import page_of
from kiosk.services import journal_guard
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.hand_clock import HandClock
from tests.fakes.hanging_file import HangingFile
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR
from tests.waiting import eventually

RECEIPT_PRINTER, CODE_SCANNER = devices.RECEIPT_PRINTER.name, devices.CODE_SCANNER.name


def told(caplog: pytest.LogCaptureFixture, device: str) -> list[tuple[str, str]]:
    """Each change of a device that the log has: (before, now)."""
    lines = [json.loads(line.partition(" ")[2]) for line in caplog.messages if line.startswith("device_state ")]
    return [(line["before"], line["now"]) for line in lines if line["device"] == device]


def word(place: KioskHarness, device: str) -> str | None:
    """What the next heartbeat tells of it."""
    return place.running.health.states().get(device)


def is_found(place: KioskHarness, device: str, state: str) -> None:
    """Let looks pass until one finds this: how many that takes depends on what was being asked when it happened."""

    def looked() -> bool:
        place.lets_pass()
        return word(place, device) == state

    eventually(looked)


@pytest.fixture
def watched(place: KioskHarness, caplog: pytest.LogCaptureFixture) -> KioskHarness:
    """Idle, everything looked at once."""
    caplog.set_level("INFO", "kiosk")
    place.sees(s.Idle)
    for device in ("id_reader", "permit_unit", "permit_chip", RECEIPT_PRINTER, CODE_SCANNER, "journal"):
        is_found(place, device, "ok")
    return place


@pytest.mark.parametrize(
    ("device", "fault", "code"),
    [
        (RECEIPT_PRINTER, "unplugged", "4101"),
        (RECEIPT_PRINTER, "paper_out", "4301"),
        (RECEIPT_PRINTER, "cover_open", "4302"),
        (RECEIPT_PRINTER, "cutter_failed", "4401"),
        (CODE_SCANNER, "unplugged", "7101"),
    ],
)
def test_what_only_makes_visits_poorer_is_told_and_closes_nothing(
    watched: KioskHarness, caplog: pytest.LogCaptureFixture, device: str, fault: str, code: str
) -> None:
    watched.rig.fault(device, fault)
    is_found(watched, device, code)
    assert isinstance(watched.state, s.Idle)
    watched.rig.clear_faults(device)
    is_found(watched, device, "ok")
    assert told(caplog, device) == [("ok", code), (code, "ok")]
    assert "OutOfService" not in watched.way()


def test_the_welcome_page_says_that_no_receipts_come_out(watched: KioskHarness) -> None:
    def says_so() -> bool:
        trouble = watched.running.lesser.paper_trouble() is not None
        seen = page_of(watched._about, watched.state, without_paper=trouble)
        assert isinstance(seen, WelcomeScreen)
        return seen.without_paper

    assert not says_so()
    watched.rig.fault(RECEIPT_PRINTER, "paper_out")
    is_found(watched, RECEIPT_PRINTER, "4301")
    assert says_so()
    watched.rig.load_paper()
    watched.rig.clear_faults(RECEIPT_PRINTER)
    is_found(watched, RECEIPT_PRINTER, "ok")
    assert not says_so()


@pytest.mark.parametrize(("device", "fault"), [("id_reader", ID_READER_LINK), ("permit_unit", PERMIT_UNIT_LINK)])
def test_what_no_visit_can_do_without_closes_the_machine_before_the_next_permit(
    watched: KioskHarness, caplog: pytest.LogCaptureFixture, device: str, fault: Fault
) -> None:
    watched.rig.fault(device, "unplugged")
    is_found(watched, device, fault.code)
    assert watched.sees(s.OutOfService).fault is fault
    watched.rig.clear_faults(device)
    watched.is_open_again()
    is_found(watched, device, "ok")
    changes = told(caplog, device)  # a look that was under way may have found it there once more
    assert len(changes) % 2 == 0
    assert changes == [("ok", fault.code), (fault.code, "ok")] * (len(changes) // 2)
    steps = [json.loads(line.partition(" ")[2]) for line in caplog.messages if line.startswith("step ")]
    closing_step = next(step for step in steps if step["after"] == "OutOfService")
    opening_step = [step for step in steps if step["before"] == "OutOfService"][-1]
    assert [(step["fault"], step["part"]) for step in (closing_step, opening_step)] == [(fault.code, device)] * 2


def test_one_that_is_broken_hides_none_of_the_others(watched: KioskHarness) -> None:
    path = watched.config.state_dir / "journal.db"
    deleted(path)
    for device in ("id_reader", "permit_unit", RECEIPT_PRINTER):
        watched.rig.fault(device, "unplugged")
    for device, fault in (
        ("id_reader", ID_READER_LINK),
        ("permit_unit", PERMIT_UNIT_LINK),
        ("journal", JOURNAL_MOVED),
        (RECEIPT_PRINTER, PRINTER_LINK),
    ):
        is_found(watched, device, fault.code)
    watched.sees(s.OutOfService, lambda state: state.fault is ID_READER_LINK)
    [copy] = eventually(lambda: list(path.parent.glob("journal.db.copy-*[0-9]")))
    head = watched.running.journal.head()
    eventually(lambda: _holds(watched, copy, head))
    watched.rig.clear_faults("id_reader")
    eventually(lambda: _closed_by(watched) is PERMIT_UNIT_LINK)
    watched.rig.clear_faults("permit_unit")
    eventually(lambda: _closed_by(watched) is JOURNAL_MOVED)
    put_back(path)
    watched.is_open_again()


def _closed_by(place: KioskHarness) -> Fault | None:
    place.lets_pass()
    return place.state.fault if isinstance(place.state, s.OutOfService) else None


@pytest.fixture
def with_hanging_slot(open_place: OpenPlace, tmp_path: Path) -> Iterator[tuple[KioskHarness, Callable[[], None]]]:
    """The permit file is a pipe without a writer: whoever reads chips answers no question. Also what lets him go on."""
    file = HangingFile(tmp_path / "permit.toml", ASSETS / "permits" / "reference.toml")
    place = open_place(files={"permits": [str(file.path)]})
    file.begin()
    place.start_kiosk()
    place.sees(s.Idle)
    yield place, file.go_on
    file.go_on()


@pytest.mark.parametrize("device", ["id_reader", "journal"])
def test_one_that_is_late_holds_no_fault_back(
    with_hanging_slot: tuple[KioskHarness, Callable[[], None]], device: str
) -> None:
    place, go_on = with_hanging_slot
    path = place.config.state_dir / "journal.db"
    if device == "journal":
        deleted(path)
    else:
        place.rig.fault(device, "unplugged")
    fault = JOURNAL_MOVED if device == "journal" else ID_READER_LINK
    eventually(lambda: _closed_by(place) is fault)
    eventually(lambda: word(place, "permit_unit") == "ok")
    assert word(place, "permit_chip") is None
    if device == "journal":
        put_back(path)
    place.rig.clear_faults("id_reader")
    is_found(place, device, "ok")
    assert isinstance(place.state, s.OutOfService), "not all have said that they are well"
    go_on()
    place.is_open_again()


def test_a_file_that_is_mended_is_noticed_by_the_next_look(open_place: OpenPlace, tmp_path: Path) -> None:
    text = (ASSETS / "permits" / "reference.toml").read_bytes()
    printer = (ASSETS / "devices" / "escpos-80-gb18030.toml").read_bytes()
    paths = {name: tmp_path / f"{name}.toml" for name in ("permit", "printer")}
    paths["permit"].write_bytes(text)
    paths["printer"].write_bytes(printer)
    place = open_place(files={"permits": [str(paths["permit"])], "receipt_printer": str(paths["printer"])})
    for path in paths.values():
        path.write_text("name = 1", encoding="utf-8")
    place.start_kiosk()
    place.sees(s.Idle)
    eventually(lambda: _closed_by(place) is CONFIGURATION)
    is_found(place, RECEIPT_PRINTER, CONFIGURATION.code)
    paths["permit"].write_bytes(text)
    paths["printer"].write_bytes(printer)
    place.is_open_again()
    is_found(place, RECEIPT_PRINTER, "ok")


# -- the journal's file ------------------------------------------------------------------------------------------------


def deleted(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    deleted(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE step (number)")


def put_back(path: Path) -> None:
    path.with_name("elsewhere.db").replace(path)


def test_a_journal_that_was_moved_away_closes_the_kiosk_until_it_is_back(
    watched: KioskHarness, caplog: pytest.LogCaptureFixture
) -> None:
    path = watched.config.state_dir / "journal.db"
    deleted(path)
    is_found(watched, "journal", "6402")
    closed = watched.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (JOURNAL_MOVED, Custody.WITH_HOLDER)
    put_back(path)
    watched.is_open_again()
    is_found(watched, "journal", "ok")
    assert told(caplog, "journal") == [("ok", "6402"), ("6402", "ok")]
    watched.rig.lift_id_card()
    watched.plays(LIN.renewal())
    assert watched.central_state() == "written"


@pytest.mark.parametrize("harm", [deleted, replaced])
def test_nothing_is_lost_of_a_journal_that_was_deleted_or_replaced(
    watched: KioskHarness, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], None]
) -> None:
    """As the remedy says: the copy is put in its place while the kiosk is stopped."""
    path = watched.config.state_dir / "journal.db"
    harm(path)
    is_found(watched, "journal", "6402")
    watched.sees(s.OutOfService)
    [line] = [line for line in caplog.messages if line.startswith("journal_moved ")]
    copy = path.with_name(json.loads(line.partition(" ")[2])["copy"])
    head = watched.running.journal.head()
    eventually(lambda: _holds(watched, copy, head))
    watched.stop_kiosk()
    restore(copy, path, watched.clock.now, "sha256")
    watched.start_kiosk()
    watched.sees(s.Idle)
    is_found(watched, "journal", "ok")
    assert watched.running.journal.contradiction(head) is None
    assert watched.running.journal.verify().broken is None
    watched.plays(LIN.renewal())
    assert watched.central_state() == "written"


def _holds(place: KioskHarness, copy: Path, head: Head) -> bool:
    """The copy is made anew by a look, as long as the machine goes on writing."""
    place.lets_pass()
    verdict = verify_file(copy, "sha256")
    return verdict.broken is None and verdict.head == head


def test_a_log_of_the_journal_that_was_deleted_is_missed_too(watched: KioskHarness) -> None:
    path = watched.config.state_dir / "journal.db-wal"
    path.rename(path.with_name("elsewhere"))
    is_found(watched, "journal", "6402")
    path.with_name("elsewhere").replace(path)
    watched.is_open_again()


def test_a_disk_that_is_nearly_full_closes_the_machine_before_a_permit_comes(
    watched: KioskHarness, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(watched.config.state_dir).free
    monkeypatch.setattr(journal_guard, "LEAST_FREE_BYTES", 2 * free)
    is_found(watched, "journal", "6301")
    assert watched.sees(s.OutOfService).fault is DISK_FULL
    monkeypatch.undo()
    watched.is_open_again()
    is_found(watched, "journal", "ok")
    assert told(caplog, "journal") == [("ok", "6301"), ("6301", "ok")]


# -- a thread that hangs -----------------------------------------------------------------------------------------------


@pytest.fixture
def with_hanging_printer(
    open_place: OpenPlace, tmp_path: Path
) -> Iterator[tuple[KioskHarness, HandClock, Callable[[], None]]]:
    """The printer's file is a pipe without a writer: its service is never built, and what waits behind it is not done.
    Also the clock of the jobs, and what lets the printer go on.
    """
    file = HangingFile(tmp_path / "printer.toml", ASSETS / "devices" / "escpos-80-gb18030.toml")
    place, clock = open_place(files={"receipt_printer": str(file.path)}), HandClock()
    file.begin()
    place.start_kiosk(job_clock=clock.monotonic)
    place.sees(s.Idle)
    yield place, clock, file.go_on
    file.go_on()


def test_a_file_of_the_printer_that_vanished_since_the_start_closes_nothing(
    open_place: OpenPlace, tmp_path: Path
) -> None:
    path = tmp_path / "printer.toml"
    path.write_bytes((ASSETS / "devices" / "escpos-80-gb18030.toml").read_bytes())
    place = open_place(files={"receipt_printer": str(path)})
    path.write_text("name = 1", encoding="utf-8")
    place.start_kiosk()
    place.sees(s.Idle)
    is_found(place, RECEIPT_PRINTER, CONFIGURATION.code)
    place.lets_pass()
    assert "OutOfService" not in place.way()


def test_a_printer_whose_thread_hangs_for_good_costs_receipts_and_nothing_else(
    with_hanging_printer: tuple[KioskHarness, HandClock, Callable[[], None]],
) -> None:
    place, clock, go_on = with_hanging_printer

    def is_told() -> bool:
        clock.pass_time(10.0)
        place.running.look_after_workers()
        return word(place, RECEIPT_PRINTER) == WORKER_HANGS.code

    eventually(is_told)
    assert place.running.ails() is None, "a new start would be for nothing"
    place.lets_pass()
    thanking = place.plays(LIN.until(s.Thanking))
    assert thanking.paper_trouble is PRINTER_LINK
    assert place.central_state() == "written"
    assert "OutOfService" not in place.way()
    go_on()
    place.rig.lift_id_card()
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    is_found(place, RECEIPT_PRINTER, "ok")
    place.plays(NEIGHBOUR.renewal())
    assert len(place.receipts()) == 1
