"""The table `access`: further ways to use the screens, without fingers or eyes."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.config.settings_table import SettingsTable


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Settings of access. `keypad`: the site has a keypad or switches, and the screens react to its keys."""

    keypad: bool = False


def read_access(reader: SettingsTable) -> AccessSettings:
    """Read the table `access`. Without it keys have no effect."""
    settings = AccessSettings(keypad=reader.truth("keypad", AccessSettings().keypad))
    reader.nothing_else()
    return settings
