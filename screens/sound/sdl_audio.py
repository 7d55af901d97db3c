"""An audio device of SDL, by the library that Kivy has loaded.

Kivy's own sounds are files: each is read and converted while Kivy's thread waits, and its device stays open for ever.
Here samples go from memory to the device's queue. So no speech about a permit gets into a file, the interpreter's lock
is free meanwhile, and the device is open only while it is needed.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from screens.sound.sound_files import RATE

FULL_VOLUME = 128  # SDL_MIX_MAXVOLUME
_INIT_AUDIO = 0x10
_S16_LITTLE_ENDIAN = 0x8010
_STOPPED = 0
_DEVICE_SAMPLES = 1024  # 46 ms, the delay of an interruption
_MAPS = Path("/proc/self/maps")
_LIBRARY = re.compile(r"/\S*/libSDL2-2[^/\s]*\.so[^/\s]*$", re.MULTILINE)
_BY_NAME = "libSDL2-2.0.so.0"
_ALSA = "libasound.so.2"


class NoSound(Exception):
    """There is no sound device, or it does not take the samples; the text is SDL's."""


class _Spec(ctypes.Structure):
    """SDL_AudioSpec."""

    _fields_ = (
        ("freq", ctypes.c_int),
        ("format", ctypes.c_uint16),
        ("channels", ctypes.c_uint8),
        ("silence", ctypes.c_uint8),
        ("samples", ctypes.c_uint16),
        ("padding", ctypes.c_uint16),
        ("size", ctypes.c_uint32),
        ("callback", ctypes.c_void_p),
        ("userdata", ctypes.c_void_p),
    )


def _loaded() -> str:
    """The file of the library in this process; its name where it is not loaded yet."""
    found = _LIBRARY.search(_MAPS.read_text("utf-8", "replace"))
    return found.group() if found is not None else _BY_NAME


def _say_nothing(_file: bytes, _line: int, _function: bytes, _error: int, _format: bytes) -> None:
    """A silent error handler for ALSA, because SDL reports the error too."""


_ErrorHandler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_SAY_NOTHING = _ErrorHandler(_say_nothing)  # the library holds no reference to it


def _quieten_alsa() -> None:
    """Keep ALSA from writing eight lines to standard error, which is the log, for each device that it does not find."""
    try:
        ctypes.CDLL(_ALSA).snd_lib_error_set_handler(_SAY_NOTHING)
    except (OSError, AttributeError):
        return  # there is no ALSA that could write anything


class SdlAudio:
    """An open device; PCM of 16 bits, one channel. For one thread. Raises `NoSound`."""

    def __init__(self) -> None:
        try:
            sdl = ctypes.CDLL(_loaded())
        except OSError as error:
            raise NoSound(str(error)) from error
        _quieten_alsa()
        sdl.SDL_GetError.restype = ctypes.c_char_p
        self._sdl = sdl
        self._device = 0
        if sdl.SDL_InitSubSystem(_INIT_AUDIO) != 0:
            raise NoSound(self._said())
        wanted = _Spec(freq=RATE, format=_S16_LITTLE_ENDIAN, channels=1, samples=_DEVICE_SAMPLES)
        self._device = sdl.SDL_OpenAudioDevice(None, 0, ctypes.byref(wanted), None, 0)
        if self._device == 0:
            said = self._said()
            sdl.SDL_QuitSubSystem(_INIT_AUDIO)
            raise NoSound(said)
        sdl.SDL_PauseAudioDevice(self._device, 0)

    def queue(self, pcm: bytes, volume: int) -> None:
        """Play `pcm` after everything that waits. `volume`: from 0 to `FULL_VOLUME`."""
        if volume < FULL_VOLUME:
            scaled = ctypes.create_string_buffer(len(pcm))
            self._sdl.SDL_MixAudioFormat(scaled, pcm, _S16_LITTLE_ENDIAN, len(pcm), volume)
            pcm = scaled.raw
        if self._sdl.SDL_QueueAudio(self._device, pcm, len(pcm)) != 0:
            raise NoSound(self._said())

    def waiting_bytes(self) -> int:
        """How many queued bytes the device has not taken yet."""
        return int(self._sdl.SDL_GetQueuedAudioSize(self._device))

    @property
    def is_there(self) -> bool:
        """Whether the device still plays. An unplugged one does not."""
        return bool(self._sdl.SDL_GetAudioDeviceStatus(self._device) != _STOPPED)

    def clear(self) -> None:
        """Drop the queued samples."""
        self._sdl.SDL_ClearQueuedAudio(self._device)

    @contextmanager
    def held(self) -> Iterator[None]:
        """A context in which the device takes no samples, so that the queue can be replaced without a gap."""
        self._sdl.SDL_LockAudioDevice(self._device)
        try:
            yield
        finally:
            self._sdl.SDL_UnlockAudioDevice(self._device)

    def close(self) -> None:
        """Close the device; may be called twice."""
        device, self._device = self._device, 0
        if device:
            self._sdl.SDL_CloseAudioDevice(device)
            self._sdl.SDL_QuitSubSystem(_INIT_AUDIO)

    def _said(self) -> str:
        return str((self._sdl.SDL_GetError() or b"").decode("utf-8", "replace"))
