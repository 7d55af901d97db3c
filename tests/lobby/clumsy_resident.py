"""A resident with a real pointer who touches everything wrongly before, and too often then."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kiosk.demo.automation_client import Painted
from kiosk.demo.resident import Resident
from tests.waiting import LIMIT_S, eventually

OTHER_BUTTONS = ("2", "3", "4", "5", "6", "7", "8", "9")
"""Of a pointer: the middle one, the right one, both wheels, and two at the side."""

KEYS = (
    *("Escape", "Return", "space", "Tab", "BackSpace", "Menu", "Print", "Super_L", "5"),
    *(f"F{number}" for number in range(1, 13)),  # Kivy's settings, its inspector, its screenshot, the full screen
    *("alt+F4", "alt+Tab", "alt+Escape", "alt+space", "ctrl+c", "ctrl+e", "ctrl+q", "ctrl+w", "super+d"),
    *("ctrl+alt+Delete", "ctrl+alt+BackSpace", "ctrl+alt+F2", "ctrl+alt+t", "ctrl+shift+Escape"),
)
"""What closes, switches, prints or opens something elsewhere."""

TAPS = 3

Place = tuple[float, float]


@dataclass
class ClumsyResident(Resident):
    """`kiosk_pid`: the process whose window it is. Means what any other resident means; everything else it does is to
    do nothing.
    """

    kiosk_pid: int = 0
    pages_turned: list[tuple[int, int]] = field(default_factory=list)

    def turns_page(self, painted: Painted) -> Painted:
        """Remember from which page to which it went."""
        before = self._page()
        turned = super().turns_page(painted)
        self.pages_turned.append((before, self._page()))
        return turned

    def lays_id_card(self, person: str) -> None:
        with self._finger_resting():
            super().lays_id_card(person)

    def offers_permit(self, permit: str) -> None:
        with self._finger_resting():
            super().offers_permit(permit)

    def takes_permit(self) -> None:
        with self._finger_resting():
            super().takes_permit()

    def _touch(self, x: float, y: float, target: str) -> None:
        here, there, keys_before = (x, y), self._other_place(target), self._keys_down()
        self._hand(
            *_to(here),
            *(word for button in OTHER_BUTTONS for word in _click(button)),
            *(*_press(here), *_to(there), *_lift()),
            *(*_press(there), *_to(here), *_lift()),
            *("key", "--delay", "0", *KEYS),
        )
        eventually(lambda: self._keys_down() >= keys_before + len(KEYS))
        here = self.automation.history[-1].centre(target)
        with self._kiosk_standing_still():  # so that all taps are there before the first can have changed anything
            self._hand(*_to(here), *(_click("1") * TAPS))

    @contextmanager
    def _finger_resting(self) -> Iterator[None]:
        """On a button, from before the screen changes until another stands there."""
        before = self.automation.history[-1]
        name = "cancel" if "cancel" in before.targets else next(iter(before.targets), "")
        if not name:
            yield
            return
        self._hand(*_press(self.automation.present(before).centre(name)))
        eventually(lambda: self.automation.ask({"pressed": name})["pressed"])
        yield
        eventually(lambda: self.automation.history[-1].screen != before.screen)
        self._hand(*_lift())

    @contextmanager
    def _kiosk_standing_still(self) -> Iterator[None]:
        os.kill(self.kiosk_pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.kiosk_pid, signal.SIGCONT)

    def _other_place(self, target: str) -> Place:
        """The middle of another button."""
        seen = self.automation.history[-1]
        return seen.centre(next(name for name in seen.targets if name != target))

    def _keys_down(self) -> int:
        """How many the window has been told of."""
        return int(self.automation.ask({"keys": True})["down"])

    def _page(self) -> int:
        return int(self.automation.ask({"labels": "screen"})["page"])

    def _hand(self, *words: str) -> None:
        environment = {**os.environ, **self.display.environment}
        subprocess.run(["xdotool", *words], env=environment, check=True, timeout=LIMIT_S)


def _to(place: Place) -> tuple[str, ...]:
    return ("mousemove", *(str(round(each)) for each in place))


def _press(place: Place) -> tuple[str, ...]:
    return (*_to(place), "mousedown", "1")


def _lift() -> tuple[str, ...]:
    return ("mouseup", "1")


def _click(button: str) -> tuple[str, ...]:
    return ("click", "--delay", "0", button)
