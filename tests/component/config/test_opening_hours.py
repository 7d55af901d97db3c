"""The tables `hours` and `nearest_machine` of the configuration, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.domain.opening_hours import SiteHours, Span, SpecialDay
from kiosk.texts.words import LocalText
from tests.component.config.test_config import mistakes_in
from tests.lobby.production_site import GOOD, written

WANTED = 'hours such as "08:30-11:30 13:30-17:00" or "closed" is wanted'


def read(folder: Path, lines: str) -> SiteHours | None:
    return load_config(written(folder, f"{GOOD}\n[hours]\n{lines}\n"), ASSETS).hours


def test_without_the_table_a_site_is_always_open(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).hours is None


def test_a_site_says_its_hours_by_weekday_and_for_special_days(tmp_path: Path) -> None:
    hours = read(
        tmp_path,
        'monday = "08:30-11:30 13:30-17:00"\ntuesday = "00:00-24:00"\nwednesday = "closed"\n'
        'holiday = "closed"\nworked_weekend = "09:00-12:00"\nlast_visit_min = 15',
    )
    assert hours is not None
    assert hours.weekdays == ((Span(510, 690), Span(810, 1020)), (Span(0, 1440),), (), (), (), (), ())
    assert hours.special == {SpecialDay.HOLIDAY: (), SpecialDay.WORKED_WEEKEND: (Span(540, 720),)}
    assert hours.last_visit_min == 15


def test_no_visit_begins_ten_minutes_before_closing_where_nothing_is_said(tmp_path: Path) -> None:
    hours = read(tmp_path, 'monday = "08:30-11:30"')
    assert hours is not None
    assert hours.last_visit_min == 10


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('monday = "8:30-17:00"', f"hours.monday: is '8:30-17:00'; {WANTED}"),
        ('monday = "08:30-17:00,"', f"hours.monday: is '08:30-17:00,'; {WANTED}"),
        ('monday = "08:30-25:00"', f"hours.monday: is '08:30-25:00'; {WANTED}"),
        ("monday = 8", f"hours.monday: is 8; {WANTED}"),
        (
            'monday = "17:00-08:30"',
            "hours.monday: is '17:00-08:30', which is not in order; over midnight is 22:00-24:00 and 00:00-02:00",
        ),
        (
            'monday = "13:00-17:00 08:30-11:30"',
            "hours.monday: is '13:00-17:00 08:30-11:30', which is not in order; over midnight is 22:00-24:00 and "
            "00:00-02:00",
        ),
        (
            'monday = "08:30-08:40"',
            "hours.monday: is '08:30-08:40', of which a part is no longer than last_visit_min",
        ),
    ],
)
def test_every_mistake_of_a_day_is_a_line(tmp_path: Path, lines: str, told: str) -> None:
    assert mistakes_in(tmp_path, f'{GOOD}\n[hours]\ntuesday = "09:00-17:00"\n{lines}\n') == [f"kiosk.toml: {told}"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", f"hours.monday: is missing, as every other weekday; {WANTED}"),
        ('monday = "closed"', f"hours.monday: no day of the week is open; {WANTED}, or no such table"),
        (
            'sunday = "09:00-17:00"\nlast_visit_min = 61',
            "hours.last_visit_min: is 61; a whole number of minutes from 0 to 60 is wanted",
        ),
        ('sunday = "09:00-17:00"\nsun = "09:00-17:00"', "hours.sun: is not known here"),
    ],
)
def test_every_mistake_of_the_table_is_a_line(tmp_path: Path, lines: str, told: str) -> None:
    assert mistakes_in(tmp_path, f"{GOOD}\n[hours]\n{lines}\n") == [f"kiosk.toml: {told}"]


def test_a_site_says_where_the_next_machine_is(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).nearest_machine is None
    lines = f'{GOOD}\n[nearest_machine]\nzh-Hans = "福州路一九九号"\nen = "199 Fuzhou Road"\n'
    assert load_config(written(tmp_path, lines), ASSETS).nearest_machine == LocalText(
        (("zh-Hans", "福州路一九九号"), ("en", "199 Fuzhou Road"))
    )
