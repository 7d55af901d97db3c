"""Lay the identity card down."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import IdCardScreen
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class IdCard(BaseScreen):
    """Lay the identity card down."""

    IS_PERSONAL = False
    BLANK = IdCardScreen(BLANK_FRAME)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = IdCard
