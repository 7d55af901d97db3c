"""Plays a planned visit: on each screen the resident acts by the plan, or else in the ordinary way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiosk.demo.automation_client import Painted, ScreenNotSeen
from kiosk.demo.resident import NEXT_PAGE, Resident
from kiosk.demo.scenarios import ORDINARY, PlannedVisit

STAGES: Mapping[str, str] = MappingProxyType(
    {
        "welcome": "start",
        "notice": "notice",
        "id_card": "identity card",
        "insert_permit": "permit in, read and assessed",
        "assessment": "result",
        "take_permit": "permit taken and receipt",
        "thank_you": "thanks",
    }
)
"""The report's name for the stage after an act on this screen; without an entry it is the screen's name."""

WRITTEN = MappingProxyType({"as_chip": "chip and face", "left": "chip", "refreshed": "face"})
"""The report's name for what is written after the confirmation, by the expected face."""

BEFORE_CENTRAL = ("assessment", "question")
AS_OFFERED = ("choice", "assessment")
"""Screens with varying buttons."""

DEAD_ENDS = ("outcome", "out_of_service", "out_of_hours")
BY_HAND = ("id_card", "insert_permit", "take_permit", "licence_code", "telephone")


class VisitPlayer:
    """Plays one visit. `screens`: those that the resident answered, in order."""

    def __init__(self, resident: Resident, visit: PlannedVisit) -> None:
        self._resident = resident
        self._visit = visit
        self._left = {screen: list(targets) for screen, targets in {**ORDINARY, **visit.touches}.items()}
        self._left |= {
            "id_card": list(visit.id_cards),
            "insert_permit": [visit.permit],
            "take_permit": [visit.permit],
            "licence_code": list(visit.licences) or self._left.get("licence_code", []),
            "telephone": [visit.telephone],
        }
        self._touched: tuple[Painted, str] | None = None
        self.screens: list[str] = []

    def play(self, welcome: Painted | None = None) -> Painted:
        """Play from the welcome screen to the next one, which is returned. `welcome`: the first one, if seen already.

        Raises `ScreenNotSeen` where the kiosk shows a screen for which the resident has no answer.
        """
        welcome = welcome or self._resident.sees("welcome")
        if self._visit.language not in ("", welcome.language):
            welcome = self._resident.chooses_language(welcome, self._visit.language)
        self._answer(self._resident.makes_it_easy(welcome) if self._visit.is_easy else welcome)
        while True:
            asking = [screen for screen, answers in self._left.items() if answers]
            painted = self._resident.sees(
                "welcome", *asking, *(s for s in (*DEAD_ENDS, self.screens[-1]) if s not in asking)
            )
            if self._touches_again(painted):
                continue
            while self._is_on_a_later_page(painted):
                painted = self._resident.turns_page(painted)
            if self._is_not_ready(painted):
                continue
            self._resident.ends_stage(self._stage_until(painted), painted)
            if painted.screen == "welcome":
                return painted
            self._answer(painted)

    def _touches_again(self, painted: Painted) -> bool:
        """Whether the touched screen changed at the moment of the touch, which then has no effect."""
        if self._touched is None or self._left.get(painted.screen):
            return False
        seen, answer = self._touched
        if painted.screen != seen.screen:
            return False
        if painted.serial != seen.serial and answer in painted.targets:
            self._resident.touches(painted, answer)
            self._touched = painted, answer
        return True

    def _is_on_a_later_page(self, painted: Painted) -> bool:
        """Whether the wanted target can be touched only after the last page."""
        answers = self._left.get(painted.screen, [])
        wanted = answers if painted.screen in AS_OFFERED else answers[:1]
        is_by_hand = painted.screen in BY_HAND
        return NEXT_PAGE in painted.targets and not is_by_hand and painted.targets.keys().isdisjoint(wanted)

    def _is_not_ready(self, painted: Painted) -> bool:
        """Whether the wanted target comes only when the kiosk has done something, such as printed."""
        if painted.screen in (*BY_HAND, "welcome", "choice"):
            return False
        answers = self._left.get(painted.screen, [])
        wanted = answers if painted.screen in AS_OFFERED else answers[:1]
        return bool(wanted) and painted.targets.keys().isdisjoint(wanted)

    def _stage_until(self, painted: Painted) -> str:
        acted_on = self.screens[-1]
        if acted_on in BEFORE_CENTRAL and painted.screen == "confirm":
            return "central"
        if acted_on == "confirm":
            return WRITTEN[self._visit.face]
        return STAGES.get(acted_on, acted_on.replace("_", " "))

    def _answer(self, painted: Painted) -> None:
        if not self._left.get(painted.screen):
            raise ScreenNotSeen(f"the kiosk shows {painted.screen} after {', '.join(self.screens)}")
        answer = self._answer_to(painted)
        self._touched = None
        match painted.screen:
            case "id_card" if "id_card" in self.screens:
                self._resident.changes_id_card(answer)
            case "id_card":
                self._resident.lays_id_card(answer)
            case "insert_permit":
                self._resident.offers_permit(answer)
            case "take_permit":
                self._resident.takes_permit()
            case "telephone":
                self._resident.types(painted, answer)
                self._resident.touches(painted, "enter_telephone")
            case "licence_code" if answer in self._visit.licences:
                self._resident.shows_licence(answer)
            case _:
                self._resident.touches(painted, answer)
                self._touched = painted, answer
        self.screens.append(painted.screen)

    def _answer_to(self, painted: Painted) -> str:
        """The next answer to this screen; for a choice, the next of those on offer."""
        answers = self._left[painted.screen]
        offered = [answer for answer in answers if painted.screen not in AS_OFFERED or answer in painted.targets]
        if not offered:
            raise ScreenNotSeen(f"the choice is between {', '.join(painted.targets)}, not {', '.join(answers)}")
        answers.remove(offered[0])
        return offered[0]


def renew(resident: Resident, person: str, permit: str, welcome: Painted | None = None) -> Painted:
    """Play one successful visit with nothing to declare; returns the welcome screen after it."""
    return VisitPlayer(resident, PlannedVisit("renewal", (person,), permit)).play(welcome)
