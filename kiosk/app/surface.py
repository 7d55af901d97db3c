"""The machine's interface to the window's application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.presentation.models.screens import AnyScreenModel


class Surface(Protocol):
    """The window's application. All methods but `run` may be called from any thread and return at once."""

    @property
    def reads_large(self) -> bool:
        """Whether the person at the machine has chosen larger text than usual."""

    def run(self) -> None:
        """Run until `leave` is called."""

    def paint(self, model: AnyScreenModel) -> None:
        """Show `model` from now on."""

    def take_turn(self, then: Callable[[], None]) -> None:
        """Call `then` on the application's thread, in its next turn."""

    def after_painting(self, then: Callable[[], None]) -> None:
        """Call `then` on the application's thread soon after everything shown so far is painted."""

    def leave(self) -> None:
        """Close the window; `run` returns."""
