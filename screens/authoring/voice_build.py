"""Builds the sounds of the voice: `python -m screens.authoring.voice_build [--check | --note]`.

The sound of every clip, for every language with a grammar file, goes to `assets/voice/<language>/<key>.wav`, with a
`manifest.toml` beside them. A recording in `assets/voice/recorded/<language>/<key>.wav` is used unchanged if it was
made for the present text; all other sounds are placeholders by espeak-ng. Current sounds are left alone.

`--note` records, for every new recording, which text it says; `--check` reports recordings that cannot be used.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import wave
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from assets import ASSETS
from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.voice.clips import mark_of
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import grammar_file, languages_spoken
from kiosk.voice.signals import Signal
from screens.authoring import synthesis
from screens.sound.sound_files import RATE

VOICE_DIR = ASSETS / "voice"
MADE_OF = (
    "assets/locale/*.toml",
    "assets/regions/*.toml",
    "assets/voice/*.toml",
    "assets/voice/recorded",
    "assets/voice/recorded/*",
    "assets/voice/recorded/*/*",
    "kiosk/policy/areas.py",
    "kiosk/voice/*.py",
    "screens/authoring/synthesis.py",
    "screens/authoring/voice_*.py",
)
MANIFEST = "manifest.toml"
NOTES = "recorded.toml"
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded file, and the mark of the text that it says; "" where that was not noted."""

    path: Path
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """A line of the manifest. `text`: the mark of the spoken text; `made_of`: the mark of its source."""

    file: str
    text: str
    made_of: str
    placeholder: bool


def main() -> int:
    """Build sounds that are missing or out of date; returns 0 if all exist afterwards."""
    parser = argparse.ArgumentParser(prog="voice_build", description=__doc__.partition("\n\n")[0])
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--check", action="store_true", help="report recordings that cannot be used; build nothing")
    asked.add_argument("--note", action="store_true", help="note what new recordings say; build nothing")
    wanted = parser.parse_args()
    if not (wanted.check or wanted.note) and is_current(VOICE_DIR):
        return 0
    from screens.authoring.voice_clips import clips_of  # reads all regions

    languages = languages_spoken(VOICE_DIR)
    texts = {language: clips_of(language) for language in languages}
    if wanted.check:
        mistakes = [mistake for language in texts for mistake in mistakes_of(language, texts[language])]
        print(*mistakes, sep="\n", end="\n" if mistakes else "")
        return 1 if mistakes else 0
    if wanted.note:
        note(texts)
        return 0
    try:
        build_signals(VOICE_DIR)
        can_speak = shutil.which(synthesis.PACKAGE) is not None
        for language, clips in texts.items():
            build(language, clips, placeholders=can_speak)
        if not can_speak:
            print(f"{synthesis.PACKAGE} is missing: apt install {synthesis.PACKAGE}", file=sys.stderr)
            return 2
    except (synthesis.NoSpeech, DataFileError, OSError) as error:
        print(f"no voice was made: {error}", file=sys.stderr)
        return 2
    return 0


def is_current(voice_dir: Path) -> bool:
    """Whether the sounds are newer than all their sources, and unchanged."""
    newest = max(path.stat().st_mtime_ns for pattern in MADE_OF for path in ASSETS.parent.glob(pattern))
    for language in languages_spoken(voice_dir):
        folder = voice_dir / language
        written = folder / MANIFEST
        if not written.is_file() or written.stat().st_mtime_ns < max(newest, folder.stat().st_mtime_ns):
            return False
    return all((voice_dir / "signals" / f"{signal.value}.wav").is_file() for signal in Signal)


def build(language: str, clips: Mapping[str, str], voice_dir: Path = VOICE_DIR, *, placeholders: bool = True) -> int:
    """Make the sounds of one language that are not current; returns how many. `clips`: texts by key. Without
    `placeholders` none is made again.
    """
    grammar = Grammar.load(grammar_file(voice_dir, language))
    folder = voice_dir / language
    folder.mkdir(exist_ok=True)
    there = manifest(folder)
    wanted = sounds_of(clips, grammar, recordings(language, voice_dir))
    stale = [key for key, sound in wanted.items() if there.get(key) != sound or not (folder / sound.file).is_file()]
    if not placeholders:
        left_out = {key for key in stale if wanted[key].placeholder}
        stale = [key for key in stale if key not in left_out]
        wanted = {key: sound for key, sound in wanted.items() if key not in left_out}
    began = time.monotonic()
    if stale:
        print(f"speaking {len(stale)} texts in {language}", flush=True)
        (folder / MANIFEST).unlink(missing_ok=True)  # no old entries for new sounds if interrupted
        make = partial(_make, grammar, voice_dir)
        with ProcessPoolExecutor(AT_ONCE) as makers:
            list(makers.map(make, [(key, clips[key], wanted[key]) for key in stale], chunksize=20))
    for file in folder.glob("*.wav"):
        if file.stem not in wanted:
            file.unlink()
    for unfinished in folder.glob(".*.wav.*"):
        unfinished.unlink()
    if stale or there != wanted:
        _replace(folder / MANIFEST, _written(wanted).encode())
    (folder / MANIFEST).touch()  # newer than its folder, which was looked through
    if stale:
        size = sum(file.stat().st_size for file in folder.glob("*.wav"))
        print(f"{language}: {len(wanted)} sounds, {size >> 20} MiB, in {time.monotonic() - began:.0f} s", flush=True)
    return len(stale)


