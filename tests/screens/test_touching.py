"""Touches, through the same ways in as a finger's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.samples import samples
from tests.screens.window import Lines, Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NOT_NOW_S = 0.4


@pytest.mark.parametrize("name", list(samples("en")))
def test_each_target_emits_its_own_intent(upright: Window, name: str) -> None:
    for target in upright.show(name, "en")["targets"]:
        assert upright.ask({"touch": target}) == {"done": "touch"}
        assert upright.intent() == target.replace(":", " ")


def test_each_screen_offers_what_belongs_to_it(upright: Window) -> None:
    offered = {name: set(upright.show(name, "en")["targets"]) - {"choose_language:zh-Hans"}
               for name in samples("en")}
    assert offered["welcome"] == {"start"}
    assert offered["notice"] == {"accept_notice", "cancel", "more_time"}
    assert offered["id_card"] == {"cancel", "more_time"}
    assert offered["reading"] == {"cancel"}
    assert offered["assessment_in_window"] == {"go_on", "cancel"}
    assert offered["assessment_too_early"] == {"cancel"}
    assert offered["declaration"] == {"declare_unchanged", "declare_changed", "cancel"}
    assert offered["confirm"] == {"confirm", "cancel"}
    assert offered["writing_chip"] == set()
    assert offered["take_permit"] == set()
    assert offered["receipt"] == {"finish"}
    assert offered["thank_you"] == {"finish", "more_time"}
    assert offered["five_parts_fault"] == {"finish", "more_time"}
    assert offered["out_of_service"] == set()


def test_a_touch_beside_every_target_does_nothing(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.ask({"touch_at": [5, 900]})
    assert upright.intent(NOT_NOW_S) is None


def test_what_is_not_on_the_screen_cannot_be_touched(upright: Window) -> None:
    upright.show("writing_chip", "en")
    assert upright.ask({"touch": "cancel"}) == {"refused": "KeyError: 'cancel'"}


def test_a_screenshot_is_a_picture_of_the_window(upright: Window, tmp_path: Path) -> None:
    from PIL import Image

    upright.show("confirm", "zh-Hans")
    assert upright.ask({"screenshot": str(tmp_path / "confirm.png")}) == {"done": "screenshot"}
    with Image.open(tmp_path / "confirm.png") as picture:
        assert picture.size == (1080, 1920)
        assert len(picture.getcolors(maxcolors=100_000) or []) > 100


@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
class TestAPointerUnderX:
    @pytest.fixture(scope="class")
    def display(self) -> Iterator[str]:
        reading, writing = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
            pass_fds=(writing,), stderr=subprocess.DEVNULL)
        os.close(writing)
        try:
            number = Lines(reading).next(within_s=20.0)
            assert number is not None
            yield f":{number.strip()}"
        finally:
            server.terminate()
            server.wait(10)
            os.close(reading)

    @pytest.fixture(scope="class")
    def on_x(self, display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
        environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        with Window("panel-1280x800", tmp_path_factory.mktemp("x"), environment) as window:
            yield window

    def test_a_click_inside_a_button_acts(self, display: str, on_x: Window) -> None:
        x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
        _xdotool(display, "mousemove", str(x), str(y), "click", "1")
        assert on_x.intent() == "start"

    def test_letting_go_outside_the_button_does_nothing(self, display: str, on_x: Window) -> None:
        x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
        _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1", "mousemove", str(x), "300", "mouseup", "1")
        assert on_x.intent(NOT_NOW_S) is None


def _middle(box: list[float]) -> tuple[int, int]:
    x, y, width, height = box
    return round(x + width / 2), round(y + height / 2)


def _xdotool(display: str, *words: str) -> None:
    subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": display}, check=True, timeout=10)
