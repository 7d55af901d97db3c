"""Put the permit into the slot."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import InsertPermitScreen
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class InsertPermit(BaseScreen):
    """Put the permit into the slot."""

    IS_PERSONAL = False
    BLANK = InsertPermitScreen(BLANK_FRAME)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = InsertPermit
