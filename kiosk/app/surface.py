"""What the machine asks of the window's application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.presentation.models.screens import AnyScreenModel


class Surface(Protocol):
    """All but `run` is for any thread, and returns at once."""

    @property
    def reads_large(self) -> bool:
        """Whether whoever stands before it has chosen larger text than the usual."""

    def run(self) -> None:
        """Until it is left."""

    def paint(self, model: AnyScreenModel) -> None:
        """Show `model` from now on."""

    def take_turn(self, then: Callable[[], None]) -> None:
        """Call `then` in the next turn of its own thread."""

    def after_painting(self, then: Callable[[], None]) -> None:
        """Call `then` on its own thread soon after what was shown until now is painted."""

    def leave(self) -> None:
        """Close the window; `run` returns."""
