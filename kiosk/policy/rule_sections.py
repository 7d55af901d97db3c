"""The parts that every section of a region file is made of: citations, rules, effects, conditions, calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.region import Calendar, Category, Measure, Tier, Window
from kiosk.policy.rules import (
    AGENTS,
    IN_PERSON,
    Citation,
    Condition,
    Effect,
    HowDated,
    NewDates,
    Rule,
    Source,
    StartRow,
    StartTable,
)
from kiosk.policy.toml_reader import TableReader

TABLE_EDGE_LOW = -3660


@dataclass(slots=True)
class Names:
    """What the sections of one file may refer to; filled while the file is read."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    categories: Mapping[str, Category] = field(default_factory=dict)
    start_tables: Mapping[str, StartTable] = field(default_factory=dict)
    situations: tuple[str, ...] = tuple(outcome.value for outcome in AssessedOutcome)
    rules: dict[str, Rule] = field(default_factory=dict)


def read_citations(table: TableReader, key: str, sources: Mapping[str, Source]) -> tuple[Citation, ...]:
    """One "source/section" or a list of them; both must be listed under `sources`."""
    found = []
    for cite in table.string_or_strings(key):
        name, slash, section = cite.partition("/")
        source = sources.get(name)
        if not cite:
            continue
        if not slash:
            table.note(key, f"must be written source/section, not {cite!r}")
        elif source is None:
            table.note(key, f"cites {name!r}, which is not listed under sources")
        elif section not in source.sections:
            table.note(key, f"cites section {section!r}, which sources.{name} does not list")
        else:
            found.append(Citation(source.file, section))
    return tuple(found)


def read_rule(table: TableReader, code: str, names: Names) -> Rule:
    """`cite`, `text` and `ours` of a table that states a rule. No two rules of a file have one code."""
    rule = Rule(
        code=code,
        cites=read_citations(table, "cite", names.sources),
        text=table.local_text("text"),
        ours=table.truth_or_strings("ours"),
    )
    for key in rule.ours:
        if key != "*" and not table.has(key):
            table.note("ours", f"names {key!r}, which this table does not give")
    if code in names.rules:
        table.note("code" if table.has("code") else "text", f"the code {code!r} stands for another rule already")
    names.rules.setdefault(code, rule)
    return rule


def read_coded_rule(table: TableReader, names: Names, default: str | None = None) -> Rule:
    """As `read_rule`, with the code that the table gives itself."""
    code = default if default is not None and not table.has("code") else table.string("code")
    return read_rule(table, code, names)


def read_effect(table: TableReader, names: Names) -> Effect:
    """`served`, `unverified`, `evidence` and `new_dates`, all optional."""
    return Effect(
        channel=table.optional_one_of("served", Channel),
        unverified=table.optional_one_of("unverified", Channel),
        evidence=table.strings("evidence", names.evidence),
        new_dates=read_new_dates(table, names),
    )


def read_new_dates(table: TableReader, names: Names) -> HowDated | None:
    """A word of `NewDates`, or the name of a table under `start_dates`."""
    if not table.has("new_dates"):
        return None
    word = table.string("new_dates")
    if word in names.start_tables:
        return names.start_tables[word]
    words = [member.value for member in NewDates]
    if word not in words:
        if word:
            known = [*words, *names.start_tables]
            table.note("new_dates", f"must be one of {', '.join(known)}, not {word!r}")
        return None
    return NewDates(word)


def read_start_table(name: str, table: TableReader) -> StartTable:
    """Rows with `last` (inside) or `before` (outside), or neither: for ever."""
    rows = []
    for row in table.tables("rows"):
        starts = row.one_of("starts", NewDates)
        edge, inside = None, True
        if row.has("last"):
            edge = row.span("last", TABLE_EDGE_LOW)
        if row.has("before"):
            if row.has("last"):
                row.note("before", "only one of last and before")
            edge, inside = row.span("before", TABLE_EDGE_LOW), False
        rows.append(StartRow(edge, inside, starts))
    if not rows:
        table.note("rows", "is missing (at least one row)")
    if name in {member.value for member in NewDates}:
        table.note("rows", f"{name!r} is a word of new_dates and cannot name a table")
    return StartTable(name, tuple(rows))


