"""Classifies SQLite's errors: those of the disk, its rights or another program may pass, a damaged file does not."""

from __future__ import annotations

import sqlite3

from kiosk.domain.faults import DISK_FULL, JOURNAL_BROKEN, JOURNAL_HELD, STATE_DIRECTORY, Fault

# Result codes (sqlite.org/rescode.html); the low byte is the primary one.
_OF_ROOM = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_NOLFS,
    }
)
_OF_OTHERS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OF_RIGHTS = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_OF_DAMAGE = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA}
)


def is_held_by_another(error: BaseException) -> bool:
    """Whether another connection (a backup, a command) has locked the file."""
    return _primary(error) in _OF_OTHERS


def may_pass(error: BaseException) -> bool:
    """Whether SQLite names the disk, its rights or another program as the cause, as it may for a damaged file too."""
    return _primary(error) in _OF_ROOM | _OF_RIGHTS | _OF_OTHERS


def fault_of(error: BaseException) -> Fault:
    """The fault that SQLite's error stands for."""
    code = _primary(error)
    if code in _OF_OTHERS:
        return JOURNAL_HELD
    if code in _OF_RIGHTS:
        return STATE_DIRECTORY
    is_closed = isinstance(error, sqlite3.ProgrammingError)
    return JOURNAL_BROKEN if code in _OF_DAMAGE and not is_closed else DISK_FULL


def _primary(error: BaseException) -> int:
    """The primary result code; SQLITE_ERROR where there is none, as for a text that is no UTF-8."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
