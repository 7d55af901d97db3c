"""Where a kiosk stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kiosks", sa.Column("area", sa.String(length=6), nullable=True))


def downgrade() -> None:
    op.drop_column("kiosks", "area")
