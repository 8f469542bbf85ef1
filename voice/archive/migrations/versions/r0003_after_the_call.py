"""Texts are sealed; what is made of a call when it is over, how long it is kept, and what reviewers leave."""

from typing import Any

import sqlalchemy as sa

from voice.archive.chain import event_link
from voice.archive.sealing import CALLER, CallSeal
from voice.archive.subjects import token
from voice.errors import SetupError

revision = "0003"
down_revision = "0002"

TABLES = (
    "accesses",
    "deliveries",
    "destructions",
    "people",
    "programs",
    "searches",
    "corrections",
    "figures",
    "finished",
    "holds",
    "legs",
    "links",
    "masks",
    "rehearings",
    "remarks",
    "reviews",
    "sessions",
    "slots",
    "steps",
    "subjects",
)


def _new_columns() -> "list[sa.Column[Any]]":
    times = ("cared_at", "reheard_at", "sound_erased_at", "text_erased_at")
    return [
        sa.Column("caller_token", sa.String(64), nullable=False, server_default=""),
        sa.Column("notice", sa.Text, nullable=False, server_default=""),
        sa.Column("notice_heard_ms", sa.Integer),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in times),
        _sealed("head"),
    ]


def _sealed(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, nullable=False, server_default="")


def _call(*, primary_key: bool = False) -> "sa.Column[str]":
    foreign = sa.ForeignKey("calls.id", ondelete="CASCADE")
    return sa.Column("call", sa.String(32), foreign, primary_key=primary_key, nullable=False)


def _part(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def upgrade(op: Any) -> None:
    _seal_texts(op)
    op.create_table(
        "accesses",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("accesses_by_call", "accesses", ["call"])
    op.create_index("accesses_by_time", "accesses", ["at"])
    op.create_table(
        "deliveries",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "destructions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("calls", sa.JSON, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "programs",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.JSON, nullable=False),
        sa.UniqueConstraint("person", "name"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        _call(),
        sa.Column("utterance", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_corrections_call", "corrections", ["call"])
    op.create_table(
        "figures",
        _call(primary_key=True),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("intents", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("mean_confidence", sa.Double),
        sa.Column("least_confidence", sa.Double),
        sa.Column("no_match", sa.Integer, nullable=False),
        sa.Column("longest_no_match", sa.Integer, nullable=False),
        sa.Column("no_input", sa.Integer, nullable=False),
        sa.Column("barge_ins", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("longest_silence_ms", sa.Integer, nullable=False),
        sa.Column("operator", sa.Boolean, nullable=False),
        sa.Column("asked_operator", sa.Boolean, nullable=False),
        sa.Column("waited_ms", sa.Integer),
        sa.Column("solved_ms", sa.Integer),
        sa.Column("gap_ms", sa.Double),
        sa.Column("noise", sa.String(8), nullable=False),
        sa.Column("complaint", sa.Boolean, nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )
    op.create_index("ix_figures_intent", "figures", ["intent"])
    op.create_index("ix_figures_outcome", "figures", ["outcome"])
    op.create_index("ix_figures_risk", "figures", ["risk"])
    op.create_table(
        "finished",
        sa.Column("n", sa.Integer, primary_key=True),
        _call(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("call"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer, primary_key=True),
        _call(),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("lifted_by", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_holds_call", "holds", ["call"])
    op.create_table(
        "legs",
        _call(primary_key=True),
        _part("n"),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("began_ms", sa.Integer, nullable=False),
        sa.Column("ended_ms", sa.Integer, nullable=False),
    )
    op.create_table(
        "links",
        _call(primary_key=True),
        _part("n"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("link", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "masks",
        _call(primary_key=True),
        _part("n"),
        sa.Column("utterance", sa.Integer, nullable=False),
        sa.Column("begins", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Text, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "rehearings",
        _call(primary_key=True),
        _part("utterance"),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer, primary_key=True),
        _call(),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_ms", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_remarks_call", "remarks", ["call"])
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        _call(),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("checklist", sa.Text, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("call", "person"),
    )
    op.create_index("ix_reviews_call", "reviews", ["call"])
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(32), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_table(
        "slots",
        _call(primary_key=True),
        _part("n"),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "steps",
        _call(primary_key=True),
        _part("n"),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("asked_ms", sa.Integer, nullable=False),
        sa.Column("left_ms", sa.Integer, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("no_match", sa.Integer, nullable=False),
        sa.Column("no_input", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
    )
    op.create_table(
        "subjects",
        _call(primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("token", sa.String(64), primary_key=True),
    )
    op.create_index("ix_subjects_token", "subjects", ["token"])


def _seal_texts(op: Any) -> None:
    for column in _new_columns():
        op.add_column("calls", column)
    op.create_index("ix_calls_caller_token", "calls", ["caller_token"])
    op.execute("ALTER TABLE calls RENAME COLUMN caller TO caller_told")
    op.add_column("calls", _sealed("caller"))
    op.add_column("utterances", _sealed("sealed"))
    op.add_column("events", _sealed("sealed"))
    op.add_column("events", _sealed("link"))
    connection, keys = op.get_bind(), op.migration_context.opts["keys"]
    for call_id, caller in connection.execute(sa.text("SELECT id, caller_told FROM calls")).all():
        if keys is None:
            raise SetupError("the calls that are kept must be sealed, and no keys were given")
        _seal_call(connection, keys, CallSeal(call_id, keys.make(call_id)), caller)
    for table, open_column in (("calls", "caller_told"), ("utterances", "text"), ("words", "text"), ("events", "json")):
        op.drop_column(table, open_column)


def _seal_call(connection: Any, keys: Any, seal: CallSeal, caller: str) -> None:
    def run(statement: str, **values: Any) -> Any:
        return connection.execute(sa.text(statement), {"call": seal.call_id, **values})

    run(
        "UPDATE calls SET caller = :sealed, caller_token = :token WHERE id = :call",
        sealed=seal.text(caller, CALLER),
        token=token(keys, "phone", caller),
    )
    words: dict[int, list[str]] = {}
    for utterance, text in run("SELECT utterance, text FROM words WHERE call = :call ORDER BY utterance, n").all():
        words.setdefault(utterance, []).append(text)
    for n, text in run("SELECT n, text FROM utterances WHERE call = :call").all():
        sealed = seal.utterance(n, text, words.get(n, []))
        run("UPDATE utterances SET sealed = :sealed WHERE call = :call AND n = :n", sealed=sealed, n=n)
    link = b""
    for seq, at_ms, kind, told in run(
        "SELECT seq, at_ms, kind, json FROM events WHERE call = :call ORDER BY seq"
    ).all():
        sealed = seal.event(seq, told)
        link = event_link(keys, link, seal.call_id, seq, at_ms, kind, sealed)
        run(
            "UPDATE events SET sealed = :sealed, link = :link WHERE call = :call AND seq = :seq",
            sealed=sealed,
            link=link,
            seq=seq,
        )


def downgrade(op: Any) -> None:
    raise NotImplementedError("what was sealed is not laid open again")
