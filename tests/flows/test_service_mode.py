"""A technician signs in, looks at the machine, tests a device and leaves; a resident is served before and after."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.simulators.activity import ActivityLog
from drivers.simulators.service_card_sim import ServiceCardSim
from kiosk.app.closed_kiosk import ClosedKiosk
from kiosk.config.settings import Config
from kiosk.control.snapshot import Verdict
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import CATALOGUE, Part
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from tests.component.services.test_technician_access import PIN, code_at
from tests.fakes.service_cards import Authority
from tests.flows.service_mode import asks_for_test, at_task, last_record, signs_in
from tests.lobby import kiosk_harness
from tests.lobby.direct_chips import direct_chip
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.running_central import RunningCentral
from tests.waiting import eventually

pytestmark = pytest.mark.slow

OpenPlace = Callable[..., KioskHarness]


@pytest.fixture
def served(open_place: OpenPlace, technicians: str) -> KioskHarness:
    place = open_place(tables={"service_mode": {"technicians": technicians}})
    place.start_kiosk()
    place.sees(s.Idle)
    return place


def test_a_closed_kiosk_lets_no_technician_in_and_goes_on(
    open_place: OpenPlace, technicians: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in it could check who signs in."""
    place = open_place(tables={"service_mode": {"technicians": technicians}})
    why = CATALOGUE["6501"]

    def closed(config: Config, on_state: Callable[[s.State], int | None], *_: object, **__: object) -> ClosedKiosk:
        return ClosedKiosk(config, why, on_state, lambda: None, lambda: None, None)

    monkeypatch.setattr(kiosk_harness, "Kiosk", closed)
    place.start_kiosk()
    place.sees(s.OutOfService, lambda state: not state.inspecting)
    place.running.engine.post(on.PersonChose(Intent.OPEN_SERVICE_MODE))
    place.running.engine.post(on.ServiceModeRequested())
    place.running.engine.post(on.SwitchOffRequested("SIGTERM"))
    place.sees(s.OutOfService, lambda state: state.switching_off)
    assert not any(isinstance(state, s.InServiceMode) for state in place.states)


def test_a_technician_prints_a_test_page_judges_it_and_residents_are_served_again(served: KioskHarness) -> None:
    signs_in(served)
    asks_for_test(served, "receipt_printer", "print")
    at_task(served, t.JudgingTest)
    assert served.rig.receipt_texts()
    served.chooses(Intent.CHOOSE, "passed")
    assert last_record(served) == t.TestRecord("receipt_printer", "print", t.Outcome.PASSED)
    served.chooses(Intent.BACK)
    at_task(served, t.ShowingOverview)
    served.chooses(Intent.SIGN_OUT)
    served.sees(s.Idle)
    served.begins()
    served.sees(s.ShowingNotice)


@pytest.mark.parametrize("part", ["id_reader", "permit_unit", "permit_chip", "receipt_printer", "central"])
def test_every_part_says_how_it_is(part: str, served: KioskHarness) -> None:
    signs_in(served)
    asks_for_test(served, part, "status")
    assert last_record(served) == t.TestRecord(part, "status", t.Outcome.PASSED)


def test_a_part_that_does_not_work_says_why_and_the_machine_stays_in_service_mode(served: KioskHarness) -> None:
    signs_in(served)
    served.rig.fault("receipt_printer", "paper_out")
    asks_for_test(served, "receipt_printer", "status")
    record = last_record(served)
    assert record.outcome is t.Outcome.FAILED
    assert record.fault is not None
    assert record.fault.name == "paper_out"


def test_a_silent_central_is_told_though_it_closes_nothing(served: KioskHarness) -> None:
    signs_in(served)
    served.cable.lead_to(None)
    asks_for_test(served, "central", "status")
    record = last_record(served)
    assert record.outcome is t.Outcome.FAILED
    assert record.fault is not None
    assert record.fault.part is Part.CENTRAL


def test_a_journal_that_cannot_be_read_is_not_noted_against_the_unit_that_was_asked(served: KioskHarness) -> None:
    """The unit's check asks the journal how many permits lie in the bin."""
    signs_in(served)
    with closing(sqlite3.connect(served.config.state_dir / "journal.db")) as db, db:
        db.execute("ALTER TABLE step RENAME TO elsewhere")
    asks_for_test(served, "permit_unit", "status")
    record = last_record(served)
    assert record.fault is not None
    assert record.fault.part is Part.KIOSK
    assert served.running.health.states()["permit_unit"] == "ok"


def test_who_may_not_test_is_not_obeyed(served: KioskHarness) -> None:
    signs_in(served, "42")
    served.chooses(Intent.CHOOSE, "receipt_printer")
    at_task(served, t.ShowingPart)
    served.chooses(Intent.TEST, "print")
    assert served.running.engine.answers(60)
    assert isinstance(served.state, s.InServiceMode)
    assert isinstance(served.state.task, t.ShowingPart)


def test_who_went_away_does_not_keep_residents_from_being_served(served: KioskHarness) -> None:
    signs_in(served)
    served.lets_pass()
    served.sees(s.Idle)


