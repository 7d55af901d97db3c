"""What the voice says aloud of a page, and for how long: known from its sounds, without waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kiosk.presentation.models.technician import TechnicianScreenModel
from kiosk.texts.translation import Translation
from kiosk.voice.clips import Utterance
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import grammar_file, is_spoken
from kiosk.voice.speaking import audible, more_pages, spoken, spoken_step
from screens.sound.sound_files import RATE, SAMPLE_BYTES, SoundFiles
from screens.widgets.base import BaseScreen


def heard_of(
    screen: BaseScreen, translation_of: Callable[[str], Translation], voice_dir: Path, *, is_easy: bool
) -> dict[str, Any]:
    """In the hall, from the first word to the pause after the last: the page as such, and the same with the step of
    the visit before it. Nothing in a language that is read only.
    """
    model = screen.model
    language, step = model.frame.language, model.frame.step
    if isinstance(model, TechnicianScreenModel) or not is_spoken(voice_dir, language):
        return {"step": step, "words": [], "page_s": 0.0, "with_step_s": 0.0}
    translation = translation_of(language)
    grammar, files = Grammar.load(grammar_file(voice_dir, language)), SoundFiles(voice_dir, language)

    def aloud(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
        turning = () if screen.column.all_seen else (more_pages(grammar),)
        return (*audible(tuple(utterances), grammar, files.has, in_private=False), *turning)

    def seconds(utterances: tuple[Utterance, ...]) -> float:
        return round(len(files.pcm(utterances)) / (RATE * SAMPLE_BYTES), 2)

    of_page = spoken(model, translation, grammar, is_easy=is_easy)
    of_step = () if is_easy else spoken_step(model, translation, grammar)
    page, whole = aloud(of_page), aloud((*of_step, *of_page))
    return {
        "step": step,
        "words": [each.written() for each in whole],
        "page_s": seconds(page),
        "with_step_s": seconds(whole),
    }
