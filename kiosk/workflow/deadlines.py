"""Every duration that the machine waits for, in one table, each with its reason.

While the machine is being switched off the waits are shorter, in a second table.

A deadline is set when its state is entered or entered again, and cancelled when the state is left. So every wait ends,
and no deadline outlives its state. With a permit inside, a deadline leads to giving it back. A screen on which a person
reads and chooses warns `WARNING_S` before the end, and the person may ask for more time as often as needed.
"""

from __future__ import annotations

from kiosk.workflow import states as s
from kiosk.workflow.deadline import Deadline
from kiosk.workflow.technician.deadlines import deadline_of_task

WARNING_S = 30
"""From how many seconds before the end a screen asks whether somebody is still there (WCAG 2.1, 2.2.1: at least 20)."""

_TABLE: dict[type, Deadline] = {
    s.Recovering: Deadline("recovering", 90, False, "an initialisation with a permit inside takes up to a minute"),
    s.Idle: Deadline("idle_check", 30, False, "a device that died is found before the next resident comes"),
    s.OutOfHours: Deadline("idle_check", 30, False, "it opens within half a minute, with devices that were looked at"),
    s.OutOfService: Deadline("recheck", 30, False, "what staff mended is noticed without a restart"),
    s.ChoosingService: Deadline("service", 90, True, "six lines to read"),
    s.ChoosingAgent: Deadline("agent", 60, True, "three lines to read"),
    s.ExplainingService: Deadline("explained_service", 180, True, "a page of rules, and writing down where to go"),
    s.ShowingNotice: Deadline("notice", 90, True, "half a page, read slowly, twice"),
    s.ReadingIdCard: Deadline("id_card", 90, True, "finding the identity card in a bag"),
    s.ReadingAgentIdCard: Deadline("agent_id_card", 90, True, "as the holder's"),
    s.SearchingApplications: Deadline("applications", 40, False, "central's own limit is 30 s"),
    s.ShowingProgress: Deadline("progress", 120, True, "reading about several applications, writing numbers down"),
    s.ChoosingCollectionLater: Deadline("collection_later", 120, True, "comparing ways and what each costs"),
    s.RecordingCollection: Deadline("recording_collection", 40, False, "central's own limit is 30 s"),
    s.AwaitingPermit: Deadline("permit", 90, True, "finding the permit and the slot"),
    s.WithdrawingOffer: Deadline("withdrawing", 15, False, "the unit answers an order to stop within a second or two"),
    s.ReadingPermit: Deadline("reading_permit", 20, False, "a chip answers in a second; one that does not never will"),
    s.LookingAhead: Deadline("looking_ahead", 5, False, "a calculation"),
    s.ShowingStatus: Deadline("status", 180, True, "reading dates and rules; then the permit is given back"),
    s.AskingPendingRewrites: Deadline(
        "pending_rewrites", 12, False, "a convenience; without an answer the visit goes on"
    ),
    s.DeclaringForHolder: Deadline("holder", 120, True, "one question; then the permit is given back"),
    s.ChoosingCategory: Deadline("category", 120, True, "one choice; then the permit is given back"),
    s.Assessing: Deadline("assessing", 5, False, "a calculation"),
    s.ShowingAssessment: Deadline("assessment", 180, True, "reading the rules; then the permit is given back"),
    s.Declaring: Deadline("declaration", 120, True, "one question; then the permit is given back"),
    s.VerifyingEvidence: Deadline("evidence", 40, False, "central's own limit is 30 s"),
    s.ChoosingProof: Deadline("proof", 120, True, "one choice; then the permit is given back"),
    s.ReadingLicenceCode: Deadline("licence_code", 180, True, "finding the licence on a telephone, unlocking it"),
    s.AwaitingAttendant: Deadline("attendant", 180, True, "fetching somebody; then the permit is given back"),
    s.CheckingAttendant: Deadline("code", 10, False, "a calculation made slow on purpose, and a line on disk"),
    s.ChoosingCollection: Deadline("collection", 120, True, "one choice; then the permit is given back"),
    s.EnteringTelephone: Deadline("telephone", 120, True, "eleven digits, looked up and typed with one finger"),
    s.Applying: Deadline("applying", 60, False, "central's own limit is 30 s, repeats and all"),
    s.AskingCentral: Deadline("central", 40, False, "central's own limit is 30 s"),
    s.Confirming: Deadline("confirmation", 180, True, "comparing old and new; shorter than a grant lives"),
    s.OpeningChipSession: Deadline("chip_session", 40, False, "central's own limit is 30 s"),
    s.RelayingBatch: Deadline("relaying", 30, False, "a dozen commands; each write takes milliseconds"),
    s.SendingChipAnswers: Deadline("chip_answers", 40, False, "central's own limit is 30 s"),
    s.ReadingChipBack: Deadline("reading_back", 90, False, "two readings, and 30 s for a pcscd that is started anew"),
    s.RewritingFace: Deadline("face", 120, False, "up to 40 s of raster, then 6-20 s of erasing and printing"),
    s.RecoveringChip: Deadline("recovering_chip", 90, False, "as reading back"),
    s.RecoveringGrant: Deadline("recovering_grant", 40, False, "central's own limit is 30 s"),
    s.AwaitingHolder: Deadline("holder_wanted", 60, False, "a holder who waited through a restart sees it"),
    s.RecoveringFace: Deadline("recovering_face", 120, False, "as rewriting the face"),
    s.ReturningPermit: Deadline("returning", 30, False, "two seconds of motor, with room for one initialisation"),
    s.TakingBack: Deadline("taking_back", 30, False, "as returning"),
    s.Retaining: Deadline("retaining", 30, False, "as returning"),
    s.AwaitingRemoval: Deadline("removal", 45, False, "putting the identity card away first; then a reminder"),
    s.PrintingReceipt: Deadline("receipt", 30, False, "a receipt takes three seconds; paper is no reason to wait"),
    s.Thanking: Deadline("thanks", 60, True, "reading three lines before the question for more time"),
    s.PrintingSlip: Deadline("slip", 30, False, "as a receipt"),
    s.ShowingApplication: Deadline("application", 60, True, "reading what comes next, writing the number down"),
    s.ShowingOutcome: Deadline("explanation", 60, True, "reading five short parts, writing a number down"),
}


