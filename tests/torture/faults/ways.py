"""To every state of the machine a way to reach it; a state without one fails a test."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args

from kiosk.services.holder_check import hashed
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, Visitor
from tests.torture.faults.counter import AT_APPLICATION
from tests.torture.faults.resident import Way

FU = Visitor("fu-haiqing", "fu-haiqing-haikou")
GU = Visitor("gu-yuanzheng", "gu-yuanzheng-xinjiang-short")
DONG = Visitor("dong-suhe", "dong-suhe-xuchang")
XU = Visitor("xu-wenhua", "xu-wenhua-ssse")
CHILD = Visitor("wu-tongtong", "wu-tongtong-under-16")
UNHURRIED = Visitor(LIN.person, LIN.permit, hurries=False)
HAIKOU = {"region": "haikou"}
XINJIANG = {"region": "xinjiang"}
FILES_OF_XU = {"files": {"permits": ["reference", "ssse"]}}
MOVED: dict[str, Any] = {
    "yes": frozenset({"address_changed"}),
    "proof": "registered_lease",
    "licence": "lin-registered-lease",
}
FOR_A_CHILD: dict[str, Any] = {
    "keys": ("for_another", "endorse"),
    "agent": ("guardian", "wu-jingshu"),
    "licence": "wu-guardianship",
}
ASKS_ATTENDANT = {
    "holder_check": {
        "holder_check": {"way": "attendant", "required": True},
        "holder_check.attendants": {'"17"': hashed("314159", cost=2**4)},
    }
}
OPENS_SOON: dict[str, Any] = {"tables": {"hours": {"sunday": "10:03-24:00", "last_visit_min": 0}}}
"""It is ten in the morning of a Sunday."""
THE_WRITE = 2  # batch of the reference permit that holds the protected write; 1 reads, 3 reads again


def all_states() -> tuple[type[s.State], ...]:
    """Every state that residents may meet. Service mode moves nothing and takes every fault as news of a part; it is
    tried in tests/flows/test_service_mode.py.
    """
    return tuple(_members(s.ResidentState))


def _members(kind: type | UnionType) -> Iterator[type[s.State]]:
    for member in get_args(kind):
        yield from _members(member) if get_args(member) else (member,)


def _cancels(place: KioskHarness) -> None:
    place.chooses(Intent.CANCEL)


def _attendant_types(place: KioskHarness) -> None:
    place.chooses(Intent.ENTER_CODE, "17314159")


def _renewal(state: type[s.State], **otherwise: Any) -> Way:
    return Way(state, LIN, **otherwise)


def _ways() -> Iterator[tuple[str, Way]]:
    named = [
        _renewal(s.Recovering),
        _renewal(s.Idle),
        _renewal(s.OutOfHours, site=OPENS_SOON),
        _renewal(s.OutOfService, broken_before=("id_reader", "unplugged")),
        _renewal(s.ChoosingService, keys=("endorse",)),
        Way(s.ChoosingAgent, CHILD, **FOR_A_CHILD),
        Way(
            s.ExplainingService,
            DONG,
            {"region": "xuchang"},
            does={s.ExplainingService: lambda place: place.chooses(Intent.CHECK_DATES)},
        ),
        _renewal(s.ShowingNotice),
        Way(s.ReadingIdCard, UNHURRIED),
        Way(s.ReadingAgentIdCard, CHILD, **FOR_A_CHILD),
        _renewal(s.AwaitingPermit),
        _renewal(s.WithdrawingOffer, does={s.AwaitingPermit: _cancels}),
        *(
            Way(kind, FU, HAIKOU, keys=("progress",), has_applied=True)
            for kind in (s.SearchingApplications, s.ShowingProgress, s.ChoosingCollectionLater, s.RecordingCollection)
        ),
        _renewal(s.ReadingPermit),
        _renewal(s.LookingAhead, keys=("status",)),
        _renewal(s.ShowingStatus, keys=("status",)),
        _renewal(s.AskingPendingRewrites),
        _renewal(
            s.DeclaringForHolder,
            keys=("for_another", "endorse"),
            agent=("close_relative", "zhou-changan"),
            yes=frozenset({"disabled"}),
        ),
        Way(s.ChoosingCategory, GU, XINJIANG, category="long", proof="business_licence", licence="gu-business"),
        _renewal(s.Assessing),
        _renewal(s.ShowingAssessment),
        _renewal(s.Declaring),
        *(_renewal(kind, **MOVED) for kind in (s.VerifyingEvidence, s.ChoosingProof, s.ReadingLicenceCode)),
        *(
            _renewal(kind, site=ASKS_ATTENDANT, does={s.AwaitingAttendant: _attendant_types})
            for kind in (s.AwaitingAttendant, s.CheckingAttendant)
        ),
        _renewal(s.AskingCentral),
        Way(s.ChoosingCollection, FU, {"region": AT_APPLICATION}),
        *(Way(kind, FU, HAIKOU) for kind in (s.EnteringTelephone, s.Applying, s.PrintingSlip, s.ShowingApplication)),
        *(_renewal(kind) for kind in (s.Confirming, s.OpeningChipSession)),
        *(
            _renewal(kind, where=lambda state: state.batch == THE_WRITE)
            for kind in (s.RelayingBatch, s.SendingChipAnswers)
        ),
        *(_renewal(kind) for kind in (s.ReadingChipBack, s.RewritingFace)),
        _renewal(s.ReturningPermit, does={s.Confirming: _cancels}),
        _renewal(s.RecoveringChip, cut_at=s.RewritingFace),
        Way(
            s.RecoveringGrant,
            XU,
            FILES_OF_XU,
            cut_at=s.SendingChipAnswers,
            cut_where=lambda state: state.batch == THE_WRITE,
        ),
        _renewal(s.AwaitingHolder, cut_at=s.RewritingFace),
        _renewal(s.RecoveringFace, cut_at=s.RewritingFace),
        *(_renewal(kind, forgets=True) for kind in (s.TakingBack, s.Retaining)),
        *(_renewal(kind) for kind in (s.AwaitingRemoval, s.PrintingReceipt, s.Thanking)),
        _renewal(s.ShowingOutcome, does={s.Confirming: _cancels}),
    ]
    for way in named:
        yield way.state.__name__, way
    yield "Recovering (permit inside)", _renewal(s.Recovering, cut_at=s.Confirming)
    yield (
        "OutOfService (permit inside)",
        _renewal(
            s.OutOfService,
            broken_before=("permit_unit", "unplugged"),
            broken_at=s.ReturningPermit,
            does={s.Confirming: _cancels},
        ),
    )


WAYS: dict[str, Way] = dict(_ways())
"""By the row of the table: most often the name of the state."""


def unreached() -> list[str]:
    """States of the machine that no way leads to."""
    reached = {way.state for way in WAYS.values()}
    return [kind.__name__ for kind in all_states() if kind not in reached]
