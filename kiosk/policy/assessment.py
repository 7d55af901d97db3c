"""The result of a region's rules for one permit on one day, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.endorsement import ResidenceYears
from kiosk.texts.words import LocalText


class AssessedOutcome(Enum):
    """Where the day lies in the permit's year."""

    TOO_EARLY = "too_early"
    IN_WINDOW = "in_window"
    OVERDUE = "overdue"
    REAPPLY = "reapply"
    CANCELLED = "cancelled"


class Channel(Enum):
    """How the *next step* is done here; the command line, region files and tables call it `served`."""

    AT_ONCE = "at_once"
    AFTER_REVIEW = "after_review"
    COUNTER = "counter"
    NOT_OFFERED = "not_offered"


BEST_FIRST = tuple(Channel)
"""The channels, from the best to the strictest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that was applied. `source`: the document's file name; `section`: as the document calls it.

    `code` is the rule's key in the region file, which has its text in every language.
    """

    code: str
    source: str
    section: str


@dataclass(frozen=True, slots=True)
class EvidenceAsked:
    """Keys of the region file's evidence: every one of `all_of`, and one of `any_of` (empty: nothing)."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer. `outcome` None: the permit's dates make no sense (then `channel` is COUNTER).

    `opens_on` … `closes_on`: the window, both inside. New dates are None while too early and where no date may be told.
    """

    outcome: AssessedOutcome | None
    opens_on: date | None
    closes_on: date | None
    new_valid_from: date | None
    new_valid_to: date | None
    residence_years: ResidenceYears | None
    channel: Channel | None
    evidence: EvidenceAsked
    reasons: tuple[Reason, ...]
    texts: tuple[LocalText, ...] = ()  # one for each reason, in the same order
    channel_when_verified: Channel | None = None  # once central verified all evidence that it can verify
    residence_gap: tuple[date, date] | None = None  # days not counted as residence, first and last inside
    is_a_day_apart: bool = False  # from the region's way to count, as other software prints
    to_confirm: tuple[str, ...] = ()  # codes of rules that the resident has to confirm
