"""Old and new, before anything is written."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.domain.personal import Personal
from kiosk.screen_models import ConfirmScreen
from screens.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class Confirm(BaseScreen):
    """Old and new, before anything is written."""

    BLANK = ConfirmScreen(BLANK_FRAME, NO_TERM, NO_TERM, Personal(""), address_changes=False, issuing_authority="")
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Confirm
