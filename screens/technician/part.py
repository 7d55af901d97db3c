"""One part of the machine, and its tests."""

from __future__ import annotations

from screens.widgets import choices
from screens.widgets.base import BaseScreen

_WIDGETS = (choices,)  # Kivy's language finds them by name


class PartView(BaseScreen):
    """One part of the machine, and its tests."""
