"""The permit is being written, stage by stage."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import WritingScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Writing(BaseScreen):
    """The permit is being written, stage by stage."""

    IS_PERSONAL = False
    BLANK = WritingScreen(BLANK_FRAME, (NOTHING,) * 3, 0, 0)     # a line for each stage is made before it is needed
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Writing
