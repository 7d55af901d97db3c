"""The spoken languages: those that have a grammar file."""

from __future__ import annotations

from pathlib import Path

from kiosk.texts.words import is_language_tag


def grammar_file(voice_dir: Path, language: str) -> Path:
    """The path of a language's grammar file, whether or not it exists."""
    return voice_dir / f"{language}.toml"


def is_spoken(voice_dir: Path, language: str) -> bool:
    """Whether a language has a voice."""
    return grammar_file(voice_dir, language).is_file()


def languages_spoken(voice_dir: Path) -> tuple[str, ...]:
    """The tags of all spoken languages."""
    return tuple(sorted(path.stem for path in voice_dir.glob("*.toml") if is_language_tag(path.stem)))
