"""What diagnose says of the voice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import Config, load_config
from kiosk.diagnostics.finding import Finding, Outcome
from kiosk.diagnostics.voice_check import voice
from kiosk.domain.sound import NO_SOUND, SoundSettings
from tests.fakes.hand_clock import HandClock
from tests.lobby.production_site import GOOD, written


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of a site whose program was copied without the sounds."""
    assets = tmp_path / "assets"
    (assets / "voice").mkdir(parents=True)
    for language in ("zh-Hans", "en"):
        (assets / f"voice/{language}.toml").write_bytes((ASSETS / f"voice/{language}.toml").read_bytes())
    return replace(load_config(written(tmp_path, GOOD), ASSETS), assets_dir=assets)


def found(config: Config, settings: SoundSettings = NO_SOUND) -> list[tuple[Outcome, str]]:
    findings: list[Finding] = [*voice(replace(config, sound=settings), HandClock())]
    return [(finding.outcome, finding.detail) for finding in findings]


def builds(config: Config, language: str, manifest: str = '[sounds]\n"a" = { file = "a.wav", text = "b" }\n') -> None:
    (config.assets_dir / "voice" / language).mkdir()
    (config.assets_dir / "voice" / language / "manifest.toml").write_text(manifest, "utf-8")


READ_ONLY = "without a voice, so read only: ug"
OFFERED = SoundSettings(is_offered=True)
NO_SOUNDS = [
    f"there are no sounds of {language}: build them with the program, and copy assets/voice"
    for language in ("zh-Hans", "en")
]


def test_missing_sounds_matter_where_the_site_wants_them(config: Config) -> None:
    assert found(config, replace(OFFERED, voice=True)) == [
        *((Outcome.WARNING, flaw) for flaw in NO_SOUNDS),
        (Outcome.OK, READ_ONLY),
    ]
    assert found(config) == [(Outcome.OK, "; ".join(("not offered: zh-Hans, en", READ_ONLY, *NO_SOUNDS)))]


def test_what_is_there_is_told(config: Config) -> None:
    for language in ("zh-Hans", "en"):
        builds(config, language)
    assert found(config, replace(OFFERED, voice=True)) == [(Outcome.OK, f"on from the start: zh-Hans, en; {READ_ONLY}")]
    assert found(config, replace(OFFERED, volume=50)) == [
        (Outcome.OK, f"off until somebody asks for it: zh-Hans, en; {READ_ONLY}")
    ]
    jack = "/dev/no-such-jack"
    assert found(config, replace(OFFERED, headphone_jack=jack)) == [
        (Outcome.WARNING, f"{jack} is not there or may not be read; what is for headphones alone is not said"),
        (Outcome.OK, READ_ONLY),
    ]


@pytest.mark.parametrize("manifest", ["", "[sounds]\n", '[sounds]\n"a" = { fi'])
def test_a_manifest_that_names_no_sound_or_is_torn_is_as_none(config: Config, manifest: str) -> None:
    for language in ("zh-Hans", "en"):
        builds(config, language, manifest)
    assert found(config, OFFERED) == [*((Outcome.WARNING, flaw) for flaw in NO_SOUNDS), (Outcome.OK, READ_ONLY)]


def test_a_jack_that_is_a_folder_cannot_be_read(config: Config) -> None:
    for language in ("zh-Hans", "en"):
        builds(config, language)
    assert found(config, replace(OFFERED, headphone_jack="/dev"))[0][1].startswith("/dev is not there or may not be")


def test_a_language_without_a_voice_is_told_and_no_fault(config: Config) -> None:
    (config.assets_dir / "voice/en.toml").unlink()
    builds(config, "zh-Hans")
    read_only = "without a voice, so read only: en, ug"
    assert found(config, replace(OFFERED, voice=True)) == [(Outcome.OK, f"on from the start: zh-Hans; {read_only}")]
    jack = "/dev/no-such-jack"
    assert found(config, replace(OFFERED, headphone_jack=jack))[1:] == [(Outcome.OK, read_only)]


def test_a_grammar_file_with_a_mistake_is_told(config: Config) -> None:
    (config.assets_dir / "voice/en.toml").write_text("[words]\n", "utf-8")
    assert any("en.toml: is missing" in detail for _, detail in found(config, replace(OFFERED, voice=True)))
