"""With the voice on, whoever works the screens by keys hears where the focus is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from drivers.simulators.headphone_jack_sim import HeadphoneJackSimulator
from tests.screens.keyboard import TypedOn
from tests.screens.test_voice import Hall, step_of
from tests.screens.voice_files import VoiceFiles
from tests.screens.window import NEEDS_X, Window, x_server
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow, NEEDS_X]

SIZE = "panel-1280x800"
Opening = Callable[..., AbstractContextManager[tuple[Hall, TypedOn]]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> VoiceFiles:
    return VoiceFiles(tmp_path_factory.mktemp("voice") / "assets")


@pytest.fixture
def open_hall(files: VoiceFiles, tmp_path: Path) -> Opening:

    @contextmanager
    def opened(*options: str) -> Iterator[tuple[Hall, TypedOn]]:
        played = tmp_path / "played"
        sound = {"SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(played)}
        with (
            x_server("1280x800") as display,
            Window(
                SIZE, tmp_path, {"DISPLAY": display} | sound, f"assets={files.assets}", "keypad", *options
            ) as window,
        ):
            yield Hall(window, files, played), TypedOn(display, window)

    return opened


def test_the_words_of_the_button_that_the_focus_comes_to_are_said(open_hall: Opening) -> None:
    with open_hall("voice", "buttons") as (hall, keys):
        hall.window.show("notice", "en")
        hall.hears("notice.accept")
        for target, *clips in (
            ("next_page", "phrase.more_pages"),
            ("cancel", "way_out.cancel"),
            ("text_size", "access.text_size"),
            ("contrast", "access.contrast"),
            ("choose_language:zh-Hans", "language.name"),
        ):
            keys.press("Tab")
            assert keys.ring() == target
            hall.hears(*clips)
        keys.press("Tab")
        assert keys.ring() == "choose_language:ug"  # is not spoken
        keys.press("Tab")
        hall.hears("language.name", "access.help")


def test_a_key_repeats_the_page(open_hall: Opening) -> None:
    with open_hall("voice") as (hall, keys):
        hall.window.show("id_card", "en")
        hall.hears("id_card.title", "id_card.lead")
        keys.press("Tab")
        hall.hears("way_out.back")
        keys.press("F1")
        hall.hears("way_out.back", *step_of(2), "id_card.title", "id_card.lead")


def test_the_focus_interrupts_what_is_said_of_the_page_for_good(open_hall: Opening) -> None:
    with open_hall("voice") as (hall, keys):
        hall.window.show("question", "en")
        eventually(lambda: hall.is_open)
        keys.press("Tab", "Tab", "Tab", "Tab", "Tab")
        assert keys.ring() == "text_size"
        hall.hears("access.text_size")
        keys.press("Return")  # after a touch what it cut off would be said again
        keys.press("Tab")
        hall.hears("access.text_size", "access.contrast")


def test_what_is_typed_key_by_key_is_for_headphones_alone(open_hall: Opening, tmp_path: Path) -> None:
    jack = HeadphoneJackSimulator(tmp_path / "jack")
    with open_hall(f"headphones={tmp_path / 'jack'}", "voice") as (hall, keys):
        hall.window.show("telephone", "en")
        hall.hears("telephone.enter")
        keys.press("Tab", "Tab", "Left", "Left")
        hall.hears("telephone.enter", "access.help")
        jack.plug_in()
        hall.hears("telephone.enter")
        keys.press("Tab", "Tab")
        hall.hears("word.2")
    jack.close()


def test_without_the_voice_nothing_is_said(open_hall: Opening) -> None:
    with open_hall("buttons") as (hall, keys):
        hall.window.show("question", "en")
        keys.press("Tab", "Tab", "F1")
        assert not hall.is_open
