"""A granted text that this kiosk cannot print: it is told before anybody confirms, and nothing is burnt on the face."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.simulators.residents import Residents
from kiosk.domain.endorsement import Custody, Drawable, FaceState
from kiosk.presentation.models.resident import ConfirmScreen, ThankYouScreen
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

MISSING = {
    "extension I": "上海市浦东新区\U0002ebf0溪路88弄6号",
    "extension G": "上海市浦东新区\U00030041溪路88弄6号",
    "private use": "上海市浦东新区\ue5f0溪路88弄6号",
}


def living_at(everybody: Residents, address: str) -> Residents:
    residents = with_permits(everybody, LIN.permit)
    return replace(residents, permits={LIN.permit: replace(residents.permits[LIN.permit], address=address)})


@pytest.fixture(params=MISSING)
def place(request: pytest.FixtureRequest, open_place: OpenPlace, everybody: Residents) -> KioskHarness:
    place = open_place(residents=living_at(everybody, MISSING[request.param]))
    place.start_kiosk()
    return place


@pytest.fixture
def at_one_address(open_place: OpenPlace, everybody: Residents) -> KioskHarness:
    place = open_place(residents=living_at(everybody, MISSING["extension I"]))
    place.start_kiosk()
    return place


def notes(place: KioskHarness) -> tuple[object, ...]:
    screen = place.screen()
    assert isinstance(screen, ConfirmScreen)
    return screen.notes


def test_the_holder_is_told_before_confirming_and_gets_the_chip_alone(place: KioskHarness) -> None:
    confirming = place.plays(LIN.until(s.Confirming))
    assert isinstance(confirming, s.Confirming)
    assert confirming.grant.drawable is Drawable.CHARACTER_MISSING
    assert Text("confirm.note.face_at_counter") in notes(place)
    assert Text("confirm.note.character_missing") in notes(place)
    assert place.is_untouched(LIN.permit)
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Renewed)
    assert removal.ending.face is FaceState.PENDING
    place.takes_permit()
    place.sees(s.Thanking)
    thanks = place.screen()
    assert isinstance(thanks, ThankYouScreen)
    assert Text("thank_you.line.face_at_counter") in thanks.lines
    assert Text("thank_you.line.face_pending") not in thanks.lines
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_cycles(LIN.permit) == (0, 0)
    assert place.central_state() == "face_pending"
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.face, completion.custody) == ("new", "pending", Custody.WITH_HOLDER.value)
    [receipt] = place.receipts()
    assert "请到窗口更新" in "".join(receipt.split())
    assert not {"DrawFace", "LoadFace", "RewriteFace"} & set(place.ordered())
    assert [step.facts["drawable"] for step in place.journal() if "drawable" in step.facts] == ["character_missing"]


def test_who_does_not_want_the_chip_alone_gets_the_permit_back_as_it_was(at_one_address: KioskHarness) -> None:
    place = at_one_address
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    assert place.central_state() == "cancelled"


def test_a_later_visit_is_not_stopped_by_the_face_that_no_kiosk_can_print(at_one_address: KioskHarness) -> None:
    place = at_one_address
    place.plays(LIN.until(s.Thanking))
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.central_is_told()
    place.rig.lift_id_card()
    place.plays(LIN.until(s.ShowingAssessment))
    cancelled = [step for step in place.journal() if step.event == "WorkFound"]
    assert [step.facts["drawable"] for step in cancelled] == ["character_missing"]
    assert "CancelEndorsement" in cancelled[0].effects
    place.chooses(Intent.GO_ON)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.face_cycles(LIN.permit) == (0, 0)


def test_who_comes_for_the_face_alone_is_sent_to_the_counter(at_one_address: KioskHarness) -> None:
    place = at_one_address
    place.plays(LIN.until(s.Thanking))
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.central_is_told()
    place.rig.lift_id_card()
    place.rig.lay_id_card(LIN.person)
    place.begins(choosing=True)
    place.plays(
        [
            (s.ChoosingService, lambda place: place.chooses(Intent.CHOOSE, "permit_troubled")),
            (s.ChoosingService, lambda place: place.chooses(Intent.CHOOSE, "face_only")),
            *LIN.renewal()[1:4],
        ]
    )
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Declined)
    assert removal.ending.refusal.code == "face_unprintable"
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.face_cycles(LIN.permit) == (0, 0)


def test_after_a_stop_the_face_is_tried_once_and_left_to_the_counter(at_one_address: KioskHarness) -> None:
    place = at_one_address
    place.cut_power_at(s.ReadingChipBack)
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Interrupted)
    assert (removal.ending.face, removal.ending.drawable) == (FaceState.PENDING, Drawable.NOT_ON_FACE)
    assert place.ordered().count("RewriteFace") == 1
    assert place.face_cycles(LIN.permit) == (0, 0)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


def test_a_private_use_character_of_gbk_is_printed_as_the_character_that_it_is(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = open_place(residents=living_at(everybody, "上海市浦东新区\ue863溪路88弄6号"))
    place.start_kiosk()
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["address"] == "上海市浦东新区\ue863溪路88弄6号"
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"
