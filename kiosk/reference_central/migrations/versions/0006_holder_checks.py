"""Add who confirmed at the kiosk that the holder was present."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endorsements", sa.Column("holder_check", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("endorsements", "holder_check")
