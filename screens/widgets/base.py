"""What all screens share: the frame around them, their language, and how they forget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date as Date
from pathlib import Path
from typing import ClassVar

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.screenmanager import Screen
from kivy.uix.widget import Widget

from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import ScreenModel, Term
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, Words
from kiosk.workflow.intents import Intent
from screens.widgets import (
    access,
    body,
    buttons,
    column,
    countdown,
    help,
    mirroring,
    panels,
    paragraph,
    pictures,
    rounded,
    stages,
)
from screens.widgets.column import Column
from screens.widgets.countdown import Countdown
from screens.widgets.supplies import supplies

BLANK_FRAME = Frame(language="", way_out=WayOut.NONE)
NO_TERM = Term(None, None)
_FOLDER = Path(__file__).parent

# Kivy's language finds them by name.
_WIDGETS = (access, body, buttons, column, countdown, help, mirroring, panels, paragraph, pictures, rounded, stages)

Builder.load_file(str(_FOLDER / "widgets.kv"))
Builder.load_file(str(_FOLDER / "help.kv"))
Builder.load_file(str(_FOLDER / "base.kv"))


def _silent(*_args: object, **_named: object) -> str:
    return ""


class BaseScreen(Screen):
    """One screen. It is given a frozen `model` and emits `on_intent(intent, choice)`; it decides nothing.

    A subclass names its model's BLANK as the property's first value: rules of the kv language then follow every new
    model, and a screen that is left shows nothing of the last visit.
    """

    BLANK: ClassVar[ScreenModel]
    IS_PERSONAL: ClassVar[bool] = True  # False: nothing on it is anybody's, so it need not be forgotten

    # Given by the rule in base.kv.
    countdown: Countdown
    moving_picture: pictures.Picture

    model: ObjectProperty[ScreenModel] = ObjectProperty(None, rebind=True)
    title = StringProperty("")
    title_colour: ListProperty[float] = ListProperty((0, 0, 0, 1))
    picture = StringProperty("")
    picture_share = NumericProperty(0.36)
    way_out_stands_out = BooleanProperty(False)

    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(_silent)
    words: ObjectProperty[Callable[[Words], str]] = ObjectProperty(_silent)
    cited: ObjectProperty[Callable[[Citation], str]] = ObjectProperty(_silent)
    date: ObjectProperty[Callable[[Date | None], str]] = ObjectProperty(_silent)
    term: ObjectProperty[Callable[[Term | None], list[str]]] = ObjectProperty(lambda _term: ["", ""])

    __events__ = ("on_intent", "on_turned")

    def __init__(self, **kwargs: object) -> None:
        self.body: body.Body
        self.above: Column | None = None  # of the frame, until the rule in base.kv has made it
        self.actions: buttons.Actions | None = None
        self.is_beneath = False  # help stands over it, and it comes back as it is
        super().__init__(**kwargs)
        self.column.bind(on_settled=self._keep_room)

    def _keep_room(self, *_args: object) -> None:
        if self.actions is not None:
            self.actions.keep_room()

    @property
    def column(self) -> Column:
        """What stands above the buttons."""
        assert self.above is not None, "the rule in base.kv gives it to every screen"
        return self.above

    @property
    def is_seen(self) -> bool:
        return self.manager is not None and self.manager.current_screen is self

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        """What a screen's own rule holds goes into the frame: buttons at the bottom, everything else above."""
        place = self.actions if isinstance(widget, buttons.StepButton) else self.above
        if place is None:
            super().add_widget(widget, index, canvas)
        else:
            place.add_widget(widget, index, canvas)

    def on_intent(self, intent: Intent, choice: str) -> None:
        """Event: a person chose `intent`."""

    def show(self, model: ScreenModel) -> None:
        """Show `model` from now on; of the same with more time left the page that stands."""
        if self.is_news_of_staff(model):
            self.model = model
            return
        is_same = self._stands and 0 < model.frame.serial == self.model.frame.serial
        if model.frame.language != self.model.frame.language:
            self._speak(supplies().translation(model.frame.language))
        self.model = model
        if not is_same:
            self.body.begin_anew()
            self.column.begin_anew()
            if self.actions is not None:
                self.actions.begin_anew()
        self.countdown.start(model.frame.countdown_s, model.frame.warning_s)

    def is_news_of_staff(self, model: ScreenModel) -> bool:
        """Whether `model` says nothing new but of staff: time goes on as it does."""
        told = model.frame.staff, self.model.frame.staff
        return self._stands and told[0] != told[1] and _said(model) == _said(self.model)

    @property
    def _stands(self) -> bool:
        """Whether somebody has it before them, or will come back to it from help."""
        return self.is_seen or self.is_beneath

    def turn(self, pages: int) -> None:
        """Show another page of the same: whoever touches at once has not read it."""
        self.column.page += pages
        self.dispatch("on_turned")
        self.dispatch("on_intent", Intent.MORE_TIME, "")

    def on_turned(self) -> None:
        """Event: another page of the same is shown."""

    def on_pre_enter(self, *_args: object) -> None:
        self.moving_picture.start()

    def on_leave(self, *_args: object) -> None:
        """Stand still, and forget what was shown of a person as soon as the next screen is up."""
        self.moving_picture.stop()
        if self.is_beneath:
            return
        self.countdown.stop()
        if self.IS_PERSONAL:
            Clock.schedule_once(self._forget, 0)

    def _forget(self, _elapsed: float) -> None:
        if self._stands:
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


def _said(model: ScreenModel) -> ScreenModel:
    """`model` without how much time is left, and without staff."""
    return replace(model, frame=replace(model.frame, countdown_s=None, warning_s=0, staff=None))


def _term_in(translation: Translation) -> Callable[[Term | None], list[str]]:
    """A validity in words, from and to."""

    def term(of: Term | None) -> list[str]:
        if of is None or of == NO_TERM:
            return ["", ""]
        begins, ends = translation.date(of.valid_from), translation.date(of.valid_to)
        return [
            translation.text("term.from", day=begins),
            translation.text("term.to", day=ends),
        ]

    return term
