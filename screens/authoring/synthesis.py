"""Makes placeholder sounds: texts with Debian's espeak-ng, signals from sine waves.

espeak-ng is used as a library, because starting its program for each of a thousand texts takes longer than speaking.
"""

from __future__ import annotations

import ctypes
import io
import math
import re
import wave
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import groupby

from kiosk.voice.grammar import QUOTED, Grammar
from kiosk.voice.signals import Signal
from screens.sound.sound_files import RATE

PACKAGE, LIBRARY = "espeak-ng", "libespeak-ng.so.1"
VERSION = 1
"""Part of every placeholder's mark. Raise it with every audible change of this module."""

_SILENT = 200  # of 32768; espeak-ng's own silence before and after what it says is below
_MARGIN = RATE // 100
_STOPS = str.maketrans("，。；：？！、（）“”《》", ",.;:?!,,,    ")
_NOTES = {  # hertz and seconds
    Signal.ID_CARD_READ: ((2093.0, 0.12),),
    Signal.ATTENTION: ((880.0, 0.18), (0.0, 0.08), (880.0, 0.18)),
    Signal.TAKE_PERMIT: ((1046.5, 0.16), (1318.5, 0.16), (1568.0, 0.3)),
}
_LOUDNESS = 0.35
_FADE_S = 0.01


class NoSpeech(Exception):
    """espeak-ng is missing, or cannot speak as requested."""


_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The library, which has one voice at a time (espeak-ng/speak_lib.h). Raises `NoSpeech`."""

    SYNCHRONOUS, UTF_8, RATE_PARAMETER = 2, 1, 1

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise NoSpeech(str(error)) from error
        rate = self._library.espeak_Initialize(self.SYNCHRONOUS, 0, None, 0)
        if rate != RATE:
            raise NoSpeech(f"espeak-ng speaks at {rate} Hz, not at {RATE}")
        self._pcm = bytearray()
        self._heard = _Heard(self._hear)  # the library keeps no hold on it
        self._library.espeak_SetSynthCallback(self._heard)

    def pcm(self, text: str, voice: str, words_per_minute: int) -> bytes:
        """The samples of `text`, spoken by `voice`."""
        self._pcm.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise NoSpeech(f"espeak-ng has no voice {voice}")
        self._library.espeak_SetParameter(self.RATE_PARAMETER, words_per_minute, 0)
        said = text.encode()
        if self._library.espeak_Synth(said, len(said) + 1, 0, 1, 0, self.UTF_8, None, None) != 0:
            raise NoSpeech(f"espeak-ng does not say {text!r}")
        return bytes(self._pcm)

    def _hear(self, samples: int | None, count: int, _events: object) -> int:
        if samples and count > 0:
            self._pcm += ctypes.string_at(samples, count * 2)
        return 0


@cache
def _espeak() -> Espeak:
    return Espeak()


def speech(text: str, grammar: Grammar) -> bytes:
    """A WAV file of `text`. Only one voice can speak at a time in a process. Raises `NoSpeech`."""
    asked = grammar.synthesis
    is_latin = text.isascii()
    said = pinyin_of(text, grammar) if asked.by_pinyin and not is_latin else text
    return wav(_trimmed(_espeak().pcm(said, asked.letters if is_latin else asked.voice, asked.words_per_minute)))


def pinyin_of(text: str, grammar: Grammar) -> str:
    """Chinese in Latin letters with the tones' numbers, numbers in words."""
    words = "".join(_in_words(each, grammar) for each in re.split(r"(\d+年?)", text))
    runs = ("".join(run) for _, run in groupby(words, key=str.isascii))
    return " ".join(run if run.isascii() else _spelled(run, grammar.synthesis.said_as) for run in runs).strip()


def _in_words(text: str, grammar: Grammar) -> str:
    found = re.fullmatch(r"(\d+)(年?)", text)
    if found is None:
        return text
    digits, year = found.groups()
    is_year = bool(year) and len(digits) == 4
    clips = grammar.spelled(digits, QUOTED) if is_year else grammar.number(int(digits))
    return "".join(clip.text for clip in clips or grammar.spelled(digits, QUOTED) or ()) + year


@cache
def _converter() -> Callable[[str], list[str]]:
    from pypinyin import Style, lazy_pinyin  # of the build alone; loading its tables takes a second

    return lambda run: lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True)


def _spelled(run: str, said_as: Mapping[str, str]) -> str:
    known = "|".join(map(re.escape, sorted(said_as, key=len, reverse=True)))
    parts = re.split(f"({known})", run) if known else [run]
    syllables: list[str] = []
    for part in filter(None, parts):
        syllables += [said_as[part]] if part in said_as else _converter()(part)
    return " ".join(syllable.translate(_STOPS) for syllable in syllables)


def _trimmed(pcm: bytes) -> bytes:
    samples = array("h", pcm)
    first = next((at for at, sample in enumerate(samples) if abs(sample) > _SILENT), None)
    if first is None:
        return b""
    last = next(at for at in range(len(samples) - 1, -1, -1) if abs(samples[at]) > _SILENT)
    return samples[max(0, first - _MARGIN) : last + _MARGIN].tobytes()


def tones(signal: Signal) -> bytes:
    """A WAV file of a signal."""
    samples = array("h")
    for hertz, seconds in _NOTES[signal]:
        samples.extend(_tone(hertz, seconds))
    return wav(samples.tobytes())


def _tone(hertz: float, seconds: float) -> Iterable[int]:
    count, fade = int(RATE * seconds), int(RATE * _FADE_S)
    for at in range(count):
        loud = min(1.0, at / fade, (count - at) / fade)
        yield int(32767 * _LOUDNESS * loud * math.sin(2 * math.pi * hertz * at / RATE))


def wav(pcm: bytes) -> bytes:
    """A WAV file of PCM with 16 bits, one channel, 22,050 samples a second."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return made.getvalue()
