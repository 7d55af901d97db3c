"""What can be touched. A button has an icon and a word, and acts when the finger is lifted inside it."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from kiosk.workflow.intents import Intent
from screens.widgets.mirroring import Row


class IntentButton(ButtonBehavior, Widget):
    """`intent` and `choice`: what a touch means. `filled`: the one that most people want. `least`: least height.
    `needed`: height for its words at its width; `wanted`: width for its words on one line.
    """

    intent = ObjectProperty(Intent.GO_ON)
    choice = StringProperty("")
    words = StringProperty("")
    icon = StringProperty("")
    size_of = StringProperty("body")
    filled = BooleanProperty(False)
    least = NumericProperty(0)
    needed = NumericProperty(0)
    wanted = NumericProperty(0)
    ink = ListProperty((0, 0, 0, 1))

    @property
    def target(self) -> str:
        """The button's name for who touches it from outside: `confirm`, `choose_language:en`."""
        return f"{self.intent.value}:{self.choice}" if self.choice else self.intent.value


class StepButton(IntentButton):
    """What the screen is for; there only while `shown`. `due`: the height it should have."""

    shown = BooleanProperty(True)
    due = NumericProperty(0)


class Actions(Row):
    """The step buttons of a screen side by side, those that are there now. `shown`: how many; `due`: their height."""

    shown = NumericProperty(0)
    due = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._buttons: list[StepButton] = []
        super().__init__(**kwargs)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        self._buttons.append(widget)
        widget.bind(shown=self._arrange, due=self._level)
        self._arrange()

    def _arrange(self, *_args: Any) -> None:
        shown = [button for button in self._buttons if button.shown]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                super().add_widget(button)
        self.shown = len(shown)
        self._level()

    def _level(self, *_args: Any) -> None:
        self.due = max((button.due for button in self.children), default=0)


class QuietButton(IntentButton):
    """Always there, never in the way: way out, language, more time."""


class LanguageButton(QuietButton):
    """Changes the language of all texts."""


class LanguageChoice(Row):
    """A button for every one of `languages` but the present one, each in its own words."""

    languages = ListProperty()
    present = StringProperty("")

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: Any) -> None:
        self._made: dict[str, LanguageButton] = {}
        super().__init__(**kwargs)
        self.bind(languages=self._build, present=self._build)

    def on_chosen(self, language: str) -> None:
        """Event: a person chose `language`."""

    def _build(self, *_args: Any) -> None:
        shown = [self._button(language) for language in self.languages if language != self.present]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                self.add_widget(button)

    def _button(self, language: str) -> LanguageButton:
        if language not in self._made:
            name = App.get_running_app().translation(language).text("language.name")
            button = LanguageButton(intent=Intent.CHOOSE_LANGUAGE, choice=language, words=name, icon="language")
            button.bind(on_release=lambda touched: self.dispatch("on_chosen", touched.choice))
            self._made[language] = button
        return self._made[language]
