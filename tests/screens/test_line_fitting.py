"""Where lines break."""

from __future__ import annotations

from unicodedata import east_asian_width

from hypothesis import given
from hypothesis import strategies as st

from screens.widgets.line_fitting import wrap


def cells(text: str) -> float:
    """A width as a terminal would count it."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def test_chinese_breaks_anywhere_but_before_a_stop() -> None:
    assert wrap("请取走居住证，谢谢。", 12, cells) == ["请取走居住", "证，谢谢。"]


def test_an_opening_bracket_goes_with_what_it_opens() -> None:
    assert wrap("住在三楼（临）", 10, cells) == ["住在三楼", "（临）"]


def test_western_words_stay_whole() -> None:
    assert wrap("Take your permit now", 11, cells) == ["Take your", "permit now"]


def test_a_date_stays_whole() -> None:
    assert wrap("有效期到2027年3月9日为止", 16, cells) == ["有效期到", "2027年3月9日为止"]


def test_a_date_that_is_longer_than_a_line_is_parted_between_its_numbers() -> None:
    assert wrap("2027年12月12日。", 13, cells) == ["2027年12月", "12日。"]


def test_a_number_stays_with_its_unit() -> None:
    assert wrap("已经过期90天了", 10, cells) == ["已经过期", "90天了"]


def test_a_number_stays_with_what_it_counts_in_an_address_and_after_a_space() -> None:
    assert wrap("梧桐里路88弄6号1203室", 13, cells) == ["梧桐里路88弄", "6号1203室"]
    assert wrap("在这里签注，约 3 分钟。", 17, cells) == ["在这里签注，约", "3 分钟。"]


def test_a_long_number_is_parted_after_a_hyphen() -> None:
    assert wrap("SH-0412-7735", 9, cells) == ["SH-0412-", "7735"]


def test_a_word_that_is_longer_than_a_line_is_cut() -> None:
    assert wrap("https://kiosk.example/r/1", 10, cells) == ["https://ki", "osk.exampl", "e/r/1"]


def test_a_last_line_of_one_character_gets_company() -> None:
    assert wrap("照片朝上轻轻推进机器的插口", 24, cells) == ["照片朝上轻轻推进机器", "的插口"]


def test_line_feeds_stay() -> None:
    assert wrap("一\n二\n\n三", 10, cells) == ["一", "二", "", "三"]


def test_nothing_is_one_empty_line() -> None:
    assert wrap("", 10, cells) == [""]


TEXT = st.text(alphabet="请居住证2027年3月9日，。（）“”abc xyz-𠮷\n", max_size=60)


@given(TEXT)
def test_no_character_is_lost_or_added(text: str) -> None:
    assert "".join(wrap(text, 12, cells)).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(TEXT)
def test_no_line_is_wider_than_it_may_be(text: str) -> None:
    assert all(cells(line) <= 12 for line in wrap(text, 12, cells))


def test_words_of_letters_that_join_stay_whole_and_so_does_a_date_where_there_is_room() -> None:
    date = "2027-يىلى\u00a03-ئاينىڭ\u00a09-كۈنى"
    assert wrap(f"مۇددىتى {date}", 26, len) == ["مۇددىتى", date]
    assert wrap(f"مۇددىتى {date}", 20, len) == ["مۇددىتى 2027-يىلى", "3-ئاينىڭ\u00a09-كۈنى"]


def test_what_is_marked_as_a_thing_of_its_own_is_parted_from_its_marks_nowhere() -> None:
    assert wrap("ئورنى: \u2066上海市\u2069.", 9, len) == ["ئورنى: \u2066上", "海市\u2069."]
    assert wrap("上海 \u2066ئۇ\u2069.", 6, len) == ["上海", "\u2066ئۇ\u2069."]
