"""The two databases that the reference central is tested on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lobby.postgres import PostgresServer

DATABASES = ("sqlite", "postgresql")
ON_BOTH_EVERY_NIGHT = {"test_access.py", "test_values.py", "test_applying.py", "test_reviewing.py"}
"""Long rows of what is decided before or beside the database: `make test` has them on SQLite alone."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in ON_BOTH_EVERY_NIGHT and "postgresql" in item.name:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The test run's own server; one for all, a database for each module."""
    why_not = PostgresServer.why_not()
    if why_not is not None:
        pytest.skip(f"no PostgreSQL: {why_not}")
    with PostgresServer() as running:
        yield running


@pytest.fixture(scope="module", params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that is fresh for this module: once SQLite, once PostgreSQL."""
    return new_database(request, tmp_path_factory.mktemp("database"))


@pytest.fixture(params=DATABASES)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is fresh for this test."""
    return new_database(request, tmp_path)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    return new_database(request, tmp_path, migrated=False)


def new_database(request: pytest.FixtureRequest, directory: Path, *, migrated: bool = True) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{directory / 'central.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database(migrated=migrated)
