"""What callers said and the line did not understand, in groups of the same wish: where the flows lack something.

Texts are read as every reader may see them: masked. Nothing of it is kept.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log1p, sqrt
from typing import Any

import numpy as np
from sqlalchemy import Row, select

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Events, Figures, MaskedTexts
from voice.errors import VoiceError
from voice.events import Asked, Understood
from voice.nlu.morphology import lemmas, tags
from voice.nlu.weights import Floats
from voice.nlu.word_vectors import WordVectors, blend
from voice.review.findable import lines_of
from voice.review.sample import Wanted

NEWEST_CALLS = 100  # of those with something that was not understood
ALIKE = 0.36  # of requests that belong together: the cosine between one and its group
SHOWN = 3  # samples of a group
TELLING = {"NOUN", "VERB", "INFN", "ADJF", "ADJS", "PRTF"}  # words without which nothing is asked for
ASKED, UNDERSTOOD = Asked.__name__, Understood.__name__
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MASK = re.compile(r"\[[^\]]*\]")

Telling = frozenset[str]


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller said, masked, and at which step."""

    call: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Requests that are alike; `samples` are the most usual of them."""

    requests: tuple[Request, ...]
    samples: tuple[Request, ...]

    @property
    def calls(self) -> int:
        return len({request.call for request in self.requests})

    @property
    def steps(self) -> list[str]:
        """Where it was said, the most usual first."""
        return [step for step, _ in Counter(request.step for request in self.requests).most_common()]


def unmatched(archive: Archive, wanted: Wanted) -> Iterator[Request]:
    """Of the newest calls of the period. A call whose record is damaged is left out; its own page tells of it."""
    newest = select(Calls.id, MaskedTexts.sealed).join(Figures, Figures.call == Calls.id)
    newest = newest.join(MaskedTexts, MaskedTexts.call == Calls.id).where(wanted.condition(), Figures.no_match > 0)
    newest = newest.where(Calls.text_erased_at.is_(None)).order_by(Calls.started_at.desc()).limit(NEWEST_CALLS)
    events: dict[str, list[Row[Any]]] = {}
    with archive.engine.connect() as connection:
        calls = connection.execute(newest).all()
        of_calls = Events.call.in_([row.id for row in calls])
        told = select(Events.__table__).where(of_calls, Events.kind.in_((ASKED, UNDERSTOOD)))
        for event in connection.execute(told.order_by(Events.call, Events.seq)):
            events.setdefault(event.call, []).append(event)
    for call_id, sealed in calls:
        try:
            found = list(_of_call(archive, call_id, sealed, events.get(call_id, ())))
        except VoiceError:
            continue
        yield from found


def _of_call(archive: Archive, call_id: str, sealed: bytes, events: Sequence[Row[Any]]) -> Iterator[Request]:
    """sealed: its masked texts; a whole reading, which looks for personal data anew, would take ten times as long."""
    said = [line for line in lines_of(archive, call_id, sealed) if line.side == "caller"]
    seal, step = archive.seal_of(call_id), ""
    for row in events:
        event = json.loads(seal.opened_event(row.seq, row.sealed))
        if row.kind == ASKED:
            step = event["step"]
        elif event["intent"] is None and event["source"] != "key":
            # What the caller said or wrote last by then, if anything.
            yield from (
                Request(call_id, step, one.text) for one in [one for one in said if one.at_ms <= row.at_ms][-1:]
            )


def grouped(requests: Sequence[Request], vectors: WordVectors | None = None) -> list[Problem]:
    """Each request in one group, the largest group first; requests of the same telling words are never parted.

    Those without a telling word are one group of their own, the last.
    """
    by_words: dict[Telling, list[Request]] = {}
    for request in requests:
        by_words.setdefault(telling(request.text), []).append(request)
    mute = by_words.pop(frozenset(), [])
    usual = sorted(by_words, key=lambda words: (-len(by_words[words]), sorted(words)))
    groups = _groups(usual, [len(by_words[words]) for words in usual], vectors)
    found = [_problem([by_words[words] for words in group]) for group in groups]
    found.sort(key=lambda problem: -len(problem.requests))
    return [*found, _problem([mute])] if mute else found


def telling(text: str) -> Telling:
    """The normal forms of the words that say what is asked for; Latin ones always do."""
    words = _WORD.findall(_MASK.sub(" ", text.lower()))
    return frozenset(lemmas(word)[0] for word in words if not tags(word) or tags(word) & TELLING)


def _problem(alike: list[list[Request]]) -> Problem:
    alike.sort(key=len, reverse=True)
    samples = {same[0].text: same[0] for same in alike}
    return Problem(tuple(one for same in alike for one in same), tuple(samples.values())[:SHOWN])


def _groups(wordings: list[Telling], times: list[int], vectors: WordVectors | None) -> list[list[Telling]]:
    """The most usual wordings are first asked whether they begin a group; each joins the group it is most like."""
    rows = _rows(wordings, vectors) if wordings else ()
    centres: list[Floats] = []
    groups: list[list[Telling]] = []
    for words, row, count in zip(wordings, rows, times, strict=True):
        likeness = [float(row @ centre) / (float(np.linalg.norm(centre)) + 1e-9) for centre in centres]
        best = int(np.argmax(likeness)) if likeness else -1
        if likeness and likeness[best] >= ALIKE:
            groups[best].append(words)
            centres[best] = centres[best] + count * row
        else:
            groups.append([words])
            centres.append(count * row)
    return groups


def _rows(wordings: list[Telling], vectors: WordVectors | None) -> Floats:
    """A row of length 1 for each: which words, rare ones counting more, and what they mean."""
    seen = Counter(word for words in wordings for word in words)
    column = {word: n for n, word in enumerate(seen)}
    weight = {word: log1p(len(wordings) / count) for word, count in seen.items()}
    rows = np.zeros((len(wordings), len(column)), np.float32)
    for row, words in zip(rows, wordings, strict=True):
        row[[column[word] for word in words]] = [weight[word] for word in words]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    if vectors is None or not wordings:
        return rows
    means = [blend(vectors, {word: (weight[word], False) for word in words}) for words in wordings]
    meant = np.array(means, np.float32).reshape(len(wordings), -1)
    meant /= np.linalg.norm(meant, axis=1, keepdims=True) + 1e-9
    both: Floats = np.hstack([rows, meant]) / np.float32(sqrt(2))
    return both
