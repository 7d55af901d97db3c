"""Central in processes of its own, on one database; started, asked, and killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.demo.processes import Process
from kiosk.reference_central import kiosks, residents
from kiosk.reference_central.authority import GRANT_KEYS, issue_client, make_authority
from kiosk.reference_central.clock import local_date, system_clock
from kiosk.reference_central.database import Database
from tests.lobby.central_rig import PERMITS, SHANGHAI, Resident, content, resident
from tests.waiting import LIMIT_S

START_S = LIMIT_S


class Central:
    """One authority and one database for any number of instances; every kiosk of `names` may call."""

    def __init__(self, directory: Path, database_url: str, names: Sequence[str]) -> None:
        self.directory = directory
        self.database = Database(database_url)
        self._url = database_url
        make_authority(directory, names[0])
        for name in names:
            issue_client(directory, name)
        self.database.migrate()
        with self.database.writing() as session:
            for name in names:
                kiosks.register(session, name, system_clock())
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def instance(self, port: int = 0) -> Instance:
        """One more process that serves."""
        return Instance(
            self._log("central"),
            [
                "-m",
                "kiosk",
                "central",
                "serve",
                "--database",
                self._url,
                "--tls-dir",
                str(self.directory),
                "--keys",
                str(self.directory / GRANT_KEYS),
                str(TEST_KEYS),
                "--port",
                str(port),
                "--region",
                str(SHANGHAI),
                "--permits",
                str(PERMITS),
            ],
        )

    def bare(self) -> Instance:
        """The bare endpoint on the same database."""
        return Instance(self._log("bare"), ["-m", "tests.torture.central.bare", str(self.directory), self._url])

    def people(self, count: int) -> list[Resident]:
        """New residents in the window of an endorsement on this very day."""
        recorded = content(_in_the_window(local_date(system_clock())))
        people = [resident(recorded) for _ in range(count)]
        self.database.write(lambda session: residents.seed(session, [who.record for who in people], system_clock()))
        return people

    def _log(self, name: str) -> Path:
        self._started += 1
        return self.directory / f"{name}-{self._started}.log"


class Instance:
    """A process that serves, with its address."""

    def __init__(self, log: Path, arguments: Sequence[str]) -> None:
        self.process = Process.of_python("central", arguments, log)
        try:
            self.url: str = json.loads(self.process.first_line(START_S))["url"]
        except BaseException:
            self.process.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.end()


def _in_the_window(today: date) -> date:
    ends = today + timedelta(days=12)
    return ends if (ends.month, ends.day) != (2, 29) else ends + timedelta(days=1)
