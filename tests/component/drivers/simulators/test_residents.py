"""The invented residents: complete, consistent, and as the brief situations need them."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.device_file import DeviceFileError
from drivers.id_reader.text_block import encode_newest_address, encode_text_block
from drivers.simulators.id_reader_sim import holder_text
from drivers.simulators.residents import DEFAULT, check_digit, day_of, load_residents

TODAY = date(2026, 3, 1)
REGIONS = ASSETS / "regions"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-29", date(2020, 2, 29)),
        ("today", TODAY),
        ("today+12d", date(2026, 3, 13)),
        ("today+12d-1y", date(2025, 3, 13)),
        ("today-1m", date(2026, 2, 1)),
        ("today-1d-24m", date(2024, 2, 28)),
        ("today-2y-1d", date(2024, 2, 29)),
        ("today-2y-1d+1y", date(2025, 2, 28)),
    ],
)
def test_dates_are_iso_or_steps_from_today(text: str, day: date) -> None:
    assert day_of(text, TODAY) == day


@pytest.mark.parametrize("text", ["tomorrow", "today+1w", "today 1d", "2026-02-30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|isoformat|day"):
        day_of(text, TODAY)


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2027, 12, 31)])
def test_every_resident_fits_on_an_identity_card_on_any_day(today: date) -> None:
    for person in load_residents(today=today).people.values():
        assert len(encode_text_block(holder_text(person))) == 256
        if person.newest_address is not None:
            assert len(encode_newest_address(person.newest_address)) == 70


def test_only_the_person_whose_number_is_wrong_has_a_wrong_check_digit() -> None:
    people = load_residents(today=TODAY).people.values()
    wrong = [p.id for p in people if len(p.number) == 18 and check_digit(p.number[:17]) != p.number[17]]
    assert wrong == ["chen-cuowei"]
    assert all(f"{p.birth:%Y%m%d}" in p.number for p in people if len(p.number) == 18)


def test_the_demonstrations_permit_is_inside_its_window() -> None:
    residents = load_residents(today=TODAY)
    permit = residents.permits["lin-yuzhen-shanghai"]
    assert residents.holder_of(permit) is residents.people["lin-yuzhen"]
    assert (permit.region, permit.valid_to, permit.valid_from) == ("310000", date(2026, 3, 13), date(2025, 3, 13))


def test_the_situations_that_tests_need_are_there() -> None:
    residents = load_residents(today=TODAY)
    people, permits = residents.people, residents.permits
    ends = {name: permit.valid_to - TODAY for name, permit in permits.items() if permit.valid_to is not None}
    assert ends["zhao-mingyuan-too-early"] == timedelta(days=200)
    assert ends["qian-xiaolan-overdue-30"] == timedelta(days=-30)
    assert ends["sun-dehai-overdue-90"] == timedelta(days=-90)
    assert any(ord(c) > 0xFFFF for c in people["lu-tuji"].name)
    assert len(people["zhou-changan"].address) == 35
    assert day_of("today-16y", TODAY) < people["wu-tongtong"].birth
    assert people["zheng-shoulin"].birth < day_of("today-65y", TODAY)
    expired = people["wang-guoqi"].valid_to
    assert expired is not None
    assert expired < TODAY
    assert people["feng-yongnian"].valid_to is None
    assert {p.kind for p in people.values()} == {"citizen", "hmt", "foreign_2017", "foreign_2023"}
    assert permits["he-beichen-beijing"].region == "110000"
    assert {p.chip for p in permits.values()} == {"permit", "epassport", "bank", "blank", "memory", "none"}
    assert {p.permit_file for p in permits.values()} == {"reference", "ssse", ""}


def test_every_licence_proves_something_that_a_region_asks_for_and_fits_any_scanner() -> None:
    licences = load_residents(today=TODAY).licences.values()
    asked = {key for path in REGIONS.glob("*.toml") for key in tomllib.loads(path.read_text("utf-8"))["evidence"]}
    assert {licence.evidence for licence in licences} - asked == set()
    assert len({licence.code for licence in licences}) == len(licences) >= 5
    assert all(licence.code.isascii() and len(licence.code) <= 200 for licence in licences)


def test_nobody_is_shown() -> None:
    residents = load_residents(today=TODAY)
    assert repr(residents.people["lin-yuzhen"]) == "Person(id='lin-yuzhen', kind='citizen')"
    assert "示范路" not in repr(residents.permits["lin-yuzhen-shanghai"])
    assert "ELC" not in repr(residents.licences["lin-registered-lease"])


def test_every_mistake_in_a_data_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "people.toml"
    path.write_text(
        """
[[people]]
id = "a"
kind = "robot"
[[people]]
id = "b"
kind = "citizen"
[[permits]]
id = "p"
holder = "nobody"
region = "310000"
permit_number = "310000201900010017"
chip_serial = "8600310000000001"
[[permits]]
id = "q"
chip = "potato"
[[permits]]
id = "p"
chip = "none"
chip_serial = "8600310000000001"
[[licences]]
id = "l"
holder = "nobody"
evidence = "lease"
title = "t"
code = "1"
[[licences]]
id = "m"
holder = "a"
evidence = "lease"
title = "t"
code = "two\\nlines"
""",
        encoding="utf-8",
    )
    with pytest.raises(DeviceFileError) as raised:
        load_residents(path, TODAY)
    assert raised.value.mistakes == [
        "people.toml: a: kind must be one of citizen, hmt, foreign_2017, foreign_2023, not 'robot'",
        "people.toml: b: birth is missing",
        "people.toml: q: chip must be one of permit, epassport, bank, blank, memory, none, not 'potato'",
        "people.toml: p: used twice",
        "people.toml: p: holder 'nobody' is nobody here",
        "people.toml: m: code is printable and not empty",
        "people.toml: l: holder 'nobody' is nobody here",
        "people.toml: chip_serial 8600310000000001: used twice",
    ]


def test_what_the_authority_has_on_record_names_people_and_licences_that_are_there() -> None:
    residents = load_residents(today=TODAY)
    mother = residents.records["wu-mother"]
    assert (mother.holder, mother.agent) == ("wu-tongtong", "wu-jingshu")
    assert residents.licences[mother.licence].evidence == mother.evidence == "guardianship_proof"
    assert residents.records["gu-rents"].licence == ""
    assert "样板路" not in repr(residents.records["lin-new-home"])


def test_a_record_of_nobody_or_of_another_holders_licence_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "residents.toml"
    file.write_text(
        DEFAULT.read_text("utf-8")
        + """
[[records]]
id = "strangers"
holder = "nobody"
evidence = "lease"

[[records]]
id = "borrowed"
holder = "gu-yuanzheng"
evidence = "lease"
licence = "lin-registered-lease"
""",
        encoding="utf-8",
    )
    with pytest.raises(DeviceFileError) as caught:
        load_residents(file, TODAY)
    assert caught.value.mistakes == [
        "residents.toml: strangers: 'nobody' is nobody here",
        "residents.toml: borrowed: 'lin-registered-lease' is no licence of this holder and evidence",
    ]
