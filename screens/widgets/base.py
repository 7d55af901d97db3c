"""What all screens share: the frame around them, their language, and how they forget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from kivy.app import App
from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.screenmanager import Screen

from kiosk.presentation.models import Frame, ScreenModel, Term, WayOut
from kiosk.texts.translation import Translation
from kiosk.workflow.intents import Intent
from screens.widgets import buttons, column, countdown, mirroring, panels, paragraph, pictures, rounded, stages

BLANK_FRAME = Frame(language="", way_out=WayOut.NONE)
NO_TERM = Term(None, None)
_FOLDER = Path(__file__).parent

# Kivy's language finds them by name.
_WIDGETS = (buttons, column, countdown, mirroring, panels, paragraph, pictures, rounded, stages)

Builder.load_file(str(_FOLDER / "widgets.kv"))
Builder.load_file(str(_FOLDER / "base.kv"))


def _silent(*_args: Any, **_named: Any) -> str:
    return ""


class BaseScreen(Screen):
    """One screen. It is given a frozen `model` and emits `on_intent(intent, choice)`; it decides nothing.

    A subclass names its model's BLANK as the property's first value: rules of the kv language then follow every new
    model, and a screen that is left shows nothing of the last visit.
    """

    BLANK: ClassVar[ScreenModel]
    IS_PERSONAL: ClassVar[bool] = True  # False: nothing on it is anybody's, so it need not be forgotten

    model = ObjectProperty(None, rebind=True)
    title = StringProperty("")
    title_colour = ListProperty((0, 0, 0, 1))
    picture = StringProperty("")
    picture_share = NumericProperty(0.3)
    way_out_stands_out = BooleanProperty(False)

    tr = ObjectProperty(_silent)
    words = ObjectProperty(_silent)
    cited = ObjectProperty(_silent)
    date = ObjectProperty(_silent)
    term = ObjectProperty(lambda _term: ["", "", ""])

    __events__ = ("on_intent",)

    def __init__(self, **kwargs: Any) -> None:
        self.column: Any = None
        self.actions: Any = None
        super().__init__(**kwargs)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """What a screen's own rule holds goes into the frame: buttons at the bottom, everything else above."""
        place = self.actions if isinstance(widget, buttons.StepButton) else self.column
        (super() if place is None else place).add_widget(widget, *args, **kwargs)

    def on_intent(self, intent: Intent, choice: str) -> None:
        """Event: a person chose `intent`."""

    def show(self, model: ScreenModel) -> None:
        """Show `model` from now on."""
        if model.frame.language != self.model.frame.language:
            self._speak(App.get_running_app().translation(model.frame.language))
        self.model = model
        self.column.fit_anew()
        self.countdown.start(model.frame.countdown_s)

    def on_pre_enter(self, *_args: Any) -> None:
        self.moving_picture.start()

    def on_leave(self, *_args: Any) -> None:
        """Stand still, and forget what was shown of a person as soon as the next screen is up."""
        self.countdown.stop()
        self.moving_picture.stop()
        if self.IS_PERSONAL:
            Clock.schedule_once(self._forget, 0)

    def _forget(self, _elapsed: float) -> None:
        if self.manager.current_screen is self:
            return  # it is seen again already, with a model of its own
        self.rehearse(self.model.frame)

    def rehearse(self, frame: Frame) -> None:
        """Show what this screen always says, and nothing of a person, in the frame's language: fonts are open and the
        layout is made when the screen is needed.
        """
        blank = replace(BLANK_FRAME, language=frame.language, simulation=frame.simulation, languages=frame.languages)
        self.show(replace(self.BLANK, frame=blank))

    def _speak(self, translation: Translation) -> None:
        self.tr, self.words, self.cited = translation.text, translation.words, translation.cited
        self.date = translation.date
        self.term = _term_in(translation)


def _term_in(translation: Translation) -> Callable[[Term | None], list[str]]:
    """A validity in words, from and to, and both in figures."""

    def term(of: Term | None) -> list[str]:
        if of is None or of == NO_TERM:
            return ["", "", ""]
        begins, ends = translation.date(of.valid_from), translation.date(of.valid_to)
        return [
            translation.text("term.from", day=begins),
            translation.text("term.to", day=ends),
            translation.span(translation.figures(of.valid_from), translation.figures(of.valid_to)),
        ]

    return term
