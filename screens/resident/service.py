"""What a service is, what to bring, and where it is had."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty

from kiosk.presentation.models import ServiceScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

FRAMED = 30     # what stands in a frame takes as much space as if it had so many characters more

load_kv(__file__)


class Service(BaseScreen):
    """What a service is, what to bring, and where it is had: two sides about as long as each other.

    `left`: how many of the paragraphs `told` stand at the left; `rules_left`: the rules too. `beside`: what stands at
    the right in any case.
    """

    BLANK = ServiceScreen(
        BLANK_FRAME, NOTHING, (), (), (), (), can_go_on=False, can_check_dates=False)
    model = ObjectProperty(BLANK, rebind=True)
    told = ListProperty()
    beside = ListProperty()
    left = NumericProperty(0)
    rules_left = BooleanProperty(False)

    def on_told(self, *_args: Any) -> None:
        self._arrange()

    def on_beside(self, *_args: Any) -> None:
        self._arrange()

    def _arrange(self) -> None:
        lengths = [len(words) for words in self.told]
        left, right = sum(lengths), sum(len(words) + FRAMED for words in self.beside)
        while len(lengths) > 1 and left - lengths[-1] >= right + lengths[-1]:
            moved = lengths.pop()
            left, right = left - moved, right + moved
        self.left, self.rules_left = len(lengths), left < right


VIEW = Service
