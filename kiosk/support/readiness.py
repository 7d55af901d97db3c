"""Is this kiosk ready, and what does that rest on: what was checked just now, and what technicians tested before."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Outcome
from kiosk.diagnostics.report import CheckResult, Report
from kiosk.domain.devices import DEVICES
from kiosk.domain.part_tests import PART_TESTS
from kiosk.journal.part_records import PartRecord, last_tests
from kiosk.journal.past_steps import kept_since, past_steps
from kiosk.journal.records import JournalFailed
from kiosk.support.journal_reading import is_left_alone
from kiosk.version import VERSION


@dataclass(frozen=True, slots=True)
class PartTest:
    """A test that can be made of a part of this kiosk. `last`: None where the journal knows of none."""

    part: str
    test: str
    last: PartRecord | None

    def as_json(self) -> dict[str, object]:
        """JSON-able."""
        return {"part": self.part, "test": self.test, "last": None if self.last is None else self.last.as_json()}


@dataclass(frozen=True, slots=True)
class Readiness:
    """`tests`: by the journal; `kept_since`: its oldest step, None where it has none; `journal_trouble`: why it could
    not be read, "" where it was.
    """

    made_at: datetime
    kiosk_name: str
    site: str
    region_file: str
    report: Report
    tests: Sequence[PartTest]
    kept_since: datetime | None
    journal_trouble: str = ""

    @property
    def not_ready(self) -> tuple[CheckResult, ...]:
        """The checks that found something, those that keep from service first."""
        found = [each for each in self.report.checks if each.outcome in (Outcome.FAILED, Outcome.WARNING)]
        return tuple(sorted(found, key=lambda each: (not each.keeps_from_service, each.outcome is not Outcome.FAILED)))

    @property
    def versions(self) -> Mapping[str, str]:
        return self.report.versions

    def as_json(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "kiosk_name": self.kiosk_name,
            "site": self.site,
            "region_file": self.region_file,
            "version": VERSION,
            "exit_status": self.report.exit_status,
            "not_ready": [each.name for each in self.not_ready],
            "tests": [each.as_json() for each in self.tests],
            "tests_kept_since": None if self.kept_since is None else self.kept_since.isoformat(),
            "journal_trouble": self.journal_trouble,
            "diagnose": self.report.as_json(),
        }


def readiness(config: Config, report: Report, now: datetime) -> Readiness:
    """The report of this kiosk. `report`: what `diagnose` found."""
    made: dict[tuple[str, str], PartRecord] = {}
    since, trouble = None, ""
    path = config.state_dir / "journal.db"
    try:
        is_alone = is_left_alone(path)
        made, since = last_tests(past_steps(path, is_alone=is_alone)), kept_since(path, is_alone=is_alone)
    except OSError as error:
        trouble = f"{error.filename or path}: {error.strerror}"
    except (JournalFailed, sqlite3.Error) as error:
        trouble = f"{path}: {error}"
    tests = [
        PartTest(part, test, made.get((part, test))) for part in _parts(config) for test in PART_TESTS.get(part, ())
    ]
    return Readiness(
        made_at=now,
        kiosk_name=config.kiosk_name,
        site=config.site,
        region_file=config.files.region.name,
        report=report,
        tests=tests,
        kept_since=since,
        journal_trouble=trouble,
    )


def _parts(config: Config) -> tuple[str, ...]:
    """What this kiosk has that can be tested, in the devices' order."""
    present = [device.name for device in DEVICES if config.devices[device]]
    return (*present, *(part for part in PART_TESTS if part not in {device.name for device in DEVICES}))
