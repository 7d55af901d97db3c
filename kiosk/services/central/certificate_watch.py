"""Watches how long the certificates of the line to central are valid: the kiosk's, central's, and the authority's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from kiosk.domain.faults import CERTIFICATE_ENDS, Fault
from kiosk.event_log.log_events import LogEvent, log

LEAST_DAYS = 30
"""Days before the end at which a fault is reported, because people need weeks to renew a certificate."""

SAID_EVERY_S = 86_400.0


class CertificateWatch:
    """Watches certificates; for one thread. `ends`: by owner ("kiosk", "central", "authority"), a function that returns
    until when the certificate in use is valid, None if that is not known yet; `monotonic`: a clock in seconds.
    """

    def __init__(self, ends: Mapping[str, Callable[[], datetime | None]], monotonic: Callable[[], float]) -> None:
        self._ends = ends
        self._monotonic = monotonic
        self._said_at: dict[str, float] = {}

    def days_left(self, now: datetime) -> Mapping[str, int]:
        """Whole days left, by owner; 0 on the last day and after it. `now`: a confirmed time."""
        ends = {whose: ends_at() for whose, ends_at in self._ends.items()}
        return {whose: max((end - now).days, 0) for whose, end in ends.items() if end is not None}

    def look(self, now: datetime) -> Fault | None:
        """The fault if a certificate ends soon or has ended, or None. It is logged once a day."""
        ending = {whose: days for whose, days in self.days_left(now).items() if days < LEAST_DAYS}
        for whose, days in ending.items():
            self._say(whose, days)
        return CERTIFICATE_ENDS if ending else None

    def _say(self, whose: str, days: int) -> None:
        said_at, passed_s = self._said_at.get(whose), self._monotonic()
        if said_at is None or passed_s - said_at >= SAID_EVERY_S:
            self._said_at[whose] = passed_s
            log(LogEvent.CERTIFICATE_ENDS, level=logging.ERROR, whose=whose, days=days)
