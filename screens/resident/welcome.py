"""Welcome: what this machine does, and what to have at hand."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import WelcomeScreen
from kiosk.texts.words import LocalText
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Welcome(BaseScreen):
    """Welcome: what this machine does, and what to have at hand."""

    IS_PERSONAL = False
    BLANK = WelcomeScreen(BLANK_FRAME, LocalText((("zh-Hans", ""),)), ())
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Welcome
