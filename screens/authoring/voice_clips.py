"""The list of needed sounds: every text and every part of one that `kiosk.voice` can speak, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from assets import ASSETS
from kiosk.policy.areas import area_name
from kiosk.policy.region_file import load_region, shipped_regions
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText
from kiosk.voice.clips import Clip, is_file_name, is_sayable, mark_of, parts_of
from kiosk.voice.grammar import Grammar

LOCALE_DIR = ASSETS / "locale"
REGIONS_DIR = ASSETS / "regions"

NOT_SPOKEN = (
    "application.scan",
    "application.title",
    "attendant.code",
    "confirm.address",
    "confirm.holder",
    "format.",
    "hours.",
    "out_of_service.staff_code",
    "outcome.do_next",
    "outcome.happened",
    "question.address",
    "rules.title",
    "simulation.",
    "slip.",
    "status.scan",
    "telephone.number",
    "term.from",
    "term.to",
)
"""Texts that are not spoken: of papers, visual ones, and labels. A name that ends with a dot means all below it."""
SPOKEN_OF_RECEIPT = ("receipt.screen_title", "receipt.screen_lead", "receipt.number", "receipt.valid_until")
# Names, questions with their answers, and places. Rules are long, and stay on the screen.
_OF_REGION = re.compile(r"(?:^|\.)(?:name|question|address|application|address_is_true)$|^declarations\.")


def clips_of(language: str, voice_dir: Path = ASSETS / "voice") -> dict[str, str]:
    """The text of each sound, by key. A text that is used in several places is one sound, with its first key."""
    found: dict[str, str] = {}
    marks: set[str] = set()
    for clip in _clips(language, Grammar.load(voice_dir / f"{language}.toml")):
        is_of_region = clip.key.partition(".")[0] in ("area", *_REGIONS)
        if not is_sayable(clip.text) or (is_of_region and mark_of(clip.text) in marks):
            continue
        if not is_file_name(clip.key):
            raise ValueError(f"{clip.key!r}: no sound file can have this name")
        found[clip.key] = clip.text
        marks.add(mark_of(clip.text))
    return found


_REGIONS = tuple(shipped_regions())


def _clips(language: str, grammar: Grammar) -> Iterator[Clip]:
    yield from grammar.clips()
    yield from _of_locale(Translation.load(LOCALE_DIR, language))
    for code in _REGIONS:
        region = load_region(REGIONS_DIR / f"{code}.toml")
        confirmed = {tier.rule.text for tier in region.calendar.tiers if tier.resident_confirms}
        spoken = (
            (f"{code}.{path}", text)
            for path, text in region.texts.items()
            if (_OF_REGION.search(path) and not path.startswith("sources.")) or text in confirmed
        )
        yield from _in(language, spoken)
    yield from _in(language, ((f"area.{code}", area_name(f"{code}0000")) for code in map(str, range(11, 66))))


def _of_locale(translation: Translation) -> Iterator[Clip]:
    for key, text in translation.texts.items():
        group = f"{key.partition('.')[0]}."
        if key in NOT_SPOKEN or group in NOT_SPOKEN or (group == "receipt." and key not in SPOKEN_OF_RECEIPT):
            continue
        yield from (part for part in parts_of(key, text) if isinstance(part, Clip))


def _in(language: str, texts: Iterable[tuple[str, LocalText]]) -> Iterator[Clip]:
    for key, text in texts:
        said = dict(text.by_language).get(language, "")
        if not said.isdigit():  # the code of an area that has no name
            yield Clip(key, said)
