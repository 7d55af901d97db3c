"""What a resident is told of the time that writing takes, at a whole kiosk."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from kiosk.app.shown_screens import ShownScreens
from kiosk.app.site import about
from kiosk.journal.journal import Journal, StepRecord
from kiosk.journal.past_writing import WRITING_MS
from kiosk.presentation.models.resident import WritingScreen
from kiosk.runtime.writing_times import ENOUGH
from kiosk.workflow import states as s
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually

EARLIER_MS = 17_200


def told(place: KioskHarness, state: s.State) -> int:
    """What the page of this state says now."""
    model: Any = ShownScreens.of(place.running, about(place.config, place.running.region), lambda: None).present(state)
    assert isinstance(model, WritingScreen)
    return model.usually_s


def with_earlier_visits(place: KioskHarness, number: int) -> None:
    """As an earlier program left the journal."""
    place.config.state_dir.mkdir(parents=True, exist_ok=True)
    with closing(Journal(place.config.state_dir / "journal.db", place.clock.now)) as journal:
        for _ in range(number):
            journal.append(
                StepRecord(
                    place.clock.now(),
                    None,
                    "RewritingFace",
                    "FaceRewritten",
                    "Idle",
                    "with_holder",
                    (),
                    None,
                    {WRITING_MS: EARLIER_MS},
                )
            )


@pytest.mark.parametrize(("learns", "usually_s"), [(True, 18), (False, 25)])
def test_the_visit_that_makes_enough_is_the_first_of_whose_time_the_next_one_is_told(
    open_place: OpenPlace, learns: bool, usually_s: int
) -> None:
    place = open_place(settings={"writing_usually_learned": learns})
    with_earlier_visits(place, ENOUGH - 1)
    place.start_kiosk()
    place.sees(s.Idle)
    place.running.warm_up()

    def takes_its_time(state: s.State) -> None:
        if isinstance(state, s.RewritingFace):
            place.clock.jump(30.0)

    place.at_every_state(takes_its_time)
    place.plays(LIN.until(s.Confirming))
    place.answers(LIN.since(s.Confirming))
    writing = next(state for state in place.states if isinstance(state, s.OpeningChipSession))
    eventually(lambda: told(place, writing) == usually_s)
    [*_, measured] = [step.facts[WRITING_MS] for step in place.journal() if WRITING_MS in step.facts]
    assert 30_000 <= measured < 600_000
    place.stop_kiosk()
    place.start_kiosk()
    place.running.warm_up()
    eventually(lambda: told(place, writing) == usually_s)
