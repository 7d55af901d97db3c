"""Reads a region file: it turns TOML into a checked `Region`, or reports every mistake in one pass."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from assets import ASSETS
from kiosk.data_files.reader import DataFileError, demand_toml_numbers, read_text
from kiosk.policy.assessment import Channel
from kiosk.policy.office_days import DayKind, Deadline, HolidayCalendar, HolidayYear, Hours, OpeningHours
from kiosk.policy.region import (
    TEXTS,
    Category,
    Contact,
    CountedFrom,
    Declaration,
    Evidence,
    Kiosks,
    Office,
    PastTerm,
    Photo,
    Region,
    Term,
    Tier,
)
from kiosk.policy.region_checks import check_region
from kiosk.policy.rule_sections import (
    Names,
    read_calendar,
    read_citations,
    read_coded_rule,
    read_effect,
    read_late_outcome,
    read_measure,
    read_rule,
    read_start_table,
)
from kiosk.policy.rules import TIMEZONE, Rule, Source
from kiosk.policy.service_sections import read_agents, read_guidance, read_rules_of_several, read_services
from kiosk.policy.terms import EndDate
from kiosk.policy.toml_reader import Mistakes, TableReader, line_numbers
from kiosk.texts.words import LocalText

REGIONS_DIR = ASSETS / "regions"
FORMAT = 1
_BARE_DATE = re.compile(r"(?<=[=\[,])(\s*)(\d{4}-\d{2}-\d{2})(?=\s*(?:[,\]}#]|$))", re.MULTILINE)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class RegionFileError(DataFileError):
    """A region file that cannot be used. Each of its mistakes names file, line, key and reason."""


def load_region(path: Path) -> Region:
    """The region that the file describes. Raises `RegionFileError` with every mistake."""
    return parse_region(read_text(path, RegionFileError), path.name)


def parse_region(text: str, file_name: str) -> Region:
    """As `load_region`, from the text of a file. Pure."""
    try:
        values = _parse_toml(text)
    except (ValueError, RecursionError) as error:
        raise RegionFileError([f"{file_name}: is not TOML: {error}"]) from error
    demand_toml_numbers(values, file_name, RegionFileError)
    mistakes = Mistakes(file_name, line_numbers(text))
    texts: dict[str, LocalText] = {}
    top = TableReader(values, "", mistakes, texts)
    region = _read_region(top, texts)
    top.close()
    check_region(region, mistakes)
    if found := mistakes.in_file_order():
        raise RegionFileError(found)
    return region


def shipped_regions() -> tuple[str, ...]:
    """The names of the regions in `assets/regions`."""
    return tuple(sorted(path.stem for path in REGIONS_DIR.glob("*.toml")))


def _parse_toml(text: str) -> dict[str, Any]:
    """The file as nested tables. tomllib stops at a date that does not exist; here it is kept as a text, so that the
    reader can name its key and go on.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        quoted = _BARE_DATE.sub(_quote_unless_real, text)
        if quoted == text:
            raise
        return tomllib.loads(quoted)


def _quote_unless_real(match: re.Match[str]) -> str:
    try:
        date.fromisoformat(match[2])
    except ValueError:
        return f'{match[1]}"{match[2]}"'
    return match[0]


