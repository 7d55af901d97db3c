"""What stands between the machine and the window, without Kivy: a window does not open over a machine that died."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assets import ASSETS
from kiosk.app.closed_page import closed_page
from kiosk.app.opening import read_opening
from kiosk.app.window import Window
from kiosk.domain.faults import CONFIGURATION
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.texts.words import Text
from tests.lobby.production_site import GOOD, written


class Application:
    """In the place of the Kivy application."""

    def __init__(self) -> None:
        self.ran = self.left = False
        self.reads_large = False
        self.shown: list[AnyScreenModel] = []

    def run(self) -> None:
        self.ran = True

    def paint(self, model: AnyScreenModel) -> None:
        self.shown.append(model)

    def take_turn(self, then: Callable[[], None]) -> None:
        then()

    def after_painting(self, then: Callable[[], None]) -> None:
        then()

    def leave(self) -> None:
        self.left = True


def window(tmp_path: Path) -> Window:
    opening = read_opening(written(tmp_path, GOOD), ASSETS)
    return Window(opening, lambda: opening, None)


def test_a_window_does_not_open_over_a_machine_that_died_while_kivy_was_imported(tmp_path: Path) -> None:
    app, dying = Application(), window(tmp_path)
    dying.close(1)
    dying.open(app)
    assert not app.ran


def test_a_machine_that_dies_later_closes_the_window(tmp_path: Path) -> None:
    app, dying = Application(), window(tmp_path)
    dying.open(app)
    assert app.ran
    assert not app.left
    dying.close(1)
    assert app.left


def test_the_first_page_says_that_the_machine_starts_and_the_next_one_why_it_does_not(tmp_path: Path) -> None:
    opening = read_opening(written(tmp_path, GOOD), ASSETS)
    starting = closed_page(opening, Text("out_of_service.starting"))
    assert (starting.frame.language, starting.staff_code, starting.counter) == ("zh-Hans", "", ())
    failed = closed_page(opening, Text("fault.kiosk.public"), CONFIGURATION)
    assert failed.staff_code == "6503"
    assert failed.counter == (Text("out_of_service.permit_inside"),)
