"""An application was received: its number, and what comes next."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ApplicationScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Application(BaseScreen):
    """An application was received: its number, and what comes next."""

    BLANK = ApplicationScreen(BLANK_FRAME, NOTHING, "", "", (), printing=False)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Application
