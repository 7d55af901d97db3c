"""When each part was last tested, by whom, and what came of it: by the journal's steps of technicians."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kiosk.journal.past_steps import PastStep

NOT_JUDGED = "asked"
"""The outcome of a test whose result nobody judged: the device did its part."""


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One test of a part. `technician`: the number; `role`, `outcome`: stable words; `fault`: a code, or None."""

    part: str
    test: str
    at: datetime
    technician: str
    role: str
    outcome: str
    fault: str | None

    def as_json(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "part": self.part,
            "test": self.test,
            "at": self.at.isoformat(),
            "technician": self.technician,
            "role": self.role,
            "outcome": self.outcome,
            "fault": self.fault,
        }


def last_tests(steps: Iterable[PastStep]) -> dict[tuple[str, str], PartRecord]:
    """The last test by part and test's name. A page that goes on showing a test's result is no further test."""
    found: dict[tuple[str, str], PartRecord] = {}
    shown: tuple[object, ...] | None = None
    for step in steps:
        facts = step.facts
        if step.state_after != "InServiceMode" or "test" not in facts:
            shown = None
            continue
        seen = (facts["part"], facts["test"], facts["outcome"])
        if step.event == "PartTested" or seen != shown:
            part, test, outcome = map(str, seen)
            fault = str(facts["fault"]) if "fault" in facts else None
            by, role = str(facts.get("technician", "?")), str(facts.get("role", "?"))
            found[part, test] = PartRecord(part, test, step.at, by, role, outcome, fault)
        shown = seen
    return found
