"""Help and what became of a call are said to whoever stands there, and nothing of it is anybody's."""

from __future__ import annotations

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from kiosk.voice.clips import Utterance
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import languages_spoken
from kiosk.voice.speaking import spoken
from screens.authoring.samples import samples
from screens.authoring.voice_clips import clips_of
from tests.unit.voice.read_texts import unsaid_of

LANGUAGES = languages_spoken(ASSETS / "voice")
HELP = [name for name in samples("en") if name.startswith("help")]
CALLED = [*HELP, "outcome_fault_staff", "outcome_fault_called", "out_of_service_staff", "out_of_service_called"]


def said(name: str, language: str) -> tuple[Utterance, ...]:
    grammar = Grammar.load(ASSETS / "voice" / f"{language}.toml")
    return spoken(samples(language)[name], Translation.load(ASSETS / "locale", language), grammar)


def written(name: str) -> list[str]:
    return [each.written(" ") for each in said(name, "en")]


def test_help_is_said_from_what_to_do_to_the_way_back() -> None:
    heard = written("help_called")
    assert heard[:9] == [
        "Need help?",
        "Staff were called. Please wait here.",
        "What to do now",
        "Read the question and touch the answer that is true.",
        "Where your permit is",
        "Inside the machine.",
        "If you want to stop",
        'Touch "Stop, give it back". You get your permit back at once.',
        "Whom you can ask",
    ]
    assert heard[-2:] == ["Call staff", "Go back"]


def test_a_page_that_puts_staff_first_says_what_became_of_the_call() -> None:
    assert "Call staff" in written("outcome_fault_staff")
    assert "Staff were called. Please wait here." in written("outcome_fault_called")
    assert "Call staff" in written("out_of_service_staff")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HELP)
def test_all_of_help_is_said_to_everybody(name: str, language: str) -> None:
    utterances = said(name, language)
    heard = {clip.text for each in utterances for clip in each.clips}
    assert [each for each in utterances if each.is_private] == []
    assert unsaid_of(samples(language)[name], heard, Translation.load(ASSETS / "locale", language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CALLED)
def test_every_word_on_staff_has_a_sound(name: str, language: str) -> None:
    built = clips_of(language)
    keys = [clip for each in said(name, language) for clip in each.clips if clip.key.startswith("help.")]
    assert keys
    assert [clip for clip in keys if built.get(clip.key) != clip.text] == []
