"""Until when the permit is valid, when to endorse it, and what if that is late."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import StatusScreen
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class Status(BaseScreen):
    """Until when the permit is valid, when to endorse it, and what if that is late."""

    BLANK = StatusScreen(BLANK_FRAME, NOTHING, NO_TERM, (), (), "", can_print=False, can_go_on=False)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Status
