"""Buttons. A button has an icon and words, and acts when the finger is lifted inside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from kiosk.workflow.intents import Intent
from screens.widgets.mirroring import Row
from screens.widgets.paragraph import ems
from screens.widgets.supplies import supplies

NEXT_PAGE = "next_page"


def lets_go(button: Widget) -> None:
    """No finger that rests on `button` acts when it is lifted."""
    for touch in EventLoop.touches:
        touch.ungrab(button)


class IntentButton(ButtonBehavior, Widget):
    """A button. `intent` and `choice`: the meaning of a touch; `local`: the name of a button that only affects the
    screen; `filled`: the button that most people want; `least`: its least height; `needed`: the height for its words at
    its width; `wanted`: the width for its words on one line.
    """

    is_whole = True  # never split over two pages

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

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Ignore touches while disabled: the button is invisible then, and Kivy's would block widgets behind it."""
        return not self.disabled and bool(super().on_touch_down(touch))

    def on_release(self) -> None:
        """Event: it acts. Whatever other fingers are on it chose the same, and choose nothing more."""
        lets_go(self)

    @property
    def target(self) -> str:
        """The button's name for tests and the demo: `confirm`, `choose_language:en`."""
        name = self.local or str(self.intent.value)
        return f"{name}:{self.choice}" if self.choice else name


class StepButton(IntentButton):
    """A button for the next step; visible only while `shown`. `due`: its least height; `comes_early`: shown before all
    pages were seen, because it turns pages or does not depend on them.
    """

    shown = BooleanProperty(True)
    comes_early = BooleanProperty(False)
    due = NumericProperty(0)


class Actions(Row):
    """The visible step buttons of a screen, side by side. `shown`: how many; `due`: their height; `held`: not all pages
    were seen yet, so only those that come early are visible; `size_of`: the size of their words; `scale`: of the text;
    `is_own_row`: nothing else is beside them, so that a button that turns the page need not be as high as the room that
    is kept for those of the last page; `ems`: the width of the longest words of all that come, on one line, in font
    sizes.
    """

    held = BooleanProperty(False)
    size_of = StringProperty("lead")
    shown = NumericProperty(0)
    due = NumericProperty(0)
    scale = NumericProperty(1)
    is_own_row = BooleanProperty(False)
    ems = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._measure_soon = Clock.create_trigger(self._measure, -1)
        self._buttons: list[StepButton] = []
        self._kept = 0.0
        super().__init__(**kwargs)

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        assert isinstance(widget, StepButton), "a screen puts nothing else here"
        self._buttons.append(widget)
        widget.size_of = self.size_of
        widget.bind(shown=self._arrange, comes_early=self._arrange, due=self._level)
        widget.bind(words=self._measure_soon, shown=self._measure_soon)
        self._arrange()

    def on_size_of(self, *_args: object) -> None:
        for button in self._buttons:
            button.size_of = self.size_of

    def begin_anew(self) -> None:
        """Forget the kept room, because another model is shown."""
        self._kept = 0.0
        self._level()

    def keep_room(self) -> None:
        """Keep this height: the pages were computed with it, and another height would change them without end."""
        self._kept = self.due

    def on_scale(self, *_args: object) -> None:
        self.begin_anew()

    def on_held(self, *_args: object) -> None:
        self._arrange()

    def on_is_own_row(self, *_args: object) -> None:
        self._arrange()

    def do_layout(self, *args: object) -> None:
        """Lay the buttons out. Held buttons, whose height counts already, have the width of the last page."""
        super().do_layout(*args)
        expected = [button for button in self._buttons if button.shown and button.local != NEXT_PAGE]
        for button in expected:
            if button not in self.children:
                button.width = (self.width - self.spacing * (len(expected) - 1)) / len(expected)

    def _measure(self, _elapsed: float) -> None:
        shown = [button for button in self._buttons if button.shown]
        self.ems = max((ems(button.words, "bold" if button.filled else "regular") for button in shown), default=0)

    def _arrange(self, *_args: object) -> None:
        shown = [button for button in self._buttons if button.shown and (button.comes_early or not self.held)]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                super().add_widget(button)
        self.shown = len(shown)
        for button in self._buttons:
            is_lower = self.is_own_row and shown == [button] and button.local == NEXT_PAGE
            button.size_hint_y = None if is_lower else 1
        self._trigger_layout()
        self._level()

    def _level(self, *_args: object) -> None:
        for button in self._buttons:
            if button.size_hint_y is None:
                button.height = button.due
        # Held buttons count too: if the room changed with them, the pages would change without end.
        self.due = max(self._kept, *(button.due for button in self._buttons if button.shown), 0.0)


