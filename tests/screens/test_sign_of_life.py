"""What is asked of display and screen, and what counts as an answer."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.demo.display import Display, open_display
from screens.shell.sign_of_life import SignOfLife, display_answers
from tests.waiting import LIMIT_S

AT_ONCE_S = 0.05
NOBODYS = 40000 + os.getpid()
"""The number of a display that no X server here has."""


class FakeScreen:
    """Kivy's thread, which takes a turn or paints when the test says so."""

    def __init__(self) -> None:
        self.turns: list[Callable[[], None]] = []
        self.frames: list[Callable[[], None]] = []

    def take_turn(self, then: Callable[[], None]) -> None:
        self.turns.append(then)

    def after_painting(self, then: Callable[[], None]) -> None:
        self.frames.append(then)


@pytest.fixture
def x11(tmp_path: Path) -> Iterator[Display]:
    if shutil.which("Xvfb") is None:
        pytest.skip("there is no Xvfb")
    with ExitStack() as stack:
        yield open_display(stack, tmp_path, 320, 200, hidden=True)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that is no X server, where one would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f"\0/tmp/.X11-unix/X{NOBODYS}")
        listener.listen(0)
        yield listener


@pytest.mark.slow
@pytest.mark.screen
def test_an_x_server_that_is_stopped_does_not_answer_and_one_that_goes_on_does(x11: Display) -> None:
    assert x11.x11_pid is not None
    assert display_answers(x11.environment, LIMIT_S)
    os.kill(x11.x11_pid, signal.SIGSTOP)
    assert not display_answers(x11.environment, AT_ONCE_S)
    os.kill(x11.x11_pid, signal.SIGCONT)
    assert display_answers(x11.environment, LIMIT_S)


def test_what_accepts_and_says_nothing_does_not_answer(listener: socket.socket) -> None:
    assert not display_answers({"DISPLAY": f":{NOBODYS}"}, AT_ONCE_S)


def test_where_so_many_wait_that_nobody_gets_in_there_is_no_answer(listener: socket.socket) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            waiting = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
            waiting.connect_ex(f"\0/tmp/.X11-unix/X{NOBODYS}")
        assert not display_answers({"DISPLAY": f":{NOBODYS}"}, AT_ONCE_S)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ""},
        {"DISPLAY": f":{NOBODYS}"},
        {"DISPLAY": f"elsewhere:{NOBODYS}.0"},
        {"WAYLAND_DISPLAY": "wayland-1", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_a_display_that_cannot_be_asked_here_is_not_taken_for_dead(environment: dict[str, str]) -> None:
    assert display_answers(environment, AT_ONCE_S)


def test_a_display_that_hangs_is_named_before_the_screen_is_asked(listener: socket.socket) -> None:
    screen = FakeScreen()
    sign = SignOfLife(screen, {"DISPLAY": f":{NOBODYS}"})
    assert sign.ails(AT_ONCE_S) == "display"
    assert (screen.turns, screen.frames) == ([], [])


def test_a_screen_that_takes_no_turn_is_asked_once_and_lives_when_it_takes_it() -> None:
    screen = FakeScreen()
    sign = SignOfLife(screen, {})
    assert [sign.ails(AT_ONCE_S) for _ in range(3)] == ["screen"] * 3
    [turn] = screen.turns
    turn()
    assert sign.ails(AT_ONCE_S) is None
    assert screen.frames == []


def test_now_and_then_a_frame_is_asked_for_in_place_of_a_turn() -> None:
    screen = FakeScreen()
    sign = SignOfLife(screen, {}, frame_every_s=0.0)
    assert sign.ails(AT_ONCE_S) == "screen"
    [painted] = screen.frames
    painted()
    assert sign.ails(AT_ONCE_S) is None
    assert screen.turns == []
