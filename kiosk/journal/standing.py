"""The running kiosk's journal: the object exists even if the file cannot be opened, and opens it as soon as possible.

A damaged journal is moved aside once, to a name with the time, and the new one says so in its first row. A file that
cannot be opened because of the disk or its rights stays where it is, and is tried again.
"""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from kiosk.domain.faults import DISK_FULL, JOURNAL_BROKEN, STATE_DIRECTORY, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal import chain
from kiosk.journal.chain import BreakKind, HashName
from kiosk.journal.faults import fault_of, is_held_by_another
from kiosk.journal.journal import Journal
from kiosk.journal.place import JournalPlace
from kiosk.journal.records import JournalFailed
from kiosk.journal.state_lock import HOLDER, StateHeld, StateLock

AGAIN_AFTER_S = 5.0
"""Seconds between two tries to open the journal, so that a technician sees within a minute that it is mended."""

BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside its own."""

_Trouble = OSError | sqlite3.Error | ValueError | JournalFailed


class _Damaged(Exception):
    """The file is no usable journal, and waiting does not change that."""


class StandingJournal(Journal):
    """A journal that need not be open. Until it is, `trouble` says why, reading and writing raise `JournalFailed`, and
    steps are kept in memory (`Journal.keep`). `lock`: the lock on the directory, if it is held already; otherwise it is
    taken before the file is opened. It is released after the file is closed.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        algorithm: HashName = "sha256",
        lock: StateLock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state_lock = lock
        self._monotonic = monotonic
        self._trouble: JournalFailed | None = None
        self._again_at = 0.0
        super().__init__(path, now, algorithm)

    @property
    def trouble(self) -> Fault | None:
        """Why the journal is not open, or still cannot take kept steps; None if it can take a record. Each call tries
        again to write, and at intervals to open.
        """
        with self._lock, suppress(JournalFailed):
            self._connection()
        if self._trouble is not None:
            return self._trouble.fault
        try:
            self.write_kept()
        except JournalFailed as error:
            return error.fault
        return None

    def close(self) -> None:
        """Close the file, if it is open, and release the directory; may be called twice."""
        self._again_at = math.inf
        super().close()
        if self._state_lock is not None:
            self._state_lock.release()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None and self._monotonic() >= self._again_at:
            self._db = self._opened()
        if self._db is None:
            raise self._trouble or JournalFailed("the journal is not open")
        return self._db

    def _opened(self) -> sqlite3.Connection | None:
        try:
            opened = self._open_or_replace()
        except (OSError, sqlite3.Error, ValueError, JournalFailed, StateHeld) as error:
            self._again_at = self._monotonic() + AGAIN_AFTER_S
            failed = _as_failed(error)
            if self._trouble is None or str(self._trouble) != str(failed):  # once, not every few seconds
                log(LogEvent.JOURNAL_CLOSED, level=logging.CRITICAL, error=str(failed), fault=failed.fault.code)
            self._trouble = failed
            return None
        if self._trouble is not None:
            log(LogEvent.JOURNAL_OPENED)
        self._trouble = None
        self._wants_mark = True
        with suppress(sqlite3.Error):  # a full disk: the file can still be read, and the first row written marks it
            self._mark(opened)
        self.place = JournalPlace(self.path)  # the log exists after the first access to the file
        return opened

    def _open_or_replace(self) -> sqlite3.Connection:
        if self._state_lock is None:
            self._state_lock = StateLock.take(self.path.parent, HOLDER)
        self._give_name()
        self._whole.unlink(missing_ok=True)  # of an interrupted start; the journal still has its name
        try:
            if not _is_there(self.path):
                self._make(after_damage=False)
                self._give_name()
            return self._open_proved()
        except _Damaged as error:
            return self._replace(str(error))

    def _open_proved(self) -> sqlite3.Connection:
        """Open the file and test it. Raises `_Damaged` where it cannot be used although a new one could."""
        try:
            _look_into(self.path)
            opened = self._open_here()
            try:
                _prove(opened)
            except BaseException:
                opened.close()
                raise
        except (sqlite3.Error, ValueError, TypeError) as error:
            # SQLite may report a damaged file as read-only, as impossible to open, or as a failure of the disk.
            if is_held_by_another(error) or not self._could_be_made_anew():
                raise
            raise _Damaged(f"{type(error).__name__}: {error}") from error
        return opened

    def _open_here(self) -> sqlite3.Connection:
        opened = super()._opened()
        assert opened is not None
        return opened

    def _could_be_made_anew(self) -> bool:
        """Whether a new journal can be made in the directory, so that the present file is at fault."""
        try:
            self._make(after_damage=True)
        except (OSError, sqlite3.Error, JournalFailed):
            return False
        return True

    @property
    def _whole(self) -> Path:
        """The path of a new journal that is complete but not yet renamed."""
        return self.path.with_name(f"{self.path.name}.new")

    def _make(self, *, after_damage: bool) -> None:
        """Make a complete journal under another name, so that neither a loss of power nor a full disk leaves half of
        one. Its first row says if its predecessor was damaged.
        """
        half = self.path.with_name(f"{self.path.name}.making")
        try:
            _remove(half)
            with closing(Journal(half, self._now, self.algorithm)) as journal:
                if after_damage:
                    journal.note(chain.FOUND_BROKEN, {"kind": BreakKind.UNREADABLE.value, "number": 0})
            half.rename(self._whole)
        finally:
            with suppress(OSError):  # the first error is reported
                _remove(half)

    def _replace(self, why: str) -> sqlite3.Connection:
        """Replace a damaged journal. The new one is complete before the old one loses its name, so that a loss of power
        in between hides nothing.
        """
        if not self._whole.is_file():
            self._make(after_damage=True)
        aside = f"unreadable-{self._now():%Y%m%d%H%M%S}"
        while any(self.path.parent.glob(f"*.{aside}")):
            aside += "-again"
        log(LogEvent.JOURNAL_PUT_ASIDE, level=logging.CRITICAL, error=why, name=f"{self.path.name}.{aside}")
        for ending in (*BESIDE, ""):
            file = Path(f"{self.path}{ending}")
            if os.path.lexists(file):
                file.rename(f"{file}.{aside}")
        self._give_name()
        return self._open_here()

    def _give_name(self) -> None:
        """Rename a new journal that is complete to its final name."""
        if self._whole.is_file() and not os.path.lexists(self.path):
            self._whole.rename(self.path)
            directory = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


