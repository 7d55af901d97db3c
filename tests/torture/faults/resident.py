"""Who stands at the kiosk: does what each screen asks for, in one way that was agreed before, and never hurries.

Whoever goes on when something is broken is shown what the screens say then; whoever gets no answer waits until the
machine's own deadline has passed on the clock that is moved by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.permit_unit.dialects import STAR
from drivers.simulators.permit import PermitLocation
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import Visitor

TELEPHONE = "13900000000"
MOST_LICENCES_SHOWN = 3
MOST_TRIES_WITH_ID_CARD = 2

Act = Callable[[KioskHarness], None]


@dataclass(frozen=True)
class Way:
    """How a state is reached. `keys`: what is chosen one after the other (empty: the welcome screen's own button);
    `agent`: (who acts, whose identity card); `yes`: declarations answered with yes; `proof`, `licence`: what is shown;
    `does`: what is done otherwise on a screen; `forgets`: the permit is left in the mouth; `where`: which of the states
    of this kind; `cut_at`: the power goes at that state first, and comes back; `broken_before`: a device's fault that
    closes the machine first, from the state `broken_at` on; `has_applied`: on another day this holder applied, and the
    permit can be had since; `half_written`: a kiosk that is gone left the chip half written; `central_silent_at`: no
    line to central while the machine is in this state; `unit`: the permit unit's dialect.
    """

    state: type[s.State]
    visitor: Visitor
    site: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    agent: tuple[str, str] | None = None
    yes: frozenset[str] = frozenset()
    proof: str = "none"
    licence: str = ""
    category: str = ""
    does: Mapping[type[s.State], Act] = field(default_factory=dict)
    forgets: bool = False
    where: Callable[[Any], bool] = lambda _: True
    cut_at: type[s.State] | None = None
    cut_where: Callable[[Any], bool] = lambda _: True
    broken_before: tuple[str, str] | None = None
    broken_at: type[s.State] = s.Idle
    has_applied: bool = False
    half_written: bool = False
    central_silent_at: type[s.State] | None = None
    unit: str = STAR


@dataclass
class Resident:
    """Plays one visit. `is_done`: the visit was begun."""

    way: Way
    has_begun: bool = False
    _keys: list[str] = field(default_factory=list)
    _licences_shown: int = 0
    _id_card_tries: int = 0

    def __post_init__(self) -> None:
        self._keys = list(self.way.keys)

    def acts(self, place: KioskHarness, state: s.State) -> None:
        """What this resident does on a screen; nothing where a device or central is at work."""
        way = self.way
        if type(state) in way.does:
            way.does[type(state)](place)
            return
        match state:
            case s.Idle():
                self._comes(place)
            case s.ChoosingService():
                self._chooses(place, self._keys.pop(0) if self._keys else "endorse")
            case s.ChoosingAgent() if way.agent is not None:
                self._chooses(place, way.agent[0])
            case s.ExplainingService() | s.ShowingAssessment():
                place.chooses(Intent.GO_ON)
            case s.ShowingNotice():
                place.chooses(Intent.ACCEPT_NOTICE)
            case s.ReadingIdCard():
                self._lays_id_card(place, way.visitor.person, again=state.unreadable)
            case s.ReadingAgentIdCard() if way.agent is not None:
                self._lays_id_card(place, way.agent[1], again=True)
            case s.AwaitingPermit():
                self._takes_what_was_pushed_out(place)
                if place.where_is(way.visitor.permit) is PermitLocation.HAND:
                    place.rig.offer_permit(way.visitor.permit)
            case s.DeclaringForHolder(question=question) | s.Declaring(question=question):
                place.chooses(Intent.ANSWER_YES if question in way.yes else Intent.ANSWER_NO)
            case s.ChoosingCategory():
                self._chooses(place, way.category)
            case s.ChoosingProof(keys=keys):
                self._chooses(place, way.proof if way.proof in keys and not self._gave_up_showing else "none")
            case s.ReadingLicenceCode():
                self._shows_licence(place)
            case s.ChoosingCollection() | s.ChoosingCollectionLater():
                self._chooses(place, "counter")
            case s.EnteringTelephone():
                place.chooses(Intent.ENTER_TELEPHONE, TELEPHONE)
            case s.ShowingProgress(applications=applications):
                to_choose = [each.review_number for each in applications if each.may_choose_collection]
                if to_choose and not any(each.collection for each in applications):
                    self._chooses(place, to_choose[0])
                else:
                    place.chooses(Intent.FINISH)
            case s.AwaitingAttendant():
                place.chooses(Intent.NO_ATTENDANT)
            case s.Confirming():
                place.chooses(Intent.CONFIRM)
            case s.AwaitingHolder():
                place.chooses(Intent.CANCEL)
            case s.AwaitingRemoval():
                if not way.forgets:
                    place.rig.take_permit()
            case s.ShowingStatus() | s.Thanking() | s.ShowingApplication() | s.ShowingOutcome():
                self._takes_what_was_pushed_out(place)
                place.chooses(Intent.FINISH)
            case _:
                pass

    def may_repeat(self, state: s.State) -> bool:
        """Whether this resident does it once more where nothing came of it: a code that was shown too early counts for
        nothing.
        """
        return isinstance(state, s.ReadingLicenceCode) and bool(self.way.licence) and not self._gave_up_showing

    def repeats(self, place: KioskHarness, state: s.State) -> bool:
        """Do it once more, if so."""
        if self.may_repeat(state):
            self._shows_licence(place)
            return True
        return False

    @property
    def _gave_up_showing(self) -> bool:
        return self._licences_shown >= MOST_LICENCES_SHOWN

    def _takes_what_was_pushed_out(self, place: KioskHarness) -> None:
        """A permit that the unit did not want lies in the mouth, and nobody leaves it there."""
        if place.where_is(self.way.visitor.permit) is PermitLocation.MOUTH:
            place.rig.take_permit()

    def _comes(self, place: KioskHarness) -> None:
        if not self.has_begun:
            self.has_begun = True
            if self.way.visitor.hurries:
                place.rig.lay_id_card(self.way.visitor.person)
            place.begins(choosing=bool(self.way.keys))

    def _chooses(self, place: KioskHarness, key: str) -> None:
        place.chooses(Intent.CHOOSE, key)

    def _lays_id_card(self, place: KioskHarness, person: str, *, again: bool) -> None:
        if again:
            if self._id_card_tries >= MOST_TRIES_WITH_ID_CARD:
                return
            self._id_card_tries += 1
            place.rig.lift_id_card()
        elif self.way.visitor.hurries:
            return
        place.rig.lay_id_card(person)

    def _shows_licence(self, place: KioskHarness) -> None:
        if not self.way.licence or self._gave_up_showing:
            place.chooses(Intent.NO_PROOF)
            return
        self._licences_shown += 1
        place.rig.show_licence_code(self.way.licence)
