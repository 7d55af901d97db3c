"""A site with a CRT-591-M: it endorses the chip only, and says where the face is refreshed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.permit_unit.dialects import CRT
from drivers.simulators.permit import Place as At
from tests.flows.place import CHIP_IN_UNIT, LIN, Place

CHIP_WAYS = {"by the unit": CHIP_IN_UNIT, "by a coupler": None}


@pytest.fixture(params=CHIP_WAYS)
def place(request: pytest.FixtureRequest, open_place: Callable[..., Place]) -> Place:
    place = open_place(chip=CHIP_WAYS[request.param], unit=CRT)
    place.start_kiosk()
    return place


def test_a_whole_visit_endorses_the_chip_and_leaves_the_face_for_later(place: Place) -> None:
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_cycles(LIN.permit) == (0, 0)
    assert place.central_state() == "face_pending"
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.face, completion.custody) == ("new", "pending", "with_holder")
    assert place.where_is(LIN.permit) is At.HAND
    assert place.updates() == 1
