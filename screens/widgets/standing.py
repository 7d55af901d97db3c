"""What a person sees and can touch now: without what is transparent, disabled, or on another page."""

from __future__ import annotations

from kivy.uix.widget import Widget

from screens.widgets.buttons import IntentButton
from screens.widgets.column import Column


def visible(widget: Widget) -> list[Widget]:
    """`widget` and what it holds, without what is transparent or on another page. What was added last comes first."""
    if not widget.opacity:
        return []
    if isinstance(widget, Column):
        held = [found for child in widget.children for found in visible(child)]
        return [widget, *(found for found in held if widget.shows(found))]
    return [widget, *(found for child in widget.children for found in visible(child))]


def touchable(widget: Widget) -> list[IntentButton]:
    """The buttons in `widget` that take a touch now, as they were added: the order in which a row of them is read,
    whichever way its language runs.
    """
    return [each for each in reversed(visible(widget)) if isinstance(each, IntentButton) and not each.disabled]
