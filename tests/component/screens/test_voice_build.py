"""The tool that makes the sounds: placeholders, recordings in their place, and texts that changed behind them."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.voice.clips import Clip, Utterance, mark_of
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import languages_spoken
from kiosk.voice.signals import Signal
from screens.authoring.synthesis import pinyin_of, speech, tones, wav
from screens.authoring.voice_build import build, build_signals, manifest, mistakes_of, note, recordings, sounds_of
from screens.authoring.voice_clips import clips_of
from screens.sound.sound_files import RATE, SoundFiles
from tests.waiting import LIMIT_S

VOICE_DIR = ASSETS / "voice"
LANGUAGES = languages_spoken(VOICE_DIR)
RECORDED = wav(b"\1\2" * 500)
KEY = "notice.title"
TEXTS = {KEY: "Before we begin", "notice.reads": "It reads.", "notice.sends": "It sends.", "word.and": "and"}


@pytest.fixture
def voice_dir(tmp_path: Path) -> Path:
    (tmp_path / "recorded/en").mkdir(parents=True)
    (tmp_path / "en.toml").write_bytes((ASSETS / "voice/en.toml").read_bytes())
    return tmp_path


@pytest.fixture
def recorded(voice_dir: Path) -> Path:
    path = voice_dir / f"recorded/en/{KEY}.wav"
    path.write_bytes(RECORDED)
    return path


def grammar(language: str) -> Grammar:
    return Grammar.load(ASSETS / "voice" / f"{language}.toml")


def is_placeholder(voice_dir: Path) -> bool:
    return sounds_of(TEXTS, grammar("en"), recordings("en", voice_dir))[KEY].placeholder


def mistakes(texts: dict[str, str], voice_dir: Path) -> list[str]:
    return list(mistakes_of("en", texts, voice_dir))


def test_a_recording_whose_text_was_noted_wins(voice_dir: Path, recorded: Path) -> None:
    assert is_placeholder(voice_dir)
    assert mistakes(TEXTS, voice_dir) == [f"recorded/en/{KEY}.wav: nobody noted what it says: voice_build --note"]
    note({"en": TEXTS}, voice_dir)
    assert not is_placeholder(voice_dir)
    assert mistakes(TEXTS, voice_dir) == []


def test_a_text_that_changed_after_its_recording_is_reported_and_not_said(voice_dir: Path, recorded: Path) -> None:
    note({"en": TEXTS}, voice_dir)
    changed = TEXTS | {KEY: "Before you start"}
    told = [f"recorded/en/{KEY}.wav: its text has changed since it was recorded; now: Before you start"]
    assert mistakes(changed, voice_dir) == told
    assert sounds_of(changed, grammar("en"), recordings("en", voice_dir))[KEY].placeholder
    note({"en": changed}, voice_dir)  # the file is the old one, so it says the old text
    assert mistakes(changed, voice_dir) == told
    recorded.write_bytes(wav(b"\5\6" * 500))
    note({"en": changed}, voice_dir)
    assert mistakes(changed, voice_dir) == []


def test_recordings_that_no_text_or_no_player_wants_are_reported(voice_dir: Path) -> None:
    (voice_dir / "recorded/en/no.such.key.wav").write_bytes(RECORDED)
    (voice_dir / "recorded/en/notice.reads.wav").write_bytes(b"ID3")
    with wave.open(str(voice_dir / "recorded/en/notice.sends.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
    note({"en": TEXTS}, voice_dir)
    assert [mistake.partition(": ")[2] for mistake in mistakes(TEXTS, voice_dir)] == [
        "there is no text of this key",
        "is no WAV file of PCM: EOFError()",
        "has 16 bits, 2 channels and 22050 Hz; 16, 1 and 22050 are wanted",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_setup_built_is_whole(language: str) -> None:
    files = SoundFiles(VOICE_DIR, language)
    clips = [Clip(key, text) for key, text in clips_of(language).items()]
    assert [clip.key for clip in clips if not files.has(clip) or not files.pcm([Utterance((clip,))]).strip(b"\0")] == []
    assert all(files.signal(signal) for signal in Signal)


def test_a_second_build_finds_nothing_to_do() -> None:
    for asked in ((), ("--check",)):
        answer = subprocess.run(
            [sys.executable, "-m", "screens.authoring.voice_build", *asked],
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
            text=True,
            cwd=ASSETS.parent,
        )
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.slow
def test_only_what_is_not_current_is_made(voice_dir: Path, recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note({"en": TEXTS}, voice_dir)
    assert build("en", TEXTS, voice_dir) == len(TEXTS)
    assert (voice_dir / f"en/{KEY}.wav").read_bytes() == RECORDED
    assert set(manifest(voice_dir / "en")) == {path.stem for path in (voice_dir / "en").glob("*.wav")} == set(TEXTS)
    capsys.readouterr()
    assert (build("en", TEXTS, voice_dir), capsys.readouterr().out) == (0, "")
    fewer = {key: text for key, text in TEXTS.items() if key != "notice.reads"} | {"notice.sends": "Another text"}
    recorded.unlink()
    assert build("en", fewer, voice_dir) == 2
    assert not (voice_dir / "en/notice.reads.wav").exists()
    assert manifest(voice_dir / "en")["notice.sends"].text == mark_of("Another text")
    assert (voice_dir / f"en/{KEY}.wav").read_bytes() != RECORDED


@pytest.mark.slow
def test_recordings_are_taken_without_a_synthesiser(voice_dir: Path, recorded: Path) -> None:
    note({"en": TEXTS}, voice_dir)
    assert build("en", TEXTS, voice_dir, placeholders=False) == 1
    assert set(manifest(voice_dir / "en")) == {path.stem for path in (voice_dir / "en").glob("*.wav")} == {KEY}
    build("en", TEXTS, voice_dir)
    recorded.unlink()
    assert build("en", TEXTS, voice_dir, placeholders=False) == 0
    assert set(manifest(voice_dir / "en")) == set(TEXTS) - {KEY}  # what is current stays


def test_signals_are_made_once(tmp_path: Path) -> None:
    build_signals(tmp_path)
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "signals").iterdir()}
    assert {path.stem for path in made} == {signal.value for signal in Signal}
    build_signals(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert len({tones(signal) for signal in Signal}) == len(Signal)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sound_has_a_text_and_no_two_texts_of_regions_are_the_same(language: str) -> None:
    clips = clips_of(language)
    assert [key for key, text in clips.items() if not text.strip()] == []
    names = [text for key, text in clips.items() if key.startswith(("area.", "beijing.", "shanghai.", "xinjiang."))]
    assert len(names) == len(set(names))


def test_chinese_is_spoken_by_its_pinyin_with_numbers_in_words() -> None:
    chinese = grammar("zh-Hans")
    assert pinyin_of("约 3 分钟。", chinese).split() == ["yue1", "san1", "fen1", "zhong1", "."]
    assert pinyin_of("2028年，重新办理", chinese).split() == [
        *("er4", "ling2", "er4", "ba1", "nian2", ","),
        *("chong2", "xin1", "ban4", "li3"),
    ]
    assert pinyin_of("起重新计算，以芯片为准", chinese) == "qi3 chong2 xin1 ji4 suan4 , yi3 xin1 pian4 wei2 zhun3"


@pytest.mark.slow
@pytest.mark.parametrize(("language", "text"), [("zh-Hans", "请取走居住证"), ("zh-Hans", "A"), ("en", "Take it")])
def test_a_placeholder_is_a_sound_that_a_player_takes(tmp_path: Path, language: str, text: str) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(speech(text, grammar(language)))
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert RATE * 0.1 < file.getnframes() < RATE * 4
