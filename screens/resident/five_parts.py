"""No, or broken: what happened, where the permit is, what is valid, what to do, which number to quote."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import FivePartsScreen, PageKind
from kiosk.texts.words import NOTHING
from screens.widgets.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class FiveParts(BaseScreen):
    """No, or broken: what happened, where the permit is, what is valid, what to do, which number to quote."""

    BLANK = FivePartsScreen(BLANK_FRAME, PageKind.REFUSAL, NOTHING, NOTHING, NOTHING, (), "")
    model = ObjectProperty(BLANK, rebind=True)


VIEW = FiveParts
