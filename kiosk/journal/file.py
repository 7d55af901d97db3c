"""The journal's file: its tables, the version of their layout, and the mark that it is in use.

`journal.db` is a SQLite file in WAL mode, so while a kiosk runs the newest steps may be only in `journal.db-wal`, the
log beside it (sqlite.org, wal.html). A copy of `journal.db` alone lacks them, although its chain is valid. Therefore
the file itself has a mark that it is *in use*. The mark is written, and brought from the log into the file, before the
first step of a run; it is removed when the file has everything again. A marked file without a log has lost the newest
steps.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.domain.faults import INSTALLATION
from kiosk.journal import chain
from kiosk.journal.bin_rows import BIN_EMPTIED, RETAINED
from kiosk.journal.chain import HashName
from kiosk.journal.clock_notes import CLOCK_CONFIRMED, CLOCK_JUMPED
from kiosk.journal.place import HELD_S
from kiosk.journal.records import JournalFailed
from kiosk.journal.transaction import as_one

APPLICATION_ID = 0x515A4A4C
"""`PRAGMA application_id` of a journal: "QZJL"."""

VERSION = 5
"""The version of the present layout, in `PRAGMA user_version` and in the row of `layout`. The second copy shows when
the number in the file's header is damaged.

1: steps and messages. 2: the chain. 3: the index of the bin. 4: the clock. 5: this number, and the mark. Files of
versions 1 to 4 have no number (it is 0 there).
"""

_LOG_HEADER = 32
"""Bytes before the first page of a log. A reader creates an empty log (sqlite.org, fileformat2.html, 4.1)."""

_CHAINLESS = 1
_UNNUMBERED = 4

TABLES = (
    """CREATE TABLE IF NOT EXISTS step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    visit_id TEXT,
    state_before TEXT NOT NULL,
    event TEXT NOT NULL,
    state_after TEXT NOT NULL,
    custody TEXT NOT NULL,
    effects TEXT NOT NULL,
    endorsement_id TEXT,
    facts TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    call TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    endorsement_id TEXT,
    body TEXT,
    settled_at TEXT,
    outcome TEXT,
    step INTEGER
) STRICT""",
    """CREATE TABLE IF NOT EXISTS last_moment (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    step INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    passed_s REAL NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS anchor (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS layout (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL,
    in_use INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX IF NOT EXISTS message_waiting ON message (sequence) WHERE settled_at IS NULL AND body IS NOT NULL",
    f"CREATE INDEX IF NOT EXISTS step_of_bin ON step (number) WHERE event = '{BIN_EMPTIED}' OR {RETAINED}",
    f"CREATE INDEX IF NOT EXISTS step_of_clock ON step (number) WHERE event IN ('{CLOCK_JUMPED}', '{CLOCK_CONFIRMED}')",
)


class JournalTooNew(JournalFailed):
    """The journal was written by a later version of this program. This version does not touch it."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"the journal has version {version}, and this program knows versions up to {VERSION}: install the program"
            " that wrote it, or a later one",
            INSTALLATION,
        )
        self.version = version


class NotAJournal(sqlite3.DatabaseError):
    """Another program's file, or an empty one."""


def open_to_write(path: Path, algorithm: HashName) -> sqlite3.Connection:
    """Open the file, create it if it is missing, and bring it to the present layout. Steps of a file from before the
    chain are chained as they are, with `algorithm`.

    Raises `JournalTooNew`; `NotAJournal`, and another `sqlite3.DatabaseError` for a damaged file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=HELD_S, isolation_level=None, check_same_thread=False)
    try:
        version = version_of(db)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        if version != VERSION:
            _bring_up_to_date(db, algorithm)
    except BaseException:
        db.close()
        raise
    return db


def open_to_read(path: Path, *, is_alone: bool = False) -> sqlite3.Connection:
    """Open an existing file without writing to it. `is_alone`: nobody writes to the file, such as a copy on another
    disk; then no file is created beside it, and its directory may be read-only.

    Raises `JournalTooNew`; `JournalFailed` for a file from before the chain; `NotAJournal`, and another
    `sqlite3.DatabaseError` for a damaged file and one that cannot be opened.
    """
    mode = "mode=ro&immutable=1" if is_alone and not has_log(path) else "mode=ro"
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, check_same_thread=False)
    try:
        version = version_of(db)
        if version is None:
            raise NotAJournal("is empty, no journal")
        if version == _CHAINLESS:
            raise JournalFailed(
                f"the journal has version {version}; the kiosk brings it to version {VERSION} at its next start"
            )
    except BaseException:
        db.close()
        raise
    return db


def version_of(db: sqlite3.Connection) -> int | None:
    """The version of a journal's layout; None for an empty file.

    Raises `JournalTooNew`; `NotAJournal`; another `sqlite3.DatabaseError` where the file contradicts itself.
    """
    (application_id,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and (application_id, version) == (0, 0):
        return None
    if (application_id, version) == (0, 0) and {"step", "message"} <= tables and "layout" not in tables:
        columns = {row[1] for row in db.execute("PRAGMA table_info(step)")}
        return _UNNUMBERED if "hash" in columns else _CHAINLESS
    if application_id != APPLICATION_ID and "layout" not in tables:
        raise NotAJournal("is no journal of this program")
    row = db.execute("SELECT version FROM layout").fetchone() if "layout" in tables else None
    if application_id != APPLICATION_ID or row is None or row[0] != version or version <= _UNNUMBERED:
        raise sqlite3.DatabaseError("contradicts itself about its version")
    if version > VERSION:
        raise JournalTooNew(version)
    return int(version)


def has_log(path: Path) -> bool:
    """Whether the file has a log that is not empty."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > _LOG_HEADER
    except FileNotFoundError:
        return False


def is_in_use(db: sqlite3.Connection) -> bool:
    """Whether the file is marked as in use, so that its newest steps may be in the log. Before version 5 none is."""
    if db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
        return False
    row = db.execute("SELECT in_use FROM layout").fetchone()
    return row is not None and bool(row[0])


def mark_in_use(db: sqlite3.Connection) -> None:
    """Mark the file as in use. While a reader prevents the checkpoint, the mark is only in the log."""
    db.execute("UPDATE layout SET in_use = 1")
    db.execute("PRAGMA wal_checkpoint(FULL)")


def mark_complete(db: sqlite3.Connection) -> None:
    """Bring everything from the log into the file, and remove the mark."""
    db.execute("UPDATE layout SET in_use = 0")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(db: sqlite3.Connection, to: Path, *, is_whole: bool) -> None:
    """Write the state of one moment into the new file `to`, which needs no log. `is_whole`: nothing is known to be
    missing. An unfinished copy is deleted. Raises `FileExistsError`, `OSError`, `sqlite3.Error`.
    """
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(to, isolation_level=None)) as other:
            db.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
            if is_whole and is_in_use(other):
                other.execute("UPDATE layout SET in_use = 0")
        sync(to)
        sync(to.parent)
    except BaseException:
        to.unlink()
        raise


def sync(path: Path) -> None:
    """Wait until a file, or a directory with its names, is on disk. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bring_up_to_date(db: sqlite3.Connection, algorithm: HashName) -> None:
    with as_one(db):
        version = version_of(db)  # another program may have upgraded it meanwhile
        if version == VERSION:
            return
        if version == _CHAINLESS:
            _chain_what_is_there(db, algorithm)
        for table in TABLES:
            db.execute(table)
        db.execute("INSERT INTO layout VALUES (1, ?, 0)", (VERSION,))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")


def _chain_what_is_there(db: sqlite3.Connection, algorithm: HashName) -> None:
    for column in ("algorithm", "hash"):
        db.execute(f"ALTER TABLE step ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE message ADD COLUMN step INTEGER")
    previous = chain.GENESIS
    for number, *step in db.execute(f"SELECT number, {chain.STEP_COLUMNS} FROM step ORDER BY number").fetchall():
        previous = chain.link(algorithm, previous, number, step, [])
        db.execute("UPDATE step SET algorithm = ?, hash = ? WHERE number = ?", (algorithm, previous, number))
