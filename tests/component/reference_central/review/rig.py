"""What a kiosk and an officer do with applications, for the tests of central's review."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kiosk.central import contract
from kiosk.reference_central.reviewing import Corrections, ReviewRefused
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import Kiosk, Resident, resident

HAIKOU, XUCHANG, BEIJING, SHANGHAI, XINJIANG = "460100", "411003", "110000", "310000", "650100"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def living_in(central: ReferenceCentral, region: str, **changes: Any) -> Resident:
    """Somebody in the region in which both kiosks stand now."""
    for name in ("kiosk-1", "kiosk-2"):
        central.register_kiosk(f"{name}={region}")
    who = resident(region=region, **changes)
    central.seed([who.record])
    return who


def approve(central: ReferenceCentral, number: str, stage: str | None = None, **corrections: str) -> str:
    """The state after one more stage."""
    with central.database.writing() as session:
        now = central.clock()
        return central.reviewing.approve(session, number, now, stage, Corrections(**corrections)).state


def refused_code(central: ReferenceCentral, number: str, **what: str) -> str:
    with pytest.raises(ReviewRefused) as caught:
        approve(central, number, **what)
    return caught.value.code


def code_of(answer: contract.ApplicationAnswer) -> str:
    assert isinstance(answer, contract.Refused), answer
    return answer.code


def work_of(kiosk: Kiosk, who: Resident) -> contract.PendingRewrite:
    work = kiosk.pending(who).work
    assert work is not None
    return work
