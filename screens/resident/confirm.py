"""Old and new, before anything is written."""

from __future__ import annotations

from kiosk.texts.words import Words
from screens.widgets.base import BaseScreen


class ConfirmView(BaseScreen):
    """Old and new, before anything is written."""

    def changed(self, new: str, old: str) -> str:
        """A new value above the old one, if there was one."""
        return "\n".join((new, self.tr("confirm.until_now", old=old))) if old else new

    def category(self, categories: tuple[Words, ...]) -> str:
        """The same for the category; empty where it stays."""
        return self.changed(*map(self.words, reversed(categories))) if categories else ""
