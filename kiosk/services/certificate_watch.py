"""How many days the certificates of the line to central are still valid: the kiosk's own, and the one central shows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509

from kiosk.faults import CERTIFICATE_ENDS, Fault
from kiosk.log_events import LogEvent, log

LEAST_DAYS = 30
"""A certificate is renewed by people who need weeks."""

SAID_EVERY_S = 86_400.0


class CertificateWatch:
    """`own`: the kiosk's certificate as PEM; `central_ends_at()`: of the one that central showed last, None before the
    first connection; `monotonic`: seconds. For one thread. Own file and log line: once a day.
    """

    def __init__(
        self, own: Path, central_ends_at: Callable[[], datetime | None], monotonic: Callable[[], float]
    ) -> None:
        self._own = own
        self._central_ends_at = central_ends_at
        self._monotonic = monotonic
        self._own_ends_at: datetime | None = None
        self._said_at: dict[str, float] = {}
        self._read_at: float | None = None

    def days_left(self, now: datetime) -> Mapping[str, int]:
        """By whose: whole days, 0 on the last one and after it. `now`: the right time."""
        ends = {"kiosk": self._ends_of_own(), "central": self._central_ends_at()}
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

    def _ends_of_own(self) -> datetime | None:
        """A file that holds no certificate any more says nothing; the client complains of it where it needs it."""
        passed_s = self._monotonic()
        if self._read_at is None or passed_s - self._read_at >= SAID_EVERY_S:
            self._read_at = passed_s
            try:
                found = x509.load_pem_x509_certificates(self._own.read_bytes())
            except (OSError, ValueError):
                self._own_ends_at = None
            else:
                self._own_ends_at = found[0].not_valid_after_utc      # the kiosk's own stands first in its chain
        return self._own_ends_at
