"""What a resident is told whose permit cannot be read: the region says what becomes of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from kiosk.domain.endorsement import ChipState, Custody, FaceState, Refusal
from kiosk.domain.faults import CHIP_SILENT
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.resident.outcome_page import outcome_page
from kiosk.texts.words import LocalText
from kiosk.workflow import states as s
from tests.unit.policy.region_cases import region_named

NUMBER = UUID(int=7)
NO_CHIP = s.Declined(Refusal("no_chip"))
SILENT = s.BrokenOff(CHIP_SILENT, ChipState.OLD, FaceState.OLD)


def told_of(region: str, ending: s.Ending) -> list[str]:
    """The region's own words on the page, in English; the counter's name aside."""
    about = PresentationContext(
        region_named(region), ("zh-Hans", "en"), simulation=False, receipt_link="", writing_usually_s=30
    )
    state = s.ShowingOutcome(s.Visit(NUMBER, NUMBER, "en"), ending, Custody.WITH_HOLDER)
    return [words.in_language("en") for words in outcome_page(about, state).do_next if isinstance(words, LocalText)]


@pytest.mark.parametrize("ending", [NO_CHIP, SILENT])
def test_xinjiang_remakes_an_unreadable_permit_free_of_charge_and_says_so(ending: s.BrokenOff | s.Declined) -> None:
    assert [words for words in told_of("xinjiang", ending) if "made anew free of charge" in words] != []


def test_other_refusals_and_regions_do_not_speak_of_it() -> None:
    assert told_of("xinjiang", s.Declined(Refusal("too_early"))) == []
    assert told_of("haikou", NO_CHIP) == told_of("haikou", SILENT) == []
