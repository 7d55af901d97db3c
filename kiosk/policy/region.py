"""A region's rules as frozen values. `kiosk.policy.region_file` makes them from a file; `assess` interprets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome, LocalText, Reason, Served
from kiosk.policy.office_days import Deadline, HolidayCalendar, OpeningHours
from kiosk.policy.terms import EndDate, Span

TIMEZONE = "Asia/Shanghai"
LANGUAGES = ("zh-Hans", "en")           # every text has these
MORE_LANGUAGES = ("ug",)                # a text may have these
IN_PERSON = "none"                      # in conditions: the holder came alone
AGENTS = ("guardian", "close_relative", "entrusted")


class CountedFrom(Enum):
    """What a permit's anniversaries are counted from."""

    END = "end"         # its end date
    START = "start"     # its start date
    ISSUE = "issue"     # its date of issue: endorsing early or late moves nothing, unless a make-up re-anchors


class NewDates(Enum):
    """Where a new term starts; it is one length long unless said otherwise."""

    OLD_END = "old_end"             # where the old term ended
    TODAY = "today"                 # on the day of the grant (reviewed: on the day central received the application)
    ANNIVERSARY = "anniversary"     # ends on the first anniversary whose window is not open yet
    UNCHANGED = "unchanged"         # the dates stay
    NONE = "none"                   # no new dates


@dataclass(frozen=True, slots=True)
class Source:
    """A legal source. `file`: the document's file name, or the name by which a regulation is cited."""

    file: str
    title: LocalText
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: file name and section, as the document calls it."""

    file: str
    section: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in our own words, with its sources. `ours`: the keys that no document settles ("*": the whole rule)."""

    code: str
    cites: tuple[Citation, ...]
    text: LocalText
    ours: tuple[str, ...] = ()

    def reasons(self) -> tuple[Reason, ...]:
        """The rule as reasons of an assessment, one for each citation."""
        return tuple(Reason(self.code, cite.file, cite.section) for cite in self.cites)


@dataclass(frozen=True, slots=True)
class StartRow:
    """Up to `edge` after the anniversary a new term starts as `starts` says.

    `inside`: on the day of the edge too. `edge` None: for ever.
    """

    edge: Span | None
    inside: bool
    starts: NewDates


@dataclass(frozen=True, slots=True)
class StartTable:
    """A table of new dates, by the day's distance from the anniversary. Rows in order; no day lies between."""

    name: str
    rows: tuple[StartRow, ...]


HowDated = NewDates | StartTable


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does to the next step.

    `served`: no better than this. `unverified`: no better than this until central verified all of `evidence`.
    """

    served: Served | None = None
    unverified: Served | None = None
    evidence: tuple[str, ...] = ()
    new_dates: HowDated | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """All of what is given must hold. Empty tuples and None ask nothing."""

    declared: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    age_below: int | None = None
    age_from: int | None = None
    agent: tuple[str, ...] = ()             # "none": the holder in person
    category: tuple[str, ...] = ()          # as the permit says
    becomes: tuple[str, ...] = ()           # as asked for
    situation: tuple[str, ...] = ()         # outcomes and codes of tiers
    issuer_contains: tuple[str, ...] = ()   # one of these occurs in the permit's issuing authority
    home_area: bool | None = None           # whether the kiosk stands in the area of the present address
    authority_changes: bool | None = None   # whether another authority will issue


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A rule of a service that applies when one of `when` holds and none of `unless`, from and until the given days."""

    rule: Rule
    effect: Effect
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...] = ()
    holds_from: date | None = None
    holds_until: date | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When an endorsement is in time: from `opens_before` the anniversary to the end date, both inside."""

    rule: Rule
    opens_before: Span
    residence_years: ResidenceYears | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Tier:
    """Overdue up to and with `last` after the anniversary; None: for ever."""

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
    """Permits of one authority with another length: valid to their end, then as `effect` says."""

    rule: Rule
    issuer_contains: tuple[str, ...]
    months: tuple[int, ...]             # empty: any length
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something to show. With `any_of` it is a group: one of those is enough."""

    key: str
    name: LocalText
    any_of: tuple[str, ...]
    central_verifies: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """Something the resident is asked. `follows`: asked only after that was declared."""

    key: str
    question: LocalText
    follows: str | None
    only_with_agent: bool


