"""What is kept of a call, as tables. The same on SQLite and PostgreSQL; `migrations/` brings a database here.

Times inside a call are ms of the caller's sound (`at_ms` of the events); only a call's start and end are wall time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC: SQLite forgets the zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcTime, str: Text, bytes: LargeBinary}  # noqa: RUF012  SQLAlchemy reads it here


def call_key() -> Mapped[str]:
    """The call a row belongs to, as a part of the row's key."""
    return mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)


def of_call() -> Mapped[str]:
    """The call a row belongs to, beside a key of its own."""
    return mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)


def nth() -> Mapped[int]:
    """A number that counts from 1 within the call."""
    return mapped_column(primary_key=True, autoincrement=False)


_UNCARED = text("cared_at IS NULL")


class Calls(Base):
    __tablename__ = "calls"
    __table_args__ = (
        Index("calls_by_time", "started_at"),
        Index("calls_uncared", "started_at", sqlite_where=_UNCARED, postgresql_where=_UNCARED),  # nearly none
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # uuid4, hex
    line: Mapped[str]
    caller: Mapped[bytes] = mapped_column(server_default="")  # sealed: see cipher.py
    caller_token: Mapped[str] = mapped_column(String(64), index=True, server_default="")  # by it he is found again
    transport: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]  # of this package, when the call was taken
    owner: Mapped[str]  # the process that records it: see owner.py
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]  # caller, line, error; empty while it runs and when nobody could say
    reason: Mapped[str]  # why it ended
    state: Mapped[str] = mapped_column(String(10))  # open, complete, incomplete
    flaws: Mapped[str]  # why it is incomplete: one "code: detail" a line
    sound: Mapped[str]  # the FLAC's name in the sound directory; empty: none
    sound_lost_ms: Mapped[int]
    notice: Mapped[str] = mapped_column(server_default="")  # what the caller was told of the recording
    notice_heard_ms: Mapped[int | None]  # how much of it sounded before he spoke or hung up
    cared_at: Mapped[datetime | None]  # masked, measured and made findable: see review/aftercare.py
    reheard_at: Mapped[datetime | None]  # recognised a second time
    head: Mapped[bytes] = mapped_column(server_default="")  # of its chain; empty while the call runs: see chain.py
    sound_erased_at: Mapped[datetime | None]
    text_erased_at: Mapped[datetime | None]


class Utterances(Base):
    """What was said, by whom. `n` counts from 1 in the order of being written."""

    __tablename__ = "utterances"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    side: Mapped[str] = mapped_column(String(8))  # caller, line, operator
    source: Mapped[str] = mapped_column(String(6))  # speech, typed, tapped, key
    sealed: Mapped[bytes] = mapped_column(server_default="")  # text, its words, alternatives: see sealing.py
    started_ms: Mapped[int]
    ended_ms: Mapped[int | None]
    heard_ms: Mapped[int | None]  # how much of the line's saying really sounded
    confidence: Mapped[float]
    closed: Mapped[bool]
    echo: Mapped[bool]


class Words(Base):
    """The caller's words, whose letters are sealed in their utterance. `n` counts from 1 within the utterance."""

    __tablename__ = "words"

    call: Mapped[str] = call_key()
    utterance: Mapped[int] = nth()
    n: Mapped[int] = nth()
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    confidence: Mapped[float]


class Events(Base):
    """The call's stream of events, whole but for the partials.

    `sealed`: `voice.events.to_json`. `link`: a keyed hash over this row and the link before it, see chain.py.
    """

    __tablename__ = "events"

    call: Mapped[str] = call_key()
    seq: Mapped[int] = nth()
    at_ms: Mapped[int]
    kind: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(server_default="")
    link: Mapped[bytes] = mapped_column(server_default="")


class TakeAways(Base):
    """Secret links by which a caller fetches what was said in his call. The secret itself is not kept."""

    __tablename__ = "take_aways"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    until: Mapped[datetime]


