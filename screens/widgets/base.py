"""The base of all screens: parts, language, and the clearing of personal data. See `surround` for their frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date as Date
from pathlib import Path
from typing import ClassVar

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import Term
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, Words
from kiosk.workflow.intents import Intent
from screens.widgets import buttons, column, panels, paragraph, pictures, rounded, stages
from screens.widgets.buttons import Actions
from screens.widgets.column import Column
from screens.widgets.pictures import Picture
from screens.widgets.supplies import supplies

BLANK_FRAME = Frame(language="", way_out=WayOut.NONE)
NO_TERM = Term(None, None)
_FOLDER = Path(__file__).parent

# Kivy's language finds them by name.
_WIDGETS = (buttons, column, panels, paragraph, pictures, rounded, stages)

Builder.load_file(str(_FOLDER / "widgets.kv"))
Builder.load_file(str(_FOLDER / "base.kv"))


def _silent(*_args: object, **_named: object) -> str:
    return ""


class BaseScreen(Widget):
    """One screen. It shows a frozen `model` and emits `on_intent(intent, choice)`; it decides nothing.

    While it is the present screen its parts are in the window, each at its place in the surround: the `moving_picture`,
    the `column` of texts and the `actions`. `is_seen`: set by the router for the present screen.

    A subclass gives its BLANK model as the property's first value. Rules of the kv language then follow every new
    model, and a screen that is left shows nothing of the last visit.
    """

    BLANK: ClassVar[AnyScreenModel]
    IS_TECHNICIANS: ClassVar[bool] = False  # True: its texts are those of technicians
    IS_PERSONAL: ClassVar[bool] = True  # False: nothing on it is anybody's, so it need not be forgotten

    model: ObjectProperty[AnyScreenModel] = ObjectProperty(None, rebind=True)
    title = StringProperty("")
    title_colour: ListProperty[float] = ListProperty((0, 0, 0, 1))
    picture = StringProperty("")
    picture_share = NumericProperty(0.36)
    way_out_stands_out = BooleanProperty(False)
    offers_easy = BooleanProperty(False)

    moving_picture: ObjectProperty[Picture] = ObjectProperty(None, rebind=True)
    column: ObjectProperty[Column] = ObjectProperty(None, rebind=True)
    actions: ObjectProperty[Actions] = ObjectProperty(None, rebind=True)

    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(_silent)
    words: ObjectProperty[Callable[[Words], str]] = ObjectProperty(_silent)
    cited: ObjectProperty[Callable[[Citation], str]] = ObjectProperty(_silent)
    date: ObjectProperty[Callable[[Date | None], str]] = ObjectProperty(_silent)
    term: ObjectProperty[Callable[[Term | None], list[str]]] = ObjectProperty(lambda _term: ["", ""])

    __events__ = ("on_intent", "on_turned")

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_seen = False
        self.is_beneath = False  # help is shown over it, and it comes back unchanged
        super().__init__()
        self.column.bind(on_settled=lambda _column: self.actions.keep_room())

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        """Add a widget. The screen's parts come first, by the rule in base.kv. Of the widgets in the screen's own rule,
        buttons go to the actions and all others to the column.
        """
        match widget:
            case Picture():
                self.moving_picture = widget
            case Column():
                self.column = widget
            case Actions():
                self.actions = widget
            case buttons.StepButton():
                self.actions.add_widget(widget, index, canvas)
            case _:
                self.column.add_widget(widget, index, canvas)

    def on_intent(self, intent: Intent, choice: str) -> None:
        """Event: a person chose `intent`."""

    def show(self, model: AnyScreenModel) -> None:
        """Show `model`. If only its remaining time is new, the present page of text stays."""
        if self.is_news_of_staff(model):
            self.model = model
            return
        is_same = self._stands and 0 < model.frame.serial == self.model.frame.serial
        if model.frame.language != self.model.frame.language:
            translation = supplies().technicians_translation if self.IS_TECHNICIANS else supplies().translation
            self._speak(translation(model.frame.language))
        self.model = model
        if not is_same:
            self.begin_anew()

    def begin_anew(self) -> None:
        """Show the first page, with only the room that the buttons need now."""
        self.column.begin_anew()
        self.actions.begin_anew()

    def is_news_of_staff(self, model: AnyScreenModel) -> bool:
        """Whether only the result of a call for staff is new in `model`, so that the countdown goes on."""
        told = model.frame.staff, self.model.frame.staff
        return self._stands and told[0] != told[1] and _said(model) == _said(self.model)

    @property
    def _stands(self) -> bool:
        """Whether it is the present screen, or is below help."""
        return self.is_seen or self.is_beneath

    def turn(self, pages: int) -> None:
        """Show another page of the same text. It is new, so touches are ignored for a moment."""
        self.column.page += pages
        self.dispatch("on_turned")
        self.dispatch("on_intent", Intent.MORE_TIME, "")

    def on_turned(self) -> None:
        """Event: another page of the same text is shown."""

    def enter(self) -> None:
        """Become the present screen."""
        self.is_seen = True
        self.moving_picture.start()

    def leave(self) -> None:
        """Stop moving, and clear personal data as soon as the next screen is shown."""
        self.is_seen = False
        self.moving_picture.stop()
        if self.IS_PERSONAL and not self.is_beneath:
            Clock.schedule_once(self._forget, 0)

    def _forget(self, _elapsed: float) -> None:
        if self._stands:
            return  # it is shown again already, with another model
        self.rehearse(self.model.frame)

    def rehearse(self, frame: Frame) -> None:
        """Show the blank model in the frame's language, so that fonts are open and the layout is made before the screen
        is needed.
        """
        self.show(replace(self.BLANK, frame=replace(BLANK_FRAME, language=frame.language)))

    def _speak(self, translation: Translation) -> None:
        self.tr, self.words, self.cited = translation.text, translation.words, translation.cited
        self.date = translation.date
        self.term = _term_in(translation)


def _said(model: AnyScreenModel) -> AnyScreenModel:
    """`model` without the remaining time and without staff."""
    return replace(model, frame=replace(model.frame, countdown_s=None, warning_s=0, staff=None))


def _term_in(translation: Translation) -> Callable[[Term | None], list[str]]:
    """A function that writes a validity in words, from and to."""

    def term(of: Term | None) -> list[str]:
        if of is None or of == NO_TERM:
            return ["", ""]
        begins, ends = translation.date(of.valid_from), translation.date(of.valid_to)
        return [
            translation.text("term.from", day=begins),
            translation.text("term.to", day=ends),
        ]

    return term
