"""What callers' own words could add to prompts/: examples, phrases, and words that are heard as others.

An utterance that was not understood is worth an example when the caller said the same otherwise a turn later, or said
yes when he was asked back. Words that reviewers correct the same way in several calls are worth an alias.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from sqlalchemy import or_, select

from voice.archive.archive import Archive
from voice.archive.reading import Read, Reading
from voice.archive.tables import Calls, Corrections, Figures
from voice.dialog.question import ANSWER, BACKCHANNEL, NO, SURE, UNSURE, YES
from voice.dialog.script import Script
from voice.events import Asked, Final, Understood, from_json
from voice.nlu.intents import Intents
from voice.nlu.normalise import plain, words
from voice.nlu.number_words import is_number
from voice.nlu.templates import expand
from voice.review.word_errors import misheard, spoken

Kind = Literal["example", "phrase", "heard_as"]
Why = Literal["restated", "confirmed", "misheard"]

WORDS_OF_EXAMPLE = range(2, 26)
PHRASE_WORDS, PHRASE_CALLS = 3, 3  # so short, and said in so many calls, it is a phrase of its own
ALIAS_CALLS = 2
ALIAS_WORDS = 3
MARKS = re.compile(r"[^\w -]+")


@dataclass(frozen=True, slots=True, order=True)
class Support:
    """A call that a proposal rests on. corrected: a reviewer says what was said there."""

    call: str
    utterance: int
    at_ms: int
    corrected: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """target: an intent, or what is really said. text: what is to be added to it; it holds no personal data."""

    kind: Kind
    target: str
    text: str
    why: Why
    support: tuple[Support, ...]

    @property
    def id(self) -> str:
        return hashlib.sha256("\n".join((self.kind, self.target, self.text)).encode()).hexdigest()[:12]

    @property
    def calls(self) -> int:
        return len({one.call for one in self.support})


@dataclass(frozen=True, slots=True)
class _Turn:
    """One spoken answer and what it was taken for; utterance: its number, 0 for what was not spoken."""

    utterance: int
    step: str
    heard: Understood


def worth_reading(archive: Archive, *, limit: int, since: datetime | None = None, line: str = "") -> list[str]:
    """Calls in which something was corrected or not understood, the newest first."""
    corrected = Calls.id.in_(select(Corrections.call))
    missed = Calls.id.in_(select(Figures.call).where(Figures.no_match > 0))
    wanted = select(Calls.id).where(or_(corrected, missed), Calls.text_erased_at.is_(None))
    if since is not None:
        wanted = wanted.where(Calls.started_at >= since)
    if line:
        wanted = wanted.where(Calls.line == line)
    with archive.engine.connect() as connection:
        return list(connection.execute(wanted.order_by(Calls.started_at.desc(), Calls.id).limit(limit)).scalars())


def propose(archive: Archive, calls: Iterable[str], script: Script) -> list[Proposal]:
    """From these calls, those with the most calls behind them first. Raises RecordDamaged."""
    wishes: dict[tuple[str, str, Why], set[Support]] = defaultdict(set)
    aliases: dict[tuple[str, str], set[Support]] = defaultdict(set)
    for call_id in calls:
        shown, known = archive.readings(call_id) or (None, None)
        if shown is None or known is None or not known.events:
            continue
        secret = {one.n: _hidden(one, shown.utterance(one.n)) for one in spoken(known)}
        for one, intent, why in _wishes(known, script):
            if not secret.get(one.n):
                wishes[intent, _written(one.text), why].add(_support(call_id, one))
        for one in spoken(known):
            for heard, said in misheard(one.text, one.heard) if one.corrected else ():
                if secret[one.n].isdisjoint((*heard.split(), *said.split())):
                    aliases[said, heard].add(_support(call_id, one))
    found = [*_of_wishes(wishes, script), *_of_aliases(aliases, script)]
    return sorted(found, key=lambda one: (-one.calls, one.kind, one.target, one.text))


def _support(call_id: str, one: Read) -> Support:
    return Support(call_id, one.n, one.started_ms, one.corrected)


def _hidden(one: Read, shown: Read | None) -> set[str]:
    """Words of an utterance, as heard and as corrected, that its masked reading does not show."""
    if shown is None:
        return set(words(f"{one.text} {one.heard}"))
    return {
        word
        for bare, masked in ((one.text, shown.text), (one.heard, shown.heard))
        if bare != masked
        for word in {*words(bare)} - {*words(re.sub(r"\[[^\]]*\]", " ", masked))}
    }


def _written(text: str) -> str:
    return " ".join(MARKS.sub(" ", text.lower()).split())


def _wishes(reading: Reading, script: Script) -> Iterator[tuple[Read, str, Why]]:
    """Spoken answers that were not understood, or not surely, with the intent that they turned out to mean."""
    passing = script.command_intents | {YES, NO, BACKCHANNEL, ANSWER}
    for turn, later in pairwise(_turns(reading)):
        one = reading.utterance(turn.utterance)
        if one is None or later.heard.intent is None:
            continue
        unsure = turn.heard.intent is not None and UNSURE <= turn.heard.confidence < SURE
        if unsure and turn.heard.intent not in passing and later.heard.intent == YES and turn.step == later.step:
            yield one, turn.heard.intent or "", "confirmed"
        elif turn.heard.intent is None and later.heard.intent not in passing and later.heard.confidence >= SURE:
            yield one, later.heard.intent, "restated"


def _turns(reading: Reading) -> Iterator[_Turn]:
    """Every answer of the caller; the recorder numbers utterances in the order of their finals."""
    numbers = iter(sorted(one.n for one in spoken(reading)))
    utterance, step = 0, ""
    for event in (from_json(stored.json) for stored in reading.events):
        match event:
            case Asked():
                step = event.step or step
            case Final(text=text) if text:
                utterance = next(numbers, 0)
            case Understood(intent=intent) if intent != BACKCHANNEL:
                yield _Turn(utterance if event.source == "speech" else 0, step, event)


def _of_wishes(wishes: dict[tuple[str, str, Why], set[Support]], script: Script) -> Iterator[Proposal]:
    for (intent, text, why), support in wishes.items():
        if not _is_new(intent, text, script):
            continue
        short = len(words(text)) <= PHRASE_WORDS and len({one.call for one in support}) >= PHRASE_CALLS
        yield Proposal("phrase" if short else "example", intent, text, why, tuple(sorted(support)))


def _is_new(intent: str, text: str, script: Script) -> bool:
    """Would it teach something, and nothing that means another thing already?"""
    known = script.matcher.intents
    own = next((one for one in known.intents if one.name == intent), None)
    said = words(text)
    if own is None or len(said) not in WORDS_OF_EXAMPLE or any(map(is_number, said)):
        return False
    meanings = script.matcher.match(text)
    if meanings and (meanings[0].whole or meanings[0].confidence >= SURE):
        return False  # it is understood now, so or otherwise
    return plain(text) not in {plain(one) for one in (*own.unheard, *own.examples, *known.elsewhere)}


def _of_aliases(aliases: dict[tuple[str, str], set[Support]], script: Script) -> Iterator[Proposal]:
    """Only words that nobody means when they are heard: they stand in no phrase and in no example."""
    known = script.matcher.intents
    meant = f" {' | '.join(map(plain, (*script.matcher.phrases(), *_sentences(known))))} "
    to: dict[str, set[str]] = defaultdict(set)
    for said, heard in aliases:
        to[heard].add(said)
    for (said, heard), support in aliases.items():
        row = heard.split()
        numbers = any(map(is_number, (*row, *said.split())))
        long = max(len(row), len(said.split())) > ALIAS_WORDS
        few = len({one.call for one in support}) < ALIAS_CALLS
        if few or numbers or long or len(to[heard]) > 1 or f" {heard} " in meant or tuple(row) in known.heard_as:
            continue
        yield Proposal("heard_as", said, heard, "misheard", tuple(sorted(support)))


def _sentences(known: Intents) -> Iterator[str]:
    for intent in known.intents:
        yield from (*intent.examples, *intent.unheard, *(one.text for one in intent.heard))
    for choices in known.lists.values():
        for entry in choices.entries:
            for template in entry.say:
                yield from expand(template, {})
    yield from known.elsewhere
