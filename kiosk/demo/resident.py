"""The resident of a demo, who reacts to each screen with hands and finger, and records the times."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from drivers.simulators.activity import ActivityLog
from drivers.simulators.control import RigClient
from kiosk.demo.automation_client import AutomationClient, Painted
from kiosk.demo.display import Display

EASY = "easy"
NEXT_PAGE = "next_page"
SCREEN_S = 120.0
"""How many seconds a demo waits for the next screen; erasing and printing a face takes longest."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the visit: from an act of the resident to the screen that answered it (monotonic seconds).
    `painted`: when each screen of the stage was painted, the answering one last.
    """

    name: str
    began: float
    ended: float
    painted: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Resident:
    """Plays one visit. `think_s`: for how many seconds a screen is looked at; `pictures`: the directory for pictures of
    them, if any.
    """

    automation: AutomationClient
    rig: RigClient
    display: Display
    think_s: float
    pictures: Path | None = None
    stages: list[Stage] = field(default_factory=list)
    activity: ActivityLog = field(default_factory=ActivityLog)
    _acted_at: float = 0.0
    _shown_before: int = 0

    def sees(self, *screens: str, within_s: float = SCREEN_S) -> Painted:
        """Wait for one of `screens` after the last act. A screen whose buttons only moved does not count again."""
        painted = self.automation.wait_for(*screens, within_s=within_s)
        while painted.shown <= self._shown_before:
            painted = self.automation.wait_for(*screens, within_s=within_s)
        if self.pictures is not None:
            self._keep_picture(painted.screen)
        return painted

    def ends_stage(self, name: str, painted: Painted) -> None:
        """Record the stage between the last act and the painting that answered it."""
        self.stages.append(Stage(name, self._acted_at, painted.painted_at, self._paintings_until(painted)))

    def touches(self, painted: Painted, target: str) -> None:
        """Look at the screen for a while, then put a finger on `target`."""
        self._think(f"reading {painted.screen}")
        x, y = self.automation.present(painted).centre(target)
        self._acts()
        self._touch(x, y, target)

    def turns_page(self, painted: Painted) -> Painted:
        """Read this page and turn to the next one of the same screen."""
        return self._stays_on(painted, NEXT_PAGE)

    def chooses_language(self, painted: Painted, language: str) -> Painted:
        """Choose another language; the same screen in it."""
        return self._stays_on(painted, f"choose_language:{language}")

    def makes_it_easy(self, painted: Painted) -> Painted:
        """Choose easy mode; returns the same screen in it."""
        return self._stays_on(painted, EASY)

    def _stays_on(self, painted: Painted, target: str) -> Painted:
        """Touch a target that shows the same screen in another way."""
        self._think(f"reading {painted.screen}")
        before = self.automation.present(painted)
        self._touch(*before.centre(target), target)
        turned = self.automation.wait_for(painted.screen, within_s=SCREEN_S)
        while turned.looks <= before.looks:
            turned = self.automation.wait_for(painted.screen, within_s=SCREEN_S)
        if self.pictures is not None:
            self._keep_picture(painted.screen)
        return turned

    def _touch(self, x: float, y: float, target: str) -> None:
        if self.display.pointer:
            began = time.monotonic()
            self.display.click(x, y)
            # The start of the pointer program counts as the movement of the finger; the touch is at its end.
            self.activity.add("resident", "human", "moving a finger", began, time.monotonic())
        else:
            self.automation.touch(target)

    def types(self, painted: Painted, digits: str) -> None:
        """Touch one key after the other, without looking up."""
        for digit in digits:
            self._touch(*self.automation.present(painted).centre(f"key:{digit}"), f"key:{digit}")
        if self.pictures is not None:
            self._keep_picture(painted.screen)

    def lays_id_card(self, person: str) -> None:
        self._think("looking for the identity card")
        self._acts()
        self.rig.do("lay_id_card", person_id=person)

    def changes_id_card(self, person: str) -> None:
        """Lift the identity card on the reader, and lay this person's down."""
        self._think("looking for another identity card")
        self.rig.do("lift_id_card")
        self._acts()
        self.rig.do("lay_id_card", person_id=person)

    def offers_permit(self, permit: str) -> None:
        self._think("looking for the permit")
        self._acts()
        self.rig.do("lift_id_card")
        self.rig.do("offer_permit", permit_id=permit)

    def takes_permit(self) -> None:
        self._think("reaching for the permit")
        self._acts()
        self.rig.do("take_permit")

    def shows_licence(self, licence: str) -> None:
        """Hold an electronic licence before the scanner."""
        self._think("looking for the licence on the telephone")
        self._acts()
        self.rig.do("show_licence_code", licence_id=licence)

    def _think(self, doing: str) -> None:
        with self.activity.during("resident", "human", doing):
            time.sleep(self.think_s)

    def _acts(self) -> None:
        self._acted_at = time.monotonic()
        self._shown_before = self.automation.history[-1].shown

    def _paintings_until(self, last: Painted) -> tuple[float, ...]:
        """When each model since the last act was first painted. A model whose buttons moved later counts once."""
        first: dict[int, float] = {}
        for painted in self.automation.history:
            if painted.shown > self._shown_before and painted.painted_at <= last.painted_at:
                first.setdefault(painted.shown, painted.painted_at)
        return tuple(first.values())

    def _keep_picture(self, screen: str) -> None:
        assert self.pictures is not None
        number = len(list(self.pictures.glob("*.png"))) + 1
        with self.activity.during("resident", "human", "taking a picture"):
            self.automation.screenshot(self.pictures / f"{number:02}-{screen}.png")
