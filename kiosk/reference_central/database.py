"""The database: one engine per process, atomic transactions, and migration of the schema at the start.

SQLite runs with a write-ahead log, foreign keys on, and writers that lock from the beginning (BEGIN IMMEDIATE), so that
two writers wait instead of failing half-way. PostgreSQL runs at READ COMMITTED: rows that a decision depends on are
read FOR UPDATE, unique indexes prevent double keys and live grants, and the second transaction retries. Every wait is
limited.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from kiosk.reference_central.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 5.0  # longer than any transaction here, shorter than a kiosk waits
MIGRATION_TIMEOUT_S = 60.0
ATTEMPTS = 5  # tries of a transaction that conflicts with others; at each try one of the others has finished
CONNECTIONS = 5

_MIGRATION_LOCK = 0x6B696F736B
_IN_EACH_OTHERS_WAY = ("40001", "40P01")  # PostgreSQL, appendix A: serialization_failure, deadlock_detected

T = TypeVar("T")


class Database:
    """Opened by URL ("sqlite:///central.db", "postgresql+psycopg://…"). `migrate()` once, then transactions.

    `connections`: how many are kept. Until `connect()` they are made when needed. `reads_only`: the database itself
    refuses to write, and nothing is created.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS, *, reads_only: bool = False) -> None:
        self._connections = connections
        self._turn = threading.Lock() if url.startswith("sqlite") else None
        self.engine = _engine(url, connections, reads_only)
        self._reading_engine = self.engine.execution_options(reads_only=True)

    def connect(self) -> None:
        """Open all connections that are kept, so that no call waits for one."""
        made = [self.engine.connect() for _ in range(self._connections)]
        for connection in made:
            connection.close()

    def migrate(self) -> None:
        """Bring the schema to its newest version. Of several processes one does so, and the others wait.

        Raises `NotCentrals` for a database with another program's tables.
        """
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                wait_ms = round(MIGRATION_TIMEOUT_S * 1000)
                connection.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            _check_owner(connection)
            command.upgrade(alembic_config(connection), "head")

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a writing transaction. It is repeated if another one was first with the same key, at a deadlock,
        or if the connection broke, so `work` must have no effect outside its session.

        Raises IntegrityError for a lasting conflict, OperationalError for a database that cannot be used now.
        """
        return _insisted(self.writing, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a reading transaction, again if the connection broke. Raises OperationalError."""
        return _insisted(self.reading, work)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back by any exception."""
        with self.taking_turns(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads."""
        with Session(self._reading_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """Wait for the turn of this process's next writer. SQLite lets one writer in and the others sleep at growing
        intervals, which is slower.

        After a wait in vain the writer asks SQLite all the same, which then reports that it is busy.
        """
        has_turn = self._turn is not None and self._turn.acquire(timeout=BUSY_TIMEOUT_S)
        try:
            yield
        finally:
            if self._turn is not None and has_turn:
                self._turn.release()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class NotCentrals(Exception):
    """The database is not central's, or of another version; the message says which and what to do."""


def _check_owner(connection: Connection) -> None:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return
    if "alembic_version" not in tables:
        raise NotCentrals("this is another program's database; nothing was changed")
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config(connection)).walk_revisions()}
    if version is not None and version not in known:
        raise NotCentrals(f"a database of version {version}, which this central does not know; nothing was changed")


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for the migrations beside this file, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config


def _insisted(transaction: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], T]) -> T:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction() as session:
                return work(session)
        except (IntegrityError, OperationalError) as error:
            if attempt == ATTEMPTS or not _may_pass(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def _may_pass(error: IntegrityError | OperationalError) -> bool:
    # With a broken connection the pool drops all others too, so the next attempt uses a new one.
    if isinstance(error, IntegrityError) or error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in _IN_EACH_OTHERS_WAY


def _engine(url: str, connections: int, reads_only: bool) -> Engine:
    # hide_parameters: an IntegrityError would print the row, and with it the holder.
    if not url.startswith("sqlite"):
        busy_ms = round(BUSY_TIMEOUT_S * 1000)
        bounds: dict[str, object] = {"lock_timeout": busy_ms}
        if reads_only:
            bounds["default_transaction_read_only"] = "on"
        bounds |= dict.fromkeys(("statement_timeout", "idle_in_transaction_session_timeout"), 2 * busy_ms)
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=connections,
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": round(BUSY_TIMEOUT_S),
                "tcp_user_timeout": 2 * busy_ms,
                "options": " ".join(f"-c {name}={value}" for name, value in bounds.items()),
            },
        )
        event.listen(engine, "handle_error", _keep_details_out)
        return engine
    if reads_only:
        path = Path(make_url(url).database or "").absolute()
        engine = create_engine(
            "sqlite://",
            hide_parameters=True,
            poolclass=QueuePool,
            creator=lambda: sqlite3.connect(
                f"{path.as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                check_same_thread=False,
                isolation_level=None,
            ),
        )
        event.listen(engine, "begin", _begin_sqlite)
        return engine.execution_options(reads_only=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        pool_use_lifo=True,  # the connection used last has its pages and statements at hand
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _keep_details_out(context: ExceptionContext) -> None:
    """Keep only the first line of PostgreSQL's errors, because DETAIL repeats the values of a key, such as numbers."""
    told = context.original_exception
    first_line = getattr(getattr(told, "diag", None), "message_primary", None)
    if first_line is None or context.sqlalchemy_exception is None:
        return
    told.args = (first_line,)
    context.sqlalchemy_exception.args = (f"({type(told).__name__}) {first_line}",)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The sqlite3 module begins transactions by itself, late and deferred; isolation_level None leaves it to us.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
