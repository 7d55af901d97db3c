"""Invented people and their permits, for simulators, demonstrations and tests. Nobody here exists.

The data file gives dates as ISO, or relative to a given day ("today", "today+12d", "today+12d-1y"; d days, m months,
y years; steps are applied from left to right, and a day that a month does not have becomes its last). A number may hold
`{birth}` (YYYYMMDD) and `{check}` (the GB 11643 check digit over the 17 characters before it).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from drivers.device_file import DeviceFileError, read_toml

DEFAULT = Path(__file__).parent / "data" / "residents.toml"

PERSON_KINDS = ("citizen", "hmt", "foreign_2017", "foreign_2023")
CHIP_KINDS = ("permit", "epassport", "bank", "blank", "memory", "none")

COUNT, MOST_ENDORSEMENTS = "endorsement_count", 65535  # as the contract with central has it

CHINA = ZoneInfo("Asia/Shanghai")
_STEP = re.compile(r"([+-]\d+)([dmy])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Person:
    """The content of an identity card's chip about its holder.

    `sex` is a GB/T 2261.1 code ("1" male, "2" female), `ethnicity` a GB/T 3304 code ("01"), empty where the card has
    none; `valid_to` None means 长期. `number` is the identity number (18), or of a 2017 permanent-residence card the 15
    characters. `old_number_link` etc. exist only on the variant that carries them and are empty elsewhere.
    """

    id: str
    kind: str
    name: str = field(repr=False)
    english_name: str = field(repr=False)
    sex: str = field(repr=False)
    ethnicity: str = field(repr=False)
    birth: date = field(repr=False)
    address: str = field(repr=False)
    number: str = field(repr=False)
    authority: str = field(repr=False)
    valid_from: date = field(repr=False)
    valid_to: date | None = field(repr=False)
    newest_address: str | None = field(repr=False, default=None)
    nationality: str = field(repr=False, default="")
    travel_permit_number: str = field(repr=False, default="")
    issue_count: str = field(repr=False, default="")
    card_version: str = field(repr=False, default="")
    renewals: str = field(repr=False, default="")
    old_number_link: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class PermitData:
    """The content of a permit, on chip and face; `holder` is a person's id.

    `chip` is "permit", or what lies in the slot instead (an ePassport, a bank card, …); then only `id` and `chip` mean
    something. `region` 6 digits, `permit_number` 18, `chip_serial` 16 hex digits.
    """

    id: str
    chip: str = "permit"
    holder: str = ""
    permit_file: str = ""
    region: str = ""
    permit_number: str = field(repr=False, default="")
    chip_serial: str = ""
    issued_on: date | None = field(repr=False, default=None)
    address: str = field(repr=False, default="")
    issuing_authority: str = field(repr=False, default="")
    category: str = ""
    valid_from: date | None = field(repr=False, default=None)
    valid_to: date | None = field(repr=False, default=None)
    endorsement_count: int = 0


@dataclass(frozen=True, slots=True)
class Licence:
    """An electronic licence on a person's phone. `evidence`: what it proves, as a key of the region files; `code`: what
    its picture says to a scanner.
    """

    id: str
    holder: str
    evidence: str
    title: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A proof in the authority's own records. `holder`: about whom; `evidence`: a key of the region files.

    `licence`: the id of the electronic licence that shows it, empty where none is needed. `agent`: the id of whom it
    lets act for the holder. `address`, `issuing_authority`: the home that it proves and who issues permits there. Each
    empty where the proof is not about that.
    """

    id: str
    holder: str
    evidence: str
    licence: str = ""
    agent: str = ""
    address: str = field(repr=False, default="")
    issuing_authority: str = field(repr=False, default="")


_One = TypeVar("_One", Person, PermitData, Licence, Record)


@dataclass(frozen=True, slots=True)
class Residents:
    """Everybody, every permit, every electronic licence and every record, by id."""

    people: Mapping[str, Person]
    permits: Mapping[str, PermitData]
    licences: Mapping[str, Licence] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)

    def holder_of(self, permit: PermitData) -> Person:
        """The person whom the permit was issued to."""
        return self.people[permit.holder]


def check_digit(first_17: str) -> str:
    """The 18th character of an identity number (GB 11643, ISO 7064 mod 11-2)."""
    return "10X98765432"[sum(w * int(c) for w, c in zip(_WEIGHTS, first_17, strict=True)) % 11]


