"""The check that the voice can be heard, if the site wants it."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.diagnostics.finding import Findings, ok, warning
from kiosk.domain.clock import Clock
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import grammar_file, is_spoken


def voice(config: Config, _: Clock) -> Findings:
    """Check the sounds of every spoken language, and the jack; list languages without a voice. Nothing is played."""
    folder, sound = config.assets_dir / "voice", config.sound
    spoken = [language for language in config.languages if is_spoken(folder, language)]
    flaws = [flaw for language in spoken for flaw in _flaws(folder, language)]
    if sound.headphone_jack and not _can_be_read(Path(sound.headphone_jack)):
        flaws.append(
            f"{sound.headphone_jack} is not there or may not be read; what is for headphones alone is not said"
        )
    silent = [language for language in config.languages if language not in spoken]
    told = [f"without a voice, so read only: {', '.join(silent)}"] if silent else []
    is_wanted = sound.is_offered
    if flaws and is_wanted:
        return [*map(warning, flaws), *map(ok, told)]
    state = "on from the start" if sound.voice else "off until somebody asks for it" if is_wanted else "not offered"
    return [ok("; ".join((f"{state}: {', '.join(spoken) or 'no language is spoken'}", *told, *flaws)))]


def _can_be_read(jack: Path) -> bool:
    return not jack.is_dir() and os.access(jack, os.R_OK)


def _flaws(folder: Path, language: str) -> list[str]:
    try:
        Grammar.load(grammar_file(folder, language))
    except DataFileError as error:
        return error.mistakes
    try:
        if read_toml(folder / language / "manifest.toml").get("sounds"):
            return []
    except DataFileError:
        pass  # reported like one that was never built, because the remedy is the same
    return [f"there are no sounds of {language}: build them with the program, and copy assets/voice"]
