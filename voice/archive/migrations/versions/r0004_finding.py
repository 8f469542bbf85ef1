"""By what calls are found: a narrow row each, their words in an index of the database's own kind, their masked text."""

from typing import Any

import sqlalchemy as sa

revision = "0004"
down_revision = "0003"

FILTERED = ("call", "length_ms", "line", "language", "state", "intent", "outcome", "operator", "confidence")

# The words are a bag of terms (see terms.py): no positions, no texts. In SQLite the terms themselves are not kept
# either, so a row of them is never changed; in PostgreSQL they go with the call.
WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE call_words USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE TABLE call_words (n INTEGER PRIMARY KEY REFERENCES findables (n) ON DELETE CASCADE,"
        " words TSVECTOR NOT NULL)",
        "CREATE INDEX call_words_by_word ON call_words USING gin (words)",
    ),
}


def _call(*, primary_key: bool = False) -> "sa.Column[str]":
    foreign = sa.ForeignKey("calls.id", ondelete="CASCADE")
    return sa.Column("call", sa.String(32), foreign, primary_key=primary_key, nullable=False)


def upgrade(op: Any) -> None:
    op.create_table(
        "findables",
        sa.Column("n", sa.Integer, primary_key=True),
        _call(),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("length_ms", sa.Integer, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("operator", sa.Boolean, nullable=False),
        sa.Column("confidence", sa.Double),
        sa.Column("risk", sa.Double, nullable=False),
        sa.UniqueConstraint("call"),
        sqlite_autoincrement=True,
    )
    op.create_index("findables_by_time", "findables", ["started_at", "n", "risk", *FILTERED])
    op.create_index("findables_by_risk", "findables", ["risk", "n", "started_at", *FILTERED])
    op.create_table(
        "masked_texts",
        _call(primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade(op: Any) -> None:
    for table in ("call_words", "masked_texts", "findables"):
        op.execute(f"DROP TABLE {table}")
