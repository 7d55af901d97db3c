"""The permits in the bin: which they are, the list with which they are handed over, and the note that it was emptied.

Laws: only who may empty the bin prints or notes. Nothing is noted while a permit is in the path, for it may be
on its way into the bin.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.technician import Right
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.technician.service_state import is_settled
from kiosk.workflow.transition import Step

PART = "bin"
"""The name by which the overview lists it."""

PRINT, EMPTIED, YES = "print_list", "emptied", "yes"


def offers_at_bin(state: s.InServiceMode) -> tuple[str, ...]:
    """What can be done at the page of `state`, by name."""
    task = state.task
    if not isinstance(task, t.AtBin) or not task.who.may(Right.EMPTY_BIN) or not is_settled(state.custody):
        return ()
    match task:
        case t.ShowingBin(permits=permits) if permits:
            return (PRINT, EMPTIED)
        case t.AskingIfEmptied():
            return (YES,)
        case _:
            return ()


def look_into(state: s.InServiceMode, task: t.ShowingOverview) -> Step:
    """Ask the journal which permits lie in the bin."""
    return Step(replace(state, task=t.ListingBin(task.who)), (do.ListBin(),))


def at_bin(state: s.InServiceMode, task: t.AtBin, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.DO, choice=word) if word not in offers_at_bin(state):
            return None
        case on.BinListed() | on.BinUnanswered() | on.EmptyingNoted() | on.ReceiptPrinted() | on.ReceiptNotPrinted():
            return _answered(state, task, event)
        case _:
            return _chosen(state, task, event)


def _answered(state: s.InServiceMode, task: t.AtBin, event: on.Event) -> Step | None:
    match task, event:
        case t.ListingBin(who=who), on.BinListed(permits=permits):
            return _shows(state, t.ShowingBin(who, permits))
        case t.ListingBin(who=who), on.BinUnanswered():
            return _shows(state, t.ShowingBin(who, None, t.BinResult.FAILED))
        case t.PrintingHandOver(who=who, permits=permits), on.ReceiptPrinted():
            return _shows(state, t.ShowingBin(who, permits, t.BinResult.PRINTED))
        case t.PrintingHandOver(who=who, permits=permits), on.ReceiptNotPrinted():
            return _shows(state, t.ShowingBin(who, permits, t.BinResult.NOT_PRINTED))
        case t.NotingEmptied(who=who), on.EmptyingNoted():
            return _shows(state, t.ShowingBin(who, (), t.BinResult.EMPTIED), do.CheckDevices())
        case t.NotingEmptied(who=who, permits=permits), on.BinUnanswered():
            return _shows(state, t.ShowingBin(who, permits, t.BinResult.FAILED))
        case _:
            return None


def _chosen(state: s.InServiceMode, task: t.AtBin, event: on.Event) -> Step | None:
    match task, event:
        case t.ShowingBin(who=who), on.PersonChose(intent=Intent.BACK):
            return _shows(state, t.ShowingOverview(who))
        case t.AskingIfEmptied(who=who, permits=permits), on.PersonChose(intent=Intent.BACK):
            return _shows(state, t.ShowingBin(who, permits))
        case t.ShowingBin(who=who, permits=permits), on.PersonChose(intent=Intent.DO, choice=word) if permits:
            if word == PRINT:
                printing = t.PrintingHandOver(who, permits)
                return _shows(state, printing, do.PrintHandOverList(permits, state.language))
            return _shows(state, t.AskingIfEmptied(who, permits))
        case t.AskingIfEmptied(who=who, permits=permits), on.PersonChose(intent=Intent.DO):
            return _shows(state, t.NotingEmptied(who, permits), do.NoteBinEmptied(who.number))
        case _:
            return None


def overdue(state: s.InServiceMode, task: t.ListingBin | t.PrintingHandOver | t.NotingEmptied) -> Step:
    """What was ordered did not come to its end. An emptying may have been noted all the same: the list is read anew."""
    match task:
        case t.PrintingHandOver(who=who, permits=permits):
            return _shows(state, t.ShowingBin(who, permits, t.BinResult.NOT_PRINTED))
        case _:
            return _shows(state, t.ShowingBin(task.who, None, t.BinResult.FAILED))


def _shows(state: s.InServiceMode, task: t.Task, *effects: do.Effect) -> Step:
    return Step(replace(state, task=task), effects)
