"""Parts of the machine, each a button that says how the part is."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.presentation.models.technician import Sign
from kiosk.workflow.intents import Intent
from screens.widgets.buttons import IntentButton

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

Item = tuple[str, str, str, str]


class PartRow(IntentButton):
    """One part. `sign`: how it is, by `Sign`'s word; `detail`: the same in words; `ground`: its colour."""

    sign = StringProperty(Sign.UNKNOWN.value)
    detail = StringProperty("")
    ground: ListProperty[float] = ListProperty((1, 1, 1, 1))


class PartRows(GridLayout):
    """A row for each of `items`: (part, sign, name, state in words). One without a part cannot be touched. Rows are
    kept and used again.
    """

    items: ListProperty[Item] = ListProperty()
    due = NumericProperty(0)

    __events__ = ("on_chosen",)

    def __init__(self, **kwargs: object) -> None:
        self._made: list[PartRow] = []
        super().__init__(**kwargs)

    def on_chosen(self, part: str) -> None:
        """Event: a person chose the part."""

    def on_items(self, _instance: object, items: list[Item]) -> None:
        while len(self._made) < len(items):
            row = PartRow(intent=Intent.CHOOSE)
            row.bind(on_release=lambda touched: self.dispatch("on_chosen", touched.choice), needed=self._level)
            self._made.append(row)
        shown = self._made[: len(items)]
        for row, (part, sign, name, state) in zip(shown, items, strict=True):
            row.choice, row.sign, row.words, row.detail = part, sign, name, state
            row.disabled = not part
        if self.children != shown[::-1]:
            self.clear_widgets()
            for row in shown:
                self.add_widget(row)
        self._level()

    def _level(self, *_args: object) -> None:
        """All as high as the highest."""
        self.due = max((row.needed for row in self._made[: len(self.items)]), default=0)
