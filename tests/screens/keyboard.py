"""A keyboard under X, typed on by xdotool as a keypad's or two switches' keys would be."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.screens.window import Window
from tests.waiting import LIMIT_S, eventually


@dataclass
class TypedOn:
    """A window on an X server of its own, and the server's keyboard."""

    display: str
    window: Window

    def press(self, *names: str) -> None:
        """Press one key after the other, and wait until all have come to the window. "shift+Tab" is two."""
        self._typed("key", *names, down=sum(name.count("+") + 1 for name in names))

    def hold(self, *names: str) -> None:
        """Press keys, and hold them down."""
        self._typed("keydown", *names, down=len(names))

    def lift(self, *names: str) -> None:
        self._xdotool("keyup", *names)

    def repeats(self, times: int) -> None:
        """Wait until what is held down has repeated itself so often."""
        before = self._down
        eventually(lambda: self._down >= before + times)

    def ring(self) -> str | None:
        """The button that has the ring around it."""
        ring: str | None = self._keys()["ring"]
        return ring

    @property
    def order(self) -> list[str]:
        return order_of(self.window)

    def goes_to(self, target: str) -> None:
        """Go on by one key until the ring is around `target`."""
        for _ in range(len(self.order) + 1):
            if self.ring() == target:
                return
            self.press("Tab")
        raise AssertionError(f"{target} has no place in {self.order}")

    def _typed(self, way: str, *names: str, down: int) -> None:
        before = self._down
        self._xdotool(way, *names)
        eventually(lambda: self._down >= before + down)

    @property
    def _down(self) -> int:
        down: int = self._keys()["down"]
        return down

    def _keys(self) -> dict[str, Any]:
        return self.window.ask({"keys": True})

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": self.display}, check=True, timeout=LIMIT_S)


def order_of(window: Window) -> list[str]:
    """The buttons that keys can mean, as they go round."""
    order: list[str] = window.ask({"keys": True})["order"]
    return order
