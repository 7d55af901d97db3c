"""What the shipped regions make screens say, and that none of it is the holder's."""

from __future__ import annotations

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from kiosk.voice.clips import Clip
from kiosk.voice.grammar import QUOTED, Grammar
from kiosk.voice.languages import languages_spoken
from kiosk.voice.speaking import spoken
from screens.authoring.voice_clips import clips_of
from tests.screens.region_samples import region_samples
from tests.unit.voice.read_texts import unsaid_of
from tests.unit.workflow.machine_samples import CASE

LANGUAGES = languages_spoken(ASSETS / "voice")
HOLDERS = tuple(
    each.reveal()
    for each in (CASE.holder.name, CASE.holder.number, CASE.holder.address, CASE.permit.permit_number)
    if each is not None
)
AUTHORITY = CASE.permit.content.issuing_authority
NAMES_AND_QUESTIONS = ("services/", "services", "agents", "question/", "category/")
"""Screens that ask for an answer: whoever cannot read needs every word of them."""
SHOWN_IN_PART = "progress/"
"""Of many applications the screen shows, and the voice says, the newest."""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_screen_of_any_region_says_who_the_holder_is(language: str) -> None:
    grammar = Grammar.load(ASSETS / "voice" / f"{language}.toml")
    translation = Translation.load(ASSETS / "locale", language)
    secrets = {*HOLDERS, AUTHORITY}
    secrets |= {
        "".join(clip.text for clip in grammar.spelled(each, QUOTED) or ()) for each in HOLDERS if each.isascii()
    }
    for name, model in region_samples(language).items():
        heard = "".join(clip.text for each in spoken(model, translation, grammar) for clip in each.clips)
        assert [secret for secret in secrets if secret in heard] == [], name


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_a_region_is_said_and_every_question_and_answer_has_a_sound(language: str) -> None:
    grammar = Grammar.load(ASSETS / "voice" / f"{language}.toml")
    translation = Translation.load(ASSETS / "locale", language)
    texts = set(clips_of(language).values())
    silent: dict[str, list[Clip]] = {}
    unspoken: dict[str, set[str]] = {}
    for name, model in region_samples(language).items():
        clips = [clip for each in spoken(model, translation, grammar) for clip in each.clips]
        unsaid = unsaid_of(model, {clip.text for clip in clips}, translation)
        if unsaid and not name.startswith(SHOWN_IN_PART):
            unspoken[name] = unsaid
        lacking = [clip for clip in clips if clip.text and clip.text not in texts]
        if lacking and name.startswith(NAMES_AND_QUESTIONS):
            silent[name] = lacking
    assert silent == {}
    assert unspoken == {}
