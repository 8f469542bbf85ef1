"""Secret links to what was said in a call."""

from typing import Any

import sqlalchemy as sa

revision = "0002"
down_revision = "0001"


def upgrade(op: Any) -> None:
    op.create_table(
        "take_aways",
        sa.Column("key_sha256", sa.String(64), primary_key=True),
        sa.Column("call", sa.String(32), sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade(op: Any) -> None:
    op.drop_table("take_aways")
