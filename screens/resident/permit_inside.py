"""The permit is being moved, or is kept."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import PermitInsideScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class PermitInside(BaseScreen):
    """The permit is being moved, or is kept."""

    IS_PERSONAL = False
    BLANK = PermitInsideScreen(BLANK_FRAME, NOTHING)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = PermitInside
