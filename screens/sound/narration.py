"""Says what a screen says: finds the words, joins their sounds, hands them to the device. For the narrator's thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import Translation
from kiosk.voice.clips import Utterance
from kiosk.voice.grammar import Grammar, GrammarError
from kiosk.voice.signals import Signal
from kiosk.voice.speaking import audible, spoken
from screens.sound.sdl_audio import FULL_VOLUME, NoSound, SdlAudio
from screens.sound.sound_files import SAMPLE_BYTES, SoundFiles

AGAIN_S = 60.0
"""After a device that could not be opened; until then all is on the screen only."""

_LOOK_S = 0.5  # whether a device that is not wanted any more has played all


class Narration:
    """`in_private()`: only the person hears it, so it may be of the person. `lost(why)`: nothing can be heard; told
    once until something can.
    """

    def __init__(
        self,
        voice_dir: Path,
        translation: Callable[[str], Translation],
        in_private: Callable[[], bool],
        lost: Callable[[str], None],
    ) -> None:
        self._voice_dir = voice_dir
        self._translation = translation
        self._in_private = in_private
        self._lost = lost
        self._audio: SdlAudio | None = None
        self._is_lost = False
        self._closed_until = 0.0
        self._stays_open = False
        self._volume = 0
        self._waiting = b""  # ends with what the device has not played
        self._signal_bytes = 0  # of what waits from the beginning; a screen that follows at once does not cut it off
        self._said: tuple[Utterance, ...] = ()
        self._kind: tuple[type, str] | None = None
        self._files: dict[str, SoundFiles] = {}

    @property
    def looks_in_s(self) -> float | None:
        """In how many seconds to call `look`; None while nothing is to be let go of."""
        return None if self._audio is None or self._stays_open else _LOOK_S

    def look(self) -> None:
        """Let go of a device that is not wanted any more when it has played all."""
        if self._audio is not None and self._audio.waiting_bytes() == 0:
            self.close()

    def show(self, model: ScreenModel, volume: int, *, aloud: bool, signal: Signal | None) -> None:
        """Say what is new on `model`; what is not so any more falls silent."""
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
        self._say(language, new, volume, signal)

    def repeat(self, model: ScreenModel, volume: int) -> None:
        """Say all of `model`."""
        self._said, self._kind = (), None
        self.show(model, volume, aloud=True, signal=None)

    def rest(self) -> None:
        """Be silent, and let go of the device soon."""
        self._stays_open = False
        self._said, self._kind = (), None
        self.hush()

    def hush(self) -> None:
        """Let nothing more be heard of what was to be said. A signal sounds to its end."""
        self._requeue(self._volume, until=self._signal_bytes)

    def at_volume(self, volume: int) -> None:
        """Say what is left at another volume."""
        self._requeue(volume, until=len(self._waiting))

    def _requeue(self, volume: int, until: int) -> None:
        """Let only what stands before `until` be heard of what waits."""
        audio = self._audio
        if audio is None:
            return
        try:
            with audio.held():
                left = audio.waiting_bytes() // SAMPLE_BYTES * SAMPLE_BYTES
                played = len(self._waiting) - left
                audio.clear()
                self._signal_bytes = max(0, self._signal_bytes - played)
                self._waiting = self._waiting[played:until]
                audio.queue(self._waiting, _of_full(volume))
        except NoSound as error:
            self._lose(error)

    def _spoken(self, model: ScreenModel) -> tuple[Utterance, ...]:
        grammar = self._grammar(model.frame.language)
        return () if grammar is None else spoken(model, self._translation(model.frame.language), grammar)

    def _say(self, language: str, utterances: tuple[Utterance, ...], volume: int, signal: Signal | None) -> None:
        files = self._sounds(language)
        grammar = self._grammar(language)
        if signal is not None and (sound := files.signal(signal)):
            self._append(sound, volume)  # behind the rest of another signal, if any waits
            self._signal_bytes = len(self._waiting)
        if utterances and grammar is not None:
            heard = audible(utterances, grammar, files.has, in_private=self._in_private())
            self._append(files.pcm(heard), volume)

    def _sounds(self, language: str) -> SoundFiles:
        if language not in self._files:
            self._files[language] = SoundFiles(self._voice_dir, language)
            if self._files[language].is_empty:
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
        """None for a language that is read only."""
        path = self._voice_dir / f"{language}.toml"
        if not path.is_file():
            return None
        try:
            return Grammar.load(path)
        except GrammarError as error:
            self._lose(error)
            return None

    def close(self) -> None:
        """Let go of the device."""
        audio, self._audio = self._audio, None
        self._waiting, self._signal_bytes = b"", 0
        if audio is not None:
            audio.close()


def _of_full(percent: int) -> int:
    return percent * FULL_VOLUME // 100
