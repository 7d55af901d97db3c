"""The meaning of keys. Keypads for kiosks and adapters for switches act as keyboards, so these are keyboard keys.

Two switches send the first key of `NEXT` and the first of `SELECT`. The names are Kivy's
(`kivy.core.window.Keyboard.keycodes`); "shift+" precedes a key that is pressed with shift.
"""

from __future__ import annotations

from enum import Enum, auto


class Command(Enum):
    """The commands of keys. Figures are no commands: a figure is the key of the keypad on the page."""

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
"""The keys of figures. Those of a number pad are figures whether its lock is on or off, because that is their label."""

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
"""The buttons that a command presses wherever the focus is: the first of them that is on the page. TAKE_BACK deletes
the last typed figure, or goes one step back where nothing is typed.
"""
