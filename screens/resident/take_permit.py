"""The permit is at the mouth."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import TakePermitScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class TakePermit(BaseScreen):
    """The permit is at the mouth."""

    IS_PERSONAL = False
    BLANK = TakePermitScreen(BLANK_FRAME, NOTHING)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = TakePermit
