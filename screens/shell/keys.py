"""Keys, which work as touches do, by the same rules and the same code.

A page that was shown for less than the router's `unread_s` has not been read, so keys have no effect on it. A key acts
once, when it goes down; holding it does not repeat it, and on another page it has no further effect. Of two keys held
at the same time only the first acts, except for figures, which quick typists overlap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kivy.clock import Clock
from kivy.core.window import Keyboard, Window

from kiosk.workflow.intents import Intent
from screens.shell.focus import Focus
from screens.shell.key_table import BUTTONS, FIGURES, MEANINGS, Command
from screens.shell.router import Router
from screens.sound.voice import Voice
from screens.widgets.buttons import NEXT_PAGE, IntentButton, LanguageButton
from screens.widgets.keypad import Key

GONE_S = 60.0
"""Seconds after the last key, on a page outside any visit, until the ring is hidden because the person has gone."""

STUCK_S = 5.0

_WITH_OTHERS = {"alt", "alt-gr", "ctrl", "meta"}
_NAMES = {Keyboard.keycodes[key.removeprefix("shift+")]: key.removeprefix("shift+") for key in MEANINGS}


class Keys:
    """Handles keys, on Kivy's thread. `stir()`: called when somebody presses a key; `is_resting()`: whether the page is
    outside any visit; `is_wanted`: the site has a keypad, without which keys have no effect; `stuck_s`: seconds after
    which a key that is down counts as stuck and no longer blocks others.
    """

    def __init__(
        self,
        router: Router,
        voice: Voice,
        stir: Callable[[], None],
        is_resting: Callable[[], bool],
        is_wanted: bool,
    ) -> None:
        self._router = router
        self._voice = voice
        self._stir = stir
        self._is_resting = is_resting
        self._is_wanted = is_wanted
        self._down_since: dict[int, float] = {}  # by key code
        self._gone = Clock.create_trigger(lambda _elapsed: self._nobody_is_left(), GONE_S)
        self.stuck_s = STUCK_S
        self.focus = Focus(router)

    def start(self) -> None:
        """React to keys from now on, if the site has a keypad."""
        if self._is_wanted:
            Window.bind(on_key_down=self._pressed, on_key_up=self._let_go, on_touch_down=self._touched)
            self._router.bind(on_painted=self._painted)

    def stop(self) -> None:
        self._router.unbind(on_painted=self._painted)
        Window.unbind(on_key_down=self._pressed, on_key_up=self._let_go, on_touch_down=self._touched)
        self.end()

    def end(self) -> None:
        """Hide the ring at the end of a visit, because the next person may not use keys."""
        self._gone.cancel()
        self.focus.hide()

    def _nobody_is_left(self) -> None:
        if self._is_resting():
            self.end()

    def _painted(self, _router: Router) -> None:
        self.focus.keep()

    def _touched(self, *_args: object) -> None:
        self.focus.hide()

    def _let_go(self, _window: object, code: int, *_args: object) -> None:
        self._down_since.pop(code, None)

    def _pressed(self, _window: object, code: int, _scancode: int, _text: str, modifiers: Sequence[str]) -> bool:
        """Handle a key that went down; True: no other handler gets it."""
        if code in self._down_since:
            return True  # a repetition by the keyboard
        down = self._others_down(code)
        self._down_since[code] = time.monotonic()
        self._stir()
        self._voice.touched()
        meaning = _meaning(code, modifiers)
        is_alone = not down or (meaning in FIGURES and all(MEANINGS[_NAMES[each]] in FIGURES for each in down))
        if meaning is not None and is_alone and self._router.deaf_for_s == 0.0:
            self._do(meaning)
        return True

    def _others_down(self, code: int) -> list[int]:
        """The other keys that are down, have a meaning and are not stuck."""
        since = time.monotonic() - self.stuck_s
        return [each for each, at in self._down_since.items() if each != code and each in _NAMES and at > since]

    def _do(self, meaning: Command | str) -> None:
        named = BUTTONS.get(meaning, ())
        button = self._first_of(named)
        if named and button is None:
            return
        was_shown = self.focus.is_shown
        self.focus.show()
        self._gone.cancel()
        self._gone()
        match meaning:
            case Command.NEXT | Command.PREVIOUS:
                if was_shown:
                    self.focus.move(1 if meaning is Command.NEXT else -1)
                self._tell()
            case Command.SELECT if was_shown and self.focus.is_kept:
                self._press(self.focus.button)
            case Command.SELECT:
                self._tell()
            case Command.REPEAT:
                self._voice.repeat()
                self._is_there()
            case _:
                self._press(button)

    def _first_of(self, names: Sequence[str]) -> IntentButton | None:
        """The first button with one of these names that can be touched now."""
        buttons = {button.target: button for button in self.focus.order}
        return next((buttons[name] for name in names if name in buttons), None)

    def _press(self, button: IntentButton | None) -> None:
        """Press `button`, as a finger that is lifted inside it."""
        if button is not None:
            button.dispatch("on_release")

    def _tell(self) -> None:
        """Let the voice say which button has the focus."""
        self.focus.keep()
        Window.canvas.ask_update()
        button = self.focus.button
        if button is not None:
            language = self._router.current_screen.model.frame.language
            self._voice.name(
                "" if button.local == NEXT_PAGE else button.words,
                button.choice if isinstance(button, LanguageButton) else language,
                is_private=isinstance(button, Key) and button.choice in FIGURES,
            )
        self._is_there()

    def _is_there(self) -> None:
        """Tell the machine that somebody is there, to give a person who looks for a button more time."""
        screen = self._router.current_screen
        if screen.model.frame.countdown_s is not None:
            screen.dispatch("on_intent", Intent.MORE_TIME, "")


def _meaning(code: int, modifiers: Sequence[str]) -> Command | str | None:
    # Kivy 2.3.1 mistakes the code of the number pad's 0 for SDL's bit of the left Alt key (window_sdl2.py).
    others = _WITH_OTHERS.intersection(modifiers) - ({"alt"} if code == Keyboard.keycodes["numpad0"] else set())
    if code not in _NAMES or others:
        return None
    return MEANINGS.get(f"shift+{_NAMES[code]}" if "shift" in modifiers else _NAMES[code])
