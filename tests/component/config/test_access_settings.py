"""The table `access` of the configuration, and each of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.access import AccessSettings
from kiosk.config.settings import load_config
from tests.component.config.test_config import mistakes_in
from tests.lobby.production_site import GOOD, written


def test_a_site_says_that_it_has_a_keypad_and_without_a_word_it_has_none(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).access == AccessSettings(keypad=False)
    assert load_config(written(tmp_path, f"{GOOD}\n[access]\n"), ASSETS).access == AccessSettings(keypad=False)
    config = load_config(written(tmp_path, f"{GOOD}\n[access]\nkeypad = true\n"), ASSETS)
    assert config.access == AccessSettings(keypad=True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('keypad = "yes"', "access.keypad: is 'yes'; true or false is wanted"),
        ("keyboard = true", "access.keyboard: is not known here"),
    ],
)
def test_every_mistake_is_a_line(tmp_path: Path, line: str, told: str) -> None:
    assert mistakes_in(tmp_path, f"{GOOD}\n[access]\n{line}\n") == [f"kiosk.toml: {told}"]
