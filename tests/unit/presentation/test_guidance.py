"""Which light shines in which state: the whole table, held against every state that the machine can come to."""

from __future__ import annotations

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
    s.OutOfService: (DARK,),
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
    seen: dict[type[s.State], list[Guidance]] = {}
    for site in SITES.values():
        for state in walk(site).states:
            found = seen.setdefault(type(state), [])
            if guidance_of(state) not in found:
                found.append(guidance_of(state))
    assert {kind.__name__: {repr(each) for each in found} for kind, found in seen.items()} == {
        kind.__name__: {repr(each) for each in expected} for kind, expected in TABLE.items()
    }


@pytest.mark.walk
@pytest.mark.slow
def test_no_light_shines_but_while_somebody_is_to_do_something() -> None:
    for site in SITES.values():
        for state in walk(site).states:
            if not isinstance(state, s.AwaitsPerson):
                assert guidance_of(state) == DARK
            assert len(guidance_of(state).lights) <= 1


@pytest.mark.walk
@pytest.mark.slow
def test_the_slot_hurries_in_the_last_half_minute_before_the_permit_goes_back() -> None:
    for site in SITES.values():
        for state in walk(site).states:
            if isinstance(state, s.AwaitingRemoval) and state.reminded:
                guidance, seconds = guidance_of(state), deadline_of(state).seconds
                hurries_after = 0.0 if guidance.lights == TAKE_NOW else guidance.later and guidance.later[0]
                assert hurries_after == max(0.0, seconds - WARNING_S)
