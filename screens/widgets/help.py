"""The button in the bar of every page that has help."""

from __future__ import annotations

from kivy.properties import BooleanProperty

from screens.widgets.buttons import AccessButton


class HelpButton(AccessButton):
    """Opens help over the page at hand. `shown`: the page has help; else the button's place stays empty."""

    shown = BooleanProperty(False)
