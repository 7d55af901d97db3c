"""The receipt comes, on paper and as a code."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.presentation.models import ReceiptScreen
from screens.widgets.base import BLANK_FRAME, NO_TERM, BaseScreen, load_kv

load_kv(__file__)


class Receipt(BaseScreen):
    """The receipt comes, on paper and as a code."""

    BLANK = ReceiptScreen(BLANK_FRAME, "", "", NO_TERM)
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Receipt