class Traces(Base):
    """The times of one reply; `utterance` is the line's saying it measured, 0 when there was none."""

    __tablename__ = "traces"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    utterance: Mapped[int]
    stages: Mapped[dict[str, Any]] = mapped_column(JSON)  # ms by stage
    gap_ms: Mapped[float | None]


class Links(Base):
    """The call's chain after its events: one link for each row that was added to what is kept of it, or changed."""

    __tablename__ = "links"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    at: Mapped[datetime]
    what: Mapped[str]  # record, sound, or the table of the row that was added
    row: Mapped[int]  # that row's own number; 0: none
    digest: Mapped[bytes]  # of what was added
    link: Mapped[bytes]


# --- what is made of a call when it is over ---------------------------------------------------------------------------


class Legs(Base):
    """Stretches of the call during which the caller was with somebody: the line, or whoever he was handed over to."""

    __tablename__ = "legs"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    side: Mapped[str] = mapped_column(String(8))  # line, waiting, operator
    target: Mapped[str]  # whom he was handed over to; empty with the line
    began_ms: Mapped[int]
    ended_ms: Mapped[int]


class Steps(Base):
    """Questions of the flow in the order they were asked, and how each went."""

    __tablename__ = "steps"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    step: Mapped[str]
    asked_ms: Mapped[int]
    left_ms: Mapped[int]
    intent: Mapped[str]  # what was understood last; empty: nothing was
    no_match: Mapped[int]
    no_input: Mapped[int]
    repeats: Mapped[int]


class Slots(Base):
    """Values the caller gave, newest last. `sealed`: the value, see cipher.py."""

    __tablename__ = "slots"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    step: Mapped[str]
    kind: Mapped[str]  # of voice/nlu/slots.py
    sealed: Mapped[bytes]


class Subjects(Base):
    """Whom or what a call is about, findable without being readable: `token` is a keyed hash of the number."""

    __tablename__ = "subjects"

    call: Mapped[str] = call_key()
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # phone, snils, inn, passport, appeal, application
    token: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class Masks(Base):
    """Personal data in an utterance: the characters from `begins` to `ends`."""

    __tablename__ = "masks"

    call: Mapped[str] = call_key()
    n: Mapped[int] = nth()
    utterance: Mapped[int]
    begins: Mapped[int]
    ends: Mapped[int]
    kind: Mapped[str]  # of voice/masking/spans.py
    why: Mapped[str]
    by: Mapped[str]  # the person who marked it; empty: found by rule
    at: Mapped[datetime]
    removed_by: Mapped[str]  # the person who said that it is none; empty: it stands
    removed_at: Mapped[datetime | None]


