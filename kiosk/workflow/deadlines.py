"""Every duration that the machine waits for, in one table, each with its reason.

A state's deadline is set when the state is entered or entered anew and falls with it, so no wait is without an end
and no
deadline outlives its state. Idle deadlines exist only while the permit is with its holder; with a permit inside, a
deadline
leads to giving it back.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.workflow import states as s


@dataclass(frozen=True, slots=True)
class Deadline:
    """`shown`: the screen counts it down and offers more time."""

    name: str
    seconds: float
    shown: bool
    reason: str


_TABLE: dict[type, Deadline] = {
    s.Recovering: Deadline("recovering", 90, False, "an initialisation with a permit inside takes up to a minute"),
    s.Idle: Deadline("idle_check", 30, False, "a device that died is found before the next resident comes"),
    s.OutOfService: Deadline("recheck", 30, False, "what staff mended is noticed without a restart"),
    s.ShowingNotice: Deadline("notice", 90, True, "half a page, read slowly, twice"),
    s.ReadingIdCard: Deadline("id_card", 90, True, "finding the identity card in a bag"),
    s.AwaitingPermit: Deadline("permit", 90, True, "finding the permit and the slot"),
    s.WithdrawingOffer: Deadline("withdrawing", 15, False, "the unit answers an order to stop within a second or two"),
    s.ReadingPermit: Deadline("reading_permit", 20, False, "a chip answers in a second; one that does not never will"),
    s.AskingPendingRewrites: Deadline("pending_rewrites", 12, False, "a convenience: no answer, and the visit goes on"),
    s.Assessing: Deadline("assessing", 5, False, "a calculation"),
    s.ShowingAssessment: Deadline("assessment", 180, False, "reading the rules; then the permit is given back"),
    s.Declaring: Deadline("declaration", 120, False, "one question; then the permit is given back"),
    s.AskingCentral: Deadline("central", 40, False, "central's own limit is 30 s"),
    s.Confirming: Deadline("confirmation", 180, False, "comparing old and new; shorter than a grant lives"),
    s.OpeningChipSession: Deadline("chip_session", 40, False, "central's own limit is 30 s"),
    s.RelayingBatch: Deadline("relaying", 30, False, "a dozen commands; each write takes milliseconds"),
    s.SendingChipAnswers: Deadline("chip_answers", 40, False, "central's own limit is 30 s"),
    s.ReadingChipBack: Deadline("reading_back", 20, False, "as reading the permit"),
    s.RewritingFace: Deadline("face", 120, False, "up to 40 s of raster, then 6-20 s of erasing and printing"),
    s.ReturningPermit: Deadline("returning", 30, False, "two seconds of motor, with room for one initialisation"),
    s.TakingBack: Deadline("taking_back", 30, False, "as returning"),
    s.Retaining: Deadline("retaining", 30, False, "as returning"),
    s.AwaitingRemoval: Deadline("removal", 30, False, "once to remind, once more to take the permit back"),
    s.PrintingReceipt: Deadline("receipt", 30, False, "a receipt takes three seconds; paper is no reason to wait"),
    s.Thanking: Deadline("thanks", 30, True, "reading three lines"),
    s.Explaining: Deadline("explanation", 60, True, "reading five short parts, writing a number down"),
}


def deadline_of(state: s.State) -> Deadline:
    """The one deadline of `state`; every state has one."""
    return _TABLE[type(state)]