class AgentRole(Enum):
    """Whether another person must act, may act, or comes along."""

    MUST = "must"
    MAY = "may"
    ACCOMPANIES = "accompanies"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acts for whom: for holders of whom one of `holders` is true."""

    key: str
    rule: Rule
    role: AgentRole
    holders: tuple[Condition, ...]
    effect: Effect


class Place(Enum):
    """At which kiosks a service is had."""

    ANY_KIOSK = "any_kiosk"
    HOME_AREA = "home_area"             # the area of the present address
    PRESENT_STATION = "present_station"


@dataclass(frozen=True, slots=True)
class Fee:
    """What a service costs. `yuan` None: as the authority sets it."""

    yuan: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon: working days (0: on the spot), counted from acceptance."""

    working_days: int
    most_working_days: int | None       # where far places may take longer
    rule: Rule


@dataclass(frozen=True, slots=True)
class ReviewStage:
    """One stage of a review and the results it can have."""

    key: str
    name: LocalText
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """How a person reviews an application, and how the result is told."""

    rule: Rule
    stages: tuple[ReviewStage, ...]
    told_by: tuple[str, ...]
    asks_telephone: bool


@dataclass(frozen=True, slots=True)
class CollectionWay:
    """One way to get the permit back. `posts`: who posts what, as (who, what) pairs; `pays`: who pays the post."""

    way: str
    bring: tuple[str, ...]
    posts: tuple[tuple[str, str], ...]
    pays: str | None
    yuan: int | None
    working_days: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Collection:
    """How a permit is collected. `chosen`: "at_application" or "when_made"."""

    rule: Rule
    chosen: str
    voucher: bool
    ways: tuple[CollectionWay, ...]
    unclaimed: Rule | None


class OldPermit(Enum):
    """What becomes of the permit that was handed in."""

    REWRITTEN = "rewritten"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OfferedService:
    """A service as the region's documents describe it. `in_window_only`: had only once the window is open."""

    service: Service
    rule: Rule
    name: LocalText
    effect: Effect
    in_window_only: bool
    place: Place
    elsewhere: Served
    bring: tuple[str, ...]
    asks: tuple[str, ...]
    forms: tuple[LocalText, ...]
    old_permit: OldPermit
    by_post: bool | None                # None: the documents do not say
    by_appointment: bool | None
    fee: Fee | None
    promise: Promise | None
    online: Rule | None
    review: Review | None
    collection: Collection | None
    rules: tuple[ServiceRule, ...]


@dataclass(frozen=True, slots=True)
class Kiosks:
    """Whether the region offers anything at kiosks. `pilot`: how, where the authority ordered a trial."""

    rule: Rule
    offered: bool
    pilot: Served | None


@dataclass(frozen=True, slots=True)
class Office:
    """A counter. `does_business`: False where it only informs."""

    key: str
    rule: Rule
    name: LocalText
    address: LocalText
    website: str | None
    telephone: str | None
    does_business: bool
    hours: OpeningHours | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where to ask and where to complain."""

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
    calendar: Calendar
    measures: tuple[Measure, ...]
    senseless: Rule
    undescribed: Rule
    permit_over: Tier | None            # past the permit's own end, where it is not the end of a term
    kiosks: Kiosks
    services: Mapping[Service, OfferedService]
    evidence: Mapping[str, Evidence]
    declarations: Mapping[str, Declaration]
    agents: Mapping[str, Agent]
    deadlines: Mapping[str, tuple[Rule, Deadline]]
    holidays: HolidayCalendar
    offices: Mapping[str, Office]
    contact: Contact | None
    item_code: str | None
    photo: Photo | None
    rules: Mapping[str, Rule]           # every rule by its code
    texts: Mapping[str, LocalText]      # every text by its path in the file

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
