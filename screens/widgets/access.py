"""The bar of aids, at the same place on each screen: text size, contrast, languages, help, voice."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from screens.widgets.mirroring import Row


class AccessBar(Row):
    """The bar of aids. `languages`: those that can be chosen, including the `present` one; `has_help`: the present page
    has help; `above`: every button's icon is above its words, for lack of room beside them.
    """

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    has_help = BooleanProperty(False)
    above = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_language",)

    def on_language(self, language: str) -> None:
        """Event: a person chose `language`."""
