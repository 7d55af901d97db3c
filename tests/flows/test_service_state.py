"""People close the machine to residents and open it again; and they see to the permits in the bin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.app.snapshots import Snapshots
from kiosk.control.snapshot import Verdict
from kiosk.domain.faults import CLOSED_CLEANING, CLOSED_MAINTENANCE, CLOSED_MOVING, Fault
from kiosk.domain.technician import Technician
from kiosk.presentation.context import receipt_number
from kiosk.presentation.present import present
from kiosk.services.service_state import NAME
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from tests.flows.service_mode import at_task, signs_in, write_technicians
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually

pytestmark = pytest.mark.slow

OpenPlace = Callable[..., KioskHarness]


@pytest.fixture
def place(open_place: OpenPlace, tmp_path: Path) -> KioskHarness:
    roles = (("17", "site_staff"), ("18", "engineer"), ("42", "auditor"))
    technicians = write_technicians(tmp_path / "technicians.toml", *roles)
    place = open_place(tables={"service_mode": {"technicians": technicians}})
    place.start_kiosk()
    place.sees(s.Idle)
    return place


def closes(place: KioskHarness, reason: str, number: str = "17") -> None:
    signs_in(place, number)
    place.chooses(Intent.CHOOSE, "service_state")
    at_task(place, t.ShowingServiceState)
    place.chooses(Intent.DO, reason)
    place.sees(s.InServiceMode, lambda state: state.fault is not None)
    place.chooses(Intent.SIGN_OUT)


def is_closed(place: KioskHarness, why: Fault) -> s.OutOfService:
    return place.sees(s.OutOfService, lambda state: state.fault is why)


def resumes(place: KioskHarness) -> None:
    signs_in(place)
    place.chooses(Intent.CHOOSE, "service_state")
    at_task(place, t.ShowingServiceState)
    place.chooses(Intent.DO, "resume")
    place.sees(s.InServiceMode, lambda state: state.fault is None)
    place.chooses(Intent.SIGN_OUT)
    place.sees(s.Idle)


def shell(place: KioskHarness, *arguments: str) -> int:
    return main([*arguments[:1], "--config", str(place.config.state_dir.parent / "kiosk.toml"), *arguments[1:]])


def test_a_machine_that_was_closed_for_cleaning_says_so_over_a_restart_until_somebody_opens_it(
    place: KioskHarness,
) -> None:
    closes(place, "cleaning")
    closed = is_closed(place, CLOSED_CLEANING)
    assert Text("fault.closed_cleaning.public") in _texts_of(place, closed)
    before = len(place.states)
    place.lets_pass()  # everything is looked at again, and all is well
    eventually(lambda: place.running.health.states().get("service_state") == "6311")
    assert place.running.engine.answers(60)
    assert not [state for state in place.states[before:] if isinstance(state, s.Idle)]
    assert Snapshots(lambda: place.running).take().verdict is Verdict.NOT_IN_SERVICE
    place.stop_kiosk()
    place.start_kiosk()
    place.sees(s.Recovering)  # what follows is of the new start
    is_closed(place, CLOSED_CLEANING)
    resumes(place)
    place.begins()
    place.sees(s.ShowingNotice)
    assert not (place.config.state_dir / NAME).exists()


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("cleaning", "closed_cleaning"),
        ("maintenance", "closed_maintenance"),
        ("paper", "closed_paper"),
        ("moving", "closed_moving"),
    ],
)
def test_residents_read_why_it_is_closed(place: KioskHarness, reason: str, fault: str) -> None:
    closes(place, reason)
    closed = place.sees(s.OutOfService)
    assert closed.fault is not None
    assert closed.fault.name == fault
    assert Text(f"fault.{fault}.public") in _texts_of(place, closed)


def _texts_of(place: KioskHarness, state: s.OutOfService) -> list[object]:
    page = present(place._about, state)
    return [getattr(page, name) for name in type(page).__dataclass_fields__]


def test_the_journal_says_who_closed_it_and_central_is_told(place: KioskHarness) -> None:
    closes(place, "moving", "18")
    is_closed(place, CLOSED_MOVING)
    facts = [step.facts for step in place.journal() if step.event == "ServiceStateChanged"]
    assert [(each["service_state"], each["technician"], each["role"]) for each in facts] == [
        ("closed_moving", "18", "engineer")
    ]
    assert place.running.health.counts()["faults"] == 0, "to be closed is no fault that happened"
    place.hears_central()


def test_an_auditor_only_looks(place: KioskHarness) -> None:
    signs_in(place, "42")
    place.chooses(Intent.CHOOSE, "service_state")
    at_task(place, t.ShowingServiceState)
    place.chooses(Intent.DO, "cleaning")
    assert place.running.engine.answers(60)
    assert isinstance(place.state, s.InServiceMode)
    assert isinstance(place.state.task, t.ShowingServiceState)
    assert not (place.config.state_dir / NAME).exists()


def test_a_shell_closes_and_opens_a_running_machine_and_interrupts_no_visit(
    place: KioskHarness, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "mei")
    place.begins()
    place.sees(s.ShowingNotice)
    assert shell(place, "service-state", "--out-of-service", "moving") == 0
    assert "out of service: moving" in capsys.readouterr().out
    assert place.running.engine.answers(60)
    assert isinstance(place.state, s.ShowingNotice)
    place.chooses(Intent.CANCEL)
    place.sees(s.Idle)
    place.lets_pass()
    is_closed(place, CLOSED_MOVING)
    assert shell(place, "service-state") == 0
    assert "by user mei" in capsys.readouterr().out
    assert shell(place, "service-state", "--resume") == 0
    place.is_open_again()
    notes = [step.facts for step in place.journal() if step.event == "ServiceStateSet"]
    assert notes == [{"service_state": "moving", "user": "mei"}, {"service_state": "open", "user": "mei"}]


@pytest.mark.parametrize("content", ["", "{", '{"reason": "lunch", "by": "", "at": null}', "[" * 2000])
def test_a_spoilt_file_leaves_the_machine_closed_for_maintenance(place: KioskHarness, content: str) -> None:
    (place.config.state_dir / NAME).write_text(content)
    place.lets_pass()
    is_closed(place, CLOSED_MAINTENANCE)
    resumes(place)


def test_what_cannot_be_kept_is_not_said_to_be_done(place: KioskHarness) -> None:
    signs_in(place)
    place.chooses(Intent.CHOOSE, "service_state")
    at_task(place, t.ShowingServiceState)
    (place.config.state_dir / NAME).with_suffix(".new").mkdir()  # nothing can be written by that name
    place.chooses(Intent.DO, "cleaning")
    place.sees(s.InServiceMode, lambda state: state.task == t.ShowingServiceState(_who(state), failed=True))
    place.chooses(Intent.SIGN_OUT)
    place.sees(s.Idle)


def _who(state: s.InServiceMode) -> Technician:
    who = t.technician_of(state.task)
    assert who is not None
    return who


def retains_a_permit(place: KioskHarness) -> str:
    """Nobody takes a permit from the mouth. Returns the number that its holder was shown."""
    place.plays(LIN.through(s.Confirming))
    place.sees(s.AwaitingRemoval)
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    place.sees(s.ShowingOutcome)
    place.lets_pass()
    place.sees(s.Idle)
    return receipt_number(place.endorsement_id)


def test_staff_print_the_list_hand_over_the_permits_and_note_that_the_bin_is_empty(place: KioskHarness) -> None:
    number = retains_a_permit(place)
    signs_in(place)
    place.chooses(Intent.CHOOSE, "bin")
    task = at_task(place, t.ShowingBin).task
    assert isinstance(task, t.ShowingBin)
    assert task.permits is not None
    assert [permit.endorsement_id for permit in task.permits] == [place.endorsement_id]
    place.chooses(Intent.DO, "print_list")
    place.sees(s.InServiceMode, lambda state: _result(state) is t.BinResult.PRINTED)
    [*_, paper] = place.rig.receipt_texts()
    assert number in paper
    assert str(place.endorsement_id) in paper.replace("\n", "")
    place.chooses(Intent.DO, "emptied")
    at_task(place, t.AskingIfEmptied)
    assert len(place.running.journal.permits_in_bin()) == 1
    place.chooses(Intent.DO, "yes")
    place.sees(s.InServiceMode, lambda state: _result(state) is t.BinResult.EMPTIED)
    assert place.running.journal.permits_in_bin() == ()
    [note] = [step.facts for step in place.journal() if step.event == "BinEmptied"]
    assert note == {"permits": 1, "technician": "17"}


def _result(state: s.InServiceMode) -> t.BinResult | None:
    return state.task.result if isinstance(state.task, t.ShowingBin) else None


def test_without_paper_the_list_is_not_said_to_be_printed_and_the_bin_is_as_it_was(place: KioskHarness) -> None:
    retains_a_permit(place)
    place.rig.fault("receipt_printer", "paper_out")
    signs_in(place)
    place.chooses(Intent.CHOOSE, "bin")
    at_task(place, t.ShowingBin)
    place.chooses(Intent.DO, "print_list")
    place.sees(s.InServiceMode, lambda state: _result(state) is t.BinResult.NOT_PRINTED)
    assert len(place.running.journal.permits_in_bin()) == 1