def open_journal(
    path: Path, now: Callable[[], datetime], algorithm: HashName = "sha256", lock: StateLock | None = None
) -> StandingJournal:
    """The journal at `path`, open or not. No trouble with the disk makes it raise."""
    return StandingJournal(path, now, algorithm, lock)


def _remove(half: Path) -> None:
    for ending in ("", *BESIDE):
        Path(f"{half}{ending}").unlink(missing_ok=True)


def _is_there(path: Path) -> bool:
    """Whether there is a file. Raises `_Damaged` for one that can never be a journal, OSError for what may pass."""
    for ending in BESIDE:
        beside = Path(f"{path}{ending}")
        if os.path.lexists(beside) and not beside.is_file():
            raise _Damaged(f"{beside.name} is {kind_of(beside)}")
    if not os.path.lexists(path):
        if Path(f"{path}-wal").is_file() and Path(f"{path}-wal").stat().st_size:
            raise _Damaged(f"{path.name} is gone, and left {path.name}-wal behind")
        return False
    kind = kind_of(path)
    if kind != "a file":
        raise _Damaged(f"{path.name} is {kind}")
    if not path.exists():
        raise FileNotFoundError(f"{path.name} leads to what is not there: {path.readlink()}")
    for file in (path, *(Path(f"{path}{ending}") for ending in BESIDE)):
        if file.exists() and not os.access(file, os.R_OK | os.W_OK, effective_ids=True):
            raise PermissionError(f"user {os.geteuid()} cannot read and write {file.name}")
    if path.stat().st_size == 0:
        raise _Damaged(f"{path.name} is empty")
    return True


def kind_of(path: Path) -> str:
    """The kind of file at `path`, in words. Links are followed; one that leads nowhere counts as a file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a file"
    except PermissionError:
        raise
    except OSError as error:
        return f"nothing that can be opened ({error.strerror})"
    names = {stat.S_IFREG: "a file", stat.S_IFDIR: "a directory", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}
    return names.get(stat.S_IFMT(mode), "a device")


_TABLES = {
    "step": {
        "number",
        "at",
        "visit_id",
        "state_before",
        "event",
        "state_after",
        "custody",
        "effects",
        "endorsement_id",
        "facts",
        "algorithm",
        "hash",
    },
    "message": {"sequence", "at", "call", "idempotency_key", "endorsement_id", "body", "settled_at", "outcome", "step"},
    "last_moment": {"only", "step", "boot_id", "passed_s"},
    "anchor": {"only", "number", "algorithm", "hash"},
    "layout": {"only", "version", "in_use"},
}


def _look_into(path: Path) -> None:
    """Check, before anything is written, that the file is a journal of some version. Raises ValueError if not."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"step", "message"} <= tables:
        raise ValueError(f"{path.name} holds no journal")


def _prove(db: sqlite3.Connection) -> None:
    """Read the first and the last row of each table, write a row into each, and roll back. Raises `sqlite3.Error`, and
    ValueError where a table has other columns.
    """
    for table, columns in _TABLES.items():
        found = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        if not columns <= found:
            raise ValueError(f"table {table} has no {', '.join(sorted(columns - found))}")
    db.text_factory = bytes  # the content of rows is checked by the chain
    for table in _TABLES:
        for direction in ("ASC", "DESC"):
            db.execute(f"SELECT * FROM {table} ORDER BY rowid {direction} LIMIT 1").fetchall()
    db.text_factory = str
    db.execute("BEGIN IMMEDIATE")
    try:
        number = chain.next_number(db)
        db.execute(
            "INSERT INTO step VALUES (?, '', NULL, '', 'Proved', '', '', '[]', NULL, '{\"in_bin\": true}', '', '')",
            (number,),
        )
        db.execute(
            "INSERT INTO message (at, call, idempotency_key, body, step) VALUES ('', '', 'proved', '', ?)", (number,)
        )
        db.execute("INSERT OR REPLACE INTO last_moment VALUES (1, ?, '', 0.0)", (number,))
        db.execute("DELETE FROM message WHERE idempotency_key = 'proved'")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _as_failed(error: _Trouble | StateHeld) -> JournalFailed:
    match error:
        case JournalFailed():
            return error
        case StateHeld() | PermissionError():
            return JournalFailed(str(error), STATE_DIRECTORY)
        case OSError():
            return JournalFailed(str(error), _fault_of_errno(error))
        case _:
            fault = fault_of(error)
            return JournalFailed(f"{type(error).__name__}: {error}", DISK_FULL if fault is JOURNAL_BROKEN else fault)


def _fault_of_errno(error: OSError) -> Fault:
    import errno

    return DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG) else STATE_DIRECTORY
