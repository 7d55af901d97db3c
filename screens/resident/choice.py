"""One of several answers."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ChoiceScreen
from kiosk.texts.words import NOTHING
from screens.widgets import choices
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

_WIDGETS = (choices,)        # Kivy's language finds them by name

load_kv(__file__)


class Choice(BaseScreen):
    """One of several answers."""

    BLANK = ChoiceScreen(BLANK_FRAME, NOTHING, ())
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Choice
