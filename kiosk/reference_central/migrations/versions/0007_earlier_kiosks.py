"""Which kiosks held the grant of an application at earlier visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_kiosks",
        sa.Column("endorsement_id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endorsement_id"], ["endorsements.endorsement_id"]),
        sa.PrimaryKeyConstraint("endorsement_id", "kiosk_id"),
    )


def downgrade() -> None:
    op.drop_table("earlier_kiosks")
