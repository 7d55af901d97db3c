"""A site with a CRT-591-M: it endorses the chip only, and says where the face is refreshed."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest

from assets import ASSETS
from drivers.permit_unit.dialects import CRT, DIALECTS, STAR, load_unit_file
from drivers.simulators.permit import PermitLocation
from kiosk.config.capabilities_check import check_fit
from kiosk.config.settings import ConfigError, load_config
from kiosk.domain.devices import PERMIT_CHIP, PERMIT_UNIT
from kiosk.domain.endorsement import Custody, FaceState
from kiosk.presentation.models.resident import TakePermitScreen, ThankYouScreen
from kiosk.reference_central.tables import Endorsement
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import CHIP_IN_UNIT, FACE_REFRESHED_AT, KioskHarness
from tests.lobby.visitor import LIN, Visitor
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

CHIP_WAYS = {"by the unit": CHIP_IN_UNIT, "by a coupler": None}


@pytest.fixture(params=CHIP_WAYS)
def either_place(request: pytest.FixtureRequest, open_place: OpenPlace) -> KioskHarness:
    place = open_place(chip=CHIP_WAYS[request.param], unit=CRT)
    place.start_kiosk()
    return place


@pytest.fixture
def place(open_place: OpenPlace) -> KioskHarness:
    place = open_place(chip=CHIP_IN_UNIT, unit=CRT)
    place.start_kiosk()
    return place


def central_states(place: KioskHarness) -> list[str]:
    with place.central.database.reading() as session:
        return [row.state for row in session.query(Endorsement).all()]


def is_renewed(place: KioskHarness) -> None:
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_cycles(LIN.permit) == (0, 0)
    assert place.central_state() == "face_pending"
    assert place.updates() == 1


def test_a_whole_visit_endorses_the_chip_and_leaves_the_face_for_elsewhere(either_place: KioskHarness) -> None:
    either_place.plays(LIN.renewal())
    is_renewed(either_place)
    [completion] = either_place.central.completions(either_place.endorsement_id)
    assert (completion.chip, completion.face, completion.custody) == ("new", "pending", "with_holder")
    assert either_place.where_is(LIN.permit) is PermitLocation.HAND
    assert "DrawFace" not in either_place.ordered()
    assert "RewriteFace" not in either_place.ordered()


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_screen_and_receipt_say_where_the_face_is_refreshed(place: KioskHarness, language: str) -> None:
    visitor = Visitor(LIN.person, LIN.permit, language)
    place.plays(visitor.until(s.AwaitingRemoval))
    taking = place.screen()
    assert isinstance(taking, TakePermitScreen)
    assert taking.detail is not None
    assert FACE_REFRESHED_AT[language] in place.says(language, taking.detail)
    place.takes_permit()
    place.sees(s.Thanking)
    thanks = place.screen()
    assert isinstance(thanks, ThankYouScreen)
    assert any(FACE_REFRESHED_AT[language] in place.says(language, line) for line in thanks.lines)
    assert not any(line == Text("thank_you.line.face_pending") for line in thanks.lines)
    [receipt] = place.receipts()
    assert FACE_REFRESHED_AT[language].replace(" ", "") in "".join(receipt.split())


def test_a_face_that_is_pending_is_not_offered_where_no_face_can_be_rewritten(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    place.plays(LIN.through(s.AwaitingPermit))
    assert place.sees(s.ShowingAssessment).visit is not None
    assert "RewriteFace" not in place.ordered()


def test_a_forgotten_permit_is_taken_back_and_retained(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingRemoval))
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    place.central_is_told()
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.custody) == ("new", "retained")


def test_a_full_bin_is_known_before_the_next_permit_is_taken_in(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.rig.fault("permit_unit", "bin_full")
    place.lets_pass()
    assert place.sees(s.OutOfService).fault.name == "bin_full"
    place.rig.clear_faults()
    place.lets_pass()
    place.sees(s.Idle)


@pytest.mark.parametrize("fault", ["contacts_stuck", "motor"])
def test_a_permit_that_does_not_come_out_is_reported_inside_and_given_back_when_mended(
    place: KioskHarness, fault: str
) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.fault("permit_unit", fault)
    place.chooses(Intent.CANCEL)
    assert place.sees(s.OutOfService).custody is Custody.INSIDE
    place.rig.clear_faults()
    place.lets_pass()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)


def test_a_permit_that_jams_on_its_way_out_is_freed_by_staff(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.fault("permit_unit", "jam_giving_out")
    place.chooses(Intent.CANCEL)
    assert place.sees(s.OutOfService).custody is Custody.INSIDE
    place.rig.clear_faults()
    assert place.rig.free_jam() == LIN.permit
    place.lets_pass()
    place.sees(s.Idle)
    assert place.is_untouched(LIN.permit)


def confirms_with(place: KioskHarness, fault: str, mended: type[s.State]) -> UUID:
    """Confirm; the unit fails when the first batch comes, until `mended` is entered. The endorsement's number."""

    def meanwhile(state: s.State) -> None:
        if isinstance(state, s.RelayingBatch):
            place.rig.fault("permit_unit", fault)
        if isinstance(state, mended):
            place.rig.clear_faults()

    place.plays(LIN.until(s.Confirming))
    place.at_every_state(meanwhile)
    place.chooses(Intent.CONFIRM)
    return place.endorsement_id


