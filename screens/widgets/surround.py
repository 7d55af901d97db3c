"""The surround of every page: the banner, its title, the way out, the bar and the question for more time."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from screens.widgets import access, body, countdown, help, mirroring
from screens.widgets.base import BaseScreen
from screens.widgets.body import Body
from screens.widgets.buttons import Actions
from screens.widgets.countdown import Countdown

# Kivy's language finds them by name.
_WIDGETS = (access, body, countdown, help, mirroring)

_FOLDER = Path(__file__).parent

Builder.load_file(str(_FOLDER / "help.kv"))
Builder.load_file(str(_FOLDER / "surround.kv"))


class ActionsPlace(BoxLayout):
    """The place of the present page's step buttons, with words in the size `size_of`."""

    actions: ObjectProperty[Actions] = ObjectProperty(None)
    size_of = StringProperty("lead")

    def on_actions(self, _instance: object, actions: Actions) -> None:
        self.clear_widgets()
        self.add_widget(actions)
        actions.size_of = self.size_of

    def on_size_of(self, _instance: object, size_of: str) -> None:
        if self.actions is not None:
            self.actions.size_of = size_of


class Surround(FloatLayout):
    """The surround, one for all screens, because most parts of a page are alike. `screen`: the present one."""

    screen: ObjectProperty[BaseScreen] = ObjectProperty(None, rebind=True)

    # Given by the rule in surround.kv.
    countdown: Countdown
    body: Body
    actions: ActionsPlace

    def __init__(self, first: BaseScreen) -> None:
        super().__init__(screen=first)

    @property
    def areas(self) -> tuple[Widget, ...]:
        """The widgets with buttons, in reading order: the question that does not wait, the choices, the step buttons,
        the ways out, and the bar.
        """
        return (self.countdown, self.body, self.actions, self.ids["way"], self.ids["access"])

    def make_room(self, screen: BaseScreen) -> None:
        """Let another screen lay itself out in about the room that it will have."""
        screen.column.size = self.body.room_beside(screen.picture_share)
        screen.actions.size = self.actions.size
