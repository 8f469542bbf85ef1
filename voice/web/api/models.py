"""What the API sends and takes. Field names are those of the records; times in a call are ms of the caller's sound."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _whole(text: str) -> str:
    """Databases and files refuse zero bytes and half characters."""
    if "\0" in text or text != text.encode(errors="ignore").decode():
        raise ValueError("not a whole text")
    return text


Text = Annotated[str, AfterValidator(_whole)]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Reason = Annotated[Text, Field(min_length=10, max_length=500, description="Why: it stays in the log")]
Role = Literal["reviewer", "senior", "auditor", "administrator"]


class Sent(BaseModel):
    """What a program sends: a field that is unknown here is refused rather than forgotten."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Wrong(BaseModel):
    where: list[str]
    what: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    code: str = Field(description="The same as a short word")
    title: str
    status: int
    detail: str = Field(description="In Russian, for people")
    errors: list[Wrong] = Field(default=[], description="What does not fit, field by field")


class Piece(Shown):
    text: str
    found: bool


class Saying(Shown):
    side: str
    at_ms: int
    pieces: list[Piece]


class Found(Shown):
    """A call as the list shows it, masked."""

    call: str = Field(description="The call's number: 32 hex digits")
    started_at: datetime
    length_ms: int
    line: str
    language: str
    state: str = Field(description="complete, incomplete")
    intent: str = Field(description="The first topic understood; empty: none")
    outcome: str
    operator: bool = Field(description="A person talked with the caller")
    confidence: float | None
    risk: float = Field(description="0 to 1: how much the call wants to be heard")
    reasons: list[dict[str, Any]]
    reviewed: bool
    sayings: list[Saying]


class FoundPage(Shown):
    calls: list[Found]
    next: str = Field(description="Send it as `after` for the next page; empty: this is the last")
    count: int = Field(description="Of all hits, 1000 at most")
    uncounted: bool = Field(description="There are more hits than that")


class Timed(Shown):
    start_ms: int
    end_ms: int
    confidence: float | None = None


class Word(Shown):
    text: str = Field(description="Or a label in brackets, for all the words that it hides")
    time: Timed | None
    kind: str | None = Field(description="Of the personal data it is")
    hidden: bool


class Correction(Shown):
    by: str
    at: datetime
    text: str


class Said(Shown):
    """An utterance as this reader may see it."""

    n: int
    side: str
    source: str
    text: str = Field(description="The newest correction, or what was heard")
    words: list[Word] = Field(validation_alias="pieces")
    heard: str = Field(description="The first text")
    history: list[Correction] = Field(description="All corrections, the oldest first")
    second: str = Field(description="The second recognition; empty: none")
    started_ms: int
    ended_ms: int | None
    heard_ms: int | None
    confidence: float
    echo: bool
    cut: bool


class Event(Shown):
    seq: int
    at_ms: int
    kind: str
    data: dict[str, Any]


class Leg(Shown):
    side: str
    target: str
    began_ms: int
    ended_ms: int


class Step(Shown):
    step: str
    asked_ms: int
    left_ms: int
    intent: str
    no_match: int
    no_input: int
    repeats: int


class Gap(Shown):
    side: str
    from_ms: int
    to_ms: int


class Reply(Shown):
    n: int
    utterance: int
    stages_ms: dict[str, float]
    gap_ms: float | None


class Facts(Shown):
    """A call without what was said in it."""

    id: str
    line: str
    caller: str
    transport: str
    language: str
    version: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str
    reason: str
    state: str
    flaws: list[tuple[str, str]]
    sound_lost_ms: int
    notice: str
    notice_heard_ms: int | None
    sound_erased_at: datetime | None
    text_erased_at: datetime | None


class Mask(Shown):
    n: int
    utterance: int
    kind: str
    by: str = Field(description="Empty: found by rule")
    at: datetime
    removed_by: str = Field(description="Empty: it stands")
    removed_at: datetime | None


class Remark(Shown):
    id: int
    person: str
    at: datetime
    at_ms: int
    text: str


class Review(Shown):
    person: str
    begun_at: datetime
    done_at: datetime | None
    checklist: str
    answers: dict[str, str]
    note: str


class Call(Shown):
    """One call as this reader may see it."""

    call: Facts
    masked: bool
    utterances: list[Said]
    events: list[Event]
    traces: list[Reply]
    legs: list[Leg]
    steps: list[Step]
    gaps: list[Gap] = Field(description="Stretches of sound that are masked")
    figures: dict[str, Any] | None = Field(description="The call in numbers; null while it is not measured")
    masks: list[Mask]
    reviews: list[Review] = Field(description="Who judges sees others when he is done")
    remarks: list[Remark]


class NewCorrection(Sent):
    text: Annotated[Text, Field(max_length=4_000, description="What was really said; labels stand for what is hidden")]


class NewMask(Sent):
    utterance: Number
    begins: Number = Field(description="Characters of the utterance's newest text")
    ends: Number
    kind: Text


class NewRemark(Sent):
    at_ms: Number
    text: Annotated[Text, Field(min_length=1, max_length=2_000)]