def _read_region(top: TableReader, texts: dict[str, LocalText]) -> Region:
    if top.whole("format", 1, FORMAT) != FORMAT:
        top.note("format", f"must be {FORMAT}")
    if top.has("timezone") and top.string("timezone") != TIMEZONE:
        top.note("timezone", f"must be {TIMEZONE}")
    names = Names(sources={key: _read_source(inner) for key, inner in top.named_tables("sources")})
    if not names.sources:
        top.note("sources", "is missing (at least one source)")
    evidence = _read_evidence(top)
    declarations = _read_declarations(top)
    names.evidence, names.declarations = tuple(evidence), tuple(declarations)
    categories = {key: _read_category(key, inner) for key, inner in top.named_tables("categories")}
    if not categories:
        top.note("categories", "is missing (at least one category)")
    names.categories = categories
    names.start_tables = {key: read_start_table(key, inner) for key, inner in top.named_tables("start_dates")}
    calendar = read_calendar(top, names)
    measures = tuple(read_measure(each, names, calendar) for each in top.tables("measures"))
    calendars = (calendar, *(measure.calendar for measure in measures))
    names.situations += tuple(tier.rule.code for each in calendars for tier in each.tiers)
    permit_over = top.optional_table("permit_over")
    shared = read_rules_of_several(top, names)
    texts_table = top.table("texts")
    for key in texts_table.given():
        texts_table.local_text(key)
        if key not in TEXTS:
            texts_table.note(key, f"is no text that is shown anywhere; known: {', '.join(TEXTS)}")
    return Region(
        code=top.string("code"),
        name=top.local_text("name"),
        area_prefixes=_read_prefixes(top),
        sources=names.sources,
        legal_bases=read_citations(top, "legal_bases", names.sources) if top.has("legal_bases") else (),
        term=_read_term(top.table("term"), names),
        categories=categories,
        past_terms=tuple(_read_past_term(each, names) for each in top.tables("past_terms")),
        start_tables=names.start_tables,
        calendar=calendar,
        measures=measures,
        senseless=read_rule(top.table("senseless"), "senseless", names),
        undescribed=read_rule(top.table("undescribed"), "undescribed", names),
        permit_over=None if permit_over is None else _read_permit_over(permit_over, names),
        kiosks=_read_kiosks(top.table("kiosks"), names),
        services=read_services(top, names, shared),
        rules_of_several=tuple(rule for rule, _ in shared),
        evidence=evidence,
        declarations=declarations,
        agents=read_agents(top, names),
        guidance=read_guidance(top, names),
        deadlines={key: _read_deadline(key, inner, names) for key, inner in top.named_tables("deadlines")},
        holidays=_read_holidays(top, names),
        offices={key: _read_office(key, inner, names) for key, inner in top.named_tables("offices")},
        contact=_read_contact(top.optional_table("contact"), names),
        item_code=_read_item(top.optional_table("item"), names),
        photo=_read_photo(top.optional_table("photo"), names),
        rules=names.rules,
        texts=texts,
    )


def _read_source(table: TableReader) -> Source:
    source = Source(table.string("file"), table.local_text("title"), table.strings("sections"))
    if not source.sections:
        table.note("sections", "is missing (the sections cited, as the document calls them)")
    return source


def _read_prefixes(top: TableReader) -> tuple[str, ...]:
    prefixes = top.strings("area_prefixes")
    if not prefixes:
        top.note("area_prefixes", 'is missing (the first digits of the area codes, such as ["31"])')
    for prefix in prefixes:
        if not re.fullmatch(r"\d{2,6}", prefix):
            top.note("area_prefixes", f"must be 2 to 6 digits, not {prefix!r}")
    return prefixes


def _read_evidence(top: TableReader) -> Mapping[str, Evidence]:
    known = top.names_below("evidence")
    found = {}
    for key, inner in top.named_tables("evidence"):
        found[key] = Evidence(
            key=key,
            name=inner.local_text("name"),
            any_of=inner.strings("any_of", known),
            all_of=inner.strings("all_of", known),
            central_verifies=inner.truth("central_verifies", default=False),
        )
        if found[key].any_of and found[key].all_of:
            inner.note("all_of", "only one of any_of and all_of")
    for key in found:
        if key in _inside(found, key):
            top.note(f"evidence.{key}", "contains itself")
    return found


def _inside(found: Mapping[str, Evidence], key: str) -> set[str]:
    """Everything that a group or a proof of several parts holds, at any depth."""
    inside: set[str] = set()
    ahead = [key]
    while ahead:
        outer = found.get(ahead.pop())
        members = set() if outer is None else {*outer.any_of, *outer.all_of} - inside
        inside |= members
        ahead += members
    return inside


def _read_declarations(top: TableReader) -> Mapping[str, Declaration]:
    known = top.names_below("declarations")
    found = {}
    for key, inner in top.named_tables("declarations"):
        follows = inner.optional_string("follows")
        if follows is not None and (follows not in known or follows == key):
            inner.note("follows", f"unknown {follows!r}; known: {', '.join(known)}")
        found[key] = Declaration(
            key=key,
            question=inner.local_text("question"),
            answer_yes=inner.local_text("answer_yes"),
            answer_no=inner.local_text("answer_no"),
            follows=follows,
            only_with_agent=inner.truth("only_with_agent", default=False),
        )
    return found


def _read_category(key: str, table: TableReader) -> Category:
    return Category(
        key=key,
        months=table.whole("months", 1, 600),
        name=table.local_text("name"),
        may_become=table.strings("may_become"),
    )


