"""What can be touched. A button has an icon and a word, and acts when the finger is lifted inside it."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.workflow.intents import Intent
from screens.widgets.supplies import supplies


class IntentButton(ButtonBehavior, Widget):
    """`intent` and `choice`: what a touch means; `local`: the name of one that concerns only the screen. `filled`: the
    one that most people want. `least`: least height.
    `needed`: height for its words at its width; `wanted`: width for its words on one line.
    """

    is_whole = True  # never on two pages

    intent: ObjectProperty[Intent] = ObjectProperty(Intent.GO_ON)
    local = StringProperty("")
    choice = StringProperty("")
    words = StringProperty("")
    icon = StringProperty("")
    size_of = StringProperty("body")
    filled = BooleanProperty(False)
    least = NumericProperty(0)
    needed = NumericProperty(0)
    wanted = NumericProperty(0)
    ink: ListProperty[float] = ListProperty((0, 0, 0, 1))

    @property
    def target(self) -> str:
        """The button's name for who touches it from outside: `confirm`, `choose_language:en`."""
        name = self.local or str(self.intent.value)
        return f"{name}:{self.choice}" if self.choice else name


class StepButton(IntentButton):
    """What the screen is for; there only while `shown`. `due`: its least height. `is_pager`: it turns pages, or
    is there before all of them were read.
    """

    shown = BooleanProperty(True)
    is_pager = BooleanProperty(False)
    due = NumericProperty(0)


class Actions(BoxLayout):
    """The step buttons of a screen side by side, those that are there now. `shown`: how many; `due`: their height.
    `held`: not all was read yet, so only pages can be turned.
    """

    held = BooleanProperty(False)
    shown = NumericProperty(0)
    due = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._buttons: list[StepButton] = []
        super().__init__(**kwargs)

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        assert isinstance(widget, StepButton), "a screen puts nothing else here"
        self._buttons.append(widget)
        widget.bind(shown=self._arrange, due=self._level)
        self._arrange()

    def on_held(self, *_args: object) -> None:
        self._arrange()

    def _arrange(self, *_args: object) -> None:
        shown = [button for button in self._buttons if button.shown and (button.is_pager or not self.held)]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                super().add_widget(button)
        self.shown = len(shown)
        self._level()

    def _level(self, *_args: object) -> None:
        # Those that are held back count too: room must not come and go with them, or pages would for ever.
        self.due = max((button.due for button in self._buttons if button.shown), default=0)


class QuietButton(IntentButton):
    """Always there, never in the way: way out, language, more time."""


class AccessButton(IntentButton):
    """Makes the screen easier to read. `above`: its icon stands above its words."""

    above = BooleanProperty(False)


class LanguageButton(AccessButton):
    """Changes the language of all texts."""


class LanguageChoice(BoxLayout):
    """A button for every one of `languages` but the present one, each in its own words."""

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: object) -> None:
        self._made: dict[str, LanguageButton] = {}
        super().__init__(**kwargs)
        self.bind(languages=self._build, present=self._build)

    def on_chosen(self, language: str) -> None:
        """Event: a person chose `language`."""

    def _build(self, *_args: object) -> None:
        shown = [self._button(language) for language in self.languages if language != self.present]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                self.add_widget(button)

    def _button(self, language: str) -> LanguageButton:
        if language not in self._made:
            name = supplies().translation(language).text("language.name")
            button = LanguageButton(intent=Intent.CHOOSE_LANGUAGE, choice=language, words=name, icon="language")
            button.bind(on_release=lambda touched: self.dispatch("on_chosen", touched.choice))
            self._made[language] = button
        return self._made[language]
