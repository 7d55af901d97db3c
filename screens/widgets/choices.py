"""Several answers to one question, each a button of the same size."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.workflow.intents import Intent
from screens.widgets.buttons import IntentButton

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ChoiceButton(IntentButton):
    """One answer, with details below it in smaller text."""

    detail = StringProperty("")


class Choices(GridLayout):
    """A button for each of `items`: [key, words, detail]. `due`: the height that they need with equal sizes.

    Buttons are reused.
    """

    items: ListProperty[list[str]] = ListProperty()
    least = NumericProperty(0)
    due = NumericProperty(0)

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: object) -> None:
        self._made: list[ChoiceButton] = []
        super().__init__(**kwargs)
        self.bind(least=self._level)

    def on_chosen(self, key: str) -> None:
        """Event: a person chose the item `key`."""

    def on_items(self, _instance: object, items: list[list[str]]) -> None:
        while len(self._made) < len(items):
            self._made.append(self._new())
        for button in self._made[len(items) :]:
            button.choice = button.words = button.detail = ""
        shown = self._made[: len(items)]
        for button, (key, words, detail) in zip(shown, items, strict=True):
            button.choice, button.words, button.detail = key, words, detail
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                self.add_widget(button)
        self._level()

    def _new(self) -> ChoiceButton:
        button = ChoiceButton(intent=Intent.CHOOSE)
        button.bind(on_release=lambda touched: self.dispatch("on_chosen", touched.choice), needed=self._level)
        return button

    def _level(self, *_args: object) -> None:
        self.due = max([self.least, *(button.needed for button in self._made[: len(self.items)])])
