"""What else somebody may come for: only asking, another person's permit, a changed home, what is not offered here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.domain import faults
from kiosk.domain.endorsement import Custody, Service
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.kiosk_harness import KioskHarness, PlayStep
from tests.lobby.visitor import LIN, Visitor

ZHAO = Visitor("zhao-mingyuan", "zhao-mingyuan-too-early")
DONG = Visitor("dong-suhe", "dong-suhe-xuchang")
CHILD = Visitor("wu-tongtong", "wu-tongtong-under-16")


@pytest.fixture
def residents(everybody: Residents) -> Residents:
    return with_permits(everybody, LIN.permit, ZHAO.permit, CHILD.permit)


def chosen(*keys: str) -> list[PlayStep]:
    """The choices before the notice."""
    return [(s.ChoosingService, _choosing(key)) for key in keys]


def _choosing(key: str) -> Callable[[KioskHarness], None]:
    return lambda place: place.chooses(Intent.CHOOSE, key)


def comes_for(place: KioskHarness, who: Visitor, *keys: str) -> None:
    """Choose on the welcome's other services, agree, lay the card down; the permit if it is asked for."""
    place.sees(s.Idle)
    place.rig.lay_id_card(who.person)
    place.begins(choosing=True)
    place.plays(chosen(*keys))


def notice_to_permit(who: Visitor) -> list[PlayStep]:
    return who.renewal()[1:4]


def ends_untouched(place: KioskHarness, who: Visitor) -> None:
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.Idle)
    assert place.where_is(who.permit) is PermitLocation.HAND
    assert place.is_untouched(who.permit)


def test_who_only_asks_is_told_the_dates_gets_a_slip_and_the_permit_back(place: KioskHarness) -> None:
    comes_for(place, ZHAO, "status")
    place.plays(notice_to_permit(ZHAO))
    showing = place.sees(s.ShowingStatus)
    assert showing.matter.assessment.outcome is AssessedOutcome.TOO_EARLY
    assert showing.calendar.next_window is not None
    place.chooses(Intent.GO_ON)  # there is nothing to go on to
    place.chooses(Intent.PRINT_SLIP)
    place.sees(s.ShowingStatus, lambda state: state.printed)
    place.chooses(Intent.PRINT_SLIP)  # once is enough
    place.chooses(Intent.FINISH)
    ends_untouched(place, ZHAO)
    [slip] = place.receipts()
    assert place.residents.people[ZHAO.person].number not in slip
    assert place.central.sequences("kiosk-1") == []  # nobody else was asked


def test_from_the_dates_an_endorsement_can_be_made_with_the_permit_still_inside(place: KioskHarness) -> None:
    comes_for(place, LIN, "status")
    place.plays([*notice_to_permit(LIN), (s.ShowingStatus, lambda at: at.chooses(Intent.GO_ON))])
    place.plays(LIN.renewal()[4:])
    assert place.face_shows_chip(LIN.permit) is True
    assert place.ordered().count("TakePermitIn") == 1


def test_no_paper_does_not_keep_anybody_from_the_dates(open_place: OpenPlace) -> None:
    place = open_place()
    place.rig.fault("receipt_printer", "paper_out")
    place.start_kiosk()
    comes_for(place, ZHAO, "status")
    place.plays([*notice_to_permit(ZHAO), (s.ShowingStatus, lambda at: at.chooses(Intent.PRINT_SLIP))])
    showing = place.sees(s.ShowingStatus, lambda state: state.paper_trouble is not None)
    assert showing.paper_trouble is faults.PAPER_OUT
    place.chooses(Intent.FINISH)
    ends_untouched(place, ZHAO)