def build_signals(voice_dir: Path) -> None:
    """Build the signals, which takes no time."""
    folder = voice_dir / "signals"
    folder.mkdir(exist_ok=True)
    for signal in Signal:
        made, path = synthesis.tones(signal), folder / f"{signal.value}.wav"
        if not path.is_file() or path.read_bytes() != made:
            _replace(path, made)
    for path in folder.glob("*.wav"):
        if path.stem not in {signal.value for signal in Signal}:
            path.unlink()


def sounds_of(clips: Mapping[str, str], grammar: Grammar, recorded: Mapping[str, Recording]) -> dict[str, Sound]:
    """The lines of the manifest. A recording of an earlier text is not used, because it may be wrong."""
    sounds = {}
    for key, text in clips.items():
        recording = recorded.get(key)
        if recording is not None and flaw_of(recording, text) is None:
            sounds[key] = Sound(f"{key}.wav", mark_of(text), recording.mark, placeholder=False)
        else:
            made_of = mark_of(f"{synthesis.VERSION} {grammar.synthesis} {text}")
            sounds[key] = Sound(f"{key}.wav", mark_of(text), made_of, placeholder=True)
    return sounds


def recordings(language: str, voice_dir: Path = VOICE_DIR) -> dict[str, Recording]:
    """Every recorded file of a language, by its key."""
    notes = _notes(voice_dir).get(language, {})
    found = {}
    for path in sorted((voice_dir / "recorded" / language).glob("*.wav")):
        mark = sha256(path.read_bytes()).hexdigest()[:16]
        noted = notes.get(path.stem, {})
        found[path.stem] = Recording(path, mark, str(noted.get("text", "")) if noted.get("file") == mark else "")
    return found


def flaw_of(recording: Recording, text: str | None) -> str | None:
    """Why a recording cannot be used; None where it can."""
    if text is None:
        return "there is no text of this key"
    try:
        with wave.open(str(recording.path), "rb") as file:
            found = (file.getsampwidth() * 8, file.getnchannels(), file.getframerate())
            frame_bytes, frames = file.getsampwidth() * file.getnchannels(), file.getnframes()
            is_whole = 0 < frames * frame_bytes == len(file.readframes(frames))
    except (wave.Error, EOFError) as error:
        return f"is no WAV file of PCM: {error!r}"
    if found != (16, 1, RATE):
        bits, channels, rate = found
        return f"has {bits} bits, {channels} channels and {rate} Hz; 16, 1 and {RATE} are wanted"
    if not is_whole:
        return "is empty or cut off"
    if not recording.text:
        return "nobody noted what it says: voice_build --note"
    return None if recording.text == mark_of(text) else f"its text has changed since it was recorded; now: {text}"


def mistakes_of(language: str, clips: Mapping[str, str], voice_dir: Path = VOICE_DIR) -> Iterator[str]:
    """A line for each recording that cannot be used."""
    for key, recording in recordings(language, voice_dir).items():
        if (flaw := flaw_of(recording, clips.get(key))) is not None:
            yield f"recorded/{language}/{key}.wav: {flaw}"


def note(texts: Mapping[str, Mapping[str, str]], voice_dir: Path = VOICE_DIR) -> None:
    """Note for every new or changed recording that it says the present text."""
    lines = []
    for language, clips in texts.items():
        found = recordings(language, voice_dir)
        said = {key: each.text or mark_of(clips[key]) for key, each in found.items() if key in clips}
        if said:
            lines.append(f"\n[{language}]")
            lines += [f'"{key}" = {{ file = "{found[key].mark}", text = "{mark}" }}' for key, mark in said.items()]
    head = "# What each recording says, by marks of file and text. Written by `voice_build --note`."
    _replace(voice_dir / "recorded" / NOTES, "\n".join((head, *lines, "")).encode())


def manifest(folder: Path) -> dict[str, Sound]:
    """The manifest of the last build; empty where it cannot be read."""
    try:
        table = read_toml(folder / MANIFEST)
        return {key: Sound(**line) for key, line in table["sounds"].items()}
    except (DataFileError, KeyError, TypeError, AttributeError):
        return {}  # so that all sounds are made again


def _make(grammar: Grammar, voice_dir: Path, asked: tuple[str, str, Sound]) -> None:
    key, text, sound = asked
    recorded = voice_dir / "recorded" / grammar.language / sound.file
    made = synthesis.speech(text, grammar) if sound.placeholder else recorded.read_bytes()
    _replace(voice_dir / grammar.language / f"{key}.wav", made)


def _written(sounds: Mapping[str, Sound]) -> str:
    lines = [
        f'"{key}" = {{ file = "{sound.file}", text = "{sound.text}", made_of = "{sound.made_of}", '
        f"placeholder = {str(sound.placeholder).lower()} }}"
        for key, sound in sounds.items()
    ]
    return "\n".join(
        ("# Written by voice_build: each sound, and the mark of the text that it says.", "[sounds]", *lines, "")
    )


def _notes(voice_dir: Path) -> dict[str, dict[str, dict[str, str]]]:
    path = voice_dir / "recorded" / NOTES
    return read_toml(path) if path.is_file() else {}


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that readers never see half of it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


if __name__ == "__main__":
    sys.exit(main())
