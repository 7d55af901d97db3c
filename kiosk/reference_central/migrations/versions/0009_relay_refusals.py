"""Add the batches that a kiosk's relay rejected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chip_batches", sa.Column("relay_refusal", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("chip_batches", "relay_refusal")
