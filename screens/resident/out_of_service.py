"""Nobody is served; where to go instead."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import OutOfServiceScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class OutOfService(BaseScreen):
    """Nobody is served; where to go instead."""

    BLANK = OutOfServiceScreen(BLANK_FRAME, NOTHING, "", ())
    model = ObjectProperty(BLANK, rebind=True)


VIEW = OutOfService
