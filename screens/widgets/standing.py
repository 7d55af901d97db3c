"""The widgets that a person can see and touch now, without transparent, disabled ones and those on another page."""

from __future__ import annotations

from kivy.uix.widget import Widget

from screens.widgets.buttons import IntentButton
from screens.widgets.column import Column


def visible(widget: Widget) -> list[Widget]:
    """The visible ones of `widget` and its descendants, without those on another page, last added first."""
    if not widget.opacity:
        return []
    if isinstance(widget, Column):
        held = [found for child in widget.children for found in visible(child)]
        return [widget, *(found for found in held if widget.shows(found))]
    return [widget, *(found for child in widget.children for found in visible(child))]


def touchable(widget: Widget) -> list[IntentButton]:
    """The buttons in `widget` that take a touch now, in the order in which they were added. That is the reading order
    of a row, in any direction.
    """
    return [each for each in reversed(visible(widget)) if isinstance(each, IntentButton) and not each.disabled]
