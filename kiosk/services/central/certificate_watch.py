"""How many days the certificates of the line to central are still valid: the kiosk's own, the one that central shows,
and the authority's by which central is known.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from kiosk.domain.faults import CERTIFICATE_ENDS, Fault
from kiosk.event_log.log_events import LogEvent, log

LEAST_DAYS = 30
"""A certificate is renewed by people who need weeks."""

SAID_EVERY_S = 86_400.0


class CertificateWatch:
    """`ends`: by whose ("kiosk", "central", "authority"), until when the certificate that is in use is valid, None
    where that is not known yet; `monotonic`: seconds. For one thread.
    """

    def __init__(self, ends: Mapping[str, Callable[[], datetime | None]], monotonic: Callable[[], float]) -> None:
        self._ends = ends
        self._monotonic = monotonic
        self._said_at: dict[str, float] = {}

    def days_left(self, now: datetime) -> Mapping[str, int]:
        """By whose: whole days, 0 on the last one and after it. `now`: the right time."""
        ends = {whose: ends_at() for whose, ends_at in self._ends.items()}
        return {whose: max((end - now).days, 0) for whose, end in ends.items() if end is not None}

    def look(self, now: datetime) -> Fault | None:
        """Whether one of them ends soon, or has ended; said in the log once a day."""
        ending = {whose: days for whose, days in self.days_left(now).items() if days < LEAST_DAYS}
        for whose, days in ending.items():
            self._say(whose, days)
        return CERTIFICATE_ENDS if ending else None

    def _say(self, whose: str, days: int) -> None:
        said_at, passed_s = self._said_at.get(whose), self._monotonic()
        if said_at is None or passed_s - said_at >= SAID_EVERY_S:
            self._said_at[whose] = passed_s
            log(LogEvent.CERTIFICATE_ENDS, level=logging.ERROR, whose=whose, days=days)
