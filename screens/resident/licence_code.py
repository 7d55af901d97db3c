"""Hold the code of an electronic licence before the scanner."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import LicenceCodeScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class LicenceCode(BaseScreen):
    """Hold the code of an electronic licence before the scanner."""

    BLANK = LicenceCodeScreen(BLANK_FRAME, NOTHING)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = LicenceCode
