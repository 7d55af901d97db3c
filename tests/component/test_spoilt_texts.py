"""A file of texts that was spoilt on the disk is told at the start, line by line, before any device moves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import bootstrap
from kiosk.app.switch_off_signals import SwitchOffSignals
from kiosk.config import load_config
from screens.translation import LocaleFileError, Translation
from tests.component.test_config import ASSETS, GOOD, written

SPOILT = {
    "format.date": ('date = "{day} {month_name} {year}"', 'date = "{weekday}"'),
    "unbalanced braces": ('cancel = "', 'cancel = "{'),
    "must be a text": ('cancel = "', 'cancel = 7 # "'),
    "month_names": ("month_names = [", 'month_names = ["Nonember", '),
    "not TOML": ("[language]", "[language"),
}


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    for folder in ("locale", "screens", "regions", "permits", "devices"):
        shutil.copytree(ASSETS / folder, tmp_path / "assets" / folder)
    return tmp_path / "assets"


@pytest.mark.parametrize("told", SPOILT)
def test_a_spoilt_language_is_told_by_file_and_key(assets: Path, told: str) -> None:
    before, after = SPOILT[told]
    english = assets / "locale" / "en.toml"
    text = english.read_text(encoding="utf-8")
    assert before in text
    english.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LocaleFileError) as caught:
        Translation.load(assets / "locale", "en")
    assert all(mistake.startswith("en.toml: ") for mistake in caught.value.mistakes)
    assert told in caught.value.mistakes[0]


def test_a_kiosk_with_a_spoilt_language_does_not_start(
    assets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIVY_HOME", str(tmp_path / "kivy"))
    (assets / "locale" / "en.toml").write_text("[format]\n", encoding="utf-8")
    config = load_config(written(tmp_path, GOOD), assets)
    with SwitchOffSignals() as signals:
        assert bootstrap.run_window(replace(config, state_dir=tmp_path), signals) == 2
    assert "en.toml: format.date: is missing" in capsys.readouterr().err
