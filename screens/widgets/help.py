"""The button in the bar of every page that has help."""

from __future__ import annotations

from kivy.properties import BooleanProperty

from screens.widgets.buttons import AccessButton


class HelpButton(AccessButton):
    """The button that opens help over the present page. `shown`: the page has help; otherwise its place is empty."""

    shown = BooleanProperty(False)