class NewReview(Sent):
    answers: dict[Text, Text] = Field(description="By the checklist's ids: yes, no, na")
    note: Annotated[Text, Field(max_length=4_000)] = ""
    done: bool = Field(default=False, description="For good: it can be changed no more, and others may see it")


class NewReason(Sent):
    reason: Reason


class Unmasked(Shown):
    until: datetime


class Account(Shown):
    login: str
    name: str
    role: str
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None


class NewPerson(Sent):
    login: Annotated[Text, Field(min_length=2, max_length=40)]
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    role: Role
    password: Annotated[Text, Field(min_length=12, max_length=200)]


class PersonChange(Sent):
    """What is given is changed."""

    role: Role | None = None
    password: Annotated[Text, Field(min_length=12, max_length=200)] | None = None
    disabled: bool | None = None


class Program(Shown):
    name: str
    role: str
    created_at: datetime
    created_by: str


class NewProgram(Sent):
    name: Annotated[Text, Field(min_length=2, max_length=40, pattern="^[a-z0-9][a-z0-9.-]+$")]
    role: Role


class ProgramSecret(Shown):
    name: str
    secret: str = Field(description="Told once. Send it as `Authorization: Bearer`")


class Access(Shown):
    n: int
    at: datetime
    person: str
    role: str
    deed: str
    call: str
    reason: str
    detail: dict[str, Any]


class AccessPage(Shown):
    accesses: list[Access]
    next: int = Field(description="Send it as `before` for the next page; 0: this is the last")


class LogState(Shown):
    faults: list[str] = Field(description="Empty: no row was changed or taken away")


class FinishedCall(Shown):
    n: int = Field(description="Grows; send the last one as `after`")
    call: str
    at: datetime


class FinishedPage(Shown):
    calls: list[FinishedCall]


class ReportShare(Sent):
    part: int = Field(description="Cases")
    of: int = Field(description="All cases")
    percent: float | None = Field(description="null: too few cases")


class ReportSpread(Sent):
    median: float | None = Field(description="null: too few cases")
    p95: float | None
    n: int = Field(description="How often it was measured")
    unit: Literal["s", "ms"]


class ReportColumn(Shown):
    name: str
    title: str = Field(description="In Russian, as on the page")
    means: str = Field(description="In Russian; empty: the title says it")


class ReportPage(Shown):
    """One table. A cell is a text (a code, never a name), a count, a share or a duration."""

    name: str
    since: date
    until: date
    line: str = Field(description="Empty: every line")
    unmeasured: int = Field(description="Calls of the period that are not counted yet: they run, or ended a moment ago")
    newest: int | None = Field(description="So many of the newest are counted at most; null: every call of the period")
    newest_of: Literal["calls", "replies"] | None = Field(description="What `newest` counts")
    columns: list[ReportColumn]
    rows: list[dict[str, str | int | ReportShare | ReportSpread]] = Field(description="By the name of the column")


class KeptSearch(Shown):
    id: int
    name: str
    search: dict[str, str]


class NewSearch(Sent):
    name: Annotated[Text, Field(min_length=1, max_length=60)]
    search: dict[Text, Text] = Field(description="The parameters of GET /calls")


class Hold(Shown):
    id: int
    call: str
    by: str
    at: datetime
    reason: str


class Erasure(Sent):
    kind: Literal["phone", "snils", "inn", "passport", "appeal", "application"]
    number: Annotated[Text, Field(min_length=1, max_length=40, description="As the caller said it; digits suffice")]
    reason: Reason


class Entry(Shown):
    """Something that calls had written down in the back office, without a word of it."""

    kind: str = Field(description="new_appeal, complaint, callback, voice_message")
    id: str = Field(description="By which the back office finds it; empty in records of destruction")
    filed: str = Field(description="The day")
    call: str = Field(description="That had it written down; empty: not known")
    kept: Literal["", "law", "hold"] = Field(description="Why it is not destroyed; empty: it is")
    until: str = Field(description="The day until which the law keeps it; empty: not known")


class Erased(Shown):
    calls: list[str]
    held: list[str] = Field(description="These stay: they are under a hold")
    entries: list[Entry] | None = Field(
        description="In the back office; null: it could not be asked, and is asked again until it has answered"
    )


class Owed(Shown):
    id: int
    at: datetime = Field(description="When it was asked for")
    by: str
    reason: str
    subject: str = Field(description="Kind and keyed hash of the number")
    destruction: int | None = Field(description="The record that tells of it so far")
    why: Literal["unreached", "kept"] = Field(description="The back office could not be asked; it keeps the entries")
    due_at: datetime | None = Field(description="It is asked again then; null: within the hour")
    tried_at: datetime | None
    entries: list[Entry] = Field(description="That it keeps; empty when it could not be asked")


class Destruction(Shown):
    id: int
    at: datetime
    by: str
    reason: str
    what: str
    subject: str
    calls: list[str]
    method: str
    office: Literal["", "answered", "unreached"] = Field(
        description="What came of asking the back office; empty: it was not asked"
    )
    entries: list[Entry] = Field(description="In the back office")
    completes: int | None = Field(description="The record whose entries these are, destroyed only now")
