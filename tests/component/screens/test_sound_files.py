"""The sounds as they lie in their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.voice.clips import PAUSE, Clip, Utterance, mark_of
from kiosk.voice.signals import Signal
from screens.authoring.synthesis import wav
from screens.sound.sound_files import BETWEEN_S, BREATH_S, RATE, SoundFiles, silence

TITLE, PLACE = b"\1\2" * 50, b"\3\4" * 70
TEXTS = {"notice.title": "Before we begin", "shanghai.name": "Shanghai"}


@pytest.fixture
def voice_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "notice.title.wav").write_bytes(wav(TITLE))
    (folder / "shanghai.name.wav").write_bytes(wav(PLACE))
    lines = [f'"{key}" = {{ file = "{key}.wav", text = "{mark_of(text)}" }}' for key, text in TEXTS.items()]
    (folder / "manifest.toml").write_text("\n".join(("[sounds]", *lines)), "utf-8")
    return tmp_path


def test_clips_follow_each_other_with_a_pause_behind_each_utterance(voice_dir: Path) -> None:
    files = SoundFiles(voice_dir, "en")
    title, place = Clip("notice.title", "Before we begin"), Clip("", "Shanghai")
    assert files.pcm((Utterance((title,)), Utterance((title, PAUSE, place)))) == b"".join(
        (TITLE, silence(BETWEEN_S), TITLE, silence(BREATH_S), PLACE, silence(BETWEEN_S))
    )
    assert len(silence(1.0)) == 2 * RATE


def test_a_regions_text_is_found_by_what_it_says(voice_dir: Path) -> None:
    files = SoundFiles(voice_dir, "en")
    assert files.has(Clip("", "Shanghai"))
    assert not files.has(Clip("", "Beijing"))


def test_a_sound_of_an_older_text_is_not_played(voice_dir: Path) -> None:
    assert not SoundFiles(voice_dir, "en").has(Clip("notice.title", "Before you begin"))


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", wav(TITLE)[:30], wav(TITLE)[:-10], wav(TITLE).replace(b"\x22\x56", b"\x44\xac", 1)]
)
def test_a_file_that_is_no_such_sound_is_silent(voice_dir: Path, content: bytes) -> None:
    (voice_dir / "en/notice.title.wav").write_bytes(content)
    clip = Clip("notice.title", "Before we begin")
    assert not SoundFiles(voice_dir, "en").has(clip)
    assert SoundFiles(voice_dir, "en").pcm((Utterance((clip,)),)) == silence(BETWEEN_S)


def test_where_nothing_was_built_nothing_is_there(tmp_path: Path) -> None:
    files = SoundFiles(tmp_path, "en")
    assert not files.has(Clip("notice.title", "Before we begin"))
    assert files.signal(Signal.ID_CARD_READ) == b""
