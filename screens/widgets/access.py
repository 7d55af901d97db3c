"""What makes a screen easier to understand, at the same place on each: text size, contrast, languages, help, voice."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from screens.widgets.mirroring import Row


class AccessBar(Row):
    """`languages`: those that can be changed to, the `present` one among them. `has_help`: for the page at hand.
    `above`: every button's icon stands above its words, because it has no room beside them.
    """

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    has_help = BooleanProperty(False)
    above = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_language",)

    def on_language(self, language: str) -> None:
        """Event: a person chose `language`."""
