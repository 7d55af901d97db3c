"""A permit whose printed term differs by the day that other software writes is not sent away: central's record decides,
and the holder sees central's dates before confirming.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.simulators.residents import PermitData, Residents
from kiosk.demo.central_records import central_records
from kiosk.presentation.models.resident import AssessmentScreen, ConfirmScreen, Term
from kiosk.reference_central.residents import ResidentImport
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.visitor import LIN

ONE_DAY = timedelta(days=1)
PRINTED = {
    "the last day is inside": (0, -1),
    "a day too many": (0, 1),
    "the next term begins a day later": (1, 0),
}


def printed(everybody: Residents, begins: int, ends: int) -> Residents:
    right = everybody.permits[LIN.permit]
    assert right.valid_from is not None
    assert right.valid_to is not None
    odd = replace(right, valid_from=right.valid_from + begins * ONE_DAY, valid_to=right.valid_to + ends * ONE_DAY)
    return replace(with_permits(everybody, LIN.permit), permits={LIN.permit: odd})


def right(everybody: Residents) -> PermitData:
    return everybody.permits[LIN.permit]


@pytest.mark.parametrize("how", PRINTED)
def test_such_a_permit_is_endorsed_by_centrals_record_of_the_right_term(
    open_place: OpenPlace, everybody: Residents, how: str
) -> None:
    place = open_place(residents=printed(everybody, *PRINTED[how]))
    place.central.seed(
        ResidentImport.model_validate(record) for record in central_records(with_permits(everybody, LIN.permit))
    )
    place.start_kiosk()
    told = place.plays(LIN.until(s.ShowingAssessment))
    assert told.matter.assessment.is_a_day_apart
    page = place.screen()
    assert isinstance(page, AssessmentScreen)
    assert page.can_go_on
    assert page.lines[0] == Text("assessment.line.a_day_apart")
    place.answers(LIN.since(s.ShowingAssessment)[:2])
    place.sees(s.Confirming)
    shown = place.screen()
    assert isinstance(shown, ConfirmScreen)
    end = right(everybody).valid_to
    assert end is not None
    assert shown.new_term == Term(end, end.replace(year=end.year + 1))
    differs = page.new_term != shown.new_term
    assert (Text("confirm.note.other_dates") in shown.notes) is differs
    place.chooses(Intent.CONFIRM)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    assert place.chip(LIN.permit)["valid_to"] == end.replace(year=end.year + 1).isoformat()


@pytest.mark.parametrize("how", PRINTED)
def test_such_a_permit_is_endorsed_where_centrals_record_is_a_day_apart_too(
    open_place: OpenPlace, everybody: Residents, how: str
) -> None:
    place = open_place(residents=printed(everybody, *PRINTED[how]))
    place.start_kiosk()
    place.plays(LIN.until(s.Confirming))
    shown = place.screen()
    assert isinstance(shown, ConfirmScreen)
    assert shown.new_term.valid_to is not None
    assert _is_a_year_long(shown.new_term)
    place.answers(LIN.since(s.Confirming))
    assert place.chip(LIN.permit)["valid_to"] == shown.new_term.valid_to.isoformat()


def test_two_days_apart_are_for_the_counter(open_place: OpenPlace, everybody: Residents) -> None:
    place = open_place(residents=printed(everybody, 0, -2))
    place.start_kiosk()
    place.plays(LIN.until(s.ShowingAssessment))
    page = place.screen()
    assert isinstance(page, AssessmentScreen)
    assert not page.can_go_on
    assert page.headline == Text("assessment.headline.senseless")


def _is_a_year_long(term: Term) -> bool:
    start, end = term.valid_from, term.valid_to
    return start is not None and end is not None and end == start.replace(year=start.year + 1)
