"""What a person reviews: asked for at the kiosk, decided by an officer, and written on a second visit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.kiosk_harness import KioskHarness, PlayStep
from tests.lobby.visitor import Visitor

FU = Visitor("fu-haiqing", "fu-haiqing-haikou")
DONG = Visitor("dong-suhe", "dong-suhe-xuchang")
GU = Visitor("gu-yuanzheng", "gu-yuanzheng-xinjiang-short")
TELEPHONE = "13900000000"
# The machine's thread ends as the power does.
POWER_IS_CUT = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

REGION_OF = {FU: "haikou", DONG: "xuchang", GU: "xinjiang"}


@pytest.fixture
def opened(open_place: OpenPlace, everybody: Residents) -> Callable[..., KioskHarness]:
    """The place that this visitor comes to, with a kiosk that was just started."""

    def open_for(who: Visitor, **site: object) -> KioskHarness:
        place = open_place(with_permits(everybody, who.permit), region=REGION_OF[who], **site)
        place.start_kiosk()
        return place

    return open_for


def says_no_to_everything(place: KioskHarness, until: type[s.State]) -> None:
    """Go on from the result, answer no to every question, until this screen comes."""
    place.chooses(Intent.GO_ON)
    while True:
        state = place.sees_next()
        if isinstance(state, s.Declaring):
            place.chooses(Intent.ANSWER_NO)
        elif isinstance(state, until):
            return
        else:
            assert isinstance(state, s.Assessing | s.VerifyingEvidence | s.Applying), type(state).__name__


def applied(place: KioskHarness, who: Visitor) -> s.Applied:
    """The permit is given back as it was, the slip comes, the number stands on the screen."""
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    showing = place.sees(s.ShowingApplication)
    assert showing.paper_trouble is None
    assert place.is_untouched(who.permit)
    assert place.where_is(who.permit) is PermitLocation.HAND
    number = showing.applied.received.review_number
    [slip] = place.receipts()
    assert number in slip
    assert place.residents.people[who.person].number not in slip
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.rig.lift_id_card()
    return showing.applied


def second_visit(who: Visitor) -> list[PlayStep]:
    return [step for step in who.renewal() if step[0] not in (s.ShowingAssessment, s.Declaring)]


def applies_in_haikou(place: KioskHarness) -> None:
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)


def test_haikou_reviews_and_any_kiosk_rewrites_on_the_second_visit(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    old = place.chip(FU.permit)
    applies_in_haikou(place)
    done = applied(place, FU)
    assert done.received.expected_on is None  # Haikou promises no time
    [waiting] = place.applications(FU.person)
    assert (waiting.state, waiting.service) == ("in_review", "endorse")

    assert place.approves(done.received.review_number) == "approved"
    place.plays(second_visit(FU))
    new = place.chip(FU.permit)
    assert new["valid_from"] == old["valid_to"]
    assert new["endorsement_count"] == int(old["endorsement_count"] or 0) + 1
    assert place.face_shows_chip(FU.permit) is True
    assert place.central_state(done.received.application_id) == "written"
    [collected] = place.applications(FU.person)
    assert collected.state == "collected"
    assert "RequestEndorsement" not in place.ordered()


def test_a_telephone_number_that_cannot_be_one_is_asked_for_again(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.chooses(Intent.ENTER_TELEPHONE, "139")
    assert place.sees(s.EnteringTelephone).is_wrong
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    applied(place, FU)


def test_whoever_applies_twice_is_told_so(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    applies_in_haikou(place)
    applied(place, FU)
    applies_in_haikou(place)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    ending = place.sees(s.ShowingOutcome).ending
    assert isinstance(ending, s.Declined)
    assert ending.refusal.code == "already_applied"


def test_progress_is_told_by_the_identity_card_alone_and_the_way_to_collect_chosen_when_it_is_made(
    opened: Callable[..., KioskHarness],
) -> None:
    place = opened(FU, scanner=False)
    applies_in_haikou(place)
    number = applied(place, FU).received.review_number
    place.approves(number)
    with place.central.database.writing() as session:
        place.central.reviewing.made(session, number, "示范派出所", place.clock.now().date(), place.clock.now())

    place.rig.lay_id_card(FU.person)
    place.begins(choosing=True)
    place.sees(s.ChoosingService)
    place.chooses(Intent.CHOOSE, "progress")
    place.sees(s.ShowingNotice)
    place.chooses(Intent.ACCEPT_NOTICE)
    [made] = place.sees(s.ShowingProgress).applications
    assert (made.state.value, made.station, made.may_choose_collection) == ("made", "示范派出所", True)
    place.chooses(Intent.CHOOSE, number)
    place.sees(s.ChoosingCollectionLater)
    place.chooses(Intent.CHOOSE, "counter")
    [chosen] = place.sees(s.ShowingProgress).applications
    assert chosen.collection == "counter"
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert [each.collection.way for each in place.applications(FU.person) if each.collection] == ["counter"]
    assert "TakePermitIn" not in place.ordered()[len(place.ordered()) // 2 :]


def test_central_that_does_not_answer_leaves_nothing_behind_and_the_holder_may_apply_again(
    opened: Callable[..., KioskHarness],
) -> None:
    place = opened(FU, scanner=False)
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.central.set_fault("drop_connection_after_commit")
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    ending = place.sees(s.ShowingOutcome).ending
    assert isinstance(ending, s.Declined)
    assert ending.refusal.code == "central_unreachable"
    place.central.clear_faults()
    place.central_is_told()
    assert place.applications(FU.person) == ()
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.rig.lift_id_card()
    applies_in_haikou(place)
    applied(place, FU)


def test_one_lost_reply_costs_the_holder_nothing(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.central.set_fault("drop_connection_after_commit", 1)
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    applied(place, FU)
    assert len(place.applications(FU.person)) == 1


@POWER_IS_CUT
def test_an_application_that_was_cut_off_by_the_power_is_withdrawn_after_the_restart(
    opened: Callable[..., KioskHarness],
) -> None:
    place = opened(FU, scanner=False)
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.cut_power_at(s.Applying)
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.central_is_told()
    assert place.applications(FU.person) == ()
    assert "CancelEndorsement" in place.ordered()


@POWER_IS_CUT
def test_an_application_that_central_has_survives_the_loss_of_power(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    place.plays(FU.until(s.ShowingAssessment))
    says_no_to_everything(place, s.EnteringTelephone)
    place.cut_power_at(s.ReturningPermit)
    place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert "CancelEndorsement" not in place.ordered()
    assert [each.state for each in place.applications(FU.person)] == ["in_review"]


def test_xuchangs_pilot_goes_through_three_stages(opened: Callable[..., KioskHarness]) -> None:
    place = opened(DONG, scanner=False, pilot=True)
    old = place.chip(DONG.permit)
    place.plays(DONG.until(s.ShowingAssessment))
    says_no_to_everything(place, s.ReturningPermit)
    number = applied(place, DONG).received.review_number
    assert [place.approves(number, stage) for stage in ("intake", "acceptance")] == ["in_review"] * 2
    place.plays(
        [
            *second_visit(DONG)[:4],
            (s.ShowingAssessment, lambda at: at.chooses(Intent.CANCEL)),
            (s.AwaitingRemoval, KioskHarness.takes_permit),
            (s.ShowingOutcome, lambda at: at.chooses(Intent.FINISH)),
            (s.Idle, lambda at: at.rig.lift_id_card()),
        ]
    )
    assert place.approves(number, "decision") == "approved"
    place.plays(second_visit(DONG))
    assert place.chip(DONG.permit)["valid_from"] == old["valid_to"]


def test_xinjiang_short_becomes_long_with_a_licence_shown_to_the_scanner(opened: Callable[..., KioskHarness]) -> None:
    place = opened(GU)
    old = place.chip(GU.permit)
    place.plays(GU.through(s.AwaitingPermit))
    place.sees(s.ChoosingCategory)
    place.chooses(Intent.CHOOSE, "long")
    showing = place.sees(s.ShowingAssessment)
    assert showing.matter.answers.category == "long"
    place.chooses(Intent.GO_ON)
    proofs = []
    while not isinstance(state := place.sees_next(), s.ReturningPermit):
        match state:
            case s.Declaring():
                place.chooses(Intent.ANSWER_NO)
            case s.ChoosingProof(keys=keys):
                proofs.append(keys)
                place.chooses(Intent.CHOOSE, "business_licence")
            case s.ReadingLicenceCode(key="business_licence"):
                place.shows_licence("gu-business")
            case s.EnteringTelephone():
                place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
    assert len(proofs) == 1
    number = applied(place, GU).received.review_number
    while place.approves(number) == "in_review":
        pass
    place.plays(second_visit(GU))
    new = place.chip(GU.permit)
    assert (new["category"], new["valid_from"]) == ("long", old["valid_to"])
    assert int(str(new["valid_to"])[:4]) == int(str(old["valid_to"])[:4]) + 2


def test_a_lost_permit_is_applied_for_without_any_permit_going_in(opened: Callable[..., KioskHarness]) -> None:
    place = opened(FU, scanner=False)
    place.sees(s.Idle)
    place.rig.lay_id_card(FU.person)
    place.begins(choosing=True)
    place.plays(
        [
            (s.ChoosingService, lambda at: at.chooses(Intent.CHOOSE, "permit_troubled")),
            (s.ChoosingService, lambda at: at.chooses(Intent.CHOOSE, "lost")),
            (s.ExplainingService, lambda at: at.chooses(Intent.GO_ON)),
            (s.ShowingNotice, lambda at: at.chooses(Intent.ACCEPT_NOTICE)),
            (s.ShowingAssessment, lambda at: at.chooses(Intent.GO_ON)),
            (s.EnteringTelephone, lambda at: at.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)),
        ]
    )
    showing = place.sees(s.ShowingApplication)
    assert s.custody_of(showing) is Custody.WITH_HOLDER
    assert isinstance(showing.applied.case, s.CaseWithoutPermit)
    assert "TakePermitIn" not in place.ordered()
    [slip] = place.receipts()
    assert showing.applied.received.review_number in slip
    assert [each.service for each in place.applications(FU.person)] == ["lost"]
