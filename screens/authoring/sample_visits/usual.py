"""The usual next event of a visit: the holder goes on, devices and central do what they are ordered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.domain.applications import ReceivedApplication
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deciding import categories_offered, first_question
from kiosk.workflow.effects import ChipAnswers, ChipCommands
from kiosk.workflow.evidence import NONE_OF_THESE
from kiosk.workflow.intents import Intent
from screens.authoring.sample_visits.places import IDS, SESSION, NeverCame

if TYPE_CHECKING:
    from screens.authoring.sample_visits.playing import Play

REVIEW_NUMBER = "4127-7351"
TELEPHONE = "13800138000"
ATTENDANTS_CODE = "17000000"
_COMMANDS = ChipCommands(((b"\x00\x84\x00\x00\x08", (0x9000,)),))
_ANSWERS = ChipAnswers(((b"\x01" * 8, 0x9000),))

_GO_ON = on.PersonChose(Intent.GO_ON)
_OF_ONE_WAY: dict[type[s.State], on.Event] = {
    s.Idle: on.PersonChose(Intent.START, ids=IDS),
    s.ExplainingService: _GO_ON,
    s.ShowingNotice: on.PersonChose(Intent.ACCEPT_NOTICE),
    s.AwaitingPermit: on.PermitTakenIn(),
    s.WithdrawingOffer: on.PermitNotTakenIn(),
    s.AskingPendingRewrites: on.NoWorkFound(),
    s.ShowingStatus: on.PersonChose(Intent.FINISH),
    s.ReadingLicenceCode: on.PersonChose(Intent.NO_PROOF),
    s.AwaitingAttendant: on.PersonChose(Intent.ENTER_CODE, ATTENDANTS_CODE),
    s.CheckingAttendant: on.AttendantConfirmed("17"),
    s.EnteringTelephone: on.PersonChose(Intent.ENTER_TELEPHONE, TELEPHONE),
    s.Confirming: on.PersonChose(Intent.CONFIRM),
    s.OpeningChipSession: on.ChipBatchReceived(SESSION, 1, _COMMANDS),
    s.RelayingBatch: on.BatchRelayed(_ANSWERS),
    s.SendingChipAnswers: on.ChipVerdictReceived(written=True),
    s.RewritingFace: on.FaceRewritten(at_mouth=True),
    s.RecoveringFace: on.FaceRewritten(at_mouth=True),
    s.ReturningPermit: on.PermitAtMouth(),
    s.AwaitingRemoval: on.PermitTaken(),
    s.TakingBack: on.PermitTakenIn(),
    s.Retaining: on.PermitRetained(),
    s.PrintingReceipt: on.ReceiptPrinted(),
    s.PrintingSlip: on.ReceiptPrinted(),
}


def usual_event(play: Play) -> on.Event:
    """The usual next event. Raises NeverCame where the visit is over or has no usual next event."""
    state, party = play.state, play.party
    match state:
        case s.ReadingIdCard():
            return on.IdCardRead(party.holder, play.day)
        case s.ReadingAgentIdCard() if party.agent is not None:
            return on.IdCardRead(party.agent, play.day)
        case s.ReadingPermit():
            return on.PermitRead(play.permit)
        case s.DeclaringForHolder() | s.Declaring():
            return _answered(play, state.question)
        case s.ShowingAssessment():
            question = first_question(play.place.region, state)
            return _GO_ON if question is None else _answered(play, question)
        case s.VerifyingEvidence(key=key):
            return on.EvidenceAnswered(key, party.licence)
        case s.ReadingChipBack(grant=grant, case=case):
            return on.ChipReadBack(replace(case.permit, content=grant.content))
        case s.AskingCentral() if isinstance(state.matter.case, s.CaseWithPermit):
            return on.GrantReceived(play.granted(state.matter.case))
        case s.Applying():
            return on.ApplicationReceived(ReceivedApplication(IDS.endorsement, REVIEW_NUMBER, play.day, None))
        case _ if isinstance(state, s.ChoosingCategory | s.ChoosingProof | s.ChoosingCollection):
            return on.PersonChose(Intent.CHOOSE, _choice(play, state))
        case _ if type(state) in _OF_ONE_WAY:
            return _OF_ONE_WAY[type(state)]
        case _:
            raise NeverCame(f"nothing usual happens while {type(state).__name__}")


def _answered(play: Play, question: str) -> on.PersonChose:
    """A rule is confirmed; a question of the region is answered as the party answers it."""
    is_declaration = question in play.place.region.declarations
    return on.PersonChose(Intent.ANSWER_YES if not is_declaration or question in play.party.yes else Intent.ANSWER_NO)


def _choice(play: Play, state: s.ChoosingCategory | s.ChoosingProof | s.ChoosingCollection) -> str:
    match state:
        case s.ChoosingCategory():
            offered = categories_offered(play.place.region, state)
            return play.party.category if play.party.category in offered else offered[0]
        case s.ChoosingProof():
            return NONE_OF_THESE
        case s.ChoosingCollection():
            collection = play.place.region.services[state.visit.purpose.service].collection
            return "" if collection is None else collection.ways[0].way
