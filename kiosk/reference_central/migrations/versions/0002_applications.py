"""Applications, their review, evidence; what waits to be written on a permit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("permits", sa.Column("decided_application", sa.Uuid(), nullable=True))
    op.add_column("endorsements", sa.Column("batches_before", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "applications",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("review_number", sa.String(length=12), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("permit_number", sa.String(length=18), nullable=False),
        sa.Column("holder_number", sa.String(length=18), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("return_code", sa.String(length=64), nullable=True),
        sa.Column("decided", sa.JSON(), nullable=True),
        sa.Column("residence_years", sa.String(length=40), nullable=True),
        sa.Column("collection", sa.String(length=20), nullable=True),
        sa.Column("station", sa.String(length=80), nullable=True),
        sa.Column("ready_from", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("application_id"),
        sa.UniqueConstraint("review_number"),
    )
    op.create_index("applications_by_age", "applications", ["created_at"])
    op.create_index("ix_applications_holder_number", "applications", ["holder_number"])
    op.create_index(
        "one_open_application_per_service",
        "applications",
        ["permit_number", "service"],
        unique=True,
        sqlite_where=sa.text("state = 'in_review'"),
        postgresql_where=sa.text("state = 'in_review'"),
    )
    op.create_table(
        "application_telephones",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("telephone", sa.String(length=15), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.application_id"]),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_table(
        "review_decisions",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.application_id"]),
        sa.PrimaryKeyConstraint("application_id", "position"),
    )
    op.create_table(
        "evidence_records",
        sa.Column("record_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("holder_number", sa.String(length=18), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("licence_code", sa.String(length=200), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=True),
        sa.Column("issuing_authority", sa.String(length=40), nullable=True),
        sa.Column("agent_number", sa.String(length=18), nullable=True),
        sa.ForeignKeyConstraint(["holder_number"], ["residents.id_number"]),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("ix_evidence_records_holder_number", "evidence_records", ["holder_number"])
    op.create_table(
        "evidence_checks",
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("holder_number", sa.String(length=18), nullable=False),
        sa.Column("permit_number", sa.String(length=18), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("address", sa.String(length=80), nullable=True),
        sa.Column("issuing_authority", sa.String(length=40), nullable=True),
        sa.Column("agent_number", sa.String(length=18), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kiosk_id", "evidence_id"),
    )
    op.create_index("evidence_checks_by_holder", "evidence_checks", ["holder_number", "day"])
    op.create_index("ix_evidence_checks_created_at", "evidence_checks", ["created_at"])


def downgrade() -> None:
    for table in (
        "evidence_checks",
        "evidence_records",
        "review_decisions",
        "application_telephones",
        "applications",
    ):
        op.drop_table(table)
    op.drop_column("endorsements", "batches_before")
    op.drop_column("permits", "decided_application")
