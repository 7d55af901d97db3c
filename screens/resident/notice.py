"""What personal data is read, and why."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import NoticeScreen
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class NoticeView(BaseScreen):
    """What personal data is read, and why."""

    IS_PERSONAL = False
    BLANK = NoticeScreen(BLANK_FRAME)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = NoticeView
