"""What makes a screen easier to understand, at the same place on each: larger text, contrast, languages, the voice."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout


class AccessBar(BoxLayout):
    """`languages`: those that can be changed to, the `present` one among them."""

    languages: ListProperty[str] = ListProperty()
    present = StringProperty("")
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_language",)

    def on_language(self, language: str) -> None:
        """Event: a person chose `language`."""
