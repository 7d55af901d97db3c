"""The table `sound` of the configuration: when it is loud, and each of its mistakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.domain.sound import NO_SOUND, SoundSettings
from tests.component.config.test_config import mistakes_in
from tests.lobby.production_site import GOOD, written


def read(folder: Path, lines: str) -> SoundSettings:
    return load_config(written(folder, f"{GOOD}\n[sound]\n{lines}"), ASSETS).sound


def test_without_the_table_nothing_is_heard_until_somebody_asks(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD), ASSETS)
    assert config.sound == NO_SOUND
    assert read(tmp_path, "") == replace(NO_SOUND, is_offered=True)
    assert (NO_SOUND.is_offered, NO_SOUND.voice, NO_SOUND.signals, NO_SOUND.headphone_jack) == (False, False, False, "")


def test_a_site_says_whether_how_loud_and_when(tmp_path: Path) -> None:
    lines = """voice = true
signals = true
volume = 80
quiet_hours = "21:30-07:00"
quiet_volume = 0
headphone_jack = "/dev/kiosk-headphones"
"""
    assert read(tmp_path, lines) == SoundSettings(
        True, True, True, 80, time(21, 30), time(7), 0, "/dev/kiosk-headphones"
    )


@pytest.mark.parametrize(
    ("hours", "moment", "volume"),
    [
        ("21:30-07:00", time(21, 29), 80),
        ("21:30-07:00", time(21, 30), 20),
        ("21:30-07:00", time(0), 20),
        ("21:30-07:00", time(6, 59), 20),
        ("21:30-07:00", time(7), 80),
        ("12:00-14:00", time(11, 59), 80),
        ("12:00-14:00", time(13), 20),
        ("12:00-14:00", time(14), 80),
    ],
)
def test_quiet_hours_may_go_over_midnight(tmp_path: Path, hours: str, moment: time, volume: int) -> None:
    settings = read(tmp_path, f'volume = 80\nquiet_volume = 20\nquiet_hours = "{hours}"')
    assert settings.volume_at(moment) == volume


def test_without_quiet_hours_every_hour_is_the_same() -> None:
    assert {SoundSettings(volume=70).volume_at(time(hour)) for hour in range(24)} == {70}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("voice = 1", "sound.voice: is 1; true or false is wanted"),
        ("volume = 0", "sound.volume: is 0; a whole number of percent from 1 to 100 is wanted"),
        ("volume = 101", "sound.volume: is 101; a whole number of percent from 1 to 100 is wanted"),
        ("quiet_volume = -1", "sound.quiet_volume: is -1; a whole number of percent from 0 to 100 is wanted"),
        ('quiet_hours = "9-5"', "sound.quiet_hours: is '9-5'; hours such as 21:00-07:00 are wanted"),
        ('quiet_hours = "24:00-07:00"', "sound.quiet_hours: is '24:00-07:00'; hours such as 21:00-07:00 are wanted"),
        (
            'quiet_hours = "07:00-07:00"',
            "sound.quiet_hours: is '07:00-07:00', which is no time at all; hours such as 21:00-07:00 are wanted",
        ),
        ('headphone_jack = "event5"', "sound.headphone_jack: is 'event5'; an absolute path is wanted"),
        ("loud = true", "sound.loud: is not known here"),
    ],
)
def test_every_mistake_is_a_line(tmp_path: Path, line: str, told: str) -> None:
    assert mistakes_in(tmp_path, f"{GOOD}\n[sound]\n{line}\n") == [f"kiosk.toml: {told}"]
