"""Speaks screens: it selects the words, joins their sounds and plays them. For the narrator's thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import Translation
from kiosk.voice.clips import Clip, Utterance
from kiosk.voice.grammar import QUOTED, Grammar, GrammarError
from kiosk.voice.languages import grammar_file, is_spoken
from kiosk.voice.signals import Signal
from kiosk.voice.speaking import audible, more_pages, spoken, spoken_step, spoken_warning
from screens.sound.sdl_audio import FULL_VOLUME, NoSound, SdlAudio
from screens.sound.sound_files import SAMPLE_BYTES, SoundFiles

AGAIN_S = 60.0
"""Seconds until a device that could not be opened is tried again."""

_LOOK_S = 0.5  # seconds between two looks whether an unneeded device has played everything


class Narration:
    """Speaks screens. `in_private()`: whether only the person hears the voice, so that it may be about the person.
    `is_easy()`: whether easy mode is on, whose pages are said in fewer words and without the step of the visit.
    `lost(why)` is called when nothing can be heard, and not again until something can; and once for each language that
    cannot be heard.
    """

    def __init__(
        self,
        voice_dir: Path,
        translation: Callable[[str], Translation],
        in_private: Callable[[], bool],
        is_easy: Callable[[], bool],
        lost: Callable[[str], None],
    ) -> None:
        self._voice_dir = voice_dir
        self._translation = translation
        self._in_private = in_private
        self._is_easy = is_easy
        self._lost = lost
        self._audio: SdlAudio | None = None
        self._is_lost = False
        self._told: set[str] = set()  # mistakes of grammar files
        self._closed_until = 0.0
        self._stays_open = False
        self._volume = 0
        self._waiting = b""  # its end is what the device has not played yet
        self._signal_bytes = 0  # leading part of the waiting bytes; a screen that follows at once does not cut it off
        self._ends: list[tuple[int, Utterance]] = []  # the end of each waiting utterance of a screen
        self._unsaid: tuple[Utterance, ...] = ()  # utterances that a touch or a warning cut off
        self._said: tuple[Utterance, ...] = ()
        self._step: tuple[Utterance, ...] = ()
        self._tells_of_pages = True
        self._kind: tuple[type, str] | None = None
        self._files: dict[str, SoundFiles] = {}

    @property
    def looks_in_s(self) -> float | None:
        """In how many seconds to call `look`; None while there is no device to release."""
        return None if self._audio is None or self._stays_open else _LOOK_S

    def look(self) -> None:
        """Release a device that is no longer needed once it has played everything."""
        if self._audio is not None and self._audio.waiting_bytes() == 0:
            self.close()

    def show(self, model: ScreenModel, volume: int, *, aloud: bool, signal: Signal | None) -> None:
        """Say what is new on `model`, and stop utterances that no longer apply."""
        language = model.frame.language
        self._stays_open = aloud
        kind = (type(model), language) if aloud else None
        said = self._spoken(model) if aloud else ()
        known = self._said if kind == self._kind else ()
        self._kind, self._said = kind, said
        new = tuple(each for each in said if each not in known)
        goes_on = signal is None and bool(known) and set(known) <= set(said)
        if not goes_on:
            self.hush()
            self._unsaid = ()
            self._tells_of_pages = True
        self._say(language, (*self._new_step(model, aloud), *new), volume, signal)

    def repeat(self, model: ScreenModel, volume: int) -> None:
        """Say all of `model`."""
        self._said, self._step, self._kind = (), (), None
        self.show(model, volume, aloud=True, signal=None)

    def go_on(self, language: str, volume: int) -> None:
        """Say again what was cut off, and the rest."""
        unsaid, self._unsaid = self._unsaid, ()
        self._say(language, unsaid, volume)

    def warn(self, language: str, seconds: int, volume: int, *, aloud: bool, signal: Signal | None) -> None:
        """Ask whether somebody is still there, at once; then go on."""
        self.hush()
        grammar = self._grammar(language)
        warning = spoken_warning(seconds, self._translation(language), grammar) if aloud and grammar is not None else ()
        self._say(language, warning, volume, signal)
        self._ends.clear()  # the question is not repeated
        self.go_on(language, volume)

    def tell_of_pages(self, language: str, volume: int) -> None:
        """Say that the text goes on behind a button; once for each screen."""
        grammar = self._grammar(language)
        if self._tells_of_pages and grammar is not None:
            self._tells_of_pages = False
            self._say(language, (more_pages(grammar),), volume)

    def name(self, words: str, language: str, volume: int, *, is_private: bool) -> None:
        """Say the words of a button, if there is a sound for them, and drop what else was to be said. "": the button
        that turns to the next page, for which the grammar has a phrase.
        """
        self.hush()
        self._unsaid = ()
        grammar, files = self._grammar(language), self._sounds(language)
        if grammar is None or (is_private and not self._in_private()):
            return
        if words.isdecimal():
            clips = grammar.spelled(words, QUOTED) or ()
        else:
            clips = (Clip("", words),) if words else more_pages(grammar).clips
        if all(map(files.has, clips)):
            self._append(files.pcm((Utterance(clips),)), volume)

    def rest(self) -> None:
        """Be silent, and release the device soon."""
        self._stays_open = False
        self._said, self._step, self._kind = (), (), None
        self.hush()
        self._unsaid = ()

    def hush(self) -> None:
        """Drop everything that was to be said. A signal is played to its end."""
        audio = self._audio
        if audio is None:
            return
        try:
            with audio.held():
                left = audio.waiting_bytes() // SAMPLE_BYTES * SAMPLE_BYTES
                played = len(self._waiting) - left
                audio.clear()
                self._waiting = self._waiting[played : self._signal_bytes]
                self._signal_bytes = len(self._waiting)
                unsaid = tuple(each for end, each in self._ends if end > played)
                audio.queue(self._waiting, _of_full(self._volume))
        except NoSound as error:
            self._lose(error)
            return
        if self._ends:
            self._unsaid = unsaid
            self._ends.clear()

    def _spoken(self, model: ScreenModel) -> tuple[Utterance, ...]:
        grammar = self._grammar(model.frame.language)
        if grammar is None:
            return ()
        return spoken(model, self._translation(model.frame.language), grammar, is_easy=self._is_easy())

    def _new_step(self, model: ScreenModel, aloud: bool) -> tuple[Utterance, ...]:
        """The step of the visit, if it has changed since it was last said."""
        grammar = self._grammar(model.frame.language) if aloud and not self._is_easy() else None
        before = self._step
        self._step = () if grammar is None else spoken_step(model, self._translation(model.frame.language), grammar)
        return () if self._step == before else self._step

    def _say(self, language: str, utterances: tuple[Utterance, ...], volume: int, signal: Signal | None = None) -> None:
        files = self._sounds(language)
        grammar = self._grammar(language)
        if signal is not None and (sound := files.signal(signal)):
            self._append(sound, volume)  # after the rest of another signal, if one is waiting
            self._signal_bytes = len(self._waiting)
        if utterances and grammar is not None:
            heard = audible(utterances, grammar, files.has, in_private=self._in_private())
            for each in heard:
                self._append(files.pcm((each,)), volume)
                if self._audio is not None:
                    self._ends.append((len(self._waiting), each))

    def _sounds(self, language: str) -> SoundFiles:
        if language not in self._files:
            self._files[language] = SoundFiles(self._voice_dir, language)
            if self._files[language].is_empty and is_spoken(self._voice_dir, language):
                self._lost(f"there are no sounds of {language}")
        return self._files[language]

    def _append(self, pcm: bytes, volume: int) -> None:
        if not pcm or volume <= 0 or time.monotonic() < self._closed_until:
            return
        try:
            if self._audio is not None and not self._audio.is_there:
                self.close()
            if self._audio is None:
                self._audio = SdlAudio()
            self._audio.queue(pcm, _of_full(volume))
            self._waiting += pcm
            self._volume = volume
            self._is_lost = False
        except NoSound as error:
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        self.close()
        self._closed_until = time.monotonic() + AGAIN_S
        if not self._is_lost:
            self._is_lost = True
            self._lost(str(error))

    def _grammar(self, language: str) -> Grammar | None:
        """The grammar of a language; None for one without a voice."""
        if not is_spoken(self._voice_dir, language):
            return None
        try:
            return Grammar.load(grammar_file(self._voice_dir, language))
        except GrammarError as error:
            if str(error) not in self._told:  # other languages and the signals are still heard
                self._told.add(str(error))
                self._lost(str(error))
            return None

    def close(self) -> None:
        """Release the device."""
        audio, self._audio = self._audio, None
        self._waiting, self._signal_bytes = b"", 0
        self._ends.clear()
        if audio is not None:
            audio.close()


def _of_full(percent: int) -> int:
    return percent * FULL_VOLUME // 100
