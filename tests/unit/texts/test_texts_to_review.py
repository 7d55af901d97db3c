"""A text of a language is either read by somebody who grew up with it, or listed as to be read."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation, languages_in
from screens.authoring.texts_to_review import listing

LOCALE_DIR = ASSETS / "locale"
OUR_OWN = ("zh-Hans", "en")
"""Languages that this is written in: every change of a text is read in its commit."""
REVIEWED = Path(__file__).parents[2] / "data" / "reviewed_texts.toml"


@pytest.mark.parametrize("language", [each for each in languages_in(LOCALE_DIR) if each not in OUR_OWN])
def test_what_was_not_read_as_it_stands_is_listed(language: str) -> None:
    read = tomllib.loads(REVIEWED.read_text("utf-8")).get(language, {})
    texts = Translation.load(LOCALE_DIR, language)
    unread = [key for key, text in texts.texts.items() if read.get(key) != sha256(text.encode()).hexdigest()[:16]]
    assert [key for key in unread if key not in texts.to_review] == []


def test_the_list_shows_each_text_beside_the_chinese_one() -> None:
    shown = listing("ug")
    assert "button.finish\n  完成\n  تامام" in shown
    assert listing("zh-Hans").startswith("zh-Hans: 0 of ")
