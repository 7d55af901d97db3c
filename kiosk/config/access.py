"""The table `access`: by what else than fingers and eyes the screens can be worked."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.config.settings_table import SettingsTable


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`keypad`: the site has a keypad, or switches, and the screens heed its keys."""

    keypad: bool = False


def read_access(reader: SettingsTable) -> AccessSettings:
    """Without the table no key does anything."""
    settings = AccessSettings(keypad=reader.truth("keypad", AccessSettings().keypad))
    reader.nothing_else()
    return settings
