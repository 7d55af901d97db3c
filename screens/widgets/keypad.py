"""A keypad with ten figures and a delete key."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from screens.widgets.buttons import IntentButton

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

DELETE = "delete"
ORDER = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", DELETE)  # ITU-T E.161, figure 1; "": no key


class Key(IntentButton):
    """One key; `choice` is its figure, or DELETE."""

    @property
    def target(self) -> str:
        """The key's name for tests and the demo: `key:7`, `key:delete`."""
        return f"key:{self.choice}"


class Keypad(GridLayout):
    """The keypad. `digits`: the typed figures, at most `most`; `delete_words`: the words of the delete key."""

    is_whole = True

    digits = StringProperty("")
    delete_words = StringProperty("")
    most = NumericProperty(12)

    __events__ = ("on_typed",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ORDER:
            self.add_widget(self._key(name) if name else Widget())

    def on_typed(self) -> None:
        """Event: a key was touched."""

    def _key(self, name: str) -> Key:
        key = Key(choice=name, words="" if name == DELETE else name, icon="delete" if name == DELETE else "")
        if name == DELETE:
            self.fbind("delete_words", key.setter("words"))
        key.bind(on_release=self._touched)
        return key

    def _touched(self, key: Key) -> None:
        if key.choice == DELETE:
            self.digits = self.digits[:-1]
        elif len(self.digits) < self.most:
            self.digits += key.choice
        self.dispatch("on_typed")
