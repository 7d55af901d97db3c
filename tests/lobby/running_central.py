"""A reference central for whole visits, on a morning that tests move on by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete

from assets import ASSETS
from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.domain.clock import SHANGHAI
from kiosk.reference_central.authority import GRANT_KEYS, make_authority
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.settings import CentralSettings
from kiosk.reference_central.tables import Base, Kiosk

TODAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


class HandClock:
    """It is ten in the morning; time passes as it does, and as a test wishes."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._began, self._jumped_s = time.monotonic(), 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._jumped_s

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.monotonic() - self._began)

    def jump(self, seconds: float) -> None:
        self._jumped_s += seconds


@dataclass(frozen=True)
class RunningCentral:
    """Central, running, and what one needs to call it."""

    central: ReferenceCentral
    tls_dir: Path
    clock: HandClock

    def forget(self) -> None:
        """It is well, its record is empty, and it is ten in the morning."""
        self.clock.reset()
        self.central.clear_faults()
        empty_record(self.central)


def central_for_all_regions(
    directory: Path, clock: Callable[[], datetime], pilots: tuple[str, ...] = ()
) -> ReferenceCentral:
    """One that is yet to be started, with certificates and keys of its own in `directory`."""
    make_authority(directory)
    return ReferenceCentral(
        CentralSettings(
            database=f"sqlite:///{directory / 'central.db'}",
            tls_dir=directory,
            keys=(directory / GRANT_KEYS, TEST_KEYS),
            regions=(ASSETS / "regions",),
            permits=(ASSETS / "permits",),
            kiosks=("kiosk-1",),
            clock=clock,
            pilots=pilots,
        )
    )


def empty_record(central: ReferenceCentral) -> None:
    """Nobody lives here and nothing was asked for; the kiosks alone stay known."""
    with central.database.writing() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != Kiosk.__tablename__:
                session.execute(delete(table))