def test_where_nothing_is_offered_the_service_is_explained_and_the_dates_are_checked(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = open_place(with_permits(everybody, DONG.permit), region="xuchang")
    place.start_kiosk()
    place.sees(s.Idle)
    place.rig.lay_id_card(DONG.person)
    place.begins()
    place.sees(s.ExplainingService)
    assert "TakePermitIn" not in place.ordered()
    place.chooses(Intent.GO_ON)
    place.chooses(Intent.CHECK_DATES)
    place.plays(notice_to_permit(DONG)[:1])
    place.plays(notice_to_permit(DONG)[2:])
    showing = place.sees(s.ShowingStatus)
    assert showing.matter.assessment.channel is Channel.NOT_OFFERED
    place.chooses(Intent.GO_ON)
    place.chooses(Intent.FINISH)
    ends_untouched(place, DONG)
    assert "RequestEndorsement" not in place.ordered()
    assert "Apply" not in place.ordered()


@pytest.mark.parametrize(
    ("keys", "service"),
    [
        (("permit_troubled", "lost"), Service.LOST),
        (("something_changed", "change_identity"), Service.CHANGE_IDENTITY),
    ],
)
def test_what_the_region_leaves_to_the_counter_is_explained_before_anything_is_read(
    place: KioskHarness, keys: tuple[str, ...], service: Service
) -> None:
    place.sees(s.Idle)
    place.begins(choosing=True)
    place.plays(chosen(*keys))
    assert place.sees(s.ExplainingService).visit.purpose.service is service
    place.chooses(Intent.GO_ON)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert not {"ReadIdCard", "TakePermitIn"} & set(place.ordered())


def moves_house(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_YES)
    place.sees(s.Declaring)
    place.chooses(Intent.ANSWER_NO)


def test_a_new_home_that_is_proved_by_a_licence_is_written_at_once(place: KioskHarness) -> None:
    moves_house(place)
    place.sees(s.ChoosingProof)
    place.chooses(Intent.CHOOSE, "registered_lease")
    assert place.sees(s.ReadingLicenceCode).key == "registered_lease"
    place.shows_licence("lin-registered-lease")
    confirming = place.sees(s.Confirming)
    assert confirming.grant.content.address.reveal() == "上海市徐汇区样板路230弄11号1102室"
    place.chooses(Intent.CONFIRM)
    place.plays(LIN.renewal()[7:])
    assert place.chip(LIN.permit)["address"] == "上海市徐汇区样板路230弄11号1102室"
    assert place.face_shows_chip(LIN.permit) is True


def test_somebody_elses_licence_is_not_accepted_and_another_may_be_shown(place: KioskHarness) -> None:
    moves_house(place)
    place.sees(s.ChoosingProof)
    place.chooses(Intent.CHOOSE, "registered_lease")
    place.sees(s.ReadingLicenceCode)
    place.shows_licence("somebody-elses")
    assert place.sees(s.ReadingLicenceCode).problem == "not_verified"
    place.shows_licence("lin-registered-lease")
    place.sees(s.Confirming)
    place.chooses(Intent.CANCEL)


def test_without_a_scanner_an_unproved_home_is_a_matter_for_the_counter(open_place: OpenPlace) -> None:
    place = open_place(scanner=False)
    place.start_kiosk()
    moves_house(place)
    assert place.sees(s.ShowingAssessment).matter.assessment.channel is Channel.COUNTER
    assert "ReadLicenceCode" not in place.ordered()


def test_a_scanner_that_is_gone_does_not_end_the_visit(place: KioskHarness) -> None:
    place.rig.fault("code_scanner", "unplugged")
    moves_house(place)
    place.sees(s.ChoosingProof)
    place.chooses(Intent.CHOOSE, "registered_lease")
    assert place.sees(s.ShowingAssessment).matter.assessment.channel is Channel.COUNTER
    place.chooses(Intent.GO_ON)
    place.sees(s.AwaitingRemoval)


def test_a_guardian_renews_a_childs_permit_with_both_identity_cards_and_a_licence(place: KioskHarness) -> None:
    comes_for(place, CHILD, "for_another")
    place.plays(
        [
            (s.ChoosingAgent, lambda at: at.chooses(Intent.CHOOSE, "guardian")),
            *chosen("endorse"),
            (s.ShowingNotice, lambda at: at.chooses(Intent.ACCEPT_NOTICE)),
        ]
    )
    place.sees(s.ReadingAgentIdCard)
    place.rig.lift_id_card()
    place.rig.lay_id_card("wu-jingshu")
    place.sees(s.AwaitingPermit)
    place.rig.offer_permit(CHILD.permit)
    place.sees(s.ShowingAssessment)
    place.chooses(Intent.GO_ON)
    while not isinstance(state := place.sees_next(), s.Confirming):
        if isinstance(state, s.Declaring):
            place.chooses(Intent.ANSWER_NO)
        elif isinstance(state, s.ReadingLicenceCode):
            place.shows_licence("wu-guardianship")
    place.chooses(Intent.CONFIRM)
    place.plays(LIN.renewal()[7:])
    assert place.face_shows_chip(CHILD.permit) is True


def test_the_holders_own_card_is_not_taken_for_the_agents(place: KioskHarness) -> None:
    comes_for(place, CHILD, "for_another")
    place.plays(
        [
            (s.ChoosingAgent, lambda at: at.chooses(Intent.CHOOSE, "guardian")),
            *chosen("endorse"),
            (s.ShowingNotice, lambda at: at.chooses(Intent.ACCEPT_NOTICE)),
        ]
    )
    place.sees(s.ReadingAgentIdCard)
    place.lets_pass()
    place.sees(s.Idle)
    assert "TakePermitIn" not in place.ordered()


def test_a_clock_far_from_centrals_serves_nobody_not_even_who_only_asks(open_place: OpenPlace) -> None:
    place = open_place(right_time_s=300)
    place.central.set_fault("wrong_date")
    place.start_kiosk()
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (faults.CLOCK_WRONG, Custody.WITH_HOLDER)
    place.lets_pass()
    place.lets_pass()
    assert isinstance(place.state, s.OutOfService)
