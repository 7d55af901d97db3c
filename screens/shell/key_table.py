"""Which key means what: a keyboard's own keys, because that is what a keypad for kiosks and an adapter of switches are.

Whoever has two switches has the first key of `NEXT` and the first of `SELECT`. The names are Kivy's
(`kivy.core.window.Keyboard.keycodes`); "shift+" stands before a key that is pressed with shift.
"""

from __future__ import annotations

from enum import Enum, auto


class Command(Enum):
    """What a key may mean. A figure is none of these: it is that key of the keypad on the page."""

    NEXT = auto()
    PREVIOUS = auto()
    SELECT = auto()
    BACK = auto()
    TAKE_BACK = auto()
    REPEAT = auto()


COMMANDS = {
    Command.NEXT: ("tab", "right", "down"),
    Command.PREVIOUS: ("shift+tab", "left", "up"),
    Command.SELECT: ("enter", "numpadenter", "spacebar"),
    Command.BACK: ("escape",),
    Command.TAKE_BACK: ("backspace", "delete"),
    Command.REPEAT: ("f1", "numpadmul", "shift+8"),  # the last two are *
}
FIGURES = {figure: (figure, f"numpad{figure}") for figure in "0123456789"}
"""Those of a number pad are figures whether its lock is on or off: figures are what stands on them."""

MEANINGS: dict[str, Command | str] = {
    **{key: command for command, keys in COMMANDS.items() for key in keys},
    **{key: figure for figure, keys in FIGURES.items() for key in keys},
}

_BACK = ("previous_page", "back", "close_help")
BUTTONS: dict[Command | str, tuple[str, ...]] = {
    Command.BACK: _BACK,
    Command.TAKE_BACK: ("key:delete", *_BACK),
    **{figure: (f"key:{figure}",) for figure in FIGURES},
}
"""What is pressed, wherever the focus is: the first of these buttons that is there. Taken back is what was typed last,
and where nothing is typed the step that was taken last.
"""
