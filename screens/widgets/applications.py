"""Applications and their progress, a panel for each."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ListProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from screens.widgets.buttons import IntentButton
from screens.widgets.mirroring import Row

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

Item = tuple[str, str, str, list[str], str]
NO_ITEM: Item = ("", "", "", [], "")


class PanelButton(IntentButton):
    """A button inside a panel. Without words it is hidden."""


class ApplicationPanel(BoxLayout):
    """One application. `choose_words`: the words of its button; "": it has none."""

    is_whole = True

    service = StringProperty("")
    number_label = StringProperty("")
    number = StringProperty("")
    state = StringProperty("")
    lines: ListProperty[str] = ListProperty()
    choose_words = StringProperty("")

    __events__ = ("on_chosen",)

    def on_chosen(self) -> None:
        """Event: a person touched the panel's button."""


class Applications(Row):
    """A panel for each of `items`: (number, service, state, lines, words of its button). Panels are reused.

    They are side by side on a landscape screen.
    """

    items: ListProperty[Item] = ListProperty()
    number_label = StringProperty("")

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: object) -> None:
        self._made: list[ApplicationPanel] = []
        super().__init__(**kwargs)

    def on_chosen(self, number: str) -> None:
        """Event: a person chose the application `number`."""

    def on_items(self, _instance: object, items: list[Item]) -> None:
        while len(self._made) < len(items):
            self._made.append(self._new())
        for panel, item in zip(self._made, [*items, *[NO_ITEM] * len(self._made)], strict=False):
            panel.number, panel.service, panel.state, panel.lines, panel.choose_words = item
        shown = self._made[: len(items)]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for panel in shown:
                self.add_widget(panel)

    def _new(self) -> ApplicationPanel:
        panel = ApplicationPanel(number_label=self.number_label)
        panel.bind(on_chosen=lambda touched: self.dispatch("on_chosen", touched.number))
        self.fbind("number_label", panel.setter("number_label"))
        return panel
