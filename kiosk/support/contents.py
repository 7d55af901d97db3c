"""Collects what a support bundle holds. What cannot be had is named with the reason, and keeps nothing else away."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.report import Report
from kiosk.journal.past_steps import past_steps
from kiosk.journal.records import JournalFailed
from kiosk.journal.statistics import Month, statistics
from kiosk.journal.story_words import heading_of, lines_of
from kiosk.journal.visit_story import stories
from kiosk.support.journal_reading import is_left_alone
from kiosk.support.log_lines import NoLines, log_lines
from kiosk.support.shown_configuration import shown_configuration
from kiosk.texts.translation import LocaleFileError, Translation
from kiosk.version import VERSION

FORM = 1
"""The version of a bundle's layout, in its manifest."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle. `name`: with "/" between folders."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes into a bundle. `left_out`: why something is missing, by its name."""

    made_at: datetime
    kiosk_name: str
    members: Sequence[Member]
    left_out: Mapping[str, str]

    def with_manifest(self) -> Iterator[Member]:
        """The members, behind a list of them with their SHA-256."""
        manifest = {
            "form": FORM,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "version": VERSION,
            "kiosk_name": self.kiosk_name,
            "members": [
                {"name": each.name, "bytes": len(each.content), "sha256": hashlib.sha256(each.content).hexdigest()}
                for each in self.members
            ],
            "left_out": dict(self.left_out),
        }
        yield Member(MANIFEST, _json(manifest))
        yield from self.members


@dataclass(frozen=True, slots=True)
class Wanted:
    """`days`: how far back log and steps go; `traces`: by their names, of lengths only."""

    days: int
    traces: Mapping[str, bytes]


def collect(
    config: Config,
    config_file: Path,
    wanted: Wanted,
    now: datetime,
    diagnose: Callable[[], Report],
    tell: Callable[[str], None] = lambda line: None,
) -> Contents:
    """Collect everything. `diagnose()`: checks the kiosk, or asks the running one; `tell`: hears what is being done."""
    members: list[Member] = []
    left_out: dict[str, str] = {}
    tell("checking the kiosk")
    report = diagnose()
    members.append(Member("diagnose.json", _json(report.as_json())))
    if report.status is None:
        left_out["status.json"] = "no kiosk told how it is: diagnose.json has what was found instead"
    else:
        members.append(Member("status.json", _json(report.status)))
    members.append(Member("configuration.json", _json(shown_configuration(config_file))))
    members.append(Member("files.json", _json(_files(config))))
    members.append(Member("machine.json", _json(_machine())))
    tell("reading the journal")
    try:
        members += _journal(config, now, wanted.days)
    except OSError as error:
        left_out["journal"] = f"{error.filename or 'the journal'}: {error.strerror}"
    except (JournalFailed, LocaleFileError, sqlite3.Error) as error:
        left_out["journal"] = str(error)
    tell("reading the log")
    try:
        members.append(Member("log.txt", log_lines(wanted.days)))
    except NoLines as error:
        left_out["log.txt"] = str(error)
    members += [Member(f"traces/{name}", content) for name, content in sorted(wanted.traces.items())]
    return Contents(now, config.kiosk_name, members, left_out)


def _journal(config: Config, now: datetime, days: int) -> Iterator[Member]:
    path = config.state_dir / "journal.db"
    is_alone, since = is_left_alone(path), now - timedelta(days=days)
    lines = [json.dumps(step.as_json()) for step in past_steps(path, since, is_alone=is_alone, with_notes=True)]
    yield Member("journal/steps.jsonl", _text(lines))
    locale = config.assets_dir / "locale"
    english = Translation.load(locale, "en").with_technicians_texts(locale)
    told: list[str] = []
    for story in stories(past_steps(path, since, is_alone=is_alone)):
        told += [f"{story.began_at:%Y-%m-%d}  {heading_of(story, english)}  ({', '.join(story.numbers)})"]
        told += [f"  {line}" for line in lines_of(story, english)] + [""]
    yield Member("journal/stories.txt", _text(told))
    this_month = Month.with_day(now.date())
    for month in (this_month.previous, this_month):
        counted = statistics(past_steps(path, is_alone=is_alone), month)
        yield Member(f"journal/statistics-{month}.json", _json(counted.as_json()))


def _files(config: Config) -> list[dict[str, object]]:
    """The data files that the kiosk uses and the certificates, by their digests. The private key is not among them."""
    files = [config.files.region, *config.files.permits, *config.files.devices.values(), config.files.screen]
    files += [config.central.ca, config.central.certificate, config.central.grant_keys]
    if config.support_certificate is not None:
        files.append(config.support_certificate)
    return [_file(path) for path in dict.fromkeys(files)]


def _file(path: Path) -> dict[str, object]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return {"file": str(path), "trouble": error.strerror}
    return {"file": str(path), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _machine() -> dict[str, object]:
    machine: dict[str, object] = {
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "packages": dict(sorted((each.name, each.version) for each in metadata.distributions())),
    }
    with suppress(OSError):
        machine["memory"] = Path("/proc/meminfo").read_text("ascii").splitlines()[:3]
        machine["uptime_s"] = float(Path("/proc/uptime").read_text("ascii").split()[0])
    return machine


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
