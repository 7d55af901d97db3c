"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosks",
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kiosk_id"),
    )
    op.create_table(
        "residents",
        sa.Column("id_number", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_number"),
    )
    op.create_table(
        "revoked_certificates",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "endorsements",
        sa.Column("endorsement_id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("permit_number", sa.String(length=18), nullable=False),
        sa.Column("permit_file", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.JSON(), nullable=True),
        sa.Column("present", sa.JSON(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("writes_composed", sa.Integer(), nullable=False),
        sa.Column("last_batch", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.kiosk_id"]),
        sa.PrimaryKeyConstraint("endorsement_id"),
    )
    op.create_index("endorsements_by_age", "endorsements", ["created_at"])
    op.create_index("endorsements_by_permit", "endorsements", ["permit_number"])
    op.create_index(
        "one_live_grant_per_permit",
        "endorsements",
        ["permit_number"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "idempotent_answers",
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.kiosk_id"]),
        sa.PrimaryKeyConstraint("kiosk_id", "key"),
    )
    op.create_index("ix_idempotent_answers_created_at", "idempotent_answers", ["created_at"])
    op.create_table(
        "kiosk_sequences",
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("call", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.kiosk_id"]),
        sa.PrimaryKeyConstraint("kiosk_id", "sequence", "key"),
    )
    op.create_index("ix_kiosk_sequences_received_at", "kiosk_sequences", ["received_at"])
    op.create_table(
        "permits",
        sa.Column("permit_number", sa.String(length=18), nullable=False),
        sa.Column("chip_serial", sa.String(length=64), nullable=False),
        sa.Column("holder_number", sa.String(length=18), nullable=False),
        sa.Column("permit_file", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=80), nullable=False),
        sa.Column("issuing_authority", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("endorsement_count", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("address_on_record", sa.String(length=80), nullable=True),
        sa.Column("face_pending", sa.Boolean(), nullable=False),
        sa.Column("endorsed_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["holder_number"], ["residents.id_number"]),
        sa.PrimaryKeyConstraint("permit_number"),
        sa.UniqueConstraint("chip_serial"),
    )
    op.create_index("ix_permits_holder_number", "permits", ["holder_number"])
    op.create_table(
        "chip_sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("endorsement_id", sa.Uuid(), nullable=False),
        sa.Column("atr", sa.String(length=80), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endorsement_id"], ["endorsements.endorsement_id"]),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_chip_sessions_endorsement_id", "chip_sessions", ["endorsement_id"])
    op.create_table(
        "completions",
        sa.Column("completion_id", sa.Uuid(), nullable=False),
        sa.Column("endorsement_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endorsement_id"], ["endorsements.endorsement_id"]),
        sa.PrimaryKeyConstraint("completion_id"),
    )
    op.create_index("ix_completions_endorsement_id", "completions", ["endorsement_id"])
    op.create_table(
        "chip_batches",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("write_index", sa.Integer(), nullable=False),
        sa.Column("commands", sa.Text(), nullable=False),
        sa.Column("answers_hash", sa.String(length=64), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["chip_sessions.session_id"]),
        sa.PrimaryKeyConstraint("session_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("chip_batches")
    op.drop_table("completions")
    op.drop_table("chip_sessions")
    op.drop_table("permits")
    op.drop_table("kiosk_sequences")
    op.drop_table("idempotent_answers")
    op.drop_table("endorsements")
    op.drop_table("revoked_certificates")
    op.drop_table("residents")
    op.drop_table("kiosks")
