"""Counts what the journal tells of a month: visits, refusals, failures. Only what is still kept can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.faults import CATALOGUE
from kiosk.journal.past_steps import PastStep
from kiosk.journal.visit_story import stories

_FAILURES = frozenset(
    {
        "DeviceFailed",
        "CentralFailed",
        "PathNotInspected",
        "PermitOutOfSight",
        "FaceNotRewritten",
        "ReceiptNotPrinted",
        "CodeScannerFailed",
    }
)
"""Events that report a fault. A fault that a later step repeats is the same one."""

UNKNOWN_DEVICE = "unknown"


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in Asia/Shanghai."""

    first: date

    @classmethod
    def of(cls, text: str) -> Month:
        """The month written as 2026-11. Raises ValueError."""
        if len(text) != len("2026-11"):
            raise ValueError(text)
        return cls(date.fromisoformat(f"{text}-01"))

    @classmethod
    def with_day(cls, day: date) -> Month:
        return cls(day.replace(day=1))

    @property
    def previous(self) -> Month:
        return Month.with_day(self.first - timedelta(days=1))

    def __contains__(self, at: datetime) -> bool:
        return (at.year, at.month) == (self.first.year, self.first.month)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Statistics:
    """One month. `kept_since`: the oldest step that the journal still has, None for an empty one; `visits`: those that
    began in the month, by purpose and outcome; `refusals`: how many visits by the refusal's code; `failures`: reports
    of a fault, by the machine's state and the fault's code; `devices`: those reports by the device; `retained`: permits
    put into the bin.
    """

    month: Month
    kept_since: datetime | None
    visits: Mapping[tuple[str, str], int]
    refusals: Mapping[str, int]
    failures: Mapping[tuple[str, str], int]
    devices: Mapping[str, int]
    retained: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the month was purged before, as far as the journal's beginning tells."""
        return self.kept_since is not None and self.kept_since.date() < self.month.first

    def as_json(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "month": str(self.month),
            "kept_since": None if self.kept_since is None else self.kept_since.isoformat(),
            "is_whole": self.is_whole,
            "visits": [
                {"purpose": purpose, "outcome": outcome, "count": count}
                for (purpose, outcome), count in sorted(self.visits.items())
            ],
            "refusals": dict(sorted(self.refusals.items())),
            "failures": [
                {"state": state, "fault": code, "count": count}
                for (state, code), count in sorted(self.failures.items())
            ],
            "devices": dict(sorted(self.devices.items())),
            "retained": self.retained,
        }


def statistics(steps: Iterable[PastStep], month: Month) -> Statistics:
    """Count the month in all of a journal's steps."""
    counting = _Counting(month)
    visits: Counter[tuple[str, str]] = Counter()
    refusals: Counter[str] = Counter()
    for story in stories(counting.passing(steps)):
        if story.began_at in month:
            visits[story.purpose, story.outcome] += 1
            refusals.update({str(step.facts["refusal"]) for step in story.steps if "refusal" in step.facts})
    return Statistics(
        month,
        counting.kept_since,
        visits,
        refusals,
        counting.failures,
        counting.devices,
        counting.retained,
    )


class _Counting:
    """Counts steps one by one as they pass."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self.kept_since: datetime | None = None
        self.failures: Counter[tuple[str, str]] = Counter()
        self.devices: Counter[str] = Counter()
        self.retained = 0

    def passing(self, steps: Iterable[PastStep]) -> Iterator[PastStep]:
        for step in steps:
            if self.kept_since is None:
                self.kept_since = step.at
            if step.at in self._month:
                self._count(step)
            yield step

    def _count(self, step: PastStep) -> None:
        if step.event in _FAILURES and "fault" in step.facts:
            code = str(step.facts["fault"])
            self.failures[step.state_before, code] += 1
            self.devices[CATALOGUE[code].part.name.lower() if code in CATALOGUE else UNKNOWN_DEVICE] += 1
        if step.event == "PermitRetained":
            self.retained += 1
