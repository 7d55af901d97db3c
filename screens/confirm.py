"""Old and new, before anything is written."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.domain.personal import Personal
from kiosk.screen_models import ConfirmScreen
from screens.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class Confirm(BaseScreen):
    """Old and new, before anything is written. `is_cut`: not all of it is on the page, so nobody can confirm it."""

    is_cut = BooleanProperty(False)

    BLANK = ConfirmScreen(BLANK_FRAME, NO_TERM, NO_TERM, Personal(""), address_changes=False, issuing_authority="")
    model = ObjectProperty(BLANK, rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.column.bind(overflows=self.setter("is_cut"))


VIEW = Confirm
