"""What the calls of a period come to, as sheets. Every definition stands, in Russian, in reports.toml.

Counted from columns that carry no words (calls, figures, steps, traces); only for what was not understood calls are
opened, as everybody may see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from sqlalchemy import Engine, Row, func, select

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Traces
from voice.nlu import word_vectors
from voice.nlu.word_vectors import WordVectors
from voice.review.sample import LATELY_DAYS, Bools, Floats, Ints, Names, Sample, Wanted, lately, local_times
from voice.review.sheets import Cell, Share, Sheet, Spread
from voice.review.tallies import Asked, Tallies
from voice.review.unmatched import NEWEST_CALLS, Problem, grouped, unmatched
from voice.review.word_errors import Edits, Measured, measured, sums

WEEKDAYS, HOURS = 7, 24
MOST_DAYS, MOST_WEEKS = 62, 60  # so many columns can still be told apart
NEWEST_GAPS, NEWEST_STAGES = 20_000, 5_000  # replies; more of them change no median
NEWEST_CHECKED = 200  # calls
RESOLVED = ("solved", "registered")


@dataclass(frozen=True)
class Words:
    """How lines, topics and questions are called; what is not there is shown as it is. codes: see reports.toml."""

    lines: Mapping[str, str]
    topics: Mapping[str, str]
    questions: Mapping[str, str]
    codes: Mapping[str, str]

    def code(self, name: str, value: str) -> str:
        return self.codes.get(f"{name}_{value or 'none'}", value)


@dataclass(frozen=True)
class Report:
    """The calls of a period, from which any of SHEETS is made.

    vectors: of words, where there are any. kept: what earlier reports of this archive have read.
    """

    archive: Archive
    wanted: Wanted
    words: Words
    vectors: WordVectors | None = None
    kept: Tallies | None = None

    @cached_property
    def tallies(self) -> Tallies:
        return self.kept or Tallies(self.engine)

    @property
    def engine(self) -> Engine:
        return self.archive.engine

    @cached_property
    def sample(self) -> Sample:
        return self.tallies.sample(self.wanted, self.archive.now())

    @cached_property
    def problems(self) -> list[Problem]:
        return grouped(list(unmatched(self.archive, self.wanted)), self.vectors)

    @property
    def unmeasured(self) -> int:
        """Calls of the period that no figures have been made of: they run, or ended a moment ago."""
        begun = select(func.count()).select_from(Calls).where(self.wanted.condition())
        return int(_all(self.engine, begun)[0][0]) - len(self.sample)

    def sheet(self, name: str) -> Sheet:
        """Raises KeyError for a name that is none of SHEETS."""
        return SHEETS[name](self)


class Reports:
    """Of one archive: what one has read serves the next. Any thread may use it.

    vectors: a file of word vectors, which may be absent.
    """

    def __init__(self, archive: Archive, vectors: Path | None = None) -> None:
        self._archive, self._vectors = archive, vectors
        self._tallies = Tallies(archive.engine)

    def read_ahead(self) -> None:
        """Read what reports of the usual periods count from, so that nobody waits for it."""
        self._tallies.sample(lately(max(LATELY_DAYS)), self._archive.now())
        for days in LATELY_DAYS:
            self._tallies.asked(lately(days))

    def of(self, wanted: Wanted, words: Words) -> Report:
        vectors = word_vectors.load(self._vectors) if self._vectors else None
        return Report(self._archive, wanted, words, vectors, self._tallies)


# --- calls ------------------------------------------------------------------------------------------------------------


def totals(sample: Sample) -> Sheet:
    row: dict[str, Cell] = {"calls": len(sample), **_outcomes(sample)}
    row |= {"asked": _share(sample.asked_operator), "again": _again(sample), "first": _first_contact(sample)}
    return Sheet("totals", tuple(row), (tuple(row.values()),))


def by_day(sample: Sample, wanted: Wanted) -> Sheet:
    """A row for each day of the period, or for each week or month when there are too many days."""
    days, _, _ = local_times(sample.started_s)
    starts = _starts(wanted)
    ordinals = np.array([start.toordinal() for start in starts])
    bucket = np.searchsorted(ordinals, days, side="right") - 1
    rows: list[tuple[Cell, ...]] = []
    for n, start in enumerate(starts):
        mine = bucket == n
        rows.append((f"{start:%d.%m.%Y}", int(mine.sum()), _share(sample.outcome[mine].are("solved"))))
    return Sheet("by_day", ("since", "calls", "solved"), tuple(rows))


def by_hour(sample: Sample, words: Words) -> Sheet:
    """Calls by weekday (rows, Monday first) and hour (columns)."""
    _, weekdays, hours = local_times(sample.started_s)
    counts = np.bincount(weekdays * HOURS + hours, minlength=WEEKDAYS * HOURS).reshape(WEEKDAYS, HOURS)
    rows: list[tuple[Cell, ...]] = [
        (words.code("weekday", str(day)), *map(int, counts[day])) for day in range(WEEKDAYS)
    ]
    return Sheet("by_hour", ("weekday", *map(str, range(HOURS))), tuple(rows))


def by_line(sample: Sample, words: Words) -> Sheet:
    return _grouped("by_line", "line", sample.line, sample, lambda line: words.lines.get(line, line))


def by_intent(sample: Sample, words: Words) -> Sheet:
    def title(intent: str) -> str:
        return words.topics.get(intent, intent) if intent else words.code("intent", "")

    return _grouped("by_intent", "intent", sample.intent, sample, title)


def _grouped(name: str, by: str, names: Names, sample: Sample, title: Callable[[str], str]) -> Sheet:
    rows: list[dict[str, Cell]] = []
    for value, mine in _groups(names):
        part = sample[mine]
        rows.append({by: title(value), "calls": len(part), **_outcomes(part), "again": _again(part)})
    return _sheet(name, (by, "calls", *_outcomes(sample), "again"), rows)


def waiting(sample: Sample, words: Words) -> Sheet:
    """Those who were handed over where this line sees whether a person answers."""
    rows: list[dict[str, Cell]] = []
    handed = sample[~np.isnan(sample.waited_ms)]
    for line, mine in _groups(handed.line):
        part = handed[mine]
        rows.append(
            {
                "line": words.lines.get(line, line),
                "handed": len(part),
                "answered": _share(part.operator),
                "waited": Spread.of(part.waited_ms[part.operator]),
                "gave_up": Spread.of(part.waited_ms[~part.operator]),
            }
        )
    return _sheet("waiting", ("line", "handed", "answered", "waited", "gave_up"), rows)


def _outcomes(sample: Sample) -> dict[str, Cell]:
    lost = sample.outcome.are("abandoned", "failed")
    return {
        "solved": _share(sample.outcome.are("solved")),
        "solved_in": Spread.of(_known(sample.solved_ms)),
        "registered": _share(sample.outcome.are("registered")),
        "transferred": _share(sample.outcome.are("transferred")),
        "lost": _share(lost),
    }


def _again(sample: Sample) -> Share:
    return _share(sample.again[sample.known])


def _first_contact(sample: Sample) -> Share:
    first = sample[sample.known & ~sample.again & sample.settled]
    resolved = (first.outcome.are(*RESOLVED) | first.operator) & ~first.called_back
    return _share(resolved)


# --- quality ----------------------------------------------------------------------------------------------------------


def by_group(sample: Sample, words: Words) -> Sheet:
    """Is anybody served worse: by what is known of a call without knowing who calls."""
    rows: list[dict[str, Cell]] = []
    for what in ("noise", "line", "transport", "language"):
        names: Names = getattr(sample, what)
        for value, mine in _groups(names):
            part = sample[mine]
            rows.append(
                {
                    "group": words.code("group", what),
                    "value": words.lines.get(value, value) if what == "line" else words.code(what, value),
                    "calls": len(part),
                    "no_match": Share(int(part.no_match.sum()), int(part.turns.sum())),
                    "solved": _share(part.outcome.are("solved")),
                    "transferred": _share(part.outcome.are("transferred")),
                }
            )
    columns = ("group", "value", "calls", "no_match", "solved", "transferred")
    return Sheet("by_group", columns, tuple(tuple(row[name] for name in columns) for row in rows))


def by_step(asked: Mapping[str, Asked], words: Words) -> Sheet:
    """Questions of the flows, those that were not understood most often first."""
    columns = ("step", "question", "asked_times", "missed", "silent", "repeated")
    return Sheet(
        "by_step",
        columns,
        tuple(
            (
                *(step, words.questions.get(step, ""), told.times),
                *(Share(part, told.times) for part in (told.missed, told.silent, told.repeated)),
            )
            for step, told in sorted(asked.items(), key=lambda item: (-item[1].missed, item[0]))
        ),
    )


def replies(engine: Engine, wanted: Wanted, words: Words) -> Sheet:
    """How long callers waited for the line's replies, the newest ones."""
    newest = select(Calls.line, Traces.gap_ms).join(Traces, Calls.id == Traces.call)
    newest = newest.where(wanted.condition(), Traces.gap_ms.is_not(None))
    found = _all(engine, newest.order_by(Calls.started_at.desc()).limit(NEWEST_GAPS))
    names, gaps = Names.of([line for line, _ in found]), np.array([gap for _, gap in found], np.float64)
    rows: list[dict[str, Cell]] = []
    for line, mine in _groups(names):
        rows.append({"line": words.lines.get(line, line), "gap": Spread.of(gaps[mine], "ms")})
    return _sheet("replies", ("line", "gap"), rows)


