"""What was destroyed in the back office stands in the records of destruction; what it still owes is kept."""

from typing import Any

import sqlalchemy as sa

revision = "0005"
down_revision = "0004"


def upgrade(op: Any) -> None:
    op.add_column("destructions", sa.Column("office", sa.String(10), nullable=False, server_default=""))
    op.add_column("destructions", sa.Column("entries", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("destructions", sa.Column("completes", sa.Integer))
    op.create_table(
        "owed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("destruction", sa.Integer),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.String(10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
    )


def downgrade(op: Any) -> None:
    op.drop_table("owed")
    for name in ("completes", "entries", "office"):
        op.execute(f"ALTER TABLE destructions DROP COLUMN {name}")
