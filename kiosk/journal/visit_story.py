"""Puts the journal's steps together to visits, as a person would tell them: across a stop of the program too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.journal.past_steps import PastStep
from kiosk.workflow.visit_outcomes import LEFT, OUT_OF_SERVICE

STOPPED = "stopped"
"""The outcome of a visit that a stop of the program ended, with no permit in the machine."""

UNDER_WAY = "under_way"
"""The outcome of a visit that is not over."""

NOT_KEPT = "not_kept"
"""For what an earlier program did not write into the journal."""

_AT_REST = frozenset({"Idle", "OutOfHours", "OutOfService", "InServiceMode", "Recovering"})
"""States without a visit."""

_LAST_PAGES = frozenset({"Explaining", "Thanking", "ShowingApplication", "ShowingStatus", "ShowingProgress"})


@dataclass(frozen=True, slots=True)
class Stop:
    """The program ended in the middle of a visit and was started again. `in_good_order`: it was asked to end; otherwise
    the power was lost, or the program was killed.
    """

    at: datetime
    started_again_at: datetime
    in_good_order: bool


@dataclass(slots=True)
class VisitStory:
    """One resident's visit, oldest entry first. After a stop the machine gives the same permit a new visit's number, so
    there may be several.
    """

    entries: list[PastStep | Stop] = field(default_factory=list)

    @property
    def steps(self) -> list[PastStep]:
        return [entry for entry in self.entries if isinstance(entry, PastStep)]

    @property
    def began_at(self) -> datetime:
        return self.steps[0].at

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every random number that the visit had, its visits' first, in order."""
        visits = [step.visit_id for step in self.steps if step.visit_id]
        return tuple(dict.fromkeys([*visits, *(step.endorsement_id for step in self.steps if step.endorsement_id)]))

    @property
    def endorsements(self) -> tuple[str, ...]:
        """The numbers of endorsements and applications, as the receipt shows their beginnings."""
        return tuple(dict.fromkeys(step.endorsement_id for step in self.steps if step.endorsement_id))

    @property
    def purpose(self) -> str:
        """What the visit was for: `visit_outcomes.KINDS`."""
        told = [str(step.facts["purpose"]) for step in self.steps if "purpose" in step.facts]
        first = self.steps[0].visit_id
        own = [str(step.facts["purpose"]) for step in self.steps if "purpose" in step.facts and step.visit_id == first]
        return own[-1] if own else told[-1] if told else NOT_KEPT

    @property
    def outcome(self) -> str:
        """What came of it: `visit_outcomes.OUTCOMES`, or a word of this module."""
        last = self.entries[-1]
        if isinstance(last, Stop):
            return STOPPED
        told = [str(step.facts["visit_outcome"]) for step in self.steps if "visit_outcome" in step.facts]
        if told:
            return told[-1]
        if not self.is_over:
            return UNDER_WAY
        if last.state_after == "OutOfService":
            return OUT_OF_SERVICE
        return NOT_KEPT if any(step.state_before in _LAST_PAGES for step in self.steps) else LEFT

    @property
    def is_over(self) -> bool:
        last = self.entries[-1]
        return isinstance(last, Stop) or last.state_after in _AT_REST

    @property
    def faults(self) -> tuple[str, ...]:
        """The codes of the faults that were met, each once."""
        return tuple(dict.fromkeys(str(step.facts["fault"]) for step in self.steps if "fault" in step.facts))

    @property
    def is_of_resident(self) -> bool:
        """Not what the machine does by itself: no visit has only steps of the start."""
        return any(step.visit_id for step in self.steps)

    def has_number(self, beginning: str) -> bool:
        """Whether one of its numbers begins so (hexadecimal, without hyphens, in lower case)."""
        return any(number.replace("-", "").startswith(beginning) for number in self.numbers)


def stories(steps: Iterable[PastStep]) -> Iterator[VisitStory]:
    """The visits in these steps, in order, each as soon as another begins. One whose beginning was purged, or lies
    before the first of these steps, begins with the first that is there.
    """
    present: VisitStory | None = None
    previous: PastStep | None = None
    for step in steps:
        if present is not None and not present.is_over and previous is not None and _was_stopped(previous, step):
            in_good_order = any(each.event == "SwitchOffRequested" for each in present.steps)
            present.entries.append(Stop(previous.at, step.at, in_good_order))
        if step.visit_id is not None:
            if present is None or not _goes_on(present, previous, step):
                if present is not None:
                    yield present
                present = VisitStory()
            present.entries.append(step)
        previous = step
    if present is not None:
        yield present


def _was_stopped(previous: PastStep, step: PastStep) -> bool:
    """Whether the program was started between the two: only then it is in its first state without having gone there."""
    return step.state_before == "Recovering" and previous.state_after != "Recovering"


def _goes_on(present: VisitStory, previous: PastStep | None, step: PastStep) -> bool:
    """Whether `step` belongs to the visit before: it has its number, or is about the permit that was left inside."""
    if step.visit_id == present.steps[-1].visit_id:
        return True
    was_left = previous is not None and previous.custody not in ("with_holder", "retained")
    return step.event == "PathInspected" and was_left


def story_json(story: VisitStory) -> Mapping[str, object]:
    """JSON-able; `entries` are the journal's steps, and stops of the program."""
    return {
        "began_at": story.began_at.isoformat(),
        "numbers": list(story.numbers),
        "endorsements": list(story.endorsements),
        "purpose": story.purpose,
        "outcome": story.outcome,
        "faults": list(story.faults),
        "entries": [
            entry.as_json()
            if isinstance(entry, PastStep)
            else {
                "stopped_after": entry.at.isoformat(),
                "started_again_at": entry.started_again_at.isoformat(),
                "in_good_order": entry.in_good_order,
            }
            for entry in story.entries
        ],
    }
