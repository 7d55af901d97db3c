"""Visits that go well."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import Place as At
from tests.flows.place import LANGUAGES, LIN, Place, Visitor


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_permit_in_its_window_is_renewed_for_a_year(place: Place, language: str) -> None:
    place.plays(Visitor(LIN.person, LIN.permit, language).renewal())
    assert place.where_is(LIN.permit) is At.HAND
    old, new = place.at_issue[LIN.permit], place.chip(LIN.permit)
    assert (old["valid_from"], old["valid_to"], old["endorsement_count"]) == ("2025-12-04", "2026-12-04", 2)
    assert (new["valid_from"], new["valid_to"], new["endorsement_count"]) == ("2026-12-04", "2027-12-04", 3)
    assert place.face_shows_chip(LIN.permit) is True
    assert place.face_cycles(LIN.permit) == (1, 1)
    assert place.central_state() == "written"
    assert len(place.receipts()) == 1
