"""How long a person is at Shanghai's kiosk: the machine's time is measured, the person's is counted (human_model).

The kiosk runs with its window and devices at their real pace. Whoever answers its pages looks at the words that stand
on each of them, asks how long the voice would speak, and acts at once: what a person would have needed is added up, not
waited for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

from assets import ASSETS
from kiosk.demo.automation_client import Painted, ScreenNotSeen
from kiosk.demo.resident import Resident
from kiosk.demo.scenarios import PlannedVisit
from kiosk.demo.visiting import VisitPlayer
from kiosk.texts.translation import Translation
from tests.bench.figures import Figure, Result
from tests.bench.human_model import ADULT, OLDER, LivedVisit, Page, Person, Screen
from tests.lobby.residents import write_residents
from tests.lobby.windowless import STATE, simulation_for

WARM_S = 60.0
PACE, QUICK_PACE = 1.0, 0.1
LIMIT_S, EASY_LIMIT_S = 120.0, 180.0

STANDS_OUT = ("title", "display", "lead")
"""Sizes of what is large on a page."""

BAR = ("help", "text_size", "contrast", "low_reach", "choose_language", "voice", "repeat", "volume")
"""Buttons that stand on every page, and that nobody reads twice."""


@dataclass
class ReadingResident(Resident):
    """Looks at each page before answering it; `screens`: those that were answered."""

    screens: list[Screen] = field(default_factory=list)
    _step: int = 0

    def chooses_language(self, painted: Painted, language: str) -> Painted:
        """Whoever looks for another language reads nothing of this one."""
        self.screens.append(Screen(painted.screen, (Page(1, (), (), touches=1),), 0.0))
        return super()._stays_on(painted, f"choose_language:{language}")

    def touches(self, painted: Painted, target: str) -> None:
        self._looks(painted, touches=1)
        super().touches(painted, target)

    def turns_page(self, painted: Painted) -> Painted:
        self._looks(painted, touches=1)
        return super().turns_page(painted)

    def makes_it_easy(self, painted: Painted) -> Painted:
        self._looks(painted, touches=1)
        return super().makes_it_easy(painted)

    def lays_id_card(self, person: str) -> None:
        self._looks(self.automation.history[-1], handlings=1)
        super().lays_id_card(person)

    def offers_permit(self, permit: str) -> None:
        """The identity card comes back into the hand first."""
        self._looks(self.automation.history[-1], handlings=2)
        super().offers_permit(permit)

    def takes_permit(self) -> None:
        self._looks(self.automation.history[-1], handlings=1)
        super().takes_permit()

    def _looks(self, painted: Painted, touches: int = 0, handlings: int = 0) -> None:
        labels = self.automation.ask({"labels": "screen"})
        targets = self.automation.present(painted).targets
        banner = Translation.load(ASSETS / "locale", painted.language).text("simulation.banner")
        seen = [label for label in labels["labels"] if label["words"] != banner]  # which no resident sees
        before = self.screens[-1].pages[-1].everything if self.screens else ()
        page = Page(
            int(labels["page"]) + 1,
            tuple(label["words"] for label in seen),
            tuple(label["words"] for label in seen if label["words"] not in before and _is_main(label, targets)),
            touches,
            handlings,
        )
        if page.number == 1:
            self.screens.append(Screen(painted.screen, (page,), self._hears()))
        else:
            self.screens[-1] = replace(self.screens[-1], pages=(*self.screens[-1].pages, page))

    def _hears(self) -> float:
        """How long the voice would speak, if it is on: with the step of the visit where that is another one."""
        heard = self.automation.ask({"heard": True})
        if not heard["is_on"]:
            return 0.0
        if not heard["page_s"]:
            raise RuntimeError("there are no sounds: `make setup` builds them")
        is_new_step, self._step = heard["step"] not in (0, self._step), heard["step"]
        return float(heard["with_step_s" if is_new_step else "page_s"])


def _is_main(label: dict[str, Any], targets: dict[str, tuple[float, float, float, float]]) -> bool:
    """Whether it is large, or on a button of this page."""
    x, y, width, height = label["box"]
    middle_x, middle_y = x + width / 2, y + height / 2
    on = [
        name
        for name, (left, top, wide, high) in targets.items()
        if left <= middle_x <= left + wide and top <= middle_y <= top + high
    ]
    return not any(name.startswith(BAR) for name in on) and (bool(on) or label["size"] in STANDS_OUT)


def measure(quick: bool) -> Result:
    """An adult in Chinese and in English, and an older person in easy mode. `quick`: devices at a tenth of their time,
    so the figures are no good.
    """
    people = write_residents(STATE / "human.toml", 3)
    os.environ["SDL_AUDIODRIVER"] = "dummy"  # the voice is on in easy mode, and nobody need hear it
    plans = {
        name: PlannedVisit(name, (person,), permit, language=language, is_easy=is_easy)
        for (person, permit), (name, language, is_easy) in zip(
            people, (("adult", "zh-Hans", False), ("easy", "zh-Hans", True), ("english", "en", False)), strict=True
        )
    }
    with simulation_for("human", QUICK_PACE if quick else PACE, STATE / "human.toml", speaks=True) as simulation:
        kiosk = simulation.start_kiosk()
        kiosk.logs("warmed_up", WARM_S)
        automation = simulation.automation(kiosk)
        lived: dict[str, LivedVisit] = {}
        welcome: Painted | None = None
        for name, plan in plans.items():
            resident = ReadingResident(automation, simulation.rig, simulation.display, think_s=0.0)
            try:
                welcome = VisitPlayer(resident, plan).play(welcome)
            except ScreenNotSeen as error:
                raise ScreenNotSeen(f"{name}: {error}. The kiosk's last words: {kiosk.last_words()}") from error
            simulation.rig.do("tear_off_receipt")
            lived[name] = LivedVisit(tuple(resident.screens), sum(stage.seconds for stage in resident.stages))
    figures = [
        _figure(lived["adult"], "an adult reads the main things", ADULT, LIMIT_S, reads_all=False),
        _figure(lived["adult"], "an adult reads every word", ADULT, None, reads_all=True),
        _figure(lived["easy"], "easy mode, all heard, an older person", OLDER, EASY_LIMIT_S, reads_all=False),
        _figure(lived["easy"], "the same, and reads every word", OLDER, None, reads_all=True),
        _figure(lived["easy"], "easy mode, all heard, an adult", ADULT, None, reads_all=False),
        _figure(lived["english"], "in English an adult reads the main things", ADULT, None, reads_all=False),
        _figure(lived["english"], "in English an adult reads every word", ADULT, None, reads_all=True),
    ]
    details = {
        "pace": QUICK_PACE if quick else PACE,
        "adult": lived["adult"].as_json(ADULT),
        "easy": lived["easy"].as_json(OLDER),
        "english": lived["english"].as_json(ADULT),
    }
    return Result(tuple(figures), details, (_dearest(lived["adult"], ADULT), _dearest(lived["easy"], OLDER)))


def _figure(visit: LivedVisit, about: str, person: Person, limit_s: float | None, *, reads_all: bool) -> Figure:
    value_s = visit.seconds(person, reads_all=reads_all)
    return Figure(f"human: {about}", value_s, "s", f"the machine's own {visit.machine_s:.0f} s of it", limit=limit_s)


def _dearest(visit: LivedVisit, person: Person) -> str:
    screen = visit.dearest(person, reads_all=False)
    main_s, all_s = (screen.seconds(person, reads_all=reads_all) for reads_all in (False, True))
    whole_s = visit.seconds(person, reads_all=False)
    return f"of {whole_s:.0f} s {screen.name} costs most: {main_s:.0f} s, and {all_s:.0f} s with every word of it read"