@pytest.mark.parametrize("fault", ["unplugged", "power_loss"])
def test_a_unit_that_fails_before_the_write_keeps_chip_and_permit_and_retains_it_when_mended(
    place: KioskHarness, fault: str
) -> None:
    """The chip is behind the unit: both are out of reach together, so nobody can tell what the chip holds."""
    asked = confirms_with(place, fault, mended=s.OutOfService)
    assert place.sees(s.OutOfService).custody is Custody.INSIDE
    place.lets_pass()
    assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert place.is_untouched(LIN.permit)
    assert place.central_state(asked) == "unchanged"
    assert place.updates() == 0


def test_a_lost_answer_of_the_chip_is_read_back_and_the_command_not_repeated(place: KioskHarness) -> None:
    asked = confirms_with(place, "lost_reply", mended=s.ReadingChipBack)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    assert place.central_state(asked) == "unchanged"
    assert place.updates() == 0


# Where the power of kiosk and unit goes together, and what central knows in the end.
_CUTS: tuple[tuple[type[s.State], type[s.State], list[str]], ...] = (
    (s.ReadingPermit, s.AwaitingPermit, []),
    (s.Declaring, s.ShowingAssessment, []),
    (s.Confirming, s.Declaring, ["cancelled"]),
    (s.RelayingBatch, s.Confirming, ["unchanged"]),
    (s.ReadingChipBack, s.Confirming, ["face_pending"]),
)


@pytest.mark.parametrize(("cut", "answered", "known"), _CUTS)
@pytest.mark.parametrize("stopped_s", [60.0, 121.0])
def test_after_power_came_back_the_permit_is_found_and_left_until_the_journal_has_spoken(
    place: KioskHarness, cut: type[s.State], answered: type[s.State], known: list[str], stopped_s: float
) -> None:
    place.cut_power_at(cut)
    place.plays(LIN.through(answered))
    place.loses_power()
    place.rig.fault("permit_unit", "power_loss")
    place.clock.jump(stopped_s)
    place.start_kiosk()
    if stopped_s > 120:
        assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
        assert place.where_is(LIN.permit) is PermitLocation.BIN
    else:
        place.sees(s.AwaitingHolder)
        assert place.where_is(LIN.permit) is PermitLocation.STATION
        place.chooses(Intent.CANCEL)
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.central_is_told()
    # that a permit was kept, central is told in any case
    assert central_states(place) == (known or ["unchanged"] * (stopped_s > 120))
    assert place.updates() == (known == ["face_pending"])
    assert place.face_cycles(LIN.permit) == (0, 0)


