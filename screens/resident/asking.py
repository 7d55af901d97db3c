"""Central has been asked."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import AskingScreen
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Asking(BaseScreen):
    """Central has been asked."""

    IS_PERSONAL = False
    BLANK = AskingScreen(BLANK_FRAME)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Asking
