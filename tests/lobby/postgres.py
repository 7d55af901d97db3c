"""A PostgreSQL server of the tests' own: in its own directory, reached through a socket there, gone with the run."""

from __future__ import annotations

import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from kiosk.reference_central.database import Database
from tests.waiting import LIMIT_S

DEBIAN = Path("/usr/lib/postgresql")
START_TIMEOUT_S = LIMIT_S
STOP_TIMEOUT_S = LIMIT_S
USER = "central"
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
TEMPLATE = "migrated"


class PostgresDidNotStart(Exception):
    """With the end of what it logged."""


def _programs() -> Path | None:
    """Where the newest installed server's programs are; Debian keeps them out of the PATH."""
    found = [path.parent for path in DEBIAN.glob("*/bin/initdb") if (path.parent / "postgres").is_file()]
    if found:
        return max(found, key=lambda path: [int(part) for part in re.findall("[0-9]+", path.parent.name)])
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


class PostgresServer:
    """`with PostgresServer() as server: Database(server.new_database())`.

    `synced`: whether a commit waits for the disk. Where nobody measures and no power fails, it need not.
    """

    @staticmethod
    def why_not() -> str | None:
        """Why there can be none here; None where it can."""
        if _programs() is None:
            return "no initdb found; on Debian: apt-get install postgresql"
        if shutil.which("setpriv") is None:
            return "no setpriv found (util-linux)"
        return None

    def __init__(self, *, synced: bool = False) -> None:
        self._synced = synced
        self._directory = Path(tempfile.mkdtemp(prefix="central-pg-"))
        self._log = self._directory / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that all others of the server come from."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self._directory}"

    def new_database(self, *, migrated: bool = True) -> str:
        """The URL of one that nobody else has; with central's tables, or with nothing in it."""
        name = f"central_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}")
        return self.url(name)

    def stop(self) -> None:
        """End the server and all its connections, and leave nothing of it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast": connections are cut
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(STOP_TIMEOUT_S)
        self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start(self) -> None:
        programs = _programs()
        if programs is None:
            raise PostgresDidNotStart(self.why_not())
        if os.geteuid() == 0:
            unprivileged = pwd.getpwnam(UNPRIVILEGED)
            os.chown(self._directory, unprivileged.pw_uid, unprivileged.pw_gid)
        data = self._directory / "data"
        with self._log.open("wb") as log:
            initialised = subprocess.run(
                [
                    *_as_nobody(),
                    str(programs / "initdb"),
                    "--pgdata",
                    str(data),
                    "--username",
                    USER,
                    "--auth",
                    "trust",
                    "--encoding",
                    "UTF8",
                    "--locale",
                    "C",
                    "--no-sync",
                    "--no-instructions",
                ],
                stdout=log,
                stderr=log,
                cwd=self._directory,
                timeout=START_TIMEOUT_S,
                check=False,
            )
            if initialised.returncode != 0:
                raise PostgresDidNotStart(self._logged())
            synced = "on" if self._synced else "off"
            chosen = {
                "listen_addresses": "",
                "unix_socket_directories": str(self._directory),
                "fsync": synced,
                "synchronous_commit": synced,
                "full_page_writes": synced,
                "max_connections": "120",
                "shared_buffers": "32MB",
                "log_min_messages": "fatal",
                "autovacuum": "off",
            }
            words = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
            self._process = subprocess.Popen(
                [*_as_nobody(), str(programs / "postgres"), "-D", str(data), *words],
                stdout=log,
                stderr=log,
                cwd=self._directory,
            )
        self._await_ready()
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        template = Database(self.url(TEMPLATE))
        template.migrate()
        template.close()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._execute("SELECT 1")
            except psycopg.OperationalError as error:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise PostgresDidNotStart(self._logged()) from error
                time.sleep(0.05)
            else:
                return

    def _execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self._directory), user=USER, dbname="postgres", autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute(statement.encode())

    def _logged(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]


def _as_nobody() -> list[str]:
    """Run what follows without root's rights, and end it with the process that started it, however that ends."""
    words = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        unprivileged = pwd.getpwnam(UNPRIVILEGED)
        words += ["--reuid", str(unprivileged.pw_uid), "--regid", str(unprivileged.pw_gid), "--clear-groups"]
    return [*words, "--"]
