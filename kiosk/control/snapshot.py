"""How the running kiosk is at one moment: values only, nothing personal, and what they mean together.

What is collected here is asked by a shell (the control socket) and by whoever watches the machine. All ages are seconds
that passed, not times of day, so that a clock that was set makes nothing look old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kiosk.domain.distribution import Distribution
from kiosk.domain.faults import CLOCK_WRONG, MESSAGES_WAITING, PERMIT_UNACCOUNTED, Fault, Severity

STARTING = "Starting"
"""What stands for a state while there is no machine yet."""


class Verdict(Enum):
    """What the state of the kiosk is for residents."""

    SERVING = "serving"
    DEGRADED = "degraded"  # residents are served; somebody should look
    NOT_IN_SERVICE = "not_in_service"


@dataclass(frozen=True, slots=True)
class StateNow:
    """The machine's state. `name`: as the diagram and the journal call it; `serves`: a visit may begin, or is under
    way; `fault`: why nobody is served; `details`: further lines about that, for technicians.
    """

    name: str
    since_s: float
    custody: str
    serves: bool
    in_visit: bool
    fault: Fault | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """How a device, or what is told of beside them, was found when it was last looked at. `visits_need_it`: no permit
    is taken in without it; `was_asked`: False where it was not looked at yet, and the ages mean nothing.
    """

    name: str
    visits_need_it: bool
    was_asked: bool
    fault: Fault | None = None
    since_s: float = 0.0
    looked_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What central must still be told. `alarm`: the fault if it waits too long."""

    messages: int
    oldest_s: float
    alarm: Fault | None


@dataclass(frozen=True, slots=True)
class JournalNow:
    """The journal as it was read `read_s` seconds ago. `last_step`: the newest step's number; `last_step_at`: its time
    of day (ISO 8601); `retained`: permits that lie in the bin, `to_be_looked_for`: those of which that is not certain;
    `free_bytes`: what its disk has left, None where that cannot be asked.
    """

    read_s: float
    last_step: int
    last_step_at: str | None
    waiting: Waiting
    retained: int
    to_be_looked_for: int
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ClockNow:
    """The clock held against central's. `offset_s`: how far it is ahead, None where central told no time yet."""

    offset_s: float | None
    is_confirmed: bool
    is_in_doubt: bool
    jumps: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """What happened since the program began. `visits`: those that ended, by kind and outcome; `failures`: reports of a
    fault, by its code and the machine's state; `writing_s`: how long chip and face took together; `central_call_s`: how
    long exchanges with central took, by call and outcome.
    """

    visits: Mapping[tuple[str, str], int]
    failures: Mapping[tuple[str, str], int]
    writing_s: Distribution
    central_call_s: Mapping[tuple[str, str], Distribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything at one moment. `uptime_s`: since the program began; `found`: devices in the table's order, then
    central, its certificates, the journal, the display and the bin, as far as they were looked at; `counters`: since
    the program began; `certificate_days`: by whose ("kiosk", "central", "authority"); `journal`: None where it could
    not be read in time; `tallies`: None while there is no machine. What `as_json` leaves out is for metrics alone.
    """

    taken_at: str
    version: str
    process: int
    uptime_s: float
    site: str
    region: str
    state: StateNow
    found: tuple[Found, ...] = ()
    journal: JournalNow | None = None
    clock: ClockNow | None = None
    certificate_days: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    tallies: Tallies | None = None

    @property
    def troubles(self) -> tuple[tuple[str, Fault], ...]:
        """What somebody should look at, by what it is about, each once: first why nobody is served, then what keeps
        from serving, then the rest.
        """
        closed = [] if self.state.fault is None else [(self.state.fault.part.name.lower(), self.state.fault)]
        found = [(each.name, each.fault) for each in self.found if each.fault is not None]
        found.sort(key=lambda trouble: trouble[1].severity is not Severity.OUT_OF_SERVICE)
        by_code: dict[str, tuple[str, Fault]] = {}
        for about, fault in (*closed, *found, *self._of_files()):
            by_code.setdefault(fault.code, (about, fault))
        return tuple(by_code.values())

    def _of_files(self) -> list[tuple[str, Fault]]:
        troubles = []
        if self.journal is not None and self.journal.waiting.alarm is not None:
            troubles.append(("central", MESSAGES_WAITING))
        if self.journal is not None and self.journal.to_be_looked_for:
            troubles.append(("bin", PERMIT_UNACCOUNTED))
        if self.clock is not None and self.clock.is_in_doubt:
            troubles.append(("clock", CLOCK_WRONG))
        return troubles

    @property
    def verdict(self) -> Verdict:
        """The machine's own state decides whether residents are served."""
        if not self.state.serves:
            return Verdict.NOT_IN_SERVICE
        return Verdict.DEGRADED if self.troubles else Verdict.SERVING

    def as_json(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "taken_at": self.taken_at,
            "verdict": self.verdict.value,
            "troubles": [{"about": about, **_told(fault)} for about, fault in self.troubles],
            "state": {
                "name": self.state.name,
                "since_s": round(self.state.since_s, 1),
                "custody": self.state.custody,
                "serves": self.state.serves,
                "in_visit": self.state.in_visit,
                "fault": None if self.state.fault is None else self.state.fault.code,
                "details": list(self.state.details),
            },
            "found": [_found(each) for each in self.found],
            "journal": None if self.journal is None else _journal(self.journal),
            "clock": None
            if self.clock is None
            else {
                "offset_s": None if self.clock.offset_s is None else round(self.clock.offset_s, 1),
                "is_confirmed": self.clock.is_confirmed,
                "is_in_doubt": self.clock.is_in_doubt,
                "jumps": self.clock.jumps,
            },
            "certificate_days": dict(self.certificate_days),
            "counters": dict(self.counters),
            "version": self.version,
            "versions": dict(self.versions),
            "process": self.process,
            "uptime_s": round(self.uptime_s, 1),
            "site": self.site,
            "region": self.region,
        }


def _told(fault: Fault) -> dict[str, str]:
    return {"fault": fault.code, "name": fault.name, "severity": fault.severity.value, "remedy": fault.remedy}


def _found(each: Found) -> dict[str, Any]:
    return {
        "name": each.name,
        "visits_need_it": each.visits_need_it,
        "state": "not_asked" if not each.was_asked else "ok" if each.fault is None else "fault",
        "fault": None if each.fault is None else each.fault.code,
        "since_s": round(each.since_s, 1) if each.was_asked else None,
        "looked_at_s": round(each.looked_at_s, 1) if each.was_asked else None,
    }


def _journal(journal: JournalNow) -> dict[str, Any]:
    return {
        "read_s": round(journal.read_s, 1),
        "last_step": journal.last_step,
        "last_step_at": journal.last_step_at,
        "waiting": {
            "messages": journal.waiting.messages,
            "oldest_s": round(journal.waiting.oldest_s, 1),
            "alarm": None if journal.waiting.alarm is None else journal.waiting.alarm.code,
        },
        "retained": journal.retained,
        "to_be_looked_for": journal.to_be_looked_for,
    }
