"""A question that is answered with yes or no."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import QuestionScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Question(BaseScreen):
    """A question that is answered with yes or no."""

    BLANK = QuestionScreen(BLANK_FRAME, NOTHING)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Question