@pytest.mark.parametrize("fault", ["power_loss", "power_loss_answering"])
def test_power_lost_while_the_unit_waits_for_a_permit_ends_no_visit(place: KioskHarness, fault: str) -> None:
    """The unit alone loses it, with the gate open: it is initialised and told to wait again."""
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.fault("permit_unit", fault)
    place.answers(LIN.since(s.AwaitingPermit))
    assert "OutOfService" not in place.way()
    is_renewed(place)


@pytest.mark.parametrize("has_bin", [True, False])
@pytest.mark.parametrize("unit", DIALECTS)
@pytest.mark.parametrize("screen", [s.Idle, s.ReadingIdCard])
def test_a_unit_that_lost_its_power_is_initialised_when_somebody_comes_who_need_not_know(
    open_place: OpenPlace, tmp_path: Path, screen: type[s.State], unit: str, has_bin: bool
) -> None:
    place = open_place(unit=unit)
    if not has_bin:
        path = tmp_path / "unit.toml"  # the one that the place wrote
        text = path.read_text(encoding="utf-8")
        assert "has_retain_bin = true" in text
        path.write_text(text.replace("has_retain_bin = true", "has_retain_bin = false"), encoding="utf-8")
    place.start_kiosk()
    place.plays(LIN.until(screen))
    place.rig.fault("permit_unit", "power_loss")
    place.answers(LIN.since(screen))
    assert "OutOfService" not in place.way()
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


def test_a_unit_that_was_unplugged_for_a_moment_serves_whoever_comes_next(open_place: OpenPlace) -> None:
    place = open_place(unit=STAR)
    place.start_kiosk()
    place.plays(LIN.until(s.ReadingIdCard))
    checked = threading.Event()
    place.running._permit.submit(lambda _: checked.set())
    assert checked.wait(LIMIT_S)  # while a visit begins the unit is checked, and it must not be away just then
    place.rig.fault("permit_unit", "unplugged")
    place.rig.clear_faults("permit_unit")
    place.answers(LIN.since(s.ReadingIdCard))
    assert "OutOfService" not in place.way()
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


def test_the_ending_is_renewed_with_a_pending_face(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingRemoval))
    assert isinstance(place.state, s.AwaitingRemoval)
    assert isinstance(place.state.ending, s.Renewed)
    assert place.state.ending.face is FaceState.PENDING
    place.takes_permit()
    place.sees(s.Thanking)


def config_with(place: KioskHarness, before: str, after: str) -> list[str]:
    """The mistakes of a configuration that was changed in one place."""
    path = place.config.state_dir.parent / "kiosk.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    try:
        config = load_config(path, ASSETS)
        check_fit(config, "the unit", load_unit_file(config.files.devices[PERMIT_UNIT]).capabilities)
    except ConfigError as error:
        return error.mistakes
    return []


def test_a_site_that_does_not_say_where_faces_are_refreshed_is_a_mistake(place: KioskHarness) -> None:
    english = f'en = "{FACE_REFRESHED_AT["en"]}"'
    assert config_with(place, english, "") == [
        "face_refreshed_at.en: is missing; the unit rewrites no faces, so residents must be told where to go"
    ]
    chinese = f'zh-Hans = "{FACE_REFRESHED_AT["zh-Hans"]}"'
    assert config_with(place, chinese, "") == ["kiosk.toml: face_refreshed_at.zh-Hans: is missing; a text is wanted"]


def test_a_chip_reader_that_the_unit_does_not_have_is_a_mistake(open_place: OpenPlace) -> None:
    place = open_place()
    place.start_kiosk()
    place.sees(s.Idle)
    assert config_with(place, place.config.devices[PERMIT_CHIP], "unit://permit_unit") == [
        "devices.permit_chip: is unit://, but the unit has no chip reader on its line"
    ]


def test_a_unit_that_rewrites_faces_itself_sends_nobody_elsewhere(open_place: OpenPlace) -> None:
    place = open_place()
    place.start_kiosk()
    place.sees(s.Idle)
    assert config_with(place, "[files]", '[face_refreshed_at]\nzh-Hans = "别处"\nen = "elsewhere"\n[files]') == [
        "face_refreshed_at: is not wanted; the unit rewrites faces itself"
    ]
