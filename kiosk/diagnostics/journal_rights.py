"""The check that the kiosk's user can write its journal. A command that ran as root may have left files of root."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Findings, failed, ok
from kiosk.domain.clock import Clock
from kiosk.domain.faults import JOURNAL_BROKEN, STATE_DIRECTORY
from kiosk.journal.standing import BESIDE, kind_of
from kiosk.journal.state_lock import LOCK_NAME, name_of


def journal_rights(config: Config, _: Clock) -> Findings:
    """Check the rights for the owner of the state directory, who is the kiosk's user. No file is opened."""
    directory = config.state_dir
    names = ("journal.db", *(f"journal.db{ending}" for ending in BESIDE), LOCK_NAME)
    try:
        present = [directory / name for name in names if os.path.lexists(directory / name)]
        found = [finding for path in present if (finding := _look_at(path, directory)) is not None]
    except OSError as error:
        said = f"user {name_of(os.geteuid())} cannot look at {error.filename}: {error.strerror}"
        return [failed(said, STATE_DIRECTORY)]
    return found or [ok("the journal's files are the kiosk's own" if present else "no journal yet")]


def _look_at(path: Path, directory: Path) -> Finding | None:
    kind = kind_of(path)
    if kind != "a file":
        return failed(f"{path.name} is {kind}; the next start puts it aside", JOURNAL_BROKEN)
    if not path.exists():
        return failed(f"{path.name} leads to what is not there: {path.readlink()}", STATE_DIRECTORY)
    user, status = directory.stat().st_uid, path.stat()
    if status.st_uid != user:
        return failed(
            f"{path.name} belongs to user {name_of(status.st_uid)}, its directory to {name_of(user)}, who has to own"
            f" both: chown {name_of(user)} {path}",
            STATE_DIRECTORY,
        )
    wanted = stat.S_IRUSR | stat.S_IWUSR
    if status.st_mode & wanted != wanted or not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        return failed(f"{path.name} cannot be read and written by its owner: chmod u+rw {path}", STATE_DIRECTORY)
    return None
