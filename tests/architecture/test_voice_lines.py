"""Every screen has a voice, and every language that is spoken has its file."""

from __future__ import annotations

from typing import get_args

import pytest

from assets import ASSETS
from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import languages_in
from kiosk.voice.languages import languages_spoken
from kiosk.voice.lines import LINES
from screens.authoring.voice_clips import clips_of


def test_every_model_has_lines_to_be_spoken() -> None:
    assert set(LINES) == set(get_args(ScreenModel))


def test_every_language_that_is_spoken_can_be_read_too() -> None:
    assert set(languages_spoken(ASSETS / "voice")) <= set(languages_in(ASSETS / "locale"))


@pytest.mark.parametrize("language", languages_spoken(ASSETS / "voice"))
def test_every_spoken_language_has_the_same_sounds_but_for_its_own_words(language: str) -> None:
    def of_texts(tag: str) -> set[str]:
        keys = {key for key in clips_of(tag) if not key.startswith(("word.", "phrase."))}
        return {key.rpartition("-")[0] if key.rpartition("-")[2].isdigit() else key for key in keys}

    assert {key for key in of_texts(language) ^ of_texts("zh-Hans") if not _is_punctuation_somewhere(key)} == set()


def _is_punctuation_somewhere(key: str) -> bool:
    """Such as a text that is a value and a full stop in one language, and has words in the other."""
    return key.startswith(("area.", "beijing.", "haikou.", "shanghai.", "xinjiang.", "xuchang."))
