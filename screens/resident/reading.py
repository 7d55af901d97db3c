"""The permit is being read."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ReadingScreen
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Reading(BaseScreen):
    """The permit is being read."""

    IS_PERSONAL = False
    BLANK = ReadingScreen(BLANK_FRAME)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Reading
