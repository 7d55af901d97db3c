"""What a person's time is counted from."""

from __future__ import annotations

import pytest

from tests.bench.human_model import ADULT, OLDER, LivedVisit, Page, Screen, characters_of, words_of

FIVE_SECONDS = "一二三四五六七八九十" * 2 + "一"  # 21 of 250 a minute
PAGE = Page(1, (FIVE_SECONDS, "English"), (FIVE_SECONDS,), touches=1)


@pytest.mark.parametrize(
    ("text", "characters", "words"),
    [
        ("请把身份证放在读卡区。", 10, 0),
        ("2027年3月9日", 3, 3),
        ("Take your permit, please.", 0, 4),
        ("编号：A-17", 2, 1),
        ("ئۇيغۇرچە", 0, 1),
        ("—— …", 0, 0),
    ],
)
def test_characters_and_words_are_counted_without_punctuation(text: str, characters: int, words: int) -> None:
    assert (characters_of(text), words_of(text)) == (characters, words)


def test_an_adult_reads_two_hundred_and_fifty_characters_a_minute() -> None:
    assert ADULT.reads_s(["国" * 250]) == pytest.approx(60.0)
    assert ADULT.reads_s(["word " * 238]) == pytest.approx(60.0)
    assert OLDER.reads_s(["国" * 250]) == pytest.approx(60.0 * 5047 / 3158)


def test_who_hears_a_screen_stays_until_the_voice_has_ended_and_reads_meanwhile() -> None:
    reading_s = 60 * 21 / 250
    assert Screen("notice", (PAGE,), 0.0).seconds(ADULT, reads_all=False) == pytest.approx(reading_s + 2.0)
    assert Screen("notice", (PAGE,), 0.0).seconds(ADULT, reads_all=True) == pytest.approx(reading_s + 60 / 238 + 2.0)
    assert Screen("notice", (PAGE,), 9.0).seconds(ADULT, reads_all=False) == pytest.approx(9.0 + 2.0)


def test_a_screen_on_two_pages_is_heard_once_and_read_and_touched_twice() -> None:
    second = Page(2, (FIVE_SECONDS,), (FIVE_SECONDS,), touches=1)
    assert Screen("notice", (PAGE, second), 9.0).seconds(ADULT, reads_all=False) == pytest.approx(120 * 21 / 250 + 4.0)


def test_a_visit_takes_what_its_screens_and_the_machine_take() -> None:
    card = Screen("id_card", (Page(1, (), (), handlings=2),), 0.0)
    visit = LivedVisit((Screen("notice", (PAGE,), 9.0), card), 30.0)
    assert visit.seconds(OLDER, reads_all=False) == pytest.approx(9.0 + 3.0 + 24.0 + 30.0)
    assert visit.dearest(OLDER, reads_all=False) is card
