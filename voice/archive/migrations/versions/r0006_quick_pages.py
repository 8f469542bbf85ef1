"""Indexes by which pages need not read every call: those not cared for, those judged, each line and intent once."""

from typing import Any

import sqlalchemy as sa

revision = "0006"
down_revision = "0005"

UNCARED = sa.text("cared_at IS NULL")
DONE = sa.text("done_at IS NOT NULL")


def upgrade(op: Any) -> None:
    op.create_index("calls_uncared", "calls", ["started_at"], sqlite_where=UNCARED, postgresql_where=UNCARED)
    op.create_index("reviews_done", "reviews", ["call"], sqlite_where=DONE, postgresql_where=DONE)
    op.create_index("ix_findables_line", "findables", ["line"])
    op.create_index("ix_findables_intent", "findables", ["intent"])


def downgrade(op: Any) -> None:
    op.drop_index("ix_findables_intent", "findables")
    op.drop_index("ix_findables_line", "findables")
    op.drop_index("reviews_done", "reviews")
    op.drop_index("calls_uncared", "calls")
