"""Visits that go well."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.domain.endorsement import ChipState, Custody, FaceState, ResidenceYears
from kiosk.presentation.models.resident import QuestionScreen
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import LANGUAGES, KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR, Visitor

TERM = ("valid_from", "valid_to", "endorsement_count")


@pytest.fixture
def residents(everybody: Residents) -> Residents:
    return everybody


def term(chip: dict[str, str | int | None]) -> tuple[str | int | None, ...]:
    return tuple(chip[name] for name in TERM)


def assert_renewed(place: KioskHarness, permit: str) -> None:
    assert place.where_is(permit) is PermitLocation.HAND
    assert place.face_shows_chip(permit) is True
    assert place.face_cycles(permit) == (1, 1)
    changed = {name for name, value in place.chip(permit).items() if value != place.at_issue[permit][name]}
    assert changed <= set(TERM)
    assert place.central_state() == "written"
    assert len(place.receipts()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_permit_in_its_window_is_renewed_for_a_year(place: KioskHarness, language: str) -> None:
    place.plays(Visitor(LIN.person, LIN.permit, language, hurries=False).renewal())
    assert term(place.at_issue[LIN.permit]) == ("2025-12-04", "2026-12-04", 2)
    assert term(place.chip(LIN.permit)) == ("2026-12-04", "2027-12-04", 3)
    assert_renewed(place, LIN.permit)


def test_the_journal_tells_a_renewal_in_order(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    place.central_is_told()
    orders = [order for order in place.ordered() if order not in ("Wipe", "CheckDevices", "InspectPath")]
    assert orders == [
        "ReadIdCard",
        "TakePermitIn",
        "ReadChip",
        "AskForPendingRewrites",
        "Assess",
        "RequestEndorsement",
        "DrawFace",
        "OpenChipSession",
        "LoadFace",
        *["RelayBatch", "SendChipAnswers"] * orders.count("RelayBatch"),
        "ReadBackChip",
        "RewriteFace",
        "WatchMouth",
        "PrintReceipt",
        "ReportCompletion",
    ]
    assert place.journal()[-1].after == "Idle"
    inside = [step.after for step in place.journal() if step.custody == "inside"]
    assert inside[0] == "ReadingPermit"
    assert inside[-1] == "RewritingFace"


def test_central_is_told_how_a_renewal_ended(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    place.central_is_told()
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.face) == (ChipState.NEW.value, FaceState.NEW.value)
    assert completion.custody == Custody.WITH_HOLDER.value
    assert completion.receipt_printed is True


def test_central_sees_no_gap_in_the_kiosks_numbers(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    place.central_is_told()
    numbers = place.central.sequences("kiosk-1")
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_permit_overdue_for_30_days_goes_on_from_its_old_end(place: KioskHarness) -> None:
    who = Visitor("qian-xiaolan", "qian-xiaolan-overdue-30")
    place.plays(who.until(s.Confirming))
    confirming = place.state
    assert isinstance(confirming, s.Confirming)
    assert confirming.grant.residence_years is ResidenceYears.CONTINUOUS
    place.answers(who.since(s.Confirming))
    assert term(place.at_issue[who.permit]) == ("2025-10-23", "2026-10-23", 1)
    assert term(place.chip(who.permit)) == ("2026-10-23", "2027-10-23", 2)
    assert_renewed(place, who.permit)


def test_a_permit_overdue_for_90_days_begins_anew_today(place: KioskHarness) -> None:
    who = Visitor("sun-dehai", "sun-dehai-overdue-90", "en")
    place.plays(who.through(s.Declaring))
    asked = place.sees(s.Declaring, lambda state: state.question == "overdue_from_day_61")
    assert asked.confirms_rule
    question = place.screen()
    assert isinstance(question, QuestionScreen)
    assert "start again on the day you endorse" in place.says("en", question.question.words)
    place.chooses(Intent.ANSWER_YES)
    confirming = place.sees(s.Confirming)
    assert confirming.grant.residence_years is ResidenceYears.RESTART
    assert ("RequestEndorsement" in place.ordered(), asked.matter.answers.confirmed) == (True, frozenset())
    place.answers(who.since(s.Confirming))
    assert term(place.at_issue[who.permit])[:2] == ("2025-08-24", "2026-08-24")
    assert term(place.chip(who.permit)) == ("2026-11-22", "2027-11-22", 5)
    assert_renewed(place, who.permit)


def test_who_does_not_confirm_that_the_years_restart_keeps_the_permit_as_it_is(place: KioskHarness) -> None:
    who = Visitor("sun-dehai", "sun-dehai-overdue-90")
    place.plays(who.through(s.Declaring))
    place.sees(s.Declaring, lambda state: state.confirms_rule)
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.is_untouched(who.permit)
    assert "RequestEndorsement" not in place.ordered()


@pytest.mark.parametrize(
    ("person", "permit"),
    [
        ("lu-tuji", "lu-tuji-rare-name"),
        ("zhou-changan", "zhou-changan-long-address"),
        ("zheng-shoulin", "zheng-shoulin-over-65"),
        ("feng-yongnian", "feng-yongnian-long-term-id-card"),
    ],
)
def test_rare_names_long_addresses_old_age_and_lasting_cards_are_no_hindrance(
    place: KioskHarness, person: str, permit: str
) -> None:
    place.plays(Visitor(person, permit).renewal())
    assert_renewed(place, permit)


def test_two_residents_are_served_one_after_the_other(place: KioskHarness) -> None:
    place.plays(LIN.renewal()[:-1])
    place.rig.lift_id_card()
    place.plays(NEIGHBOUR.renewal())
    assert place.face_shows_chip(LIN.permit) is True
    assert place.face_shows_chip(NEIGHBOUR.permit) is True
    assert len(place.receipts()) == 2
    assert place.receipts()[0] != place.receipts()[1]


def test_a_permit_that_was_just_renewed_is_told_to_be_too_early(place: KioskHarness) -> None:
    place.plays(LIN.renewal()[:-1])
    place.central_is_told()
    place.rig.lift_id_card()
    place.central_is_told()
    place.updates()
    showing = place.plays(LIN.until(s.ShowingAssessment))
    assert showing.matter.assessment.outcome.value == "too_early"
    assert place.updates() == 0


def test_the_language_can_be_changed_on_the_way(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.CHOOSE_LANGUAGE, "en")
    assert place.sees(s.Declaring).visit.language == "en"
    place.answers(LIN.since(s.Declaring))
    assert_renewed(place, LIN.permit)
    assert "Endorsement of a residence permit" in place.receipts()[0]