def _read_term(table: TableReader, names: Names) -> Term:
    return Term(
        rule=read_rule(table, "term", names),
        counted_from=table.one_of("counted_from", CountedFrom),
        end_date=table.one_of("end_date", EndDate),
        permit_carries_end=table.truth("permit_carries_end", default=True),
        start_stays=table.truth("start_stays", default=False),
    )


def _read_past_term(table: TableReader, names: Names) -> PastTerm:
    past = PastTerm(
        rule=read_coded_rule(table, names),
        issuer_contains=table.strings("issuer_contains"),
        months=table.wholes("months", 1, 600),
        issued_until=table.optional_day("issued_until"),
        effect=read_effect(table, names),
    )
    if not past.issuer_contains:
        table.note("issuer_contains", "is missing (what the issuing authority's name contains)")
    return past


def _read_permit_over(table: TableReader, names: Names) -> Tier:
    return Tier(
        rule=read_rule(table, "permit_over", names),
        last=None,
        outcome=read_late_outcome(table),
        residence_years=None,
        resident_confirms=False,
        effect=read_effect(table, names),
    )


def _read_kiosks(table: TableReader, names: Names) -> Kiosks:
    return Kiosks(read_rule(table, "kiosks", names), table.truth("offered"), table.optional_one_of("pilot", Channel))


def _read_deadline(key: str, table: TableReader, names: Names) -> tuple[Rule, Deadline]:
    rule = read_rule(table, f"deadlines.{key}", names)
    if table.has("days") == table.has("working_days"):
        table.note("days", "one of days and working_days")
    days = table.optional_whole("days", 0, 3660)
    working = table.optional_whole("working_days", 0, 3660)
    return rule, Deadline(days if days is not None else working or 0, days is None)


def _read_holidays(top: TableReader, names: Names) -> HolidayCalendar:
    years = {}
    for key, inner in top.named_tables("holidays"):
        if not re.fullmatch(r"\d{4}", key):
            inner.mistakes.note(inner.path, "must be a year")
            inner.forgive()
            continue
        year = HolidayYear(frozenset(inner.days("off")), frozenset(inner.days("worked")))
        for name, days in (("off", year.off), ("worked", year.worked)):
            if any(day.year != int(key) for day in days):
                inner.note(name, f"has a day of another year than {key}")
        if year.off & year.worked:
            inner.note("worked", "a day is both off and worked")
        if any(day.weekday() < 5 for day in year.worked):
            inner.note("worked", "Monday to Friday are working days anyway")
        read_citations(inner, "cite", names.sources)
        years[int(key)] = year
    return HolidayCalendar(years)


def _read_office(key: str, table: TableReader, names: Names) -> Office:
    hours = [_read_hours(each) for each in table.tables("hours")]
    return Office(
        key=key,
        rule=read_rule(table, f"offices.{key}", names),
        name=table.local_text("name"),
        address=table.optional_local_text("address"),
        website=table.optional_string("website"),
        telephone=table.optional_string("telephone"),
        does_business=table.truth("does_business", default=True),
        hours=OpeningHours(tuple(hours)) if hours else None,
    )


def _read_hours(table: TableReader) -> Hours:
    hours = Hours(table.one_of("on", DayKind), _read_time(table, "opens"), _read_time(table, "closes"))
    if hours.closes <= hours.opens:
        table.note("closes", "is not after opens")
    return hours


def _read_time(table: TableReader, key: str) -> time:
    value = table.string(key)
    if _TIME.fullmatch(value):
        return time.fromisoformat(value)
    if value:
        table.note(key, f'must be a time such as "08:30", not {value!r}')
    return time(0) if key == "opens" else time(23, 59)


def _read_contact(table: TableReader | None, names: Names) -> Contact | None:
    if table is None:
        return None
    return Contact(
        rule=read_rule(table, "contact", names),
        telephones=table.strings("telephones"),
        complaints=table.strings("complaints"),
        complaints_text=table.optional_local_text("complaints_text"),
    )


def _read_item(table: TableReader | None, names: Names) -> str | None:
    if table is None:
        return None
    read_citations(table, "cite", names.sources)
    return table.string("code")


def _read_photo(table: TableReader | None, names: Names) -> Photo | None:
    if table is None:
        return None
    return Photo(
        rule=read_rule(table, "photo", names),
        width_px=table.whole("width_px", 1, 10_000),
        height_px=table.whole("height_px", 1, 10_000),
        dots_per_inch=table.whole("dots_per_inch", 1, 2400),
        bits_per_pixel=table.whole("bits_per_pixel", 1, 48),
        most_kilobytes=table.whole("most_kilobytes", 1, 100_000),
    )