def captions(engine: Engine, wanted: Wanted) -> Sheet:
    """When words stood in the captions, against when they sounded; of the newest replies only."""
    newest = select(Traces.stages).join(Calls, Calls.id == Traces.call).where(wanted.condition())
    newest = newest.order_by(Calls.started_at.desc(), Calls.id, Traces.n).limit(NEWEST_STAGES)
    stages = [row[0] for row in _all(engine, newest)]
    after = _sums(stages, ("speech_end->endpoint", "endpoint->final"))
    ahead = _sums(stages, ("intent->first_sound_made", "first_sound_made->first_sound_sent"))
    return Sheet("captions", ("after", "ahead"), ((Spread.of(after, "ms"), Spread.of(ahead, "ms")),))


def typical(problems: Sequence[Problem], words: Words) -> Sheet:
    """What is asked for and not understood; what was said once only is left out."""
    rows: list[dict[str, Cell]] = [
        {
            "requests": len(problem.requests),
            "calls_with": problem.calls,
            "sample": "; ".join(sample.text for sample in problem.samples),
            "step": problem.steps[0],
            "question": words.questions.get(problem.steps[0], ""),
        }
        for problem in problems
        if len(problem.requests) > 1
    ]
    return _sheet("unmatched", ("requests", "calls_with", "sample", "step", "question"), rows)


