"""How long each kind of job may run without a sign of life, in one table, each with its reason.

A job that polls (waiting for a permit, looking for an identity card) gives a sign each time it asks whether a further
job waits. For the others the time counts from their beginning. A job that takes longer hangs. The machine has then
stopped waiting for it (`kiosk.workflow.deadlines`), and the jobs behind it on that thread do not begin.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.workflow import effects as do


@dataclass(frozen=True, slots=True)
class LongestTime:
    """A limit in seconds, and its reason."""

    seconds: float
    reason: str


_CHIP = LongestTime(20.0, "a chip answers in a second; one that does not in the machine's 20 s never will")
_READ_AGAIN = LongestTime(90.0, "pcscd has 30 s to be started anew, and the chip is read again after it")
_CENTRAL = LongestTime(40.0, "central's own limit is 30 s, and looking up its address comes before")
_MOVE = LongestTime(60.0, "two seconds of motor, with room for resends and one initialisation")
_PRINT = LongestTime(60.0, "a receipt takes three seconds, a long slip sent as dots ten")
_CALCULATION = LongestTime(30.0, "a calculation, with fonts or files read for it")

BACKGROUND = LongestTime(
    3600.0, "a day's messages to a central that takes its time, or half a year's journal on a dying disk"
)
"""The limit for jobs that nobody waits for."""

STAFF_CALL = LongestTime(40.0, "as any call to central; between two tries it pauses, which is a sign of life")

_TABLE: dict[type, LongestTime] = {
    do.InspectPath: LongestTime(90.0, "an initialisation with a permit inside takes up to a minute"),
    do.ReadIdCard: LongestTime(60.0, "one look at the reader, with the search for its speed"),
    do.StopIdReader: _CALCULATION,
    do.TakePermitIn: _MOVE,
    do.StopTakingIn: _MOVE,
    do.ReadChip: _CHIP,
    do.RelayBatch: LongestTime(30.0, "a dozen commands; each write takes milliseconds"),
    do.ReadBackChip: _READ_AGAIN,
    do.ExamineChip: _READ_AGAIN,
    do.AskForPendingRewrites: _CENTRAL,
    do.RequestEndorsement: _CENTRAL,
    do.RecallEndorsement: _CENTRAL,
    do.OpenChipSession: _CENTRAL,
    do.SendChipAnswers: _CENTRAL,
    do.VerifyEvidence: _CENTRAL,
    do.Apply: LongestTime(60.0, "central's own limit is 30 s, and a lost reply is asked for once more"),
    do.SearchApplications: _CENTRAL,
    do.ChooseCollection: _CENTRAL,
    do.ReportCompletion: BACKGROUND,
    do.DrawFace: _CALCULATION,
    do.LoadFace: LongestTime(120.0, "up to 40 s of raster on a slow line, with resends"),
    do.RewriteFace: LongestTime(120.0, "up to 40 s of raster, then 6-20 s of erasing and printing"),
    do.EjectPermit: _MOVE,
    do.WatchMouth: _MOVE,
    do.TakePermitBack: _MOVE,
    do.RetainPermit: _MOVE,
    do.PrintReceipt: _PRINT,
    do.PrintApplicationSlip: _PRINT,
    do.PrintStatusSlip: _PRINT,
    do.PrintHandOverList: _PRINT,
    do.CheckAttendant: _CALCULATION,
    do.AwaitServiceCard: LongestTime(60.0, "one card: it is powered for two seconds, and signs within some more"),
    do.StopServiceCard: LongestTime(30.0, "letting go of a pcscd that may hang"),
    do.CheckTechnician: LongestTime(15.0, "a calculation made slow on purpose, and two lines on disk"),
    do.CheckUnlockCode: LongestTime(15.0, "a calculation, and three lines on disk"),
    do.ChangeServiceState: LongestTime(15.0, "a file of a line, on disk"),
    do.ListBin: LongestTime(30.0, "another program may hold the journal for 15 s"),
    do.NoteBinEmptied: LongestTime(30.0, "as the list, and two rows on disk"),
    do.ReadLicenceCode: LongestTime(30.0, "one look at the scanner's line"),
    do.StopCodeScanner: _CALCULATION,
    do.ClearPersonalData: LongestTime(
        30.0, "two short commands to each device; after the start what serves it is made first"
    ),
}


def longest_time(effect: type) -> LongestTime:
    """The limit of the job for this kind of effect; KeyError for one that the machine's own thread carries out."""
    return _TABLE[effect]
