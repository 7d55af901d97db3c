"""A proper no: before the permit goes in, and with the permit inside. Nothing is written in either case."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.demo.central_records import central_records
from kiosk.domain.endorsement import Custody
from kiosk.policy.assessment import Channel
from kiosk.reference_central.residents import ResidentImport
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import LANGUAGES, KioskHarness
from tests.lobby.visitor import LIN, Visitor


@pytest.fixture
def residents(everybody: Residents) -> Residents:
    return everybody


def returned(place: KioskHarness, permit: str) -> s.Ending:
    """The permit comes back, is taken, and the page that explains is read; how the visit ended."""
    place.sees(s.AwaitingRemoval)
    assert place.where_is(permit) is PermitLocation.MOUTH
    place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(permit) is PermitLocation.HAND
    assert place.is_untouched(permit) or not place.at_issue[permit]
    assert place.updates() == 0
    assert place.receipts() == []
    return explaining.ending


def refused(place: KioskHarness, permit: str) -> str:
    ending = returned(place, permit)
    assert isinstance(ending, s.Declined)
    return ending.refusal.code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("wang-guoqi", "id_card_expired"),
        ("chen-cuowei", "id_card_number_invalid"),
        ("huang-kaiyi", "id_card_kind_hmt"),
        ("anna-musterova", "id_card_kind_foreign"),
        ("john-examplesson", "id_card_kind_foreign"),
    ],
)
def test_an_identity_card_that_is_not_good_here_is_explained_before_a_permit_is_asked_for(
    place: KioskHarness, person: str, code: str, language: str
) -> None:
    place.plays(Visitor(person, "", language).until(s.ReadingIdCard))
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    assert isinstance(explaining.ending, s.Declined)
    assert explaining.ending.refusal.code == code
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert "TakePermitIn" not in place.ordered()
    assert place.central.sequences("kiosk-1") == []


@pytest.mark.parametrize(
    "permit",
    [
        "epassport",
        "bank-card",
        "blank-chip",
        "memory-card",
        pytest.param("no-chip", marks=pytest.mark.slow),
    ],
)
def test_what_is_no_permit_comes_back_with_its_name(place: KioskHarness, permit: str) -> None:
    place.plays(Visitor("lin-yuzhen", permit).until(s.AwaitingPermit))
    place.rig.offer_permit(permit)
    assert (
        refused(place, permit)
        == {
            "epassport": "foreign_epassport",
            "bank-card": "foreign_bank",
            "blank-chip": "not_a_permit",
            "memory-card": "not_a_permit",
            "no-chip": "no_chip",
        }[permit]
    )
    assert place.central.sequences("kiosk-1") == []


def test_somebody_elses_permit_comes_back_and_central_is_not_asked(place: KioskHarness) -> None:
    who = Visitor("lin-yuzhen", "shi-linfang-someone-elses")
    place.plays(who.until(s.AwaitingPermit))
    place.rig.offer_permit(who.permit)
    assert refused(place, who.permit) == "not_your_permit"
    assert place.central.sequences("kiosk-1") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_permit_of_another_region_comes_back_with_that_regions_name(place: KioskHarness, language: str) -> None:
    who = Visitor("he-beichen", "he-beichen-beijing", language)
    place.plays(who.until(s.AwaitingPermit))
    place.rig.offer_permit(who.permit)
    assert refused(place, who.permit) == "other_region"
    assert place.central.sequences("kiosk-1") == []


@pytest.mark.parametrize("answer", [Intent.GO_ON, Intent.CANCEL])
def test_too_early_is_explained_with_the_day_from_which_it_is_not(place: KioskHarness, answer: Intent) -> None:
    who = Visitor("zhao-mingyuan", "zhao-mingyuan-too-early")
    showing = place.plays(who.until(s.ShowingAssessment))
    assert showing.matter.assessment.opens_on.isoformat() == "2027-05-11"
    place.chooses(answer)
    assert refused(place, who.permit) == "too_early"
    assert "RequestEndorsement" not in place.ordered()


def test_a_child_is_served_at_the_counter_only(place: KioskHarness) -> None:
    who = Visitor("wu-tongtong", "wu-tongtong-under-16")
    place.plays(who.until(s.ShowingAssessment))
    place.chooses(Intent.GO_ON)
    assert refused(place, who.permit) == "counter_only"
    assert "RequestEndorsement" not in place.ordered()


def test_a_changed_address_without_proof_is_a_matter_for_the_counter(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_YES)
    place.sees(s.Declaring, lambda state: state.question == "relatives_home")
    place.chooses(Intent.ANSWER_NO)
    assert place.sees(s.ChoosingProof).keys == ("title_deed", "registered_lease", "dormitory_certificate")
    place.chooses(Intent.CHOOSE, "none")
    assert place.sees(s.ShowingAssessment).matter.assessment.channel is Channel.COUNTER
    place.chooses(Intent.GO_ON)
    assert refused(place, LIN.permit) == "counter_only"
    assert "RequestEndorsement" not in place.ordered()


def recorded(everybody: Residents, **changes: object) -> ResidentImport:
    """Central's record of Lin's permit, otherwise than usual."""
    number = everybody.permits[LIN.permit].permit_number
    [record] = [record for record in central_records(everybody) if record["permit_number"] == number]
    return ResidentImport.model_validate(record | changes)


@pytest.mark.parametrize("status", ["reported_lost", "cancelled"])
def test_a_permit_that_central_wants_kept_goes_into_the_bin(
    open_place: OpenPlace, everybody: Residents, status: str
) -> None:
    place = open_place()
    place.central.seed([recorded(everybody, status=status)])
    place.start_kiosk()
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_NO)
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.RETAINED
    assert isinstance(explaining.ending, s.Declined)
    assert explaining.ending == s.Declined(explaining.ending.refusal, explaining.ending.permit)
    assert (explaining.ending.refusal.code, explaining.ending.refusal.retain) == (status, True)
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert place.is_untouched(LIN.permit)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address_on_record": "上海市黄浦区别处路1号"}, "address_changed"),
        ({"holder": {"name": "林玉贞", "id_number": ""}}, "name_differs"),
        ({"chip_serial": "86003100FFFFFFFF"}, "chip_mismatch"),
    ],
)
def test_what_central_refuses_comes_back_with_centrals_reason(
    open_place: OpenPlace, everybody: Residents, changes: dict[str, object], code: str
) -> None:
    place = open_place()
    match changes:
        case {"holder": {"name": name}}:
            number = everybody.people[LIN.person].number
            changes = {"holder": {"name": name, "id_number": number}}
    place.central.seed([recorded(everybody, **changes)])
    place.start_kiosk()
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_NO)
    assert refused(place, LIN.permit) == code
    assert place.central_state() == "refused"


def test_work_that_was_decided_elsewhere_is_offered_without_questions(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = open_place()
    record = recorded(everybody)
    ends = record.content.valid_to
    assert ends is not None
    newer = record.content.model_copy(
        update={
            "valid_from": ends,
            "valid_to": ends.replace(year=2027),
            "endorsement_count": 3,
        }
    )
    place.central.seed([recorded(everybody, content=newer)])
    place.start_kiosk()
    first_half = [step for step in LIN.renewal() if step[0] not in (s.ShowingAssessment, s.Declaring)]
    place.plays(first_half)
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_shows_chip(LIN.permit) is True
    assert "RequestEndorsement" not in place.ordered()
    place.central_is_told()
    permit = place.central.permit(record.permit_number)
    assert permit is not None
    assert permit.face_pending is False
