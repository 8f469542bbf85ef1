"""Calls, utterances, words, events, traces.

`op` is handed in by `voice.archive.schema`, so that a step needs no vendor import beyond the column types.
"""

from typing import Any

import sqlalchemy as sa

revision = "0001"
down_revision = None


def _call() -> "sa.Column[str]":
    return sa.Column("call", sa.String(32), sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)


def _part(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def upgrade(op: Any) -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("transport", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("flaws", sa.Text, nullable=False),
        sa.Column("sound", sa.Text, nullable=False),
        sa.Column("sound_lost_ms", sa.Integer, nullable=False),
    )
    op.create_index("calls_by_time", "calls", ["started_at"])
    op.create_table(
        "utterances",
        _call(),
        _part("n"),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("source", sa.String(6), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("started_ms", sa.Integer, nullable=False),
        sa.Column("ended_ms", sa.Integer),
        sa.Column("heard_ms", sa.Integer),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("echo", sa.Boolean, nullable=False),
    )
    op.create_table(
        "words",
        _call(),
        _part("utterance"),
        _part("n"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("start_ms", sa.Integer, nullable=False),
        sa.Column("end_ms", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
    )
    op.create_table(
        "events",
        _call(),
        _part("seq"),
        sa.Column("at_ms", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "traces",
        _call(),
        _part("n"),
        sa.Column("utterance", sa.Integer, nullable=False),
        sa.Column("stages", sa.JSON, nullable=False),
        sa.Column("gap_ms", sa.Double),
    )


def downgrade(op: Any) -> None:
    for table in ("traces", "events", "words", "utterances", "calls"):
        op.drop_table(table)
