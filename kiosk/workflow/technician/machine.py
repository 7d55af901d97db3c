"""Service mode: who is let in, what is looked at and tested, and the way back to serving residents.

Laws: nobody is let in but by `TechnicianAdmitted`. A test is ordered only by a technician who may, and one at a time.
Nothing here moves a permit: the way out of service mode is the way of every start, which asks the unit first.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import assert_never

from kiosk.domain.faults import Fault
from kiosk.domain.part_tests import PART_TESTS
from kiosk.domain.personal import Personal
from kiosk.domain.technician import LANGUAGES, Right, Technician
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import bin as at_the_bin
from kiosk.workflow.technician import service_state
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.transition import Site, Step

NUMBER_AND_CODE = re.compile(r"([0-9]{2})([0-9]{6})")
PIN = re.compile(r"[0-9]{6,10}")
UNLOCK_CODE = re.compile(r"[0-9]{8}")


def open_service_mode(site: Site, state: s.AtRest | s.OutOfService) -> Step | None:
    """The first page, on which a technician signs in; None where the site has no technicians, and at the end."""
    if not site.has_technicians or state.switching_off:
        return None
    first = t.EnteringNumber()
    looking = (do.AwaitServiceCard(),) if site.has_service_cards else ()
    language = state.language if isinstance(state, s.Idle) and state.language in LANGUAGES else LANGUAGES[0]
    match state:
        case s.Idle() | s.OutOfHours():
            return Step(s.InServiceMode(first, language), looking)
        case s.OutOfService(fault=fault, custody=custody, held=held, inspecting=inspecting):
            return Step(s.InServiceMode(first, language, custody, fault, held, inspecting), looking)


def leave(site: Site, state: s.InServiceMode) -> Step:
    """Back to serving residents: as after a start, the unit says first where a permit is. One whose holder has gone
    is still not offered to whoever stands there.
    """
    if (stays := service_state.stays_closed(state)) is not None:
        return Step(stays, (*_stops_looking(site), do.ClearPersonalData()))
    fault = None if service_state.is_settled(state.custody) else state.fault
    closed = s.Recovering() if fault is None else _as_before(state, fault)
    asking = () if state.inspecting else (do.InspectPath(),)  # a second answer to one question would come in a visit
    return Step(closed, (*_stops_looking(site), do.ClearPersonalData(), *asking))


def _stops_looking(site: Site) -> tuple[do.StopServiceCard, ...]:
    return (do.StopServiceCard(),) if site.has_service_cards else ()


def _as_before(state: s.InServiceMode, fault: Fault) -> s.OutOfService:
    return s.OutOfService(fault, state.custody, state.held, inspecting=True)


def in_service_mode(site: Site, state: s.InServiceMode, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.SIGN_OUT | Intent.CANCEL):
            return leave(site, state)
        case on.DeadlinePassed():
            return _overdue(site, state)
        case on.ServiceCardRemoved():
            return _service_card_removed(site, state)
        case on.PathInspected(custody=custody):
            return Step(replace(state, custody=custody, inspecting=False))
        case on.PathNotInspected():
            return Step(replace(state, inspecting=False))
        case _:
            custody_told = on.custody_told(event)
            if custody_told is not None:
                return Step(replace(state, custody=custody_told)) if custody_told is not state.custody else None
            return _task(site, state, event)


def _overdue(site: Site, state: s.InServiceMode) -> Step:
    match state.task:
        case t.CheckingTechnician() | t.CheckingUnlockCode():
            return _goes_to(state, t.EnteringNumber(t.SignInProblem.UNANSWERED))
        case t.TestingPart(who=who, part=part, test=test):
            return _goes_to(state, t.ShowingPart(who, part, t.TestRecord(part, test, t.Outcome.NO_ANSWER)))
        case t.ChangingServiceState(who=who):
            return _goes_to(state, t.ShowingServiceState(who, failed=True))
        case (t.ListingBin() | t.PrintingHandOver() | t.NotingEmptied()) as waiting:
            return at_the_bin.overdue(state, waiting)
        case _:
            return leave(site, state)


def _service_card_removed(site: Site, state: s.InServiceMode) -> Step | None:
    """Whoever came by a card goes with it: nobody stays signed in at a machine that they have left."""
    if not t.rests_on_service_card(state.task):
        return None
    if isinstance(state.task, t.SignedIn):
        return leave(site, state)
    return _goes_to(state, t.EnteringNumber(t.SignInProblem.SERVICE_CARD_REMOVED))


def _task(site: Site, state: s.InServiceMode, event: on.Event) -> Step | None:
    task = state.task
    match task:
        case t.EnteringNumber():
            return _entering_number(state, task, event)
        case t.EnteringPin():
            return _entering_pin(state, task, event)
        case t.CheckingTechnician():
            return _checking_technician(site, state, task, event)
        case t.EnteringUnlockCode():
            return _entering_unlock_code(state, event)
        case t.CheckingUnlockCode():
            return _checking_unlock_code(state, event)
        case t.ShowingOverview():
            return _overview(site, state, task, event)
        case t.ShowingPart():
            return _part(site, state, task, event)
        case t.TestingPart():
            return _testing(state, task, event)
        case t.JudgingTest():
            return _judging(state, task, event)
        case t.ShowingServiceState() | t.ChangingServiceState():
            return service_state.at_service_state(state, task, event)
        case t.ListingBin() | t.ShowingBin() | t.PrintingHandOver() | t.AskingIfEmptied() | t.NotingEmptied():
            return at_the_bin.at_bin(state, task, event)
        case _:
            assert_never(task)


def _goes_to(state: s.InServiceMode, task: t.Task, *effects: do.Effect) -> Step:
    return Step(replace(state, task=task), effects)


def _entering_number(state: s.InServiceMode, task: t.EnteringNumber, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ENTER_CODE, choice=typed) if task.problem is not t.SignInProblem.LOCKED:
            found = NUMBER_AND_CODE.fullmatch(typed)
            if found is None:
                return _goes_to(state, t.EnteringNumber(t.SignInProblem.WRONG))
            return _goes_to(state, t.EnteringPin(found[1], Personal(found[2])))
        case on.ServiceCardAccepted(number=number) if task.problem is not t.SignInProblem.LOCKED:
            return _goes_to(state, t.EnteringPin(number, None))
        case on.ServiceCardRefused(problem=t.SignInProblem.SERVICE_CARD_READER_GONE) if task.problem is not None:
            return None  # what the person did before is the news
        case on.ServiceCardRefused(problem=problem) if task.problem is not t.SignInProblem.LOCKED:
            return _goes_to(state, t.EnteringNumber(problem))
        case on.PersonChose(intent=Intent.UNLOCK) if task.problem is t.SignInProblem.LOCKED:
            return _goes_to(state, t.EnteringUnlockCode())
        case _:
            return None


def _entering_pin(state: s.InServiceMode, task: t.EnteringPin, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ENTER_CODE, choice=typed) if PIN.fullmatch(typed):
            check = do.CheckTechnician(task.number, task.code, Personal(typed))
            return _goes_to(state, t.CheckingTechnician(by_service_card=task.code is None), check)
        case on.PersonChose(intent=Intent.BACK):
            return _goes_to(state, t.EnteringNumber())
        case _:
            return None


def _checking_technician(
    site: Site, state: s.InServiceMode, task: t.CheckingTechnician, event: on.Event
) -> Step | None:
    match event:
        case on.TechnicianAdmitted(technician=who):
            looks_no_more = () if who.by_service_card else _stops_looking(site)
            return _goes_to(state, t.ShowingOverview(who), *looks_no_more, do.CheckDevices())
        case on.TechnicianNotAdmitted(wait_s=wait_s) if math.isinf(wait_s):
            return _goes_to(state, t.EnteringNumber(t.SignInProblem.LOCKED))
        case on.TechnicianNotAdmitted(wait_s=wait_s) if wait_s:
            return _goes_to(state, t.EnteringNumber(t.SignInProblem.WAIT, math.ceil(wait_s)))
        case on.TechnicianNotAdmitted():
            wrong = t.SignInProblem.PIN_OF_SERVICE_CARD if task.by_service_card else t.SignInProblem.WRONG
            return _goes_to(state, t.EnteringNumber(wrong))
        case on.SignInUnanswered():
            return _goes_to(state, t.EnteringNumber(t.SignInProblem.UNANSWERED))
        case _:
            return None


def _entering_unlock_code(state: s.InServiceMode, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ENTER_CODE, choice=typed) if UNLOCK_CODE.fullmatch(typed):
            return _goes_to(state, t.CheckingUnlockCode(), do.CheckUnlockCode(Personal(typed)))
        case on.PersonChose(intent=Intent.BACK):
            return _goes_to(state, t.EnteringNumber())
        case _:
            return None


def _checking_unlock_code(state: s.InServiceMode, event: on.Event) -> Step | None:
    match event:
        case on.Unlocked():
            return _goes_to(state, t.EnteringNumber())
        case on.UnlockRefused():
            return _goes_to(state, t.EnteringUnlockCode(t.SignInProblem.UNLOCK_REFUSED))
        case on.SignInUnanswered():
            return _goes_to(state, t.EnteringNumber(t.SignInProblem.UNANSWERED))
        case _:
            return None


def _overview(site: Site, state: s.InServiceMode, task: t.ShowingOverview, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=service_state.PART):
            return _goes_to(state, t.ShowingServiceState(task.who))
        case on.PersonChose(intent=Intent.CHOOSE, choice=at_the_bin.PART):
            return at_the_bin.look_into(state, task)
        case on.PersonChose(intent=Intent.CHOOSE, choice=part) if part in site.parts:
            return _goes_to(state, t.ShowingPart(task.who, part))
        case on.PersonChose(intent=Intent.ORDER_BY, choice=word) if word in {view.value for view in t.View}:
            return _goes_to(state, replace(task, view=t.View(word)))
        case on.PersonChose(intent=Intent.GO_ON):
            return Step(state, (do.CheckDevices(),))
        case _:
            return None


def _part(site: Site, state: s.InServiceMode, task: t.ShowingPart, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.BACK):
            return _goes_to(state, t.ShowingOverview(task.who))
        case on.PersonChose(intent=Intent.TEST, choice=test) if test in tests_for(task.who, task.part):
            return _goes_to(state, t.TestingPart(task.who, task.part, test), do.TestPart(task.part, test))
        case _:
            return None


def tests_for(who: Technician, part: str) -> tuple[str, ...]:
    """The tests of a part that this technician may make."""
    return PART_TESTS.get(part, ()) if who.may(Right.TEST) else ()


def _testing(state: s.InServiceMode, task: t.TestingPart, event: on.Event) -> Step | None:
    match event:
        case on.PartTested(record=record) if (record.part, record.test) == (task.part, task.test):
            if record.outcome is t.Outcome.ASKED:
                return _goes_to(state, t.JudgingTest(task.who, record))
            return _goes_to(state, t.ShowingPart(task.who, task.part, record))
        case _:
            return None


def _judging(state: s.InServiceMode, task: t.JudgingTest, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=("passed" | "failed") as word):
            judged = replace(task.record, outcome=t.Outcome(word))
            return _goes_to(state, t.ShowingPart(task.who, judged.part, judged))
        case _:
            return None
