"""Permits that nobody took: kept, told, listed by number, and no more of them taken in than the bin can hold."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from drivers.permit_unit.dialects import CRT
from drivers.simulators.permit import PermitLocation
from kiosk.__main__ import main
from kiosk.domain.devices import PERMIT_UNIT
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import BIN_FULL
from kiosk.presentation.models.resident import OutcomeScreen
from kiosk.presentation.present import present
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import CHIP_IN_UNIT, KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR
from tests.waiting import eventually

pytestmark = pytest.mark.slow


def is_forgotten(place: KioskHarness) -> OutcomeScreen:
    """Nobody takes the permit from the mouth; the page that is shown in the end."""
    place.sees(s.AwaitingRemoval)
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.RETAINED
    page = present(place._about, explaining)
    assert isinstance(page, OutcomeScreen)
    return page


def listed(place: KioskHarness, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """What the technician's command prints."""
    capsys.readouterr()
    assert main(["retained", "--config", str(place.config.state_dir.parent / "kiosk.toml"), *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_forgotten_permit_is_told_to_central_and_listed_by_the_number_on_the_screen(
    place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place.plays(LIN.through(s.Confirming))
    page = is_forgotten(place)
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    [line, count] = listed(place, capsys)
    assert line == f"{page.number}  2026-11-22 10:02  {place.endorsement_id}"
    assert count == "1 in the bin"
    assert place.central_state() == "written"
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.face, completion.custody) == ("new", "new", "retained")


def test_a_permit_that_was_only_looked_at_and_forgotten_is_told_to_central_too(
    place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place.plays(LIN.until(s.ShowingAssessment))
    place.chooses(Intent.CANCEL)
    page = is_forgotten(place)
    assert listed(place, capsys)[0].startswith(page.number)
    place.central_is_told()
    [report] = [step for step in place.journal() if "ReportCompletion" in step.effects]
    assert report.custody == "retained"


def test_no_permit_is_taken_in_that_the_bin_might_not_hold(
    open_place: OpenPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    place = open_place()
    unit_file = place.config.files.devices[PERMIT_UNIT]
    text = unit_file.read_text(encoding="utf-8")
    unit_file.write_text(re.sub(r"(?m)^capacity = .*$", "capacity = 2", text), encoding="utf-8")
    place.start_kiosk()
    place.plays(LIN.until(s.ShowingAssessment))
    place.chooses(Intent.CANCEL)
    is_forgotten(place)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.rig.lift_id_card()
    place.rig.lay_id_card(NEIGHBOUR.person)
    place.begins()
    place.sees(s.ShowingNotice)
    place.chooses(Intent.ACCEPT_NOTICE)
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.ending == s.BrokenOff(BIN_FULL, ChipState.OLD, FaceState.OLD)
    place.chooses(Intent.FINISH)
    assert place.sees(s.OutOfService).fault is BIN_FULL
    assert listed(place, capsys, "--emptied")[-1] == "1 taken out"
    assert listed(place, capsys) == ["0 in the bin"]
    place.lets_pass()
    place.sees(s.Idle)


@pytest.fixture
def jamming(open_place: OpenPlace) -> KioskHarness:
    """A place with a unit that says when it jams on the way to its bin."""
    place = open_place(chip=CHIP_IN_UNIT, unit=CRT)
    place.start_kiosk()
    return place


def is_jammed_on_the_way_to_the_bin(place: KioskHarness) -> None:
    """Nobody takes the permit, the unit fails under the order to retain it, and staff take it out by hand."""
    place.plays(LIN.through(s.Confirming))
    place.at_every_state(
        lambda state: place.rig.fault("permit_unit", "jam_retaining") if isinstance(state, s.Retaining) else None
    )
    place.sees(s.AwaitingRemoval)
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    assert place.sees(s.OutOfService).held is True
    place.at_every_state(lambda state: None)
    assert place.rig.free_jam() == LIN.permit
    place.rig.clear_faults()
    place.is_open_again()


def test_a_permit_that_staff_freed_by_hand_is_asked_about_and_not_counted_as_in_the_bin(
    jamming: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place = jamming
    is_jammed_on_the_way_to_the_bin(place)
    number = place.endorsement_id
    [line, count] = listed(place, capsys)
    assert line.endswith(f"{number}  ?")
    assert count == "0 in the bin, 1 to be looked for"
    place.central_is_told()
    assert [told.custody for told in place.central.completions(number)] == ["inside", "unknown"]

    def is_asked(state: str) -> bool:
        place.lets_pass()
        return place.running.health.states().get("bin") == state

    eventually(lambda: is_asked("2305"))
    assert isinstance(place.state, s.Idle), "it is served meanwhile"
    assert listed(place, capsys, "--not-found", line.split()[0]) == ["0 in the bin"]
    eventually(lambda: is_asked("ok"))


@pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning")
def test_a_permit_that_staff_took_out_before_central_was_asked_about_it_is_told_as_unknown(place: KioskHarness) -> None:
    place.cut_power_at(s.ShowingAssessment)
    place.plays(LIN.through(s.AwaitingPermit))
    place.loses_power()
    assert place.rig.free_jam() == LIN.permit
    place.start_kiosk()
    place.sees(s.Idle)
    place.central_is_told()
    with closing(sqlite3.connect(f"file:{place.config.state_dir / 'journal.db'}?mode=ro", uri=True)) as db:
        [(number,)] = db.execute("SELECT endorsement_id FROM message WHERE call = 'completion'").fetchall()
    [told] = place.central.completions(UUID(number))
    assert (told.chip, told.face, told.custody) == ("old", "old", "unknown")


def test_a_permit_that_staff_found_in_the_bin_is_counted(
    jamming: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place = jamming
    is_jammed_on_the_way_to_the_bin(place)
    [line, _] = listed(place, capsys)
    number = line.split()[0]
    assert listed(place, capsys, "--found", number) == [line.removesuffix("  ?"), "1 in the bin"]
    assert main(["retained", "--config", str(place.config.state_dir.parent / "kiosk.toml"), "--found", number]) == 2
    assert number in capsys.readouterr().err
    assert listed(place, capsys, "--emptied")[-1] == "1 taken out"
    assert place.running.journal.verify().broken is None


def test_a_permit_that_staff_put_into_the_bin_themselves_is_counted_when_they_say_so(
    place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place.sees(s.Idle)
    [line, count] = listed(place, capsys, "--put-in")
    assert line.startswith("-  ")
    assert count == "1 in the bin"