class Corrections(Base):
    """What was really said, by a reviewer; the newest of an utterance counts and none is ever changed."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = of_call()
    utterance: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]
    sealed: Mapped[bytes]  # the text, see cipher.py


class Rehearings(Base):
    """A second, slower recognition of an utterance. `sealed`: JSON of text, words with times, alternatives."""

    __tablename__ = "rehearings"

    call: Mapped[str] = call_key()
    utterance: Mapped[int] = nth()
    model: Mapped[str]
    at: Mapped[datetime]
    sealed: Mapped[bytes]


class Figures(Base):
    """One call in numbers: no word of it and nobody's data, so it is kept the longest.

    review/figures.py says exactly what each of them means.
    """

    __tablename__ = "figures"

    call: Mapped[str] = call_key()
    intent: Mapped[str] = mapped_column(Text, index=True)  # the first topic; empty: none
    intents: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(12), index=True)  # solved, registered, transferred, abandoned, failed
    language: Mapped[str] = mapped_column(String(8))
    turns: Mapped[int]  # of the caller
    words: Mapped[int]
    mean_confidence: Mapped[float | None]  # of the caller's recognised words
    least_confidence: Mapped[float | None]  # of an utterance
    no_match: Mapped[int]
    longest_no_match: Mapped[int]  # in a row
    no_input: Mapped[int]
    barge_ins: Mapped[int]
    repeats: Mapped[int]  # how often the caller asked to hear it again or said the same again
    longest_silence_ms: Mapped[int]
    operator: Mapped[bool]  # a person talked with the caller
    asked_operator: Mapped[bool]  # the caller asked for one
    waited_ms: Mapped[int | None]  # for a person, in vain too
    solved_ms: Mapped[int | None]  # to the answer that solved it
    gap_ms: Mapped[float | None]  # median pause before the line's replies
    noise: Mapped[str] = mapped_column(String(8))  # quiet, loud, noisy; empty: a good line
    complaint: Mapped[bool]
    risk: Mapped[float] = mapped_column(index=True)  # 0..1, see review/risk.py
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # of the risk: code, weight, values


class Finished(Base):
    """Calls in the order in which they became ready for reading: a feed that misses none."""

    __tablename__ = "finished"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  a number is never given twice

    n: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), unique=True)
    at: Mapped[datetime]


FILTERED = ("call", "length_ms", "line", "language", "state", "intent", "outcome", "operator", "confidence")


class Findables(Base):
    """What calls are looked for by, so narrow that a hundred thousand rows are read at once. See index.py.

    It repeats what Calls and Figures tell: joining them would cost a search what it may last. The words stand beside it
    in `call_words`, by `n`, in each database's own kind of index.
    """

    __tablename__ = "findables"
    __table_args__ = (
        # All columns: a page is read in its order without a look at the table, however few calls its conditions fit.
        Index("findables_by_time", "started_at", "n", "risk", *FILTERED),
        Index("findables_by_risk", "risk", "n", "started_at", *FILTERED),
        {"sqlite_autoincrement": True},
    )

    n: Mapped[int] = mapped_column(primary_key=True)  # never given twice: words of a row that is gone find nothing
    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), unique=True)
    started_at: Mapped[datetime]
    length_ms: Mapped[int]
    line: Mapped[str] = mapped_column(Text, index=True)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    intent: Mapped[str] = mapped_column(Text, index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    operator: Mapped[bool]
    confidence: Mapped[float | None]  # mean, of the caller's recognised words
    risk: Mapped[float]


class MaskedTexts(Base):
    """A call's text as everybody may read it, for the list. `sealed`: JSON of [side, at ms, masked text]."""

    __tablename__ = "masked_texts"

    call: Mapped[str] = call_key()
    sealed: Mapped[bytes]


# --- how long it is kept ----------------------------------------------------------------------------------------------


class Holds(Base):
    """Calls that may not be destroyed, whatever their age, until the hold is lifted."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = of_call()
    by: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    lifted_by: Mapped[str]
    lifted_at: Mapped[datetime | None]


class Destructions(Base):
    """What was destroyed, when, by whom and why: the record that the law asks for. It names no person."""

    __tablename__ = "destructions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]  # a person's login, or `retention`
    reason: Mapped[str]
    what: Mapped[str] = mapped_column(String(12))  # sound, text, figures, everything, entries
    subject: Mapped[str]  # kind and keyed hash of what was asked for; empty for retention
    calls: Mapped[list[str]] = mapped_column(JSON)
    method: Mapped[str]
    # What came of asking the back office: answered, unreached; empty: it was not asked.
    office: Mapped[str] = mapped_column(String(10), server_default="")
    # Destroyed there, and kept: voice/office.py's Entry without its id.
    entries: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    completes: Mapped[int | None]  # the record of calls whose entries are destroyed only now


class Owed(Base):
    """What the back office was asked to forget and has not forgotten yet: see forgetting.py."""

    __tablename__ = "owed"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]  # when it was asked first
    by: Mapped[str]
    reason: Mapped[str]
    subject: Mapped[str]
    destruction: Mapped[int | None]  # the record that tells of it so far
    key: Mapped[str] = mapped_column(String(32))  # the name of its key
    sealed: Mapped[bytes]  # whose entries, and which are known
    tries: Mapped[int]
    tried_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(10))  # unreached, kept
    due_at: Mapped[datetime | None]  # not before; empty: at the next look
