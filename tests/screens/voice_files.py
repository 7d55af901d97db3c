"""Sounds for tests: each clip is a noise of its own, so that what was played says which clips it was."""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass, field
from pathlib import Path

from assets import ASSETS
from kiosk.voice.clips import mark_of
from kiosk.voice.languages import languages_spoken
from kiosk.voice.signals import Signal
from screens.authoring.synthesis import wav
from screens.authoring.voice_clips import clips_of
from screens.sound.sound_files import RATE

SHORT_S = 0.02
_HEAD = 16  # bytes by which a noise is told from others


def noise(key: str, seconds: float) -> bytes:
    """PCM without a silent sample, at any volume."""
    source = random.Random(key)
    head = bytes(source.randrange(1, 128) for _ in range(_HEAD))
    return head + bytes([source.randrange(1, 128)]) * (2 * int(RATE * seconds))


def at_volume(pcm: bytes, percent: int) -> bytes:
    """As SDL_MixAudioFormat makes it: a part of 128, towards zero."""
    of_128 = percent * 128 // 100
    return pcm if of_128 == 128 else array("h", (int(each * of_128 / 128) for each in array("h", pcm))).tobytes()


@dataclass
class VoiceFiles:
    """`assets`: everything as it is shipped, but the sounds. `lasts_s`: how long a clip is, where it is not short."""

    assets: Path
    lasts_s: dict[str, float] = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.assets.mkdir()
        for path in ASSETS.iterdir():
            if path.name != "voice":
                (self.assets / path.name).symlink_to(path)
        for language in languages_spoken(ASSETS / "voice"):
            folder = self.assets / "voice" / language
            folder.mkdir(parents=True)
            (self.assets / "voice" / f"{language}.toml").symlink_to(ASSETS / "voice" / f"{language}.toml")
            lines = ["[sounds]"]
            for key, text in clips_of(language).items():
                self._write(f"{language}/{key}", folder / f"{key}.wav", key)
                lines.append(f'"{key}" = {{ file = "{key}.wav", text = "{mark_of(text)}" }}')
            (folder / "manifest.toml").write_text("\n".join(lines), "utf-8")
        (self.assets / "voice/signals").mkdir()
        for signal in Signal:
            self._write(f"signals/{signal.value}", self.assets / f"voice/signals/{signal.value}.wav", signal.value)

    def _write(self, name: str, path: Path, key: str) -> None:
        self.sounds[name] = noise(name, self.lasts_s.get(key, SHORT_S))
        path.write_bytes(wav(self.sounds[name]))

    def heard(self, played: bytes, percent: int = 100) -> list[str]:
        """The clips in what was played at this volume, in order; one that was interrupted has a "…" behind its name."""
        sounds = {name: at_volume(sound, percent) for name, sound in self.sounds.items()}
        names = {sound[:_HEAD]: name for name, sound in sounds.items()}
        found, at = [], 0
        while at + _HEAD <= len(played):
            if played[at : at + 2] == b"\0\0":
                at += 2
                continue
            name = names.get(played[at : at + _HEAD])
            if name is None:  # at another volume
                at += 2
                continue
            sound = sounds[name]
            whole = played[at : at + len(sound)] == sound
            found.append(name.partition("/")[2] if whole else f"{name.partition('/')[2]}…")
            at += len(sound) if whole else _length_of_begin(played, at, sound)
        return found


def _length_of_begin(played: bytes, at: int, sound: bytes) -> int:
    """How much of a sound that was interrupted is there."""
    low, high = _HEAD, len(sound)
    while low < high:
        middle = (low + high + 1) // 2
        if played[at : at + middle] == sound[:middle]:
            low = middle
        else:
            high = middle - 1
    return low + low % 2
