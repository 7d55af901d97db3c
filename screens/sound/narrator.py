"""The thread that says what a screen says: finds the words, joins their sounds, and hands them to the device.

Nothing of it is done on Kivy's thread, which only puts orders into a queue.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from kiosk.presentation.models import ScreenModel
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


class Narrator:
    """`in_private()`: only the person hears it, so it may be of the person. `lost(why)`: nothing can be heard; told
    once until something can. Both are called on the narrator's thread; all methods return at once.
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
        self._orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._audio: SdlAudio | None = None
        self._is_lost = False
        self._closed_until = 0.0
        self._stays_open = False
        self._waiting = b""  # ends with what the device has not played
        self._said: tuple[Utterance, ...] = ()
        self._kind: tuple[type, str] | None = None
        self._files: dict[str, SoundFiles] = {}
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def show(self, model: ScreenModel, volume: int, *, aloud: bool, signal: Signal | None = None) -> None:
        """Another screen, or the same with something new: it interrupts what is not so any more. `volume`: percent."""
        self._orders.put(partial(self._show, model, volume, aloud, signal))

    def repeat(self, model: ScreenModel, volume: int) -> None:
        """Say all of the present screen from its beginning."""
        self._orders.put(partial(self._repeat, model, volume))

    def hush(self) -> None:
        """Say no more of this screen."""
        self._orders.put(self._clear)

    def at_volume(self, volume: int) -> None:
        """Say what is left at another volume."""
        self._orders.put(partial(self._at_volume, volume))

    def rest(self) -> None:
        """The voice is switched off: let go of the device when it is silent."""
        self._orders.put(self._rest)

    def stop(self) -> None:
        """Be silent and end."""
        self._orders.put(None)
        self._thread.join(timeout=2.0)

    # -- on the narrator's thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                is_to_close = self._audio is not None and not self._stays_open
                try:
                    order = self._orders.get(timeout=_LOOK_S if is_to_close else None)
                except Empty:
                    if self._audio is not None and self._audio.waiting_bytes() == 0:
                        self._close()
                    continue
                if order is None:
                    return
                order()
        finally:
            self._close()

    def _show(self, model: ScreenModel, volume: int, aloud: bool, signal: Signal | None) -> None:
        language = model.frame.language
        self._stays_open = aloud
        kind = (type(model), language) if aloud else None
        said = self._spoken(model) if aloud else ()
        known = self._said if kind == self._kind else ()
        self._kind, self._said = kind, said
        new = tuple(each for each in said if each not in known)
        goes_on = bool(known) and set(known) <= set(said)
        if not goes_on and (aloud or signal is not None):
            self._clear()
        self._say(language, new, volume, signal)

    def _repeat(self, model: ScreenModel, volume: int) -> None:
        self._said, self._kind = (), None
        self._show(model, volume, True, None)

    def _rest(self) -> None:
        self._stays_open = False
        self._said, self._kind = (), None
        self._clear()

    def _clear(self) -> None:
        self._waiting = b""
        if self._audio is not None:
            self._audio.clear()

    def _at_volume(self, volume: int) -> None:
        if self._audio is None:
            return
        left = self._audio.waiting_bytes() // SAMPLE_BYTES * SAMPLE_BYTES
        self._audio.clear()
        if left:
            self._queue(self._waiting[-left:], volume)

    def _spoken(self, model: ScreenModel) -> tuple[Utterance, ...]:
        grammar = self._grammar(model.frame.language)
        return () if grammar is None else spoken(model, self._translation(model.frame.language), grammar)

    def _say(self, language: str, utterances: tuple[Utterance, ...], volume: int, signal: Signal | None) -> None:
        files = self._files.get(language) or SoundFiles(self._voice_dir, language)
        self._files[language] = files
        grammar = self._grammar(language)
        pcm = b"" if signal is None else files.signal(signal)
        if utterances and grammar is not None:
            pcm += files.pcm(audible(utterances, grammar, files.has, in_private=self._in_private()))
        if pcm:
            left = 0 if self._audio is None else self._audio.waiting_bytes()
            self._waiting = self._waiting[-left:] + pcm if left else pcm
            self._queue(pcm, volume)

    def _queue(self, pcm: bytes, volume: int) -> None:
        if volume <= 0 or time.monotonic() < self._closed_until:
            return
        try:
            if self._audio is None:
                self._audio = SdlAudio()
            self._audio.queue(pcm, volume * FULL_VOLUME // 100)
            self._is_lost = False
        except NoSound as error:
            self._close()
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
            if not self._is_lost:
                self._is_lost = True
                self._lost(str(error))
            return None

    def _close(self) -> None:
        audio, self._audio = self._audio, None
        self._waiting = b""
        if audio is not None:
            audio.close()
