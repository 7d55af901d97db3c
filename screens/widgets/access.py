"""What makes a screen easier to read, on every screen at the same place: larger text, contrast, languages, help."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout


class AccessBar(BoxLayout):
    """`languages`: those that can be changed to, the `present` one among them. `has_help`: for the page at hand."""

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    has_help = BooleanProperty(False)
    help_width = NumericProperty(0)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_language",)

    def on_language(self, language: str) -> None:
        """Event: a person chose `language`."""
