"""A region file that is wrong is refused, with every mistake in one pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.endorsement import Service
from kiosk.policy.region_file import REGIONS_DIR, RegionFileError, load_region, parse_region
from tests.unit.policy.region_cases import INVENTED_DIR

TEXTS = {
    name: (INVENTED_DIR / f"{name}.toml").read_text(encoding="utf-8")
    for name in ("qinghe", "yunxi", "caohai", "nanling", "shibei", "wuting")
}
TEXTS["shanghai"] = (REGIONS_DIR / "shanghai.toml").read_text(encoding="utf-8")


def mistakes_after(name: str, *changes: tuple[str, str]) -> list[str]:
    """The mistakes of a region file in which each first text was replaced by the second."""
    text = TEXTS[name]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(RegionFileError) as refused:
        parse_region(text, "changed.toml")
    return refused.value.mistakes


def line_of(name: str, part: str) -> int:
    return next(number for number, line in enumerate(TEXTS[name].splitlines(), start=1) if part in line)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_files_themselves_are_right(name: str) -> None:
    assert parse_region(TEXTS[name], f"{name}.toml").code == name


def test_a_mistake_names_file_line_and_key() -> None:
    assert mistakes_after("shanghai", ('served = "at_once"', 'served = "soon"')) == [
        f"changed.toml:{line_of('shanghai', 'served = ')}: services.endorse.served: "
        "must be one of at_once, after_review, counter, not_offered, not 'soon'"
    ]


HOURS = 'opens = "08:30", closes = "16:30"'
SECOND_ROW, THIRD_ROW = "{ before = { months = 1 }, st", "{ last = { months = 6 }, st"


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "reason"),
    [
        (
            "qinghe",
            'end_date = "day_before"',
            'end_date = "day_before"\nshift = 1',
            "term.shift",
            "is not a key of this",
        ),
        ("qinghe", "[kiosks]", "[kiosk]", "kiosk", "is not a key of this"),
        ("qinghe", "last = { months = 6 }\n", "", "overdue[0].last", "overlaps overdue[1]"),
        ("qinghe", 'code = "too_late"', 'code = "too_late"\nlast = { days = 181 }', "overdue[1].last", "gap"),
        (
            "qinghe",
            'code = "too_late"',
            'code = "too_late"\nlast = { months = 6 }',
            "overdue[1].last",
            "overlaps overdue",
        ),
        ("qinghe", 'code = "too_late"', 'code = "late"', "overdue[1].code", "another rule already"),
        ("qinghe", 'new_dates = "today"', 'new_dates = "tomorrow"', "overdue[0].new_dates", "must be one of"),
        ("qinghe", 'new_dates = "today"\n', "", "overdue[0].new_dates", "no new term"),
        ("qinghe", 'new_dates = "today"', 'new_dates = "unchanged"', "overdue[0].new_dates", "over already"),
        ("qinghe", 'outcome = "reapply"', 'outcome = "in_window"', "overdue[1].outcome", "after the end date"),
        (
            "qinghe",
            "opens_before = { months = 1 }",
            "opens_before = { months = 12 }",
            "window.opens_before",
            "shortest",
        ),
        ("qinghe", "opens_before = { months = 1 }", "opens_before = { weeks = 1 }", "window.opens_before", "must be {"),
        ("qinghe", "opens_before = { months = 1 }", "opens_before = { days = 0 }", "window.opens_before.days", "whole"),
        ("qinghe", "2024-08-31", "2024-08-32", "measures[0].ends_until", "no such date"),
        (
            "qinghe",
            "ends_until = 2024-08-31",
            "ends_until = 2024-05-31",
            "measures[0].ends_until",
            "is before ends_from",
        ),
        ("qinghe", "closes_on = 2024-10-31", "closes_on = 2025-10-31", "measures[0].closes_on", "over already"),
        ("qinghe", "ends_from = 2024-06-15\n", "", "measures[0].closes_on", "for which permits"),
        ("qinghe", 'cite = "rules/第五条"', 'cite = "rules/第六条"', "window.cite", "does not list"),
        ("qinghe", 'cite = "rules/第五条"', 'cite = "laws/第五条"', "window.cite", "not listed under sources"),
        ("qinghe", 'cite = "rules/第五条"', 'cite = "第五条"', "window.cite", "source/section"),
        ("qinghe", 'cite = "rules/第五条"\n', "", "window.cite", "is missing"),
        ("qinghe", ', en = "Endorse" }', " }", "services.endorse.name.en", "is missing"),
        ("qinghe", 'zh-Hans = "签注", ', "", "services.endorse.name.zh-Hans", "is missing"),
        ("qinghe", 'zh-Hans = "签注", ', 'zh-Hans = "签\\n注", ', "services.endorse.name.zh-Hans", "holds U+000A"),
        ("qinghe", 'zh-Hans = "签注", ', 'zh-Hans = "\\u202E注", ', "services.endorse.name.zh-Hans", "holds U+202E"),
        ("qinghe", 'zh-Hans = "签注", ', f'zh-Hans = "{"签" * 501}", ', "services.endorse.name.zh-Hans", "at most 500"),
        ("qinghe", 'area_prefixes = ["91"]', 'area_prefixes = ["Q1"]', "area_prefixes", "digits"),
        ("qinghe", "format = 1", "format = 2", "format", "from 1 to 1"),
        ("qinghe", "months = 12", 'months = "twelve"', "categories.standard.months", "whole number"),
        ("qinghe", "ours = true", 'ours = ["nothing"]', "senseless.ours", "does not give"),
        ("qinghe", "[services.endorse]", "[services.wedding]", "services.wedding", "is no service"),
        ("yunxi", SECOND_ROW, "{ before = { days = 0 }, st", "start_dates.by_month.rows[1]", "overlaps"),
        ("yunxi", SECOND_ROW, "{ st", "start_dates.by_month.rows[1]", "overlaps rows[2]"),
        ("yunxi", THIRD_ROW, "{ before = { months = 6 }, st", "overdue[0].new_dates", "ends before this"),
        ("yunxi", THIRD_ROW, "{ last = { months = 5 }, st", "overdue[0].new_dates", "ends before this"),
        (
            "yunxi",
            'served = "after_review"\n',
            'served = "after_review"\nwhen2 = {}\n',
            "services.endorse.rules[0].when2",
            "not a key",
        ),
        (
            "yunxi",
            'declared = ["address_changed"] }',
            'declared = ["moved"] }',
            "services.endorse.rules[0].when.declared",
            "unknown 'moved'",
        ),
        (
            "yunxi",
            'any_of = ["title", "lease"]',
            'any_of = ["title", "rent"]',
            "evidence.home_proof.any_of",
            "unknown 'rent'",
        ),
        (
            "caohai",
            'may_become = ["long"]',
            'may_become = ["longer"]',
            "categories.short.may_become",
            "unknown 'longer'",
        ),
        ("caohai", "worked = [2026-10-10]", "worked = [2026-10-09]", "holidays.2026.worked", "working days anyway"),
        ("caohai", "off = [[2026-10-01", "off = [[2025-10-01", "holidays.2026.off", "another year"),
        ("caohai", "working_days = 3\n", "", "deadlines.change_address.days", "one of days and working_days"),
        ("caohai", 'role = "accompanies"', 'role = "helps"', "agents.guardian.role", "must be one of"),
        ("caohai", 'issuer_contains = ["西滩"]\n', "", "past_terms[0].issuer_contains", "is missing"),
        ("nanling", 'counted_from = "issue"', 'counted_from = "end"', "term.counted_from", "cannot be counted"),
        (
            "qinghe",
            'new_dates = "today"',
            'new_dates = "anniversary"',
            "overdue[0].new_dates",
            "anniversaries that stay",
        ),
        ("shibei", 'new_dates = "old_end"', 'new_dates = "today"', "window.new_dates", "would move an anniversary"),
        ("shibei", "last = { days = 15 }", "last = { days = 366 }", "overdue[0].new_dates", "over already"),
        ("shanghai", HOURS, 'opens = "08:30", closes = "8.15"', "hours[0].closes", "a time"),
        ("shanghai", HOURS, 'opens = "18:30", closes = "16:30"', "hours[0].closes", "not after"),
        (
            "shanghai",
            'follows = "address_changed"',
            'follows = "moved"',
            "declarations.relatives_home.follows",
            "unknown",
        ),
        (
            "wuting",
            'results = ["accept", "return"]',
            'results = ["accept"]',
            "review.stages.intake.results",
            "at least two",
        ),
        ("wuting", 'chosen = "when_made"', 'chosen = "never"', "services.endorse.collection.chosen", "must be one of"),
        ("wuting", "offered = false", "offered = true", "kiosks.pilot", "offers nothing"),
    ],
)
def test_each_kind_of_mistake_is_named(name: str, old: str, new: str, key: str, reason: str) -> None:
    found = mistakes_after(name, (old, new))
    assert len([mistake for mistake in found if key in mistake and reason in mistake]) == 1, found


def test_all_mistakes_are_named_in_one_pass_in_the_order_of_the_file() -> None:
    found = mistakes_after(
        "qinghe",
        ("2024-08-31", "2024-02-30"),
        ('served = "at_once"', 'served = "soon"'),
        ("last = { months = 6 }", "last = { months = 6 }\ncolour = 1"),
        ('code = "too_late"', 'code = "x"\nlast = { days = 1 }'),
        ('cite = "rules/第五条"', 'cite = "rules/第六条"'),
    )
    keys = [mistake.split(": ")[1] for mistake in found]
    assert keys == [
        "window.cite",
        "overdue[0].colour",
        "overdue[1].last",
        "overdue[1].last",
        "measures[0].ends_until",
        "measures[0].closes_on",
        "services.endorse.served",
    ]
    lines = [int(mistake.split(":")[1]) for mistake in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("[[overdu]]\ncode = 1", "overdu"),
        ("[servicez.endorse]\nname = 1", "servicez"),
        ("[[services.endorse.ruls]]\ncode = 1", "services.endorse.ruls"),
    ],
)
def test_an_unknown_table_is_named_with_the_line_where_it_begins(written: str, key: str) -> None:
    last = TEXTS["shanghai"].rstrip().splitlines()[-1]
    found = mistakes_after("shanghai", (last, f"{last}\n{written}"))
    assert found == [f"changed.toml:{line_of('shanghai', last) + 1}: {key}: is not a key of this table"]


def test_a_table_of_start_dates_may_not_overlap_even_where_nothing_refers_to_it() -> None:
    rows = '[{ before = { months = 3 }, starts = "today" }, { last = { months = 1 }, starts = "today" }]'
    [found] = mistakes_after("shanghai", ("[window]", f"[start_dates.spare]\nrows = {rows}\n\n[window]"))
    assert "start_dates.spare.rows[1]: overlaps rows[0]" in found


def test_guidance_that_names_no_service_is_told_with_every_one() -> None:
    rule = 'cite = "page/服务方式"\ntext = { zh-Hans = "请如实说。", en = "Please be truthful." }'
    region = parse_region(f"{TEXTS['shanghai']}\n[guidance.truthful]\n{rule}\n", "more.toml")
    assert set(region.guidance["truthful"].services) == set(Service) - {Service.FACE_ONLY}


def test_a_mark_that_an_editor_puts_before_the_text_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "shanghai.toml"
    path.write_text(TEXTS["shanghai"], encoding="utf-8-sig")
    assert load_region(path).code == "shanghai"


def test_an_empty_file_names_what_every_region_needs() -> None:
    with pytest.raises(RegionFileError) as refused:
        parse_region("", "empty.toml")
    keys = {mistake.split(": ")[1] for mistake in refused.value.mistakes}
    assert {
        "format",
        "code",
        "name.zh-Hans",
        "name.en",
        "area_prefixes",
        "sources",
        "categories",
        "term.counted_from",
        "window.opens_before",
        "overdue",
        "senseless.cite",
        "undescribed.text.en",
        "kiosks.offered",
        "services",
    } <= keys


@pytest.mark.parametrize("value", ["1", "true", '"x"', "[]", "[1]", "[{}]", "{}", "2026-01-01", "{ days = true }"])
@pytest.mark.parametrize(
    "key",
    [
        "sources",
        "categories",
        "window",
        "overdue",
        "services",
        "evidence",
        "term",
        "texts",
        "name",
        "measures",
        "holidays",
        "agents",
        "start_dates",
        "offices",
        "area_prefixes",
    ],
)
def test_a_value_of_a_wrong_kind_is_a_mistake_and_never_a_crash(key: str, value: str) -> None:
    with pytest.raises(RegionFileError):
        parse_region(f"format = 1\n{key} = {value}\n", "odd.toml")


def test_a_file_that_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(RegionFileError, match=r"^odd\.toml: is not TOML: .*line 2"):
        parse_region("a = 1\nb = = 2\n", "odd.toml")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RegionFileError, match=r"^none\.toml: cannot be read"):
        load_region(tmp_path / "none.toml")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gb.toml"
    path.write_bytes("name = '上海'".encode("gb18030"))
    with pytest.raises(RegionFileError, match=r"^gb\.toml: is saved as GBK .* line 1\): save it as UTF-8"):
        load_region(path)


def test_a_list_of_no_services_does_not_become_all_of_them() -> None:
    text = (REGIONS_DIR / "haikou.toml").read_text("utf-8")
    with pytest.raises(RegionFileError) as refused:
        parse_region(text.replace('services = ["endorse", "lost", "damaged"]', "services = []", 1), "changed.toml")
    assert [line.partition(": ")[2] for line in refused.value.mistakes] == [
        "rules[0].services: names no service; leave the key out where all are meant"
    ]
