"""The reference central as an object: started and stopped, alone or inside another program."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import uvicorn
from sqlalchemy import select

from kiosk.central import contract
from kiosk.reference_central import gaps, heartbeats, kiosks, residents, retention, staff_calls
from kiosk.reference_central.access import Access
from kiosk.reference_central.application import create_application
from kiosk.reference_central.applying import Applying
from kiosk.reference_central.authority import CA_FILE, CENTRAL_CERTIFICATE, CENTRAL_KEY
from kiosk.reference_central.call_id_header import NamedAnswers
from kiosk.reference_central.calls import Calls
from kiosk.reference_central.chip_commands import ChipCommands
from kiosk.reference_central.chip_sessions import ChipSessions
from kiosk.reference_central.connections import Connections
from kiosk.reference_central.content_limits import Fitting
from kiosk.reference_central.database import Database
from kiosk.reference_central.endorsing import Endorsing
from kiosk.reference_central.evidence import Verifying
from kiosk.reference_central.gaps import Gap
from kiosk.reference_central.granting import Granting
from kiosk.reference_central.hsm import SoftwareHsm
from kiosk.reference_central.listening import ListeningServer, tls_context
from kiosk.reference_central.peer_certificate import PeerCertificate
from kiosk.reference_central.reviewing import Reviewing
from kiosk.reference_central.rules import RegionRules
from kiosk.reference_central.settings import CentralSettings
from kiosk.reference_central.tables import CompletionRow, Endorsement, KioskSequence, Permit
from kiosk.reference_central.wire_faults import FAULT_NAMES, USUALLY_AFTER_S, WireFaults

START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 5


class CentralDidNotStart(Exception):
    """The port is taken, or the certificates do not fit."""


class ReferenceCentral:
    """Central on a thread of its own. `with ReferenceCentral(settings) as central: … central.url`.

    The constructor reads every file (permit, region and key files raise their own errors) and brings the database's
    schema up to date.
    """

    fault_names = FAULT_NAMES

    def __init__(self, settings: CentralSettings) -> None:
        self._settings = settings
        self.clock = settings.clock
        self._hsm = SoftwareHsm.from_files(*settings.keys)
        rules = RegionRules.from_files(settings.regions, settings.pilots)
        fitting = Fitting.from_files(settings.permits)
        layouts = {permit.name: ChipCommands(permit, self._hsm) for permit in fitting.permit_files}
        self._granting = Granting(self._hsm, settings.grant_valid_for)
        self._access = Access(rules)
        self._endorsing = Endorsing(rules, self._access, self._granting, fitting)
        self._chip_sessions = ChipSessions(layouts)
        self._verifying, self._applying = Verifying(rules, self._access), Applying(rules, self._access, fitting)
        self.reviewing = Reviewing(rules, fitting)
        self.database = Database(settings.database, settings.calls_at_once + 1)  # one for inspection from outside
        self.database.migrate()
        for kiosk_id in settings.kiosks:
            self.register_kiosk(kiosk_id)
        self.database.connect()
        self._calls: Calls | None = None
        self._server: ListeningServer | None = None
        self._thread: threading.Thread | None = None
        self._faults: WireFaults | None = None
        self._wanted_fault: tuple[str, int | None, float] | None = None

    def start(self) -> str:
        """Start listening; returns the URL once connections are accepted. Raises `CentralDidNotStart`."""
        self._server = self._new_server()
        self._thread = threading.Thread(target=self._server.run, name="central-loop")
        self._thread.start()
        if not self._server.ready.wait(START_TIMEOUT_S) or not self._server.started:
            self.stop()
            raise CentralDidNotStart(f"cannot listen on {self._where()}")
        return self.url

    def run(self, announce: Callable[[str], None]) -> None:
        """Serve on this (the main) thread until SIGTERM or SIGINT; `announce(url)` once connections are taken.

        Raises `CentralDidNotStart`.
        """
        self._server = server = self._new_server()
        server.announce = lambda: announce(self.url)
        server.run()
        if not server.started:
            raise CentralDidNotStart(f"cannot listen on {self._where()}")

    def stop(self) -> None:
        """Close every connection and thread, then the database."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        if self._calls is not None:
            self._calls.close()
        self._server = self._thread = self._calls = self._faults = None
        self.database.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """https://HOST:PORT; unix:PATH behind a proxy."""
        if self._settings.proxy is not None:
            return f"unix:{self._settings.proxy.socket}"
        port = self._settings.port if self._server is None else self._server.port
        return f"https://{self._settings.host}:{port}"

    def _where(self) -> str:
        proxy = self._settings.proxy
        return f"{self._settings.host}:{self._settings.port}" if proxy is None else str(proxy.socket)

    @property
    def connections(self) -> Connections:
        """The present connections, with counts of dropped ones. Raises RuntimeError where central does not serve."""
        if self._server is None:
            raise RuntimeError("central does not serve")
        return self._server.connections

    def public_keys(self) -> dict[str, tuple[str, bytes]]:
        """Algorithm and public key of every key that may sign a grant, by key id."""
        return dict(self._hsm.public_keys())

    def set_fault(self, name: str, calls: int | None = None, after_s: float = USUALLY_AFTER_S) -> None:
        """See `wire_faults`; `calls` None: until cleared. Raises ValueError for an unknown name."""
        if name not in FAULT_NAMES:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULT_NAMES)}")
        self._wanted_fault = (name, calls, after_s)
        if self._faults is not None:
            self._faults.set(name, calls, after_s)

    def clear_faults(self) -> None:
        """End all faults."""
        self._wanted_fault = None
        if self._faults is not None:
            self._faults.clear()

    def seed(self, imports: Iterable[residents.ResidentImport]) -> int:
        """Write residents and permits, replacing earlier ones."""
        with self.database.writing() as session:
            return residents.seed(session, imports, self._settings.clock())

    def register_kiosk(self, kiosk_id: str) -> None:
        """Accept a kiosk's calls. `kiosk_id`: its id, or ID=AREA."""
        self.database.write(lambda session: kiosks.register(session, kiosk_id, self._settings.clock()))

    def revoke_certificate(self, certificate: Path, reason: str = "lost") -> None:
        """Refuse the certificate in this PEM file for good."""
        peer = PeerCertificate.from_file(certificate)
        with self.database.writing() as session:
            kiosks.revoke(session, peer, reason, self._settings.clock())

    def standing(self) -> list[dict[str, Any]]:
        """Every kiosk as its last heartbeat says; see `heartbeats.standing`."""
        with self.database.reading() as session:
            return heartbeats.standing(session, self._settings.clock())

    def gaps(self) -> list[Gap]:
        """Numbered calls that never came; see `gaps.gaps`."""
        with self.database.reading() as session:
            return gaps.gaps(session, self._settings.clock())

    def staff_calls(self) -> list[dict[str, Any]]:
        """Who called staff within the last hour, newest first; see `staff_calls.lately`."""
        with self.database.reading() as session:
            return staff_calls.lately(session, self._settings.clock())

    def accept_journal(self, kiosk_id: str) -> bool:
        """Forget the head of a kiosk's journal that began again for a known reason; returns whether there was one."""
        with self.database.writing() as session:
            return heartbeats.accept_journal(session, kiosk_id)

    def purge(self, now: datetime | None = None) -> dict[str, int]:
        """Delete records past their retention time; returns the number of deleted rows by table."""
        with self.database.writing() as session:
            return retention.purge(session, now or self._settings.clock())

    def endorsement(self, endorsement_id: UUID) -> Endorsement | None:
        """The record of a request, for tests and demonstrations."""
        with self.database.reading() as session:
            return session.get(Endorsement, endorsement_id)

    def permit(self, permit_number: str) -> Permit | None:
        """The record of a permit."""
        with self.database.reading() as session:
            return session.get(Permit, permit_number)

    def completions(self, endorsement_id: UUID) -> list[contract.CompletionRequest]:
        """Every completion that came in, in the order of arrival."""
        query = select(CompletionRow).where(CompletionRow.endorsement_id == endorsement_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(CompletionRow.received_at)).all()
        return [contract.CompletionRequest.model_validate_json(row.report) for row in rows]

    def sequences(self, kiosk_id: str) -> list[int]:
        """The sequence numbers that a kiosk used, rising."""
        query = select(KioskSequence.sequence).where(KioskSequence.kiosk_id == kiosk_id).distinct()
        with self.database.reading() as session:
            return sorted(session.scalars(query))

    def _new_server(self) -> ListeningServer:
        self._calls = Calls(self.database, self._settings.clock, self._settings.calls_at_once)
        application = create_application(
            self._calls, self._access, self._endorsing, self._chip_sessions, self._verifying, self._applying
        )
        self._faults = WireFaults(application, self._granting, self._settings.clock)
        if self._wanted_fault is not None:
            self._faults.set(*self._wanted_fault)
        limits, proxy = self._settings.limits, self._settings.proxy
        config = uvicorn.Config(
            NamedAnswers(self._faults),
            host=self._settings.host,
            port=self._settings.port,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the one by our own clock is put on outermost
            proxy_headers=False,
            timeout_keep_alive=round(limits.idle_s) + 1,  # the protocol's own comes first
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        return ListeningServer(config, limits, None if proxy is not None else self._tls(), proxy)

    def _tls(self) -> ssl.SSLContext:
        files = self._settings.tls_dir
        return tls_context(files / CA_FILE, files / CENTRAL_CERTIFICATE, files / CENTRAL_KEY)