def test_a_wrong_pin_lets_nobody_in_and_stands_in_the_journal_with_no_code(served: KioskHarness) -> None:
    served.running.engine.post(on.ServiceModeRequested())
    at_task(served, t.EnteringNumber)
    code = code_at(served.clock.now())
    served.chooses(Intent.ENTER_CODE, f"17{code}")
    at_task(served, t.EnteringPin)
    served.chooses(Intent.ENTER_CODE, "999999")
    state = at_task(served, t.EnteringNumber)
    assert state.task == t.EnteringNumber(t.SignInProblem.WRONG)
    written = str([step.facts for step in served.journal()])
    assert code not in written
    assert PIN not in written
    assert "999999" not in written


def test_the_journal_says_who_did_what(served: KioskHarness) -> None:
    signs_in(served)
    asks_for_test(served, "permit_chip", "status")
    last_record(served)
    facts = [step.facts for step in served.journal()]
    assert {"technician": "17", "part": "permit_chip", "test": "status", "outcome": "passed"} in [
        {key: value for key, value in each.items() if key in ("technician", "part", "test", "outcome")}
        for each in facts
    ]


def test_a_visit_is_never_interrupted_and_switching_off_is_heeded(served: KioskHarness) -> None:
    served.begins()
    served.sees(s.ShowingNotice)
    served.running.engine.post(on.ServiceModeRequested())
    assert served.running.engine.answers(60)
    assert isinstance(served.state, s.ShowingNotice)
    served.chooses(Intent.CANCEL)
    served.sees(s.Idle)
    signs_in(served)
    served.running.switch_off("SIGTERM")
    eventually(lambda: served.running.engine.has_ended)
    assert s.custody_of(served.state) is Custody.WITH_HOLDER


def test_the_overview_says_whether_residents_can_be_served(served: KioskHarness) -> None:
    from kiosk.app.snapshots import Snapshots

    signs_in(served)
    served.running.health.note("receipt_printer", None)
    machine = Snapshots(lambda: served.running).take()
    assert machine.verdict is Verdict.NOT_IN_SERVICE  # nobody is served meanwhile
    assert {each.name for each in machine.found} >= {"id_reader", "permit_unit", "central", "journal"}


@pytest.fixture
def with_card(
    open_place: OpenPlace, technicians: str, authority: RunningCentral, tmp_path: Path
) -> Iterator[tuple[KioskHarness, ServiceCardSim]]:
    """A kiosk with a slot for service cards, and a hand that puts card "17" in and pulls it out."""
    slot, chip_side = direct_chip()
    operator = Authority(tmp_path / "cards", now=authority.clock.now())
    operator.issue("17")
    signed_by = operator.write(tmp_path / "authority.pem")
    sim = ServiceCardSim(chip_side, ActivityLog(), 0.0, tmp_path / "cards")
    sim.start()
    place = open_place(
        tables={"service_mode": {"technicians": technicians, "card_slot": slot, "card_authority": str(signed_by)}}
    )
    place.start_kiosk()
    place.sees(s.Idle)
    yield place, sim
    sim.stop()


def test_a_card_and_a_pin_let_in_and_whoever_pulls_the_card_out_has_left(
    with_card: tuple[KioskHarness, ServiceCardSim],
) -> None:
    place, hand = with_card
    place.running.engine.post(on.PersonChose(Intent.OPEN_SERVICE_MODE))
    at_task(place, t.EnteringNumber)
    hand.insert("17")
    at_task(place, t.EnteringPin)
    place.chooses(Intent.ENTER_CODE, PIN)
    state = at_task(place, t.ShowingOverview)
    who = t.technician_of(state.task)
    assert who is not None
    assert (who.number, who.by_service_card) == ("17", True)
    assert {"technician": "17", "factor": "card"}.items() <= place.journal()[-1].facts.items()
    hand.pull()
    place.sees(s.Idle)


def test_a_cloned_card_is_told_and_stands_in_the_journal_and_a_code_lets_in_all_the_same(
    with_card: tuple[KioskHarness, ServiceCardSim],
) -> None:
    place, hand = with_card
    hand.set_fault("clone")
    hand.insert("17")
    place.running.engine.post(on.PersonChose(Intent.OPEN_SERVICE_MODE))
    problem = t.SignInProblem.SERVICE_CARD_NOT_PROVEN
    place.sees(s.InServiceMode, lambda state: state.task == t.EnteringNumber(problem))
    assert problem.value in [step.facts.get("problem") for step in place.journal()]
    place.chooses(Intent.ENTER_CODE, "17" + code_at(place.clock.now()))
    at_task(place, t.EnteringPin)
    place.chooses(Intent.ENTER_CODE, PIN)
    at_task(place, t.ShowingOverview)
    hand.pull()  # it was not by the card
    assert place.running.engine.answers(60)
    assert isinstance(place.state, s.InServiceMode)
    assert isinstance(place.state.task, t.ShowingOverview)
