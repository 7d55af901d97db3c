"""Which light shines in which state: the whole table, held against every state that the machine can come to."""

from __future__ import annotations

from itertools import chain
from typing import get_args

import pytest

from drivers.guidance_lights.base import Colour, Glow, Light, Rate
from kiosk.presentation.guidance import DARK, Guidance, guidance_of
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import WARNING_S, deadline_of
from tests.unit.workflow.machine_samples import SITES
from tests.unit.workflow.machine_walk import walk

BRING_ID_CARD = Guidance({Light.ID_READER: Glow(Rate.MEDIUM)})
BRING_PERMIT = Guidance({Light.PERMIT_SLOT: Glow(Rate.MEDIUM)})
SHOW_CODE = Guidance({Light.CODE_SCANNER: Glow(Rate.MEDIUM)})
CALL_STAFF = Guidance({Light.ATTENDANT_CALL: Glow(Rate.STEADY)})
TAKE_PERMIT = Guidance({Light.PERMIT_SLOT: Glow(Rate.SLOW)})
TAKE_NOW = {Light.PERMIT_SLOT: Glow(Rate.MEDIUM, Colour.YELLOW)}
TAKE_BEFORE_IT_GOES_BACK = Guidance({Light.PERMIT_SLOT: Glow(Rate.SLOW)}, (60, TAKE_NOW))
TAKE_BEFORE_THE_END = Guidance(TAKE_NOW)
TAKE_PAPER = Guidance({Light.RECEIPT_OUTLET: Glow(Rate.SLOW)})

TABLE: dict[type[s.State], tuple[Guidance, ...]] = {
    # Nobody is served, or nobody came yet.
    s.Recovering: (DARK,),
    s.Idle: (DARK,),
    s.OutOfHours: (DARK,),
    s.OutOfService: (DARK,),
    s.InServiceMode: (DARK,),
    # Read and choose on the screen.
    s.ChoosingService: (DARK,),
    s.ChoosingAgent: (DARK,),
    s.ExplainingService: (DARK,),
    s.ShowingNotice: (DARK,),
    s.ShowingProgress: (DARK,),
    s.ChoosingCollectionLater: (DARK,),
    s.DeclaringForHolder: (DARK,),
    s.ChoosingCategory: (DARK,),
    s.ShowingAssessment: (DARK,),
    s.Declaring: (DARK,),
    s.ChoosingProof: (DARK,),
    s.ChoosingCollection: (DARK,),
    s.EnteringTelephone: (DARK,),
    s.Confirming: (DARK,),
    s.AwaitingHolder: (DARK,),
    s.ShowingOutcome: (DARK,),
    # Something is to be brought, or somebody.
    s.ReadingIdCard: (BRING_ID_CARD,),
    s.ReadingAgentIdCard: (BRING_ID_CARD,),
    s.AwaitingPermit: (BRING_PERMIT,),
    s.ReadingLicenceCode: (SHOW_CODE,),
    s.AwaitingAttendant: (CALL_STAFF, DARK),  # dark where somebody stands there and mistyped
    # Something is to be taken, where it came.
    s.AwaitingRemoval: (TAKE_PERMIT, TAKE_BEFORE_IT_GOES_BACK, TAKE_BEFORE_THE_END),
    s.Thanking: (TAKE_PAPER, DARK),
    s.ShowingApplication: (TAKE_PAPER, DARK),
    s.ShowingStatus: (DARK, TAKE_PAPER),
    # The machine or central is at work.
    s.WithdrawingOffer: (DARK,),
    s.SearchingApplications: (DARK,),
    s.RecordingCollection: (DARK,),
    s.ReadingPermit: (DARK,),
    s.LookingAhead: (DARK,),
    s.AskingPendingRewrites: (DARK,),
    s.Assessing: (DARK,),
    s.VerifyingEvidence: (DARK,),
    s.CheckingAttendant: (DARK,),
    s.AskingCentral: (DARK,),
    s.Applying: (DARK,),
    s.OpeningChipSession: (DARK,),
    s.RelayingBatch: (DARK,),
    s.SendingChipAnswers: (DARK,),
    s.ReadingChipBack: (DARK,),
    s.RewritingFace: (DARK,),
    s.RecoveringChip: (DARK,),
    s.RecoveringGrant: (DARK,),
    s.RecoveringFace: (DARK,),
    s.ReturningPermit: (DARK,),
    s.TakingBack: (DARK,),
    s.Retaining: (DARK,),
    s.PrintingReceipt: (DARK,),
    s.PrintingSlip: (DARK,),
}


def test_the_table_has_every_state() -> None:
    assert set(TABLE) == set(get_args(s.State))


@pytest.mark.walk
@pytest.mark.slow
def test_every_state_that_the_machine_can_come_to_shines_as_the_table_says() -> None:
    """And nothing shines but while somebody is to do something; one light at a time. The slot hurries in the last half
    minute before the permit goes back.
    """
    seen: dict[str, set[str]] = {}
    for state in chain.from_iterable(walk(site).states for site in SITES.values()):
        guidance = guidance_of(state)
        seen.setdefault(type(state).__name__, set()).add(repr(guidance))
        assert guidance == DARK or s.awaits_person(state)
        assert len(guidance.lights) <= 1
        if isinstance(state, s.AwaitingRemoval) and state.reminded:
            hurries_after = 0.0 if guidance.lights == TAKE_NOW else guidance.later and guidance.later[0]
            assert hurries_after == max(0.0, deadline_of(state).seconds - WARNING_S)
    assert seen == {kind.__name__: set(map(repr, expected)) for kind, expected in TABLE.items()}
