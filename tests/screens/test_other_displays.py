"""A display of another size than the screen file's: everything is laid out for what is there, and it is told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from assets import ASSETS
from kiosk.app.display import DisplaySize
from kiosk.diagnostics.display_check import outputs
from kiosk.diagnostics.finding import Outcome
from kiosk.domain.faults import DISPLAY_SIZE
from screens.shell.display_size import display_size, size_in
from screens.shell.screen_file import load_screen_file
from screens.style.theme import Theme
from tests.sampling import long_but
from tests.screens.window import NEEDS_X, Window, x_server
from tests.waiting import LIMIT_S, eventually

SIZES = ("portrait-1080x1920", "landscape-1920x1080", "panel-1280x800")
OTHERS = (
    ("portrait-1080x1920", "1024x768"),
    ("portrait-1080x1920", "1366x768"),
    ("portrait-1080x1920", "800x1280"),
    ("landscape-1920x1080", "1280x1024"),
    ("landscape-1920x1080", "1080x1920"),
    ("landscape-1920x1080", "1024x768"),
    ("panel-1280x800", "800x1280"),
    ("panel-1280x800", "1920x1080"),
    ("panel-1280x800", "1366x768"),
)
SOME = {"portrait-1080x1920 on 1024x768", "landscape-1920x1080 on 1080x1920", "panel-1280x800 on 1366x768"}
FULL = (
    "welcome",
    "choice_service",
    "choice_proof",
    "telephone_again",
    "attendant_wrong",
    "service",
    "assessment_overdue",
    "assessment_long_address",
    "confirm",
    "progress_three",
    "outcome_fault",
    "status_overdue",
)  # screens that hold much, and the one with *start*


@NEEDS_X
@pytest.mark.screen
@pytest.mark.slow
@pytest.mark.parametrize("display_of", long_but(SOME, OTHERS, names=map(" on ".join, OTHERS)))
def test_nothing_is_cut_off_on_another_display(display_of: tuple[str, str], tmp_path: Path) -> None:
    size, there = display_of
    width, height = map(int, there.split("x"))
    with x_server(there) as display:
        environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        with Window(size, tmp_path, environment, "fullscreen") as window:
            for name in FULL:
                for language in ("zh-Hans", "en"):
                    targets = window.show(name, language)["targets"]
                    layout = window.ask({"labels": "screen"})
                    assert layout["window"] == [width, height]
                    outside = [
                        target
                        for target, (x, y, wide, high) in targets.items()
                        if x < 0 or y < 0 or x + wide > width or y + high > height
                    ]
                    assert outside == [], (name, language)
            _is_painted_to_the_edges(window, tmp_path / "welcome.png")
            x, y, wide, high = window.painted["targets"]["start"]
            subprocess.run(
                ["xdotool", "mousemove", str(round(x + wide / 2)), str(round(y + high / 2)), "click", "1"],
                env={**os.environ, "DISPLAY": display},
                check=True,
                timeout=LIMIT_S,
            )
            assert window.intent() == "start"


def _is_painted_to_the_edges(window: Window, picture: Path) -> None:
    """A window that was made larger after it was opened would be black where it had not been before."""
    window.show("welcome", "en")
    window.ask({"screenshot": str(picture)})
    with Image.open(picture) as taken:
        edges = [taken.convert("RGB").getpixel((x, y)) for x in (2, taken.width - 3) for y in (2, taken.height - 3)]
    assert (0, 0, 0) not in edges


@pytest.mark.screen
@pytest.mark.slow
def test_the_layout_follows_a_display_that_becomes_another(tmp_path: Path) -> None:
    with Window("panel-1280x800", tmp_path, {"SDL_VIDEODRIVER": "offscreen"}) as window:
        before = window.show("welcome", "en")["targets"]["start"]
        window.tell_host("window_px 640x400")
        eventually(lambda: window.ask({"labels": "screen"})["window"] == [640, 400])
        x, y, wide, high = window.show("welcome", "en")["targets"]["start"]
        assert x + wide <= 640
        assert y + high <= 400
        assert wide < before[2]
        assert abs(2 * high - before[3]) <= 2


@NEEDS_X
@pytest.mark.screen
@pytest.mark.slow
def test_a_window_is_no_larger_than_its_display(tmp_path: Path) -> None:
    with x_server("1280x800") as display:
        environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        with Window("portrait-1080x1920", tmp_path, environment) as window:
            targets = window.show("welcome", "en")["targets"]
            assert window.ask({"labels": "screen"})["window"] == [1080, 800]
            x, y, wide, high = targets["start"]
            assert x + wide <= 1080
            assert y + high <= 800


@NEEDS_X
@pytest.mark.slow
def test_the_display_is_asked_for_its_size() -> None:
    with x_server("1366x768") as display:
        assert display_size({"DISPLAY": display}) == (1366, 768)
        assert display_size({"DISPLAY": display, "HOME": "/nonexistent"}) == (1366, 768)
    assert display_size({"DISPLAY": display}) is None  # it is gone
    assert display_size({}) is None


def test_the_answer_of_an_x_server_is_read_whole_or_not_at_all() -> None:
    """X11 protocol, section 8: vendor "V" padded to four bytes, one format, one screen of 1366 x 768."""
    screen = bytes(20) + (1366).to_bytes(2, "little") + (768).to_bytes(2, "little") + bytes(16)
    body = bytes(16) + b"\x01\x00" + bytes(2) + b"\x01\x01" + bytes(10) + b"V\0\0\0" + bytes(8) + screen
    answer = b"\x01\x00\x0b\x00\x00\x00" + (len(body) // 4).to_bytes(2, "little") + body
    assert size_in(answer) == (1366, 768)
    assert size_in(answer + b"tail") == (1366, 768)
    for end in range(76):
        assert size_in(answer[:end]) is None
    assert size_in(b"\x00" + answer[1:]) is None  # a refusal


@pytest.mark.parametrize("size", SIZES)
def test_the_theme_keeps_the_file_s_proportions_on_another_display(size: str) -> None:
    file = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    own = Theme.of(file)
    assert file.fitted_to(file.width_px, file.height_px) is file
    twice = Theme.of(file.fitted_to(2 * file.width_px, 2 * file.height_px))
    assert abs(twice.body - 2 * own.body) <= 1
    assert abs(twice.primary - 2 * own.primary) <= 2
    higher = file.fitted_to(file.width_px, 2 * file.height_px) if own.portrait else None
    assert higher is None or Theme.of(higher) == own  # the narrower side decides
    turned = Theme.of(file.fitted_to(file.height_px, file.width_px))
    assert turned.portrait is not own.portrait
    assert turned.body < own.body or not own.portrait


def test_a_display_of_another_size_stands_in_the_log_once_for_each_size(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "kiosk")
    size = DisplaySize((1080, 1920))
    size.found(1080, 1920)
    assert (size.fault, caplog.messages) == (None, [])
    size.found(1024, 768)
    assert size.fault is DISPLAY_SIZE
    assert caplog.messages == [
        f'display_differs {{"fault": "{DISPLAY_SIZE.code}", "found": "1024x768", "wanted": "1080x1920"}}'
    ]
    size.found(1080, 1920)
    assert size.fault is None


def test_diagnose_compares_every_connected_output_with_the_screen_file(tmp_path: Path) -> None:
    for name, status, modes in (
        ("card0-HDMI-A-1", "connected", "1920x1080\n1280x720\n"),
        ("card0-DP-1", "disconnected", ""),
        ("card0-DP-2", "connected", "1024x768\n800x600\n"),
        ("card1-eDP-1", "connected", ""),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{status}\n", "ascii")
        (tmp_path / name / "modes").write_text(modes, "ascii")
    found = outputs(tmp_path, 1080, 1920)
    assert [(finding.outcome, finding.detail) for finding in found] == [
        (Outcome.FAILED, "DP-2 is 1024x768, the screen file says 1080x1920"),
        (Outcome.OK, "HDMI-A-1: 1920x1080"),  # an upright display is one that was turned
        (Outcome.OK, "eDP-1 is connected and does not tell its size"),
    ]
    assert found[0].fault is DISPLAY_SIZE
    nothing = outputs(tmp_path / "no graphics card", 1080, 1920)
    assert [finding.outcome for finding in nothing] == [Outcome.SKIPPED]