def day_of(text: object, today: date) -> date:
    """An ISO date, or one relative to `today`. Raises ValueError for anything else."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if not isinstance(text, str):
        raise ValueError("not a date")
    if not text.startswith("today"):
        return date.fromisoformat(text)
    steps = text[len("today") :]
    if _STEP.sub("", steps):
        raise ValueError(f"not a date: {text!r}")
    day = today
    for count, unit in _STEP.findall(steps):
        if unit == "d":
            day += timedelta(days=int(count))
        else:
            day = _months_later(day, int(count) * (12 if unit == "y" else 1))
    return day


def _months_later(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def load_residents(path: Path = DEFAULT, today: date | None = None) -> Residents:
    """Everything in a data file, with its relative dates counted from `today` (default: this day in China).

    Raises `DeviceFileError`: one line for each thing that cannot be used.
    """
    day = today or datetime.now(CHINA).date()
    tables = read_toml(path)
    mistakes: list[str] = []
    people = {p.id: p for p in _all(tables.get("people", []), _person, day, path.name, mistakes)}
    permits = _all(tables.get("permits", []), _permit, day, path.name, mistakes)
    for permit in permits:
        if permit.chip == "permit" and permit.holder not in people:
            mistakes.append(f"{path.name}: {permit.id}: holder {permit.holder!r} is nobody here")
    licences = _all(tables.get("licences", []), _licence, day, path.name, mistakes)
    mistakes += [
        f"{path.name}: {licence.id}: holder {licence.holder!r} is nobody here"
        for licence in licences
        if licence.holder not in people
    ]
    records = _all(tables.get("records", []), _record, day, path.name, mistakes)
    mistakes += [mistake for record in records for mistake in _strangers(record, people, licences, path.name)]
    serials = [p.chip_serial for p in permits if p.chip_serial]
    repeated = sorted({serial for serial in serials if serials.count(serial) > 1})
    mistakes += [f"{path.name}: chip_serial {serial}: used twice" for serial in repeated]
    if mistakes:
        raise DeviceFileError(mistakes)
    return Residents(
        people,
        {permit.id: permit for permit in permits},
        {licence.id: licence for licence in licences},
        {record.id: record for record in records},
    )


def _strangers(record: Record, people: Mapping[str, Person], licences: Iterable[Licence], file_name: str) -> list[str]:
    """A line for each person or licence that a record names and that does not exist."""
    wrong = [
        f"{file_name}: {record.id}: {name!r} is nobody here"
        for name in (record.holder, record.agent)
        if name and name not in people
    ]
    shown = {licence.id: licence for licence in licences}.get(record.licence)
    if record.licence and (shown is None or (shown.holder, shown.evidence) != (record.holder, record.evidence)):
        wrong.append(f"{file_name}: {record.id}: {record.licence!r} is no licence of this holder and evidence")
    return wrong


def _all(
    tables: object, build: Callable[[dict[str, Any], date], _One], today: date, file_name: str, mistakes: list[str]
) -> list[_One]:
    built: list[_One] = []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistakes.append(f"{file_name}: people, permits, licences and records are lists of tables")
        return built
    for table in tables:
        wrong = [key for key, value in table.items() if key != COUNT and not isinstance(value, str | date)]
        if wrong:
            mistakes.append(f"{file_name}: {table.get('id', 'without id')!a}: {wrong[0]!a} is no text and no date")
            continue
        count = table.get(COUNT, 0)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_ENDORSEMENTS:
            mistakes.append(
                f"{file_name}: {table.get('id', 'without id')!a}: {COUNT}: must be a whole number "
                f"from 0 to {MOST_ENDORSEMENTS}, not {count!r}"
            )
            continue
        try:
            one = build(dict(table), today)
        except KeyError as error:
            mistakes.append(f"{file_name}: {table.get('id', 'without id')}: {error.args[0]} is missing")
            continue
        except (TypeError, ValueError, OverflowError) as error:
            mistakes.append(f"{file_name}: {table.get('id', 'without id')}: {error}")
            continue
        if any(other.id == one.id for other in built):
            mistakes.append(f"{file_name}: {one.id}: used twice")
        built.append(one)
    return built


def _person(table: dict[str, Any], today: date) -> Person:
    _one_of("kind", table["kind"], PERSON_KINDS)
    table["birth"] = day_of(table["birth"], today)
    table["valid_from"] = day_of(table["valid_from"], today)
    long_term = table["valid_to"] == "long_term"
    table["valid_to"] = None if long_term else day_of(table["valid_to"], today)
    table["number"] = _number(table["number"], table["birth"])
    for optional in ("english_name", "address", "authority", "ethnicity"):
        table.setdefault(optional, "")
    return Person(**table)


def _permit(table: dict[str, Any], today: date) -> PermitData:
    _one_of("chip", table.get("chip", "permit"), CHIP_KINDS)
    for key in ("issued_on", "valid_from", "valid_to"):
        if key in table:
            table[key] = day_of(table[key], today)
    permit = PermitData(**table)
    if permit.chip == "permit":
        if not re.fullmatch(r"\d{6}", permit.region) or len(permit.permit_number) != 18:
            raise ValueError("region has 6 digits and permit_number 18 characters")
        if not re.fullmatch(r"[0-9A-F]{16}", permit.chip_serial):
            raise ValueError("chip_serial has 16 upper-case hex digits")
    return permit


def _licence(table: dict[str, Any], today: date) -> Licence:
    licence = Licence(**table)
    if not licence.code or not licence.code.isprintable():
        raise ValueError("code is printable and not empty")
    return licence


def _record(table: dict[str, Any], _today: date) -> Record:
    record = Record(**table)
    if not (record.holder and record.evidence):
        raise ValueError("holder and evidence must not be empty")
    return record


def _one_of(key: str, value: object, words: tuple[str, ...]) -> None:
    if value not in words:
        raise ValueError(f"{key} must be one of {', '.join(words)}, not {value!r}")


def _number(pattern: object, birth: date) -> str:
    if not isinstance(pattern, str):
        raise ValueError("number is no text")
    number = pattern.replace("{birth}", f"{birth:%Y%m%d}")
    if number.endswith("{check}"):
        first = number.removesuffix("{check}")
        number = first + check_digit(first)
    return number
