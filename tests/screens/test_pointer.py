"""A pointer under X, moved by xdotool as a person's hand would be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.screens.window import Lines, Window
from tests.waiting import LIMIT_S

pytestmark = [
    pytest.mark.screen, pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"),
]

NOT_NOW_S = 0.4


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        number = Lines(reading).next(within_s=LIMIT_S)
        assert number is not None
        yield f":{number.strip()}"
    finally:
        server.terminate()
        server.wait(10)
        os.close(reading)


@pytest.fixture(scope="module")
def on_x(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
    with Window("panel-1280x800", tmp_path_factory.mktemp("x"), environment) as window:
        yield window


def test_a_click_inside_a_button_acts(display: str, on_x: Window) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "click", "1")
    assert on_x.intent() == "start"


def test_letting_go_outside_the_button_does_nothing(display: str, on_x: Window) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1", "mousemove", str(x), "300", "mouseup", "1")
    assert on_x.intent(NOT_NOW_S) is None


def _middle(box: list[float]) -> tuple[int, int]:
    x, y, width, height = box
    return round(x + width / 2), round(y + height / 2)


def _xdotool(display: str, *words: str) -> None:
    subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": display}, check=True, timeout=LIMIT_S)
