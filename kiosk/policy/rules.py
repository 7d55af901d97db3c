"""Rules as frozen values: their citations, conditions and effects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.endorsement import Service
from kiosk.policy.assessment import Channel, Reason
from kiosk.policy.terms import Span
from kiosk.texts.words import LocalText

TIMEZONE = "Asia/Shanghai"
LANGUAGES = ("zh-Hans", "en")  # every text has these, and perhaps others
IN_PERSON = "none"  # in conditions: the holder came alone
AGENTS = ("guardian", "close_relative", "entrusted")
CHANGES = {  # declared changes, and the services that are there for them
    "address_changed": (Service.CHANGE_ADDRESS,),
    "identity_changed": (Service.CHANGE_IDENTITY, Service.CORRECT),
}
DECLARATIONS = (*CHANGES, "hard_to_move", "disabled")  # may be declared in every region


class NewDates(Enum):
    """Where a new term starts; it is one length long unless said otherwise."""

    OLD_END = "old_end"  # where the old term ended
    TODAY = "today"  # on the day of the grant (reviewed: on the day central received the application)
    ANNIVERSARY = "anniversary"  # ends on the first anniversary whose window is not open yet
    UNCHANGED = "unchanged"  # the dates stay
    NONE = "none"  # no new dates


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
    """One rule in our own words, with its sources. `ours`: keys that no document prescribes ("*": the whole rule)."""

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
    """The effect of a rule on the next step.

    `channel`: no better than this. `unverified`: no better than this until central verified all of `evidence`.
    """

    channel: Channel | None = None
    unverified: Channel | None = None
    evidence: tuple[str, ...] = ()
    new_dates: HowDated | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: all given parts must hold. Empty tuples and None are not checked."""

    declared: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    age_below: int | None = None
    age_from: int | None = None
    agent: tuple[str, ...] = ()  # "none": the holder in person
    category: tuple[str, ...] = ()  # as the permit says
    becomes: tuple[str, ...] = ()  # as asked for
    situation: tuple[str, ...] = ()  # outcomes and codes of tiers
    issuer_contains: tuple[str, ...] = ()  # one of these occurs in the permit's issuing authority
    home_area: bool | None = None  # whether the kiosk stands in the area of the present address
    authority_changes: bool | None = None  # whether another authority will issue


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A rule of a service that applies when one of `when` holds and none of `unless`, from and until the given days."""

    rule: Rule
    effect: Effect
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...] = ()
    holds_from: date | None = None
    holds_until: date | None = None
