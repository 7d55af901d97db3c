"""How long service mode waits, each with its reason; see `kiosk.workflow.deadlines`."""

from __future__ import annotations

from kiosk.domain.part_tests import LONGEST_TEST_S
from kiosk.workflow.deadline import Deadline
from kiosk.workflow.technician import tasks as t

LEFT_S = 1800
"""A technician who went away: the machine leaves service mode and serves residents again."""

_TABLE: dict[type, Deadline] = {
    t.EnteringNumber: Deadline("technician_number", 60, True, "eight digits; a resident may have come here by chance"),
    t.EnteringPin: Deadline("technician_pin", 60, True, "ten digits at most"),
    t.CheckingTechnician: Deadline("technician_check", 15, False, "a calculation made slow on purpose, a line on disk"),
    t.EnteringUnlockCode: Deadline("unlock_code", 300, True, "a call to whoever looks after the kiosks"),
    t.CheckingUnlockCode: Deadline("unlock_check", 15, False, "a calculation, and a line on disk"),
    t.ShowingOverview: Deadline("overview", LEFT_S, True, "work at the cabinet; then residents are served again"),
    t.ShowingPart: Deadline("part", LEFT_S, True, "as the overview"),
    t.TestingPart: Deadline("part_test", LONGEST_TEST_S, False, "the longest that a test may take"),
    t.ShowingServiceState: Deadline("service_state", LEFT_S, True, "as the overview"),
    t.ChangingServiceState: Deadline("service_state_change", 15, False, "a line on disk"),
    t.ListingBin: Deadline("bin_list", 30, False, "another program may hold the journal for 15 s"),
    t.ShowingBin: Deadline("bin", LEFT_S, True, "permits are counted and put into envelopes"),
    t.PrintingHandOver: Deadline("bin_print", LONGEST_TEST_S, False, "a receipt as long as the bin is full"),
    t.AskingIfEmptied: Deadline("bin_question", LEFT_S, True, "looking into the bin once more"),
    t.NotingEmptied: Deadline("bin_note", 30, False, "as the list"),
    t.JudgingTest: Deadline("judging", LEFT_S, True, "looking at a print, or at the lights"),
}


def deadline_of_task(task: t.Task) -> Deadline:
    """The one deadline of a page of service mode; every one has one."""
    return _TABLE[type(task)]
