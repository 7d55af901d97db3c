"""What is really played: SDL's disk driver writes it to a file instead of a loudspeaker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from drivers.simulators.headphone_jack_sim import HeadphoneJackSimulator
from screens.authoring.gallery import SIZES
from screens.style.theme import TEXT_SCALES
from tests.screens.conftest import OFFSCREEN
from tests.screens.test_every_screen import holds
from tests.screens.voice_files import VoiceFiles
from tests.screens.window import Window
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

SIZE = "panel-1280x800"
LONG_S = 60.0
SIGNAL_S = 3.0  # the next screen comes meanwhile
LAST_OF_NOTICE = "notice.keeps_nothing"  # nothing is played after it: it lasts longer than any test


OF_SOUND = "kiosk.domain.sound screens.sound screens.sound.voice"  # little more than their names


class Hall:
    """A window and what is heard before it."""

    def __init__(self, window: Window, files: VoiceFiles, played: Path) -> None:
        self.window = window
        self._files = files
        self._played = played

    @property
    def is_open(self) -> bool:
        """Whether the sound device was ever opened."""
        return self._played.exists()

    def heard(self, percent: int = 100) -> list[str]:
        return self._files.heard(self._played.read_bytes(), percent) if self.is_open else []

    def hears(self, *clips: str) -> None:
        """Wait until these are the last clips that were heard, each of them whole."""
        eventually(lambda: self.heard()[-len(clips) :] == list(clips))

    def hears_begin_of(self, clip: str) -> None:
        eventually(lambda: self.heard()[-1:] == [f"{clip}…"])


def step_of(step: int, steps: int = 5) -> list[str]:
    """The clips of how far the visit has come, as in English; Chinese has one more at the end."""
    return ["step.of-1", f"word.{step}", "step.of-2", f"word.{steps}"]


STILL_THERE = ["countdown.left-1", "word.30", "countdown.left-2", "countdown.more_time"]
Opening = Callable[..., AbstractContextManager[Hall]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> VoiceFiles:
    return VoiceFiles(
        tmp_path_factory.mktemp("voice") / "assets", lasts_s={LAST_OF_NOTICE: LONG_S, "id_card_read": SIGNAL_S}
    )


@pytest.fixture
def open_hall(files: VoiceFiles, tmp_path: Path) -> Opening:

    @contextmanager
    def opened(*options: str, driver: str = "disk") -> Iterator[Hall]:
        played = tmp_path / "played"
        sound = {"SDL_AUDIODRIVER": driver, "SDL_DISKAUDIOFILE": str(played)}
        with Window(SIZE, tmp_path, OFFSCREEN | sound, f"assets={files.assets}", *options) as window:
            yield Hall(window, files, played)

    return opened


def test_a_screen_is_spoken_in_its_language_and_what_is_shown_next_interrupts_it(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("id_card", "zh-Hans")
        hall.hears("id_card.title", "id_card.lead")
        hall.window.show("notice", "en")
        hall.hears_begin_of(LAST_OF_NOTICE)
        hall.window.show("insert_permit", "en")
        hall.hears(
            "notice.title",
            "notice.reads",
            "notice.sends",
            f"{LAST_OF_NOTICE}…",
            *step_of(3),
            "insert_permit.id_card_back",
            "insert_permit.title",
            "insert_permit.lead",
        )


def test_a_touch_interrupts_and_repeat_says_it_again_from_the_beginning(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("notice", "en")
        hall.hears_begin_of(LAST_OF_NOTICE)
        hall.window.ask({"touch_at": [2, 2]})
        hall.window.tell_host("voice repeat")
        hall.hears(
            f"{LAST_OF_NOTICE}…", *step_of(1), "notice.title", "notice.reads", "notice.sends", f"{LAST_OF_NOTICE}…"
        )


def test_the_question_whether_somebody_is_there_comes_at_once_and_then_the_rest_is_said(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("notice", "en")
        hall.hears_begin_of(LAST_OF_NOTICE)
        hall.window.tell_host("warn_s 30")
        hall.hears(f"{LAST_OF_NOTICE}…", "attention", *STILL_THERE, f"{LAST_OF_NOTICE}…")
        hall.window.ask({"touch": "more_time"})
        hall.hears("countdown.more_time", f"{LAST_OF_NOTICE}…", f"{LAST_OF_NOTICE}…")


def test_a_text_on_several_pages_is_said_whole_and_how_to_turn_them(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("status_overdue", "en")
        assert hall.window.ask({"labels": "screen"})["pages"] > 1
        hall.hears("status.go_on", "phrase.see_screen", "phrase.more_pages")
        hall.window.pages()
        hall.window.tell_host("voice repeat")
        hall.hears(
            "phrase.more_pages",
            *step_of(4, 4),
            "status.headline.overdue",
            "status.print",
            "status.go_on",
            "phrase.see_screen",
        )


def test_a_page_that_is_turned_cuts_nothing_off(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("notice", "en")
        hall.hears_begin_of(LAST_OF_NOTICE)
        hall.window.ask({"touch": "text_size"})
        hall.hears(f"{LAST_OF_NOTICE}…", f"{LAST_OF_NOTICE}…")


def test_of_the_same_screen_only_what_is_new_is_said(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("id_card", "en")
        hall.hears("id_card.title", "id_card.lead")
        hall.window.show("id_card_again", "en")
        hall.hears("id_card.title", "id_card.lead", "attention", "id_card.problem.lift_and_lay_again")


def test_louder_is_what_the_samples_are_and_ends_with_the_visit(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        for percent in (40, 60, 80):
            hall.window.tell_host("voice change_volume")
            assert hall.window.told() == f"voice on {percent}"
        hall.window.show("reading", "en")
        eventually(lambda: hall.heard(percent=80)[-2:] == ["reading.title", "reading.lead"])
        hall.window.show("welcome", "en")
        assert hall.window.told() == "voice on 100"


def test_the_voice_is_switched_on_repeated_made_louder_and_switched_off_by_touch(open_hall: Opening) -> None:
    screen = [*step_of(2), "id_card.title", "id_card.lead"]
    with open_hall("buttons") as hall:
        assert {"voice", "repeat", "volume"} & set(hall.window.show("id_card", "en")["targets"]) == {"voice"}
        hall.window.ask({"touch": "voice"})
        assert hall.window.told() == "voice on 100"
        hall.hears(*screen)
        hall.window.ask({"touch": "repeat"})
        hall.hears(*screen, *screen)
        hall.window.ask({"touch": "volume"})
        assert hall.window.told() == "voice on 40"
        hall.window.ask({"touch": "voice"})
        assert hall.window.told() == "voice off 40"


def test_where_a_site_has_no_sound_no_screen_offers_it(open_hall: Opening) -> None:
    with open_hall() as hall:
        assert "voice" not in hall.window.show("id_card", "en")["targets"]


@pytest.mark.parametrize("size", SIZES)
def test_the_buttons_of_the_voice_have_room_beside_all_else(tmp_path: Path, size: str) -> None:
    silent = OFFSCREEN | {"SDL_AUDIODRIVER": "dummy"}
    with Window(size, tmp_path, silent, "buttons", "voice") as window:
        for name in ("welcome", "choice_service", "assessment_in_window", "outcome_fault", "telephone", "thank_you"):
            window.show(name, "en")
            for page in window.pages():
                assert {"voice", "repeat", "volume"} <= set(page["targets"])
                holds(size, page["targets"], page)


def test_pages_of_the_largest_text_are_found_with_the_buttons_of_the_voice(tmp_path: Path) -> None:
    silent = OFFSCREEN | {"SDL_AUDIODRIVER": "dummy"}
    with Window(SIZES[0], tmp_path, silent, "buttons", "voice") as window:
        window.show("id_card", "en")
        for _ in TEXT_SCALES[1:]:
            before = largest_px(window)
            window.ask({"touch": "text_size"})
            eventually(partial(is_larger, window, before))
        window.show("assessment_in_window", "en")
        last = window.pages()[-1]
        assert last["page"] > 0
        assert {"answer_no", "answer_yes", "previous_page"} <= set(last["targets"])


def is_larger(window: Window, before_px: float) -> bool:
    return largest_px(window) > before_px


def largest_px(window: Window) -> float:
    return max(float(label["font_px"]) for label in window.ask({"labels": "screen"})["labels"])


def test_a_loudspeaker_says_nothing_of_the_person_and_headphones_do(open_hall: Opening, tmp_path: Path) -> None:
    jack = HeadphoneJackSimulator(tmp_path / "jack")
    with open_hall(f"headphones={tmp_path / 'jack'}") as hall:
        hall.window.show("thank_you", "zh-Hans")
        assert not hall.is_open
        hall.window.tell_host("voice toggle")
        assert hall.window.told() == "voice on 100"
        hall.hears("thank_you.title", "thank_you.lead", "button.finish", "phrase.see_screen")
        jack.plug_in()
        ninth_of_march = [f"word.{part}" for part in (*"2028", "year", "month_3", "day_9")]
        hall.hears("thank_you.title", "thank_you.valid_until", *ninth_of_march, "thank_you.lead", *NEXT, *NUMBER)
        jack.pull_out()
        assert hall.window.told() == "voice off 100"
    jack.close()


NEXT = [
    "thank_you.line.next_window-1",
    *[f"word.{part}" for part in (*"2028", "year", "month_2", "day_8")],
    "thank_you.line.next_window-2",
    *[f"word.{part}" for part in (*"2028", "year", "month_3", "day_9")],
]
WITHIN = ["take_permit.seconds-1", "word.40", "word.5", "take_permit.seconds-2"]
NUMBER = ["thank_you.number", *[f"word.{part}" for part in "C4D17A90"], "button.finish"]


def test_headphones_that_are_pulled_out_silence_what_was_for_them(open_hall: Opening, tmp_path: Path) -> None:
    jack = HeadphoneJackSimulator(tmp_path / "jack")
    with open_hall(f"headphones={tmp_path / 'jack'}", "voice") as hall:
        jack.plug_in()
        hall.window.show("notice", "zh-Hans")
        hall.hears_begin_of(LAST_OF_NOTICE)
        jack.pull_out()
        again = [*step_of(1), "step.of-3", "notice.title", "notice.reads", "notice.sends", f"{LAST_OF_NOTICE}…"]
        hall.hears(f"{LAST_OF_NOTICE}…", *again)
    jack.close()


def test_nothing_is_opened_before_the_voice_is_wanted_and_it_ends_with_the_visit(open_hall: Opening) -> None:
    with open_hall() as hall:
        hall.window.show("welcome", "en")
        hall.window.show("take_permit", "en")
        assert not hall.is_open
        for part, names in (("sound", OF_SOUND), ("kiosk.voice", "")):
            hall.window.tell_host(f"loaded {part}")
            assert hall.window.told() == f"loaded {names}".strip()
        hall.window.tell_host("voice toggle")
        assert hall.window.told() == "voice on 100"
        hall.hears("take_permit.title", "take_permit.headline.renewed", "take_permit.detail.receipt_follows", *WITHIN)
        hall.window.show("welcome", "en")
        assert hall.window.told() == "voice off 100"


def test_what_one_person_chose_ends_at_the_page_out_of_service_too(open_hall: Opening) -> None:
    with open_hall("buttons") as hall:
        hall.window.show("take_permit", "en")
        hall.window.tell_host("voice toggle")
        assert hall.window.told() == "voice on 100"
        hall.window.tell_host("voice change_volume")
        assert hall.window.told() == "voice on 40"
        hall.window.show("out_of_service", "en")
        assert {hall.window.told(), hall.window.told()} == {"voice off 40", "voice off 100"}


def test_an_empty_hall_hears_no_welcome_after_a_time_out_of_service(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("id_card", "en")
        hall.hears("id_card.title", "id_card.lead")
        before = hall.heard()
        for page in ("welcome", "out_of_service", "welcome"):
            hall.window.show(page, "en")
        hall.window.show("reading", "en")
        hall.hears("reading.title", "reading.lead")
        assert not [clip for clip in hall.heard()[len(before) :] if clip.startswith("welcome.")]


def test_a_language_without_a_voice_offers_none_and_tells_of_no_trouble(open_hall: Opening) -> None:
    with open_hall("voice", "buttons", "signals") as hall:
        assert "voice" in hall.window.show("id_card", "en")["targets"]
        assert "voice" not in hall.window.show("insert_permit", "ug")["targets"]
        hall.window.tell_host("voice toggle")
        assert hall.window.told() == "voice off 100"  # nothing else was told in between


def test_signals_sound_without_the_voice(open_hall: Opening) -> None:
    with open_hall("signals") as hall:
        hall.window.show("id_card", "en")
        hall.window.show("insert_permit", "en")
        hall.hears("id_card_read")
        hall.window.show("take_permit", "en")
        hall.hears("take_permit")


def test_a_signal_is_heard_to_its_end_though_the_next_screen_follows_at_once(open_hall: Opening) -> None:
    with open_hall("voice") as hall:
        hall.window.show("id_card", "en")
        hall.hears("id_card.title", "id_card.lead")
        hall.window.order("insert_permit", "en")
        hall.window.order("reading", "en")
        hall.hears("id_card_read", "reading.title", "reading.lead")


def test_without_a_sound_device_the_text_remains_and_it_is_told_once(open_hall: Opening) -> None:
    with open_hall("voice", driver="of-no-such-name") as hall:
        hall.window.show("id_card", "en")
        assert hall.window.told().startswith("no_sound ")
        hall.window.show("insert_permit", "en")
        assert "Insert your residence permit" in hall.window.words()
        hall.window.tell_host("voice toggle")
        assert hall.window.told() == "voice off 100"  # nothing else was told in between