_WHILE_SWITCHING_OFF: dict[type, Deadline] = {
    s.Recovering: Deadline("recovering", 60, False, "an initialisation; the next start asks again"),
    s.OutOfService: Deadline("recheck", 60, False, "an initialisation, to give a permit back that is inside"),
    s.RecordingCollection: Deadline("recording_collection", 10, False, "the holder asks again at any time"),
    s.OpeningChipSession: Deadline("chip_session", 15, False, "central answers in a second or not in time"),
    s.RelayingBatch: Deadline("relaying", 20, False, "a chip finishes in a second what it has begun"),
    s.SendingChipAnswers: Deadline("chip_answers", 15, False, "central answers in a second; then the chip is asked"),
    s.ReadingChipBack: Deadline("reading_back", 20, False, "two readings; a pcscd that hangs is not waited for"),
    s.RewritingFace: Deadline("face", 60, False, "the unit finishes what it has begun"),
    s.RecoveringChip: Deadline("recovering_chip", 20, False, "as reading back"),
    s.RecoveringGrant: Deadline("recovering_grant", 15, False, "central answers in a second; a start asks again"),
    s.AwaitingHolder: Deadline("holder_wanted", 20, False, "a holder who is there sees that it is urgent"),
    s.RecoveringFace: Deadline("recovering_face", 60, False, "as rewriting the face"),
    s.ReturningPermit: Deadline("returning", 20, False, "two seconds of motor"),
    s.AwaitingRemoval: Deadline("removal", 30, False, "the permit is before the holder's eyes; then it is put away"),
    s.TakingBack: Deadline("taking_back", 20, False, "as returning"),
    s.Retaining: Deadline("retaining", 20, False, "as returning"),
    s.PrintingReceipt: Deadline("receipt", 10, False, "a receipt takes three seconds"),
    s.Thanking: Deadline("thanks", 10, False, "reading the number"),
    s.PrintingSlip: Deadline("slip", 10, False, "as a receipt"),
    s.ShowingApplication: Deadline("application", 10, False, "reading the number"),
    s.ShowingOutcome: Deadline("explanation", 10, False, "reading what happened"),
}
"""Deadlines while switching off. A state that is not listed keeps its usual deadline or is left at once."""


_REMINDED = Deadline("removal", 90, False, "a holder who went away comes back; then it is taken back")


def deadline_of(state: s.State) -> Deadline:
    """The one deadline of `state`; every state has one."""
    if isinstance(state, s.InServiceMode):
        return deadline_of_task(state.task)
    usual = _REMINDED if isinstance(state, s.AwaitingRemoval) and state.reminded else _TABLE[type(state)]
    return _WHILE_SWITCHING_OFF.get(type(state), usual) if s.is_switching_off(state) else usual
