"""Exchanges with central are counted as they end, each repeat by itself."""

from __future__ import annotations

from contextlib import suppress

import pytest

from kiosk.central.call_tally import ANSWERED, BOUNDS_S, GARBAGE, REFUSED, UNREACHABLE, CallTally
from kiosk.central.errors import CentralAnsweredGarbage, CentralError, CentralRefusedCall, CentralUnreachable
from kiosk.central.repeating import Call


class Ticking:
    """A clock that goes on by the same step whenever it is read."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._now_s = 100.0

    def __call__(self) -> float:
        self._now_s += self._step_s
        return self._now_s


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, ANSWERED),
        (CentralRefusedCall(409, "not_found"), REFUSED),
        (CentralUnreachable("connect", "refused"), UNREACHABLE),
        (CentralAnsweredGarbage("not_json", 200), GARBAGE),
    ],
)
def test_each_end_has_its_name_and_its_time(error: CentralError | None, outcome: str) -> None:
    tally, clock = CallTally(), Ticking(0.75)
    for _ in range(2):
        with suppress(CentralError), tally.timed(Call.HEARTBEAT, clock):
            if error is not None:
                raise error
    [(key, spread)] = tally.seconds().items()
    assert key == ("heartbeat", outcome)
    assert (sum(spread.counts), spread.total) == (2, 1.5)
    assert spread.counts[BOUNDS_S.index(1.0)] == 2
