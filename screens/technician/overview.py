"""The whole machine at a glance."""

from __future__ import annotations

from screens.technician import part_rows
from screens.widgets.base import BaseScreen

_WIDGETS = (part_rows,)  # Kivy's language finds them by name


class OverviewView(BaseScreen):
    """The whole machine at a glance."""
