"""The database: one engine per process, transactions that are whole or nothing, the schema brought up to date at start.

SQLite runs with a write-ahead log, foreign keys on, and writers that lock from the beginning (BEGIN IMMEDIATE), so that
two writers wait instead of failing half-way. Any other database is used as SQLAlchemy knows it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

from kiosk.central.reference.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 5.0      # longer than any transaction here, shorter than a kiosk waits
POOL_SIZE = 8


class Database:
    """Opened by URL ("sqlite:///central.db", "postgresql+…"). `migrate()` once, then `writing()` and `reading()`."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._reading_engine = self.engine.execution_options(reads_only=True)

    def migrate(self) -> None:
        """Bring the schema to its newest version."""
        with self.engine.begin() as connection:
            command.upgrade(alembic_config(connection), "head")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back by any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads."""
        with Session(self._reading_engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for the migrations beside this file, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config


def _engine(url: str) -> Engine:
    # hide_parameters: an IntegrityError would print the row, and with it the holder.
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=POOL_SIZE, pool_use_lifo=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        pool_use_lifo=True,     # the connection used last has its pages and statements at hand
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The sqlite3 module begins transactions by itself, late and deferred; isolation_level None leaves it to us.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
