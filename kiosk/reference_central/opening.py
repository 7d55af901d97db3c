"""Opens central's database for a command: to read, to change, or to create; never another program's.

A command that reads opens an existing database, read-only, and creates nothing. A file that is no database, another
program's (a kiosk's journal), or of another version of central, gives one line.
"""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, make_url, text

from kiosk.reference_central.database import Database, NotCentrals, alembic_config


def to_read(url: str) -> Database:
    """An existing database, read-only. Raises `NotCentrals`, and SQLAlchemy's `DatabaseError`."""
    _must_exist(url)
    database = Database(url, reads_only=True)
    try:
        _check_version(database)
    except BaseException:
        database.close()
        raise
    return database


def to_change(url: str) -> Database:
    """An existing database, brought up to date. Raises as `to_read`."""
    _must_exist(url)
    return to_make(url)


def to_make(url: str) -> Database:
    """An existing or new database, brought up to date. Raises as `to_read`."""
    database = Database(url)
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return database


def _must_exist(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).is_file()):
        raise NotCentrals(f"{parsed.database}: there is no such file; `central seed` or `central serve` makes one")


def _check_version(database: Database) -> None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise NotCentrals("this is not central's database")
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        newest = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
    if found != newest:
        raise NotCentrals(
            f"central's database, but of version {found}; this program reads version {newest} (`central serve` brings "
            "an older one up to date)"
        )
