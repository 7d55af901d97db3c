"""What a service is, what to bring, and where it is had."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ListProperty, NumericProperty

from screens.widgets.base import BaseScreen

FRAMED = 30  # what stands in a frame takes as much space as if it had so many characters more


class ServiceView(BaseScreen):
    """What a service is, what to bring, and where it is had: two sides about as long as each other.

    `left`: how many of the paragraphs `told` stand at the left; `rules_left`: the rules too. `beside`: what stands at
    the right in any case.
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
