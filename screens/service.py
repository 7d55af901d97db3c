"""What a service is, what to bring, and where it is had."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screen_models import ServiceScreen
from screens.base import BLANK_FRAME, BaseScreen, load_kv
from screens.translation import NOTHING

load_kv(__file__)


class Service(BaseScreen):
    """What a service is, what to bring, and where it is had."""

    BLANK = ServiceScreen(
        BLANK_FRAME, NOTHING, (), (), (), (), can_go_on=False, can_check_dates=False)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Service
