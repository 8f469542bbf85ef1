"""A second, slower recognition of ended calls, when the machine has nothing better to do. Both texts are kept.

The caller's utterances are heard whole, with the sound around them, by the full vocabulary and without haste: once for
the words with their confidences, once for what else they may have been.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from sqlalchemy import insert, select, update

from voice.archive.archive import Archive
from voice.archive.records import Record, Utterance
from voice.archive.tables import Calls, Rehearings
from voice.asr.port import NBestRecogniser, Recognised, Stream
from voice.audio.pcm import cut
from voice.errors import SetupError, VoiceError
from voice.events import Noted, Word
from voice.line import HEARING_HZ, Pcm16
from voice.review.callers_side import callers_side
from voice.review.course import archived
from voice.review.deeds import Span

log = logging.getLogger(__name__)

PLACE = "rehearings"  # of what is sealed here
CONTEXT_MS = 1_000  # of sound before an utterance and after it, as far as no other begins there
PIECE_MS = 200  # after each of these it is seen whether a call has come


@dataclass(frozen=True, slots=True)
class HeardAgain:
    """Words with times in ms of the call and confidences; alternatives: other texts, the likeliest first."""

    text: str
    words: tuple[Word, ...]
    alternatives: tuple[str, ...]

    def sealed_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class GaveWay(Exception):
    """A call has come: what was being heard is heard another time."""


class Rehearing:
    """One thread at a time. What was heard of a call before it gave way is kept and not heard again."""

    def __init__(
        self,
        archive: Archive,
        load: Callable[[], NBestRecogniser],
        may_go_on: Callable[[], bool],
        *,
        model: str,
        language: str,
        most: int,
    ) -> None:
        """load: called when there is first something to hear; it may take seconds. may_go_on: does no call run?
        model: its name. language: of the model; what is said in others is left alone. most: texts of an utterance.
        """
        self._archive, self._load, self._may_go_on = archive, load, may_go_on
        self._model, self._language, self._most = model, language, most
        self._recogniser: NBestRecogniser | None = None
        self._unheard: set[str] = set()  # calls that cannot be heard: their sound is damaged

    def hear_one(self) -> str:
        """Hear the newest ended call that was not heard twice; returns its id.

        Empty: there is none, or a call has come meanwhile. Blocks about as long as the caller spoke, at worst. Raises
        SetupError when the recogniser cannot be loaded.
        """
        call_id = self._next()
        if not call_id or not self._may_go_on():
            return ""
        try:
            self._hear(call_id)
        except GaveWay:
            return ""
        except SetupError:
            raise
        except (VoiceError, KeyError, TypeError) as error:  # the last two: events of another version
            log.error("the call %s cannot be recognised a second time: %s", call_id, type(error).__name__)
            self._unheard.add(call_id)
        return call_id

    def _next(self) -> str:
        wanted = (
            select(Calls.id)
            .where(
                Calls.state != "open",
                Calls.sound != "",
                Calls.language == self._language,
                Calls.reheard_at.is_(None),
                Calls.sound_erased_at.is_(None),
                Calls.text_erased_at.is_(None),
                Calls.id.not_in(self._unheard),
            )
            .order_by(Calls.started_at.desc())
            .limit(1)
        )
        with self._archive.engine.connect() as connection:
            return str(connection.execute(wanted).scalar_one_or_none() or "")

    def _hear(self, call_id: str) -> None:
        record, pcm = self._archive.call(call_id), callers_side(self._archive, call_id)
        if record is None or pcm is None:
            self._unheard.add(call_id)
            return
        known = self._known(call_id)
        for utterance, (from_ms, to_ms) in spans(record, self._language, len(pcm) * 1000 // HEARING_HZ):
            if utterance.n not in known:
                self._keep(call_id, utterance.n, self._again(cut(pcm, HEARING_HZ, from_ms, to_ms), from_ms))
        with self._archive.writing() as connection:
            connection.execute(update(Calls).where(Calls.id == call_id).values(reheard_at=self._archive.now()))

    def _again(self, pcm: Pcm16, from_ms: int) -> HeardAgain:
        if self._recogniser is None:
            self._recogniser = self._load()
        first = self._through(self._recogniser.open(), pcm)
        others = self._through(self._recogniser.open_n_best(self._most), pcm) if self._most > 1 else Recognised()
        words = tuple(
            replace(word, start_ms=word.start_ms + from_ms, end_ms=word.end_ms + from_ms) for word in first.words
        )
        texts = dict.fromkeys(filter(None, (others.text, *others.alternatives)))
        return HeardAgain(first.text, words, tuple(text for text in texts if text != first.text))

    def _through(self, stream: Stream, pcm: Pcm16) -> Recognised:
        """Raises GaveWay, EngineFailed."""
        piece = PIECE_MS * HEARING_HZ // 1000
        try:
            for at in range(0, len(pcm), piece):
                if not self._may_go_on():
                    raise GaveWay
                stream.feed(pcm[at : at + piece])
            return stream.finish()
        finally:
            stream.close()

    def _known(self, call_id: str) -> set[int]:
        with self._archive.engine.connect() as connection:
            return set(connection.execute(select(Rehearings.utterance).where(Rehearings.call == call_id)).scalars())

    def _keep(self, call_id: str, utterance: int, heard: HeardAgain) -> None:
        sealed = self._archive.seal(call_id, heard.sealed_text(), PLACE)
        row = {"call": call_id, "utterance": utterance, "model": self._model, "at": self._archive.now()}
        with self._archive.writing() as connection:
            connection.execute(insert(Rehearings).values(**row, sealed=sealed))
            self._archive.link(connection, call_id, Rehearings.__tablename__, utterance)


def spans(record: Record, language: str, length_ms: int) -> Iterator[tuple[Utterance, Span]]:
    """What the caller spoke in `language`, each utterance with the stretch of his sound that it is heard in.

    Between two utterances that are near each other the sound is shared out in the middle.
    """
    spoken = [one for one in record.utterances if one.side == "caller" and one.source == "speech"]
    spans = [(one.started_ms, one.ended_ms or one.started_ms) for one in spoken]
    edges = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), length_ms]
    switches = [event for event in archived(record) if isinstance(event, Noted) and event.name == "language"]
    for one, (began_ms, ended_ms), (from_ms, to_ms) in zip(spoken, spans, pairwise(edges), strict=True):
        spoken_in = [record.call.language, *(one.data["language"] for one in switches if one.at_ms <= began_ms)]
        if spoken_in[-1] == language:
            yield one, (max(0, from_ms, began_ms - CONTEXT_MS), min(length_ms, to_ms, ended_ms + CONTEXT_MS))
