"""Applications and how far each has come, one panel for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from screens.widgets.buttons import IntentButton
from screens.widgets.mirroring import Row

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class PanelButton(IntentButton):
    """A button inside a panel; there only with words."""


class ApplicationPanel(BoxLayout):
    """One application. `choose_words`: what its button says; "": it has none."""

    service = StringProperty("")
    number_label = StringProperty("")
    number = StringProperty("")
    state = StringProperty("")
    lines = ListProperty()
    choose_words = StringProperty("")
    scale = NumericProperty(1.0)

    __events__ = ("on_chosen",)

    def on_chosen(self) -> None:
        """Event: a person touched the panel's button."""


class Applications(Row):
    """A panel for each of `items`: [number, service, state, lines, words of its button]; kept and used again.

    Side by side on a lying screen.
    """

    items = ListProperty()
    number_label = StringProperty("")
    scale = NumericProperty(1.0)

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: Any) -> None:
        self._made: list[ApplicationPanel] = []
        super().__init__(**kwargs)

    def on_chosen(self, number: str) -> None:
        """Event: a person chose the application `number`."""

    def on_items(self, _instance: Any, items: list[list[Any]]) -> None:
        while len(self._made) < len(items):
            self._made.append(self._new())
        for panel, item in zip(self._made, [*items, *[["", "", "", [], ""]] * len(self._made)], strict=False):
            panel.number, panel.service, panel.state, panel.lines, panel.choose_words = item
        shown = self._made[: len(items)]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for panel in shown:
                self.add_widget(panel)

    def _new(self) -> ApplicationPanel:
        panel = ApplicationPanel(scale=self.scale, number_label=self.number_label)
        panel.bind(on_chosen=lambda touched: self.dispatch("on_chosen", touched.number))
        self.fbind("scale", panel.setter("scale"))
        self.fbind("number_label", panel.setter("number_label"))
        return panel
