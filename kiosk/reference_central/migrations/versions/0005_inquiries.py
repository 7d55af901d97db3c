"""Add the kiosk's question that found work decided elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endorsements", sa.Column("found_by", sa.Uuid(), nullable=True))
    op.create_index("endorsements_by_inquiry", "endorsements", ["found_by"])


def downgrade() -> None:
    op.drop_index("endorsements_by_inquiry", "endorsements")
    op.drop_column("endorsements", "found_by")