def word_errors(archive: Archive, wanted: Wanted, words: Words) -> Sheet:
    """How well callers' words were recognised, where a reviewer has said what they were; of the newest calls only."""
    found = list(measured(archive, since=wanted.begins, until=wanted.ends, line=wanted.line, newest=NEWEST_CHECKED))
    by: dict[str, tuple[Callable[[Measured], str], Callable[[str], str]]] = {
        "all": (lambda one: "", lambda _: ""),
        "line": (lambda one: one.line, lambda line: words.lines.get(line, line)),
        "noise": (lambda one: one.noise, lambda noise: words.code("noise", noise)),
        "step": (lambda one: one.step, lambda step: words.questions.get(step, step)),
    }
    rows: list[dict[str, Cell]] = [
        {
            "group": words.code("group", name),
            "value": title(value),
            "utterances": sum(key(one) == value for one in found),
            "first_errors": _errors(first),
            "second_errors": _errors(second),
        }
        for name, (key, title) in by.items()
        for value, (first, second) in sorted(sums(found, key).items(), key=lambda item: -item[1][0].words)
    ]
    return _sheet("word_errors", ("group", "value", "utterances", "first_errors", "second_errors"), rows)


def _errors(found: Edits) -> Share:
    return Share(found.wrong + found.missed + found.added, found.words)


# --- counting ---------------------------------------------------------------------------------------------------------


def _share(these: Bools) -> Share:
    return Share(int(these.sum()), len(these))


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _groups(names: Names) -> Iterator[tuple[str, Ints]]:
    """Each value that there is, and the places where it is; those with the most calls first."""
    counts = np.bincount(names.codes, minlength=len(names.values))
    places, ends = np.argsort(names.codes, kind="stable"), np.cumsum(counts)
    for code in np.argsort(-counts, kind="stable"):
        if counts[code]:
            yield names.values[code], places[ends[code] - counts[code] : ends[code]]


def _sheet(name: str, columns: tuple[str, ...], rows: Sequence[Mapping[str, Cell]]) -> Sheet:
    return Sheet(name, columns, tuple(tuple(row[column] for column in columns) for row in rows))


def _starts(wanted: Wanted) -> list[date]:
    """The first days of the period's days, weeks or months."""
    days = (wanted.until - wanted.since).days + 1
    if days <= MOST_DAYS:
        return [wanted.since + timedelta(n) for n in range(days)]
    if days <= MOST_WEEKS * 7:
        monday = wanted.since - timedelta(wanted.since.weekday())
        return [monday + timedelta(7 * n) for n in range((wanted.until - monday).days // 7 + 1)]
    first, last = wanted.since.year * 12 + wanted.since.month - 1, wanted.until.year * 12 + wanted.until.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]


def _sums(stages: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    """The stages together, of each reply that has them all."""
    whole = (each for each in stages if all(name in each for name in names))
    return np.array([sum(each[name] for name in names) for each in whole], np.float64)


def _all(engine: Engine, query: object) -> Sequence[Row]:  # type: ignore[type-arg]
    with engine.connect() as connection:
        return connection.execute(query).all()  # type: ignore[call-overload,no-any-return]


NEWEST: Mapping[str, tuple[int, Literal["calls", "replies"]]] = {
    "replies": (NEWEST_GAPS, "replies"),
    "captions": (NEWEST_STAGES, "replies"),
    "word_errors": (NEWEST_CHECKED, "calls"),
    "unmatched": (NEWEST_CALLS, "calls"),
}
"""Sheets that count so many at most of the newest; all others count every call of the period."""

SHEETS: Mapping[str, Callable[[Report], Sheet]] = {
    "totals": lambda report: totals(report.sample),
    "by_day": lambda report: by_day(report.sample, report.wanted),
    "by_hour": lambda report: by_hour(report.sample, report.words),
    "by_line": lambda report: by_line(report.sample, report.words),
    "by_intent": lambda report: by_intent(report.sample, report.words),
    "waiting": lambda report: waiting(report.sample, report.words),
    "by_step": lambda report: by_step(report.tallies.asked(report.wanted), report.words),
    "replies": lambda report: replies(report.engine, report.wanted, report.words),
    "captions": lambda report: captions(report.engine, report.wanted),
    "by_group": lambda report: by_group(report.sample, report.words),
    "word_errors": lambda report: word_errors(report.archive, report.wanted, report.words),
    "unmatched": lambda report: typical(report.problems, report.words),
}
