"""How far the holder's applications have come."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ProgressScreen
from screens.widgets import applications
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

_WIDGETS = (applications,)        # Kivy's language finds them by name

load_kv(__file__)


class Progress(BaseScreen):
    """How far the holder's applications have come."""

    BLANK = ProgressScreen(BLANK_FRAME, (), can_choose_collection=False)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Progress