class QuietButton(IntentButton):
    """A button that is always available and inconspicuous: way out, language, more time."""


class AccessButton(IntentButton):
    """A button of the bar of aids. `above`: its icon is above its words."""

    above = BooleanProperty(False)


class VoiceButton(AccessButton):
    """A button for the voice. Its words stay small, because people who use the voice need them less."""


class VoiceChoice(Row):
    """The buttons for the voice: on or off, and while it is on repeat and louder. None unless it `is_offered`."""

    is_offered = BooleanProperty(False)
    is_on = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")
    needed = NumericProperty(0)

    __events__ = ("on_switched", "on_repeat", "on_volume")

    def __init__(self, **kwargs: object) -> None:
        self._switch = VoiceButton(local="voice")
        self._repeat = VoiceButton(local="repeat", icon="repeat")
        self._volume = VoiceButton(local="volume", icon="sound")
        super().__init__(**kwargs)
        for button, event in ((self._switch, "on_switched"), (self._repeat, "on_repeat"), (self._volume, "on_volume")):
            button.bind(on_release=partial(self._touched, event), needed=self._level)
        for name in ("is_offered", "is_on", "tr"):
            self.fbind(name, self._build)
        self._build()

    def on_switched(self) -> None:
        """Event: a person wants the voice on or off."""

    def on_repeat(self) -> None:
        """Event: a person wants to hear the screen again."""

    def on_volume(self) -> None:
        """Event: a person wants the voice louder."""

    def _touched(self, event: str, _button: VoiceButton) -> None:
        self.dispatch(event)

    def _build(self, *_args: object) -> None:
        self._switch.icon = "sound_off" if self.is_on else "sound"
        self._switch.words = self.tr("access.voice_off" if self.is_on else "access.voice")
        self._repeat.words, self._volume.words = self.tr("access.repeat"), self.tr("access.volume")
        shown = [self._switch, self._repeat, self._volume][: 3 if self.is_on else 1] if self.is_offered else []
        if self.children != shown[::-1]:
            self.clear_widgets()
            for button in shown:
                self.add_widget(button)
        self._level()

    def _level(self, *_args: object) -> None:
        self.needed = max((button.needed for button in (self._switch, self._repeat, self._volume)), default=0)


class LanguageButton(AccessButton):
    """Changes the language of all texts."""


class LanguageChoice(Row):
    """A button for each of `languages` but the present one, each in its own language. `wanted`: the width for all of
    them on one line; `above`: as of an AccessButton.
    """

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    wanted = NumericProperty(0)
    above = BooleanProperty(False)

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
        self._add_up()

    def _add_up(self, *_args: object) -> None:
        self.wanted = sum(button.wanted for button in self._made.values() if button in self.children)

    def _button(self, language: str) -> LanguageButton:
        if language not in self._made:
            name = supplies().translation(language).text("language.name")
            button = LanguageButton(intent=Intent.CHOOSE_LANGUAGE, choice=language, words=name, icon="language")
            button.bind(on_release=lambda touched: self.dispatch("on_chosen", touched.choice), wanted=self._add_up)
            button.above = self.above
            self.fbind("above", button.setter("above"))
            self._made[language] = button
        return self._made[language]
