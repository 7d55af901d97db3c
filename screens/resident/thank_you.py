"""It is done; what to remember."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ThankYouScreen
from screens.widgets.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class ThankYou(BaseScreen):
    """It is done; what to remember."""

    BLANK = ThankYouScreen(BLANK_FRAME, "", NO_TERM)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = ThankYou
