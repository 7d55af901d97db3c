"""One part of the machine: how it is, what to do about it, and what can be tested."""

from __future__ import annotations

from kiosk.control.snapshot import Found, Snapshot
from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.technician import PartScreen, Sign, TestOffer
from kiosk.presentation.technician.overview_page import fault_words, part_name, sign_of, state_of
from kiosk.texts.words import Sentences, Text, Words
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.technician.machine import tests_for

_OUTCOME_SIGNS = {
    t.Outcome.PASSED: Sign.WELL,
    t.Outcome.FAILED: Sign.TROUBLE,
    t.Outcome.NO_ANSWER: Sign.TROUBLE,
    t.Outcome.ASKED: Sign.UNKNOWN,
}


AtPart = t.ShowingPart | t.TestingPart | t.JudgingTest


def part_page(frame: Frame, task: AtPart, machine: Snapshot | None) -> PartScreen:
    """`machine`: how everything is; None until that is known."""
    part = task.record.part if isinstance(task, t.JudgingTest) else task.part
    found = found_in(machine, part)
    last = task.last if isinstance(task, t.ShowingPart) else None
    tests = tests_for(task.who, part) if isinstance(task, t.ShowingPart) else ()
    judged = task.record if isinstance(task, t.JudgingTest) else None
    return PartScreen(
        frame,
        part_name(part),
        sign_of(found),
        state_of(found),
        remedy=() if found.fault is None else (Text(f"remedy.{found.fault.code}"),),
        facts=_facts(found),
        tests=tuple(TestOffer(test, Text(f"test.{part}.{test}")) for test in tests),
        result=None if last is None else _result(last),
        result_sign=Sign.UNKNOWN if last is None else _OUTCOME_SIGNS[last.outcome],
        question=None if judged is None else Text(f"test.{part}.{judged.test}_question"),
        busy=isinstance(task, t.TestingPart),
    )


def found_in(machine: Snapshot | None, part: str) -> Found:
    """How a part is, as far as is known."""
    nothing = Found(part, visits_need_it=False, was_asked=False)
    if machine is None:
        return nothing
    return next((each for each in machine.found if each.name == part), nothing)


def _facts(found: Found) -> tuple[Words, ...]:
    needed = Text("part_page.needed" if found.visits_need_it else "part_page.not_needed")
    if not found.was_asked:
        return (needed,)
    return (needed, since_of(found))


def since_of(found: Found) -> Words:
    """For how long a part has been as it is."""
    # Whole minutes: the page is made anew for every other word on it.
    return Text("part_page.since", (("minutes", int(found.since_s // 60)),))


def _result(record: t.TestRecord) -> Words:
    outcome = Text(f"part_page.outcome.{record.outcome.value}")
    return outcome if record.fault is None else Sentences((outcome, fault_words(record.fault)))
