"""Which languages are spoken: those that have a grammar file."""

from __future__ import annotations

from pathlib import Path

from kiosk.texts.words import is_language_tag


def grammar_file(voice_dir: Path, language: str) -> Path:
    """Where the grammar of a language stands, if it has one."""
    return voice_dir / f"{language}.toml"


def is_spoken(voice_dir: Path, language: str) -> bool:
    """Whether a language is more than read."""
    return grammar_file(voice_dir, language).is_file()


def languages_spoken(voice_dir: Path) -> tuple[str, ...]:
    """All of them, by tag."""
    return tuple(sorted(path.stem for path in voice_dir.glob("*.toml") if is_language_tag(path.stem)))