def read_conditions(table: TableReader, key: str, names: Names) -> tuple[Condition, ...]:
    """One condition or a list of alternatives."""
    return tuple(_read_condition(each, names) for each in table.tables(key))


def _read_condition(table: TableReader, names: Names) -> Condition:
    condition = Condition(
        declared=table.strings("declared", names.declarations),
        undeclared=table.strings("undeclared", names.declarations),
        age_below=table.optional_whole("age_below", 1, 120),
        age_from=table.optional_whole("age_from", 0, 120),
        agent=table.strings("agent", (IN_PERSON, *AGENTS)),
        category=table.strings("category", tuple(names.categories)),
        becomes=table.strings("becomes", tuple(names.categories)),
        situation=table.strings("situation", names.situations),
        issuer_contains=table.strings("issuer_contains"),
        home_area=table.optional_truth("home_area"),
        authority_changes=table.optional_truth("authority_changes"),
    )
    if condition.age_below is not None and (condition.age_from or 0) >= condition.age_below:
        table.note("age_from", "no age is both below age_below and from age_from")
    return condition


def read_calendar(table: TableReader, names: Names, inherited: Calendar | None = None) -> Calendar:
    """`window` and `overdue`; a measure that leaves one out inherits it."""
    prefix = "" if inherited is None else f"{table.path}."
    if inherited is not None and not table.has("window"):
        window = inherited.window
    else:
        window = _read_window(table.table("window"), names, f"{prefix}window" if prefix else "window")
    if inherited is not None and not table.has("overdue"):
        return Calendar(window, inherited.tiers)
    tiers = tuple(_read_tier(each, names) for each in table.tables("overdue"))
    if not tiers:
        table.note("overdue", "is missing: the days after the end date have no rule")
    return Calendar(window, tiers)


def _read_window(table: TableReader, names: Names, default_code: str) -> Window:
    return Window(
        rule=read_coded_rule(table, names, default_code),
        opens_before=table.span("opens_before"),
        residence_years=table.optional_one_of("residence_years", ResidenceYears),
        effect=read_effect(table, names),
    )


def _read_tier(table: TableReader, names: Names) -> Tier:
    return Tier(
        rule=read_coded_rule(table, names),
        last=table.span("last") if table.has("last") else None,
        outcome=read_late_outcome(table),
        residence_years=table.optional_one_of("residence_years", ResidenceYears),
        resident_confirms=table.truth("resident_confirms", default=False),
        effect=read_effect(table, names),
    )


def read_late_outcome(table: TableReader) -> AssessedOutcome:
    """`outcome` after the end date: overdue, reapply or cancelled."""
    outcome = table.one_of("outcome", AssessedOutcome, AssessedOutcome.OVERDUE)
    if outcome not in (AssessedOutcome.OVERDUE, AssessedOutcome.REAPPLY, AssessedOutcome.CANCELLED):
        table.note("outcome", f"after the end date: overdue, reapply or cancelled, not {outcome.value}")
        return AssessedOutcome.OVERDUE
    return outcome


def read_measure(table: TableReader, names: Names, inherited: Calendar) -> Measure:
    """A temporary or later calendar."""
    measure = Measure(
        rule=read_coded_rule(table, names),
        holds_from=table.optional_day("holds_from"),
        holds_until=table.optional_day("holds_until"),
        ends_from=table.optional_day("ends_from"),
        ends_until=table.optional_day("ends_until"),
        closes_on=table.optional_day("closes_on"),
        calendar=read_calendar(table, names, inherited),
    )
    for first, last in (("holds_from", "holds_until"), ("ends_from", "ends_until")):
        note_reversed(table, first, last, getattr(measure, first), getattr(measure, last))
    if measure.closes_on is not None and (measure.ends_from is None or measure.ends_until is None):
        table.note("closes_on", "needs ends_from and ends_until: for which permits")
    return measure


def note_reversed(table: TableReader, first: str, last: str, start: object, end: object) -> None:
    """Note a period whose last day is before its first."""
    if start is not None and end is not None and str(end) < str(start):
        table.note(last, f"is before {first}")
