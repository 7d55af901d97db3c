"""What the rules say about this permit today, and why."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import AssessmentScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class Assessment(BaseScreen):
    """What the rules say about this permit today, and why."""

    BLANK = AssessmentScreen(BLANK_FRAME, NOTHING, (), (), NO_TERM, None, can_go_on=True)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Assessment
