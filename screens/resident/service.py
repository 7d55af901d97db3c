"""The screen that explains a service, what to bring, and where it is served."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ListProperty, NumericProperty

from screens.widgets.base import BaseScreen

FRAMED = 30  # a frame takes as much space as so many more characters


class ServiceView(BaseScreen):
    """A service, what to bring, and where it is served, on two sides of about equal length.

    `left`: how many of the paragraphs `told` are at the left; `rules_left`: the rules are there too; `beside`: what is
    always at the right.
    """

    told: ListProperty[str] = ListProperty()
    beside: ListProperty[str] = ListProperty()
    left = NumericProperty(0)
    rules_left = BooleanProperty(False)

    def on_told(self, *_args: object) -> None:
        self._arrange()

    def on_beside(self, *_args: object) -> None:
        self._arrange()

    def _arrange(self) -> None:
        lengths = [len(words) for words in self.told]
        left, right = sum(lengths), sum(len(words) + FRAMED for words in self.beside)
        while len(lengths) > 1 and left - lengths[-1] >= right + lengths[-1]:
            moved = lengths.pop()
            left, right = left - moved, right + moved
        self.left, self.rules_left = len(lengths), left < right
