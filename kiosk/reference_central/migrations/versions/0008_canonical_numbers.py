"""Numbers of persons and permits in their one canonical form: small x, full width and blanks at the ends are no
others. A row that already has the canonical number stays; what hung on the other spelling hangs on it then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kiosk.domain.identity_number import canonical_number

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_REFERRING = {
    "holder_number": ("permits", "applications", "evidence_records", "evidence_checks"),
    "agent_number": ("evidence_records", "evidence_checks"),
    "permit_number": ("endorsements", "applications", "evidence_checks"),
}


def upgrade() -> None:
    connection = op.get_bind()
    for other, canonical in _otherwise_written(connection, "residents", "id_number"):
        if not _has(connection, "residents", "id_number", canonical):
            connection.execute(
                sa.text(
                    "INSERT INTO residents (id_number, name, updated_at)"
                    " SELECT :canonical, name, updated_at FROM residents WHERE id_number = :other"
                ),
                {"canonical": canonical, "other": other},
            )
        _refer(connection, "holder_number", other, canonical)
        connection.execute(sa.text("DELETE FROM residents WHERE id_number = :other"), {"other": other})
    for table in _REFERRING["agent_number"]:
        for other, canonical in _otherwise_written(connection, table, "agent_number"):
            _refer(connection, "agent_number", other, canonical)
    for other, canonical in _otherwise_written(connection, "permits", "permit_number"):
        if _has(connection, "permits", "permit_number", canonical):
            raise ValueError("permits: two rows have one permit number in different spellings; a person has to look")
        _set(connection, "permits", "permit_number", other, canonical)
        _refer(connection, "permit_number", other, canonical)


def downgrade() -> None:
    """The canonical form is right for every version."""


def _otherwise_written(connection: sa.Connection, table: str, column: str) -> list[tuple[str, str]]:
    query = sa.text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
    numbers = [str(row[0]) for row in connection.execute(query)]
    return [(number, canonical_number(number)) for number in numbers if canonical_number(number) != number]


def _has(connection: sa.Connection, table: str, column: str, value: str) -> bool:
    query = sa.text(f"SELECT 1 FROM {table} WHERE {column} = :value")
    return connection.execute(query, {"value": value}).first() is not None


def _refer(connection: sa.Connection, column: str, other: str, canonical: str) -> None:
    for table in _REFERRING[column]:
        _set(connection, table, column, other, canonical)


def _set(connection: sa.Connection, table: str, column: str, other: str, canonical: str) -> None:
    connection.execute(
        sa.text(f"UPDATE {table} SET {column} = :canonical WHERE {column} = :other"),
        {"canonical": canonical, "other": other},
    )
