"""Which effects are not begun unless the step that orders them is on disk: every effect has its place in the table."""

from __future__ import annotations

from operator import attrgetter
from typing import get_args

import pytest

from kiosk.workflow import effects as do

NOT_WITHOUT_THE_JOURNAL = {
    do.TakePermitIn: "a permit comes in, and its holder must get it back after a loss of power",
    do.AskForPendingRewrites: "central's answer may bring a grant",
    do.RequestEndorsement: "central may make a grant",
    do.Apply: "central may take an application",
    do.OpenChipSession: "central uses the grant up",
    do.RelayBatch: "the chip is written",
    do.RewriteFace: "the face is written",
    do.RetainPermit: "the permit goes where its holder cannot reach it",
    do.TakePermitBack: "the permit goes where its holder cannot reach it",
}

WITHOUT_IT_TOO = {
    do.InspectPath: "looks",
    do.CheckDevices: "looks",
    do.LookAtHours: "looks",
    do.ReadIdCard: "reads",
    do.StopIdReader: "ends a wait",
    do.StopTakingIn: "ends a wait",
    do.ReadChip: "reads",
    do.ReadBackChip: "reads",
    do.ExamineChip: "reads",
    do.Assess: "a calculation",
    do.LookAhead: "a calculation",
    do.EndProgram: "the machine is to be switched off, whatever the disk says",
    do.VerifyEvidence: "central looks something up",
    do.CheckAttendant: "has a file of its own for what must be known",
    do.AwaitServiceCard: "reads",
    do.StopServiceCard: "ends a wait",
    do.CheckTechnician: "has files of its own for what must be known",
    do.CheckUnlockCode: "has files of its own for what must be known",
    do.TestPart: "moves no permit",
    do.ChangeServiceState: "has a file of its own, and must work on a full disk as far as it can",
    do.ListBin: "reads",
    do.PrintHandOverList: "prints what the journal said",
    do.NoteBinEmptied: "writes into the journal itself, or nothing happens",
    do.SearchApplications: "central looks something up",
    do.ChooseCollection: "said again at the next visit, it is the same choice",
    do.RecallEndorsement: "central says again what it granted already",
    do.SendChipAnswers: "tells what was done by a batch that is on disk",
    do.CancelEndorsement: "its message is kept until the disk takes it",
    do.ReportCompletion: "its message is kept until the disk takes it",
    do.DrawFace: "nothing moves",
    do.LoadFace: "nothing moves",
    do.EjectPermit: "a permit goes back to its holder, whatever the disk says",
    do.WatchMouth: "looks",
    do.PrintReceipt: "paper",
    do.PrintApplicationSlip: "paper",
    do.PrintStatusSlip: "paper",
    do.ReadLicenceCode: "reads",
    do.StopCodeScanner: "ends a wait",
    do.ClearPersonalData: "forgets",
}


@pytest.mark.parametrize("effect", sorted(get_args(do.Effect), key=attrgetter("__name__")))
def test_every_effect_says_itself_whether_it_needs_the_journal(effect: type) -> None:
    assert (effect in NOT_WITHOUT_THE_JOURNAL) != (effect in WITHOUT_IT_TOO)
    assert issubclass(effect, do.NeedsJournal) is (effect in NOT_WITHOUT_THE_JOURNAL)
