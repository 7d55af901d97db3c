"""Card, chip and central's record write one person's number and name in several ways: the visit goes through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.demo.central_records import central_records
from kiosk.domain.identity_number import check_character
from kiosk.reference_central.residents import ResidentImport
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.flows.test_refusals import refused
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR

NUMBER = next(
    first + "X" for first in (f"34139919880314{order:03d}" for order in range(1000)) if check_character(first) == "X"
)
WIDE = "".join(chr(ord(character) + 0xFEE0) for character in NUMBER.lower())
PERMIT_NUMBER = "31000020190001001X"


def written(everybody: Residents, card: tuple[str, str], chip: tuple[str, str], permit_number: str) -> Residents:
    """Lin's card with this name and number, and her permit's chip with those."""
    lin = everybody.people[LIN.person]
    on_chip = replace(lin, id="lin-on-chip", name=chip[0], number=chip[1])
    people = {**everybody.people, LIN.person: replace(lin, name=card[0], number=card[1]), "lin-on-chip": on_chip}
    permit = replace(everybody.permits[LIN.permit], holder="lin-on-chip", permit_number=permit_number)
    return replace(with_permits(everybody, LIN.permit), people=people, permits={LIN.permit: permit})


def opened(
    open_place: OpenPlace,
    everybody: Residents,
    card: tuple[str, str],
    chip: tuple[str, str],
    record: tuple[str, str],
    permit_numbers: tuple[str, str] = (PERMIT_NUMBER, PERMIT_NUMBER),
) -> KioskHarness:
    """A place where all three wrote the person in their own way; `permit_numbers`: on chip, at central."""
    at_central = written(everybody, card, record, permit_numbers[1])
    place = open_place(written(everybody, card, chip, permit_numbers[0]))
    place.central.seed(ResidentImport.model_validate(record) for record in central_records(at_central))
    place.start_kiosk()
    return place


NAME = "林玉珍"


@pytest.mark.parametrize(
    ("card", "chip", "record"),
    [
        (NUMBER, NUMBER.lower(), NUMBER),
        (NUMBER.lower(), NUMBER, NUMBER),
        (NUMBER, NUMBER, NUMBER.lower()),
        (WIDE, NUMBER.lower(), NUMBER),
        (NUMBER, NUMBER.lower(), NUMBER.lower()),
    ],
    ids=["small on the chip", "small on the card", "small at central", "full width on the card", "capital on the card"],
)
def test_one_number_in_two_spellings_is_one_holder_through_the_whole_visit(
    open_place: OpenPlace, everybody: Residents, card: str, chip: str, record: str
) -> None:
    place = opened(open_place, everybody, (NAME, card), (NAME, chip), (NAME, record))
    place.plays(LIN.renewal())
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.chip(LIN.permit)["id_number"] == chip  # an endorsement writes no number
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"
    [receipt] = place.receipts()
    assert "3*" in receipt


@pytest.mark.parametrize(
    ("on_chip", "at_central"), [(PERMIT_NUMBER.lower(), PERMIT_NUMBER), (PERMIT_NUMBER, PERMIT_NUMBER.lower())]
)
def test_a_permit_number_with_a_letter_may_be_written_small(
    open_place: OpenPlace, everybody: Residents, on_chip: str, at_central: str
) -> None:
    who = (NAME, NUMBER)
    place = opened(open_place, everybody, who, who, who, (on_chip, at_central))
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "written"


@pytest.mark.parametrize(
    ("card", "chip", "record"),
    [
        ("阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽．买买提"),
        ("阿依古丽·买买提", "阿依古丽 · 买买提", "阿依古丽・买买提"),
        ("阿依古丽·买买提", "阿依古丽.买买提", "阿依古丽·买买提"),
        ("林\u9fb4珍", "林\ue81e珍", "林\u9fb4珍"),
        ("林\U00020087珍", "林\ue816珍", "林\ue816珍"),
        ("林隆珍", "林\uf9dc珍", "林隆珍"),
        ("ANNA SMITH", "ＡＮＮＡ　ＳＭＩＴＨ", "Anna Smith"),
    ],
    ids=["bullet", "blanks and katakana", "full stop", "private use", "private use of 2005", "compatibility", "latin"],
)
def test_one_name_in_two_spellings_is_one_holder_through_the_whole_visit(
    open_place: OpenPlace, everybody: Residents, card: str, chip: str, record: str
) -> None:
    place = opened(open_place, everybody, (card, NUMBER), (chip, NUMBER), (record, NUMBER))
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "written"


def test_another_name_on_the_permit_is_told_before_central_is_asked(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = opened(open_place, everybody, (NAME, NUMBER), ("林玉真", NUMBER), (NAME, NUMBER))
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    assert refused(place, LIN.permit) == "name_differs"
    assert place.central.sequences("kiosk-1") == []


def test_who_only_asks_how_long_a_permit_is_valid_is_told_under_either_name(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = opened(open_place, everybody, (NAME, NUMBER), ("林玉真", NUMBER), (NAME, NUMBER))
    place.sees(s.Idle)
    place.rig.lay_id_card(LIN.person)
    place.begins(choosing=True)
    place.sees(s.ChoosingService)
    place.chooses(Intent.CHOOSE, "status")
    place.sees(s.ShowingNotice)
    place.chooses(Intent.ACCEPT_NOTICE)
    place.sees(s.AwaitingPermit)
    place.rig.offer_permit(LIN.permit)
    place.sees(s.ShowingStatus)


def test_a_holders_card_that_still_lies_there_is_not_taken_for_the_agents_however_its_number_is_written(
    open_place: OpenPlace, everybody: Residents
) -> None:
    place = opened(open_place, everybody, (NAME, NUMBER.lower()), (NAME, NUMBER), (NAME, NUMBER))
    place.sees(s.Idle)
    place.rig.lay_id_card(LIN.person)
    place.begins(choosing=True)
    place.sees(s.ChoosingService)
    place.chooses(Intent.CHOOSE, "for_another")
    place.sees(s.ChoosingAgent)
    place.chooses(Intent.CHOOSE, "close_relative")
    place.sees(s.ChoosingService)
    place.chooses(Intent.CHOOSE, "endorse")
    place.sees(s.ShowingNotice)
    place.chooses(Intent.ACCEPT_NOTICE)
    place.sees(s.ReadingAgentIdCard)
    place.rig.lift_id_card()
    place.rig.lay_id_card(NEIGHBOUR.person)
    awaiting = place.sees(s.AwaitingPermit)
    assert awaiting.agent is not None
    assert awaiting.agent.number.reveal() == everybody.people[NEIGHBOUR.person].number
