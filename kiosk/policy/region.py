"""A region's rules as frozen values. `kiosk.policy.region_file` makes them from a file; `assess` interprets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.office_days import Deadline, HolidayCalendar, OpeningHours
from kiosk.policy.rules import Citation, Effect, Rule, ServiceRule, Source, StartTable
from kiosk.policy.services import Agent, Guidance, OfferedService
from kiosk.policy.terms import EndDate, Span
from kiosk.texts.words import LocalText

TEXTS = ("receipt_footer", "application_slip", "address_is_true", "technician_unreadable_permit")
"""Keys of a region's texts that belong to no rule: at the foot of receipts and slips, on the slip of an application,
under a question, and for technicians about a permit that cannot be read (`python -m kiosk faults --region`).
"""


class CountedFrom(Enum):
    """The date from which a permit's anniversaries are counted."""

    END = "end"  # its end date
    START = "start"  # its start date
    ISSUE = "issue"  # its date of issue: endorsing early or late moves nothing, unless a make-up re-anchors


@dataclass(frozen=True, slots=True)
class Window:
    """When an endorsement is in time: from `opens_before` the anniversary to the end date, both inside."""

    rule: Rule
    opens_before: Span
    residence_years: ResidenceYears | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of being overdue, up to and with `last` after the anniversary; None: without end."""

    rule: Rule
    last: Span | None
    outcome: AssessedOutcome
    residence_years: ResidenceYears | None
    resident_confirms: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class Calendar:
    """Window and tiers: together they cover every day once."""

    window: Window
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A calendar that holds on some days only, for permits that end on some days only (both ends inside, None: open).

    `closes_on`: the last day in time, where the measure fixes one later than the end date.
    """

    rule: Rule
    holds_from: date | None
    holds_until: date | None
    ends_from: date | None
    ends_until: date | None
    closes_on: date | None
    calendar: Calendar

    def holds(self, on: date, end: date | None) -> bool:
        """Whether the measure applies on `on` to a permit that ends on `end`."""
        if not _is_between(on, self.holds_from, self.holds_until):
            return False
        if self.ends_from is None and self.ends_until is None:
            return True
        return end is not None and _is_between(end, self.ends_from, self.ends_until)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of permit. `may_become`: what it may be endorsed to instead."""

    key: str
    months: int
    name: LocalText
    may_become: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastTerm:
    """Permits of one authority with another length. They are valid to their end; `effect` applies after it."""

    rule: Rule
    issuer_contains: tuple[str, ...]
    months: tuple[int, ...]  # empty: any that no category has
    issued_until: date | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Term:
    """How terms are counted and printed. `start_stays`: an endorsement leaves the permit's start date alone."""

    rule: Rule
    counted_from: CountedFrom
    end_date: EndDate
    permit_carries_end: bool
    start_stays: bool

    @property
    def keeps_anniversaries(self) -> bool:
        """Whether endorsing early or late moves no anniversary: the permit keeps the date they are counted from."""
        if self.counted_from is CountedFrom.START:
            return self.start_stays or not self.permit_carries_end
        return self.counted_from is CountedFrom.ISSUE


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof. With `any_of` it is a group of which one is enough; with `all_of` it has parts."""

    key: str
    name: LocalText
    any_of: tuple[str, ...]
    all_of: tuple[str, ...]
    central_verifies: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """A question to the resident. `answer_yes`, `answer_no`: the facts that the two answers state; "yes" declares it.
    `follows`: a declaration after which alone it is asked.
    """

    key: str
    question: LocalText
    answer_yes: LocalText
    answer_no: LocalText
    follows: str | None
    only_with_agent: bool


@dataclass(frozen=True, slots=True)
class Kiosks:
    """Whether the region offers anything at kiosks. `pilot`: how, where the authority ordered a trial."""

    rule: Rule
    offered: bool
    pilot: Channel | None


@dataclass(frozen=True, slots=True)
class Office:
    """A counter. `name`: as people ask for it; `address`: given where the documents say more than its name.
    `does_business`: False where it only informs.
    """

    key: str
    rule: Rule
    name: LocalText
    address: LocalText | None
    website: str | None
    telephone: str | None
    does_business: bool
    hours: OpeningHours | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask, and where to complain."""

    rule: Rule
    telephones: tuple[str, ...]
    complaints: tuple[str, ...]
    complaints_text: LocalText | None


@dataclass(frozen=True, slots=True)
class Photo:
    """What a photo for a new permit must be like."""

    rule: Rule
    width_px: int
    height_px: int
    dots_per_inch: int
    bits_per_pixel: int
    most_kilobytes: int


@dataclass(frozen=True, slots=True)
class Region:
    """Everything a region's file says."""

    code: str
    name: LocalText
    area_prefixes: tuple[str, ...]
    sources: Mapping[str, Source]
    legal_bases: tuple[Citation, ...]
    term: Term
    categories: Mapping[str, Category]
    past_terms: tuple[PastTerm, ...]
    start_tables: Mapping[str, StartTable]
    calendar: Calendar
    measures: tuple[Measure, ...]
    senseless: Rule
    undescribed: Rule
    permit_over: Tier | None  # past the permit's own end, where it is not the end of a term
    kiosks: Kiosks
    services: Mapping[Service, OfferedService]
    rules_of_several: tuple[ServiceRule, ...]  # they stand in each of their services too
    evidence: Mapping[str, Evidence]
    declarations: Mapping[str, Declaration]
    agents: Mapping[str, Agent]
    guidance: Mapping[str, Guidance]
    deadlines: Mapping[str, tuple[Rule, Deadline]]
    holidays: HolidayCalendar
    offices: Mapping[str, Office]
    contact: Contact | None
    item_code: str | None
    photo: Photo | None
    rules: Mapping[str, Rule]  # every rule by its code
    texts: Mapping[str, LocalText]  # every text by its path in the file

    def recognises(self, area_code: str) -> bool:
        """Whether a permit whose chip names this 6-digit area was issued here."""
        return area_code.startswith(self.area_prefixes)

    def text(self, key: str) -> LocalText:
        """A text by its path in the file: "texts.receipt_footer", "evidence.deed.name", "window.text".

        Raises KeyError for a path that the file does not have.
        """
        return self.texts[key]

    def rule(self, code: str) -> Rule:
        """A rule by the code that reasons carry. Raises KeyError."""
        return self.rules[code]

    def tier(self, code: str) -> Tier | None:
        """The overdue tier with this code, in any calendar."""
        calendars = (self.calendar, *(measure.calendar for measure in self.measures))
        return next((tier for each in calendars for tier in each.tiers if tier.rule.code == code), None)


def _is_between(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
