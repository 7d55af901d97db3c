"""The bar of aids, at the same place on each screen: text size, contrast, low reach, languages, help, voice."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from screens.widgets.buttons import AccessButton
from screens.widgets.mirroring import Row

BEFORE_LANGUAGES = 2  # Kivy counts children from the last


class AccessBar(Row):
    """The bar of aids. `languages`: those that can be chosen, including the `present` one; `has_help`: the present page
    has help; `offers_low_reach`: there is a button for it; `above`: every button's icon is above its words, for lack of
    room beside them.
    """

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    has_help = BooleanProperty(False)
    offers_low_reach = BooleanProperty(False)
    above = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    # Given by the rule in widgets.kv.
    row: ObjectProperty[Row] = ObjectProperty(None)
    low_reach: ObjectProperty[AccessButton] = ObjectProperty(None)

    __events__ = ("on_language",)

    def on_language(self, language: str) -> None:
        """Event: a person chose `language`."""

    def on_kv_post(self, _base_widget: object) -> None:
        self.bind(offers_low_reach=self._arrange)
        self._arrange()

    def _arrange(self, *_args: object) -> None:
        if not self.offers_low_reach:
            self.row.remove_widget(self.low_reach)
        elif self.low_reach.parent is None:
            self.row.add_widget(self.low_reach, BEFORE_LANGUAGES)
