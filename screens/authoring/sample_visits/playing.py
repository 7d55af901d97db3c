"""Plays a visit through the machine itself. Every sample is a state that it reached, as the presenter shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Self
from uuid import UUID

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import Grant
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.present import present
from kiosk.workflow import asking_rules
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from screens.authoring.sample_visits.people import ALONE, Party, permit_of
from screens.authoring.sample_visits.places import IDS, MOST_STEPS, NeverCame, Place
from screens.authoring.sample_visits.usual import usual_event


@dataclass(frozen=True, slots=True)
class Play:
    """A visit up to its present state. Calculations that the machine orders are made at once, as in the kiosk."""

    place: Place
    language: str
    day: date
    party: Party
    permit: Permit
    state: s.State

    @classmethod
    def at(cls, place: Place, language: str, day: date, party: Party = ALONE, permit: Permit | None = None) -> Self:
        """A kiosk before the visit begins."""
        own = permit or permit_of(place.region, party.holder)
        return cls(place, language, day, party, own, s.Idle(language))

    def happens(self, *events: on.Event) -> Self:
        """The visit after these events. Raises NeverCame where one of them has no meaning."""
        state, site = self.state, self.place.site()
        waiting = list(events)
        while waiting:
            event = waiting.pop(0)
            taken = step(site, state, event)
            if taken is None:
                raise NeverCame(f"{type(event).__name__} means nothing while {type(state).__name__}")
            state = taken.state
            waiting[:0] = [answer for effect in taken.effects for answer in self._calculated(effect)]
        return replace(self, state=state)

    def _calculated(self, effect: do.Effect) -> tuple[on.Event, ...]:
        region, pilot = self.place.region, self.place.pilot
        match effect:
            case do.Assess():
                return (asking_rules.assessed(region, effect, self.day, pilot=pilot),)
            case do.LookAhead():
                return (asking_rules.looked_ahead(region, effect, self.day, pilot=pilot),)
            case _:
                return ()

    def chooses(self, intent: Intent, *choices: str) -> Self:
        """The visit after a person touches one button, or several choices in turn."""
        if not choices:
            return self.happens(on.PersonChose(intent, ids=IDS))
        return self.happens(*(on.PersonChose(intent, choice, ids=IDS) for choice in choices))

    def until(self, *wanted: type[s.State]) -> Self:
        """The visit, continued in the usual way until the machine is in one of these states. Raises NeverCame."""
        play = self
        for _ in range(MOST_STEPS):
            if isinstance(play.state, wanted):
                return play
            play = play.goes_on()
        raise NeverCame(f"no {' or '.join(each.__name__ for each in wanted)} after {type(self.state).__name__}")

    def started_anew(self) -> Self:
        """The visit after a restart of the program."""
        return replace(self, state=s.Recovering())

    def renewed_permit(self) -> Permit:
        """The permit as central's grant of this day makes it."""
        case = s.CaseWithPermit(self.party.holder, self.permit)
        return replace(self.permit, content=self.granted(case).content)

    def goes_on(self) -> Self:
        """The visit after the next usual event."""
        return self.happens(usual_event(self))

    def granted(self, case: s.CaseWithPermit, number: UUID = IDS.endorsement) -> Grant:
        """Central's grant on this day, by the rules for an endorsement."""
        effect = do.Assess(case, s.VisitPurpose(), s.Answers(category=self.party.category))
        told = asking_rules.assessed(self.place.region, effect, self.day, pilot=self.place.pilot).assessment
        content = self.party.becomes(case.permit.content, told.new_valid_from, told.new_valid_to)
        return Grant(
            number,
            case.permit.permit_number,
            case.permit.chip_serial,
            content,
            told.residence_years,
            datetime.combine(self.day, time(23, 59), UTC),
            drawable=self.party.drawable,
        )

    def screen(self, *, without_paper: bool = False, without_central: bool = False) -> ScreenModel:
        """The screen that a resident sees now."""
        assert not isinstance(self.state, s.InServiceMode), "no resident comes there"
        return present(self.place.about(), self.state, without_paper=without_paper, without_central=without_central)
