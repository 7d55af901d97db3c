"""The settings of the reference central."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kiosk.reference_central.clock import Clock, system_clock
from kiosk.reference_central.connections import USUAL_LIMITS, ConnectionLimits
from kiosk.reference_central.listening import Proxy

THREADS_WITH_SQLITE = 4  # one writes at a time, whatever their number
THREADS_WITH_POSTGRESQL = 12  # most of a call's time it waits for the server


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """`database`: SQLAlchemy URL. `tls_dir`: as `make_authority` fills it (ca.pem, central.pem, central.key).

    `keys`: the software HSM's files. `pilots`: codes of regions where the authority ordered a trial at kiosks.
    `regions`, `permits`: files or directories of them. `kiosks`: registered at start, ID or ID=AREA (where it stands).
    `threads`: calls carried out at once; None: as many as suit the kind of database. `grant_valid_for`:
    how long a grant is good; a visit takes 3 minutes. `limits`: of connections. `proxy`: TLS ends there, and `tls_dir`,
    `host` and `port` mean nothing here.
    """

    database: str
    tls_dir: Path
    keys: tuple[Path, ...]
    regions: tuple[Path, ...]
    permits: tuple[Path, ...]
    kiosks: tuple[str, ...] = ()
    pilots: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    threads: int | None = None
    grant_valid_for: timedelta = timedelta(minutes=10)
    clock: Clock = system_clock
    limits: ConnectionLimits = USUAL_LIMITS
    proxy: Proxy | None = None

    @property
    def calls_at_once(self) -> int:
        """`threads`, or what suits the database."""
        suits = THREADS_WITH_SQLITE if self.database.startswith("sqlite") else THREADS_WITH_POSTGRESQL
        return suits if self.threads is None else self.threads
