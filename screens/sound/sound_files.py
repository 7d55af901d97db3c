"""The sound files of one language in `assets/voice/<language>`, built by `screens.authoring.voice_build`."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.voice.clips import PAUSE, Clip, Utterance, mark_of
from kiosk.voice.signals import Signal

RATE = 22050
SAMPLE_BYTES = 2
BREATH_S = 0.12  # between the groups of a number
BETWEEN_S = 0.35  # between two utterances


def silence(seconds: float) -> bytes:
    return bytes(int(RATE * seconds) * SAMPLE_BYTES)


class SoundFiles:
    """The sounds of one language. The manifest has the mark of each sound's text; a sound with another mark than the
    present text is not played.
    """

    def __init__(self, voice_dir: Path, language: str) -> None:
        self._folder = voice_dir / language
        self._signals = voice_dir / "signals"
        try:
            lines: dict[str, dict[str, Any]] = read_toml(self._folder / "manifest.toml")["sounds"]
            self._by_key = {key: (str(line["file"]), str(line["text"])) for key, line in lines.items()}
        except (DataFileError, KeyError, TypeError, AttributeError):
            self._by_key = {}  # no sounds were built
        self._by_text = {text: file for file, text in self._by_key.values()}

    @property
    def is_empty(self) -> bool:
        """Whether there are no sounds at all."""
        return not self._by_key

    def has(self, clip: Clip) -> bool:
        """Whether there is a sound for this clip that can be read."""
        return clip == PAUSE or bool(self._clip(clip))

    def pcm(self, utterances: Iterable[Utterance]) -> bytes:
        """The utterances as samples, a pause after each. A clip that is not needed and has no sound is left out."""
        return b"".join(self._utterance(each) for each in utterances)

    def signal(self, signal: Signal) -> bytes:
        """The samples of a signal and a pause; empty where it was not built."""
        heard = _read(self._signals / f"{signal.value}.wav")
        return heard + silence(BETWEEN_S) if heard else b""

    def _utterance(self, utterance: Utterance) -> bytes:
        return b"".join(map(self._clip, utterance.clips)) + silence(BETWEEN_S)

    def _clip(self, clip: Clip) -> bytes:
        if clip == PAUSE:
            return silence(BREATH_S)
        file = self._file(clip)
        return b"" if file is None else _read(self._folder / file)

    def _file(self, clip: Clip) -> str | None:
        mark = mark_of(clip.text)
        file, said = self._by_key.get(clip.key, ("", ""))
        return file if said == mark else self._by_text.get(mark)


def _read(path: Path) -> bytes:
    """The samples of a file; empty if it is missing, cut off or no sound file."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getsampwidth(), file.getnchannels(), file.getframerate()) == (SAMPLE_BYTES, 1, RATE):
                frames = file.getnframes()
                read = file.readframes(frames)
                return read if len(read) == frames * SAMPLE_BYTES else b""
    except (OSError, EOFError, wave.Error):
        return b""
    return b""
