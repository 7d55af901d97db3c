"""Is the address on the permit still right?"""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.domain.personal import Personal
from kiosk.screen_models import DeclarationScreen
from screens.base import BLANK_FRAME, BaseScreen, load_kv

load_kv(__file__)


class Declaration(BaseScreen):
    """Is the address on the permit still right?"""

    BLANK = DeclarationScreen(BLANK_FRAME, Personal(""))
    model = ObjectProperty(BLANK, rebind=True)


VIEW = Declaration
