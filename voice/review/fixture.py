"""A call as a recorded caller for regression tests: NAME.flac and NAME.expect.yaml, without anybody's data.

What is masked in the caller's sound is silent there. Where a value was asked for and the answer is masked, another one
with right check digits is said in its place, or the line would have nothing to understand.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from voice.archive.reading import Gap, Reading
from voice.archive.records import Record
from voice.audio.files import write
from voice.audio.pcm import cut
from voice.audio.resample import convert
from voice.errors import VoiceError
from voice.events import Understood
from voice.line import HEARING_HZ, Pcm16
from voice.nlu import slots
from voice.nlu.data import dumped
from voice.nlu.samples import SAMPLES
from voice.review.course import archived
from voice.review.deeds import Deed, Span, deeds, pieces, room, turns
from voice.transports.recorded import CallerTurn

RATE_HZ = 8_000  # as a telephone brings it
SOUND = "[sound]"  # without words
SHORTEST = 10  # letters of a saying that tell it from others
HEAD = "# Made from a call of the archive by `voice fixture`; what was personal in it is silent or invented.\n"


class NoFixture(VoiceError):
    """Nothing of this call can be a test."""

    code = "no_fixture"


@dataclass(frozen=True)
class Cleaned:
    """What the caller did, without personal data.

    said: by the number of an utterance, what takes the place of its words (empty: it is left out). spoken: of these,
    what must be said anew. masked: what is known of the words of the others, for people. gaps: silent stretches.
    """

    record: Record
    done: tuple[Deed, ...]
    said: Mapping[int, str]
    spoken: Mapping[int, str]
    masked: Mapping[int, str]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Fixture:
    """pcm: RATE_HZ, phrase after phrase, at the end a piece of the room."""

    name: str
    line: str
    title: str
    pcm: Pcm16
    turns: tuple[CallerTurn, ...]
    room: Span | None

    def described(self, expect: Mapping[str, object]) -> str:
        """NAME.expect.yaml."""
        told: dict[str, object] = {"title": self.title, "line": self.line, "turns": [_plain(one) for one in self.turns]}
        if self.room:
            told["room"] = {"from_ms": self.room[0], "to_ms": self.room[1]}
        return HEAD + dumped(told | {"expect": dict(expect)})

    def save(self, folder: Path, expect: Mapping[str, object]) -> Path:
        """Write both files; returns the sound's. Raises RecordingFailed."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.flac"
        write(path, self.pcm, RATE_HZ)
        path.with_suffix(".expect.yaml").write_text(self.described(expect), encoding="utf-8")
        return path

    def zipped(self, expect: Mapping[str, object]) -> bytes:
        packed = io.BytesIO()
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
            self.save(Path(folder), expect)
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)
        return packed.getvalue()


def cleaned(record: Record, shown: Reading) -> Cleaned:
    """shown: the masked reading. Raises NoFixture when nothing was said, or when what mattered cannot be invented."""
    done = deeds(archived(record))
    bare = {one.n: one.text for one in record.utterances}
    hidden = {one.n for one in shown.utterances if one.n in bare and one.heard != bare[one.n]}
    said: dict[int, str] = {}
    spoken: dict[int, str] = {}
    for (personal, kind, _), group in groupby(done, lambda one: (one.utterance in hidden, one.kind, one.step)):
        row = list(group)
        if not personal:
            continue
        wants = row[-1].wants
        if wants not in SAMPLES:
            if kind != "speech":
                raise NoFixture("personal data was keyed or typed that cannot be replaced by invented data")
            continue
        said |= dict.fromkeys((one.utterance for one in row), "")
        if kind == "speech":
            said[row[-1].utterance] = spoken[row[-1].utterance] = SAMPLES[wants]
            continue
        digits = slots.take(wants, SAMPLES[wants]).digits
        if kind == "key" and len(digits) != len(row):
            raise NoFixture("a number that was keyed has another length than an invented one")
        values = digits if kind == "key" else [*[""] * (len(row) - 1), digits]
        said |= {one.utterance: value for one, value in zip(row, values, strict=True)}
    kept = tuple(
        replace(one, text=said.get(one.utterance, one.text)) for one in done if said.get(one.utterance, one.text or "-")
    )
    if not any(one.kind != "hang_up" for one in kept):
        raise NoFixture("the caller said and did nothing in this call")
    masked = {one.n: one.heard for one in shown.utterances}
    return Cleaned(record, kept, said, spoken, masked, shown.gaps)


def fixture(call: Cleaned, pcm: Pcm16, anew: Mapping[int, Pcm16]) -> Fixture:
    """pcm: the caller's side, HEARING_HZ. anew: sound of what must be said anew, RATE_HZ, by utterance."""
    length_ms = len(pcm) * 1000 // HEARING_HZ
    quiet = _muted(pcm, call.gaps)
    spans = pieces(call.done, length_ms)
    sound: list[Pcm16] = []
    places: list[Span | None] = []
    at_ms = 0
    for nth, (deed, span) in enumerate(zip(call.done, spans, strict=True)):
        if span is None:
            places.append(None)
            continue
        if deed.utterance in anew:
            spans[nth] = (deed.at_ms, deed.until_ms)
        piece = _whole_frames(anew.get(deed.utterance, convert(cut(quiet, HEARING_HZ, *span), HEARING_HZ, RATE_HZ)))
        sound.append(piece)
        places.append((at_ms, at_ms + len(piece) * 1000 // RATE_HZ))
        at_ms += len(piece) * 1000 // RATE_HZ
    behind = room(deeds(archived(call.record)), length_ms)
    if behind:
        sound.append(_whole_frames(convert(cut(quiet, HEARING_HZ, *behind), HEARING_HZ, RATE_HZ)))
        behind = (at_ms, at_ms + len(sound[-1]) * 1000 // RATE_HZ)
    made = [_shown(call, deed, one) for deed, one in zip(call.done, turns(call.done, spans, places), strict=True)]
    name = f"call_{call.record.call.id[:8]}"
    whole = np.concatenate(sound) if sound else np.zeros(RATE_HZ, np.int16)
    return Fixture(name, call.record.call.line, name, whole, tuple(made), behind)


def expectation(understood: Sequence[Understood], heard: Sequence[str], ends: tuple[str, str]) -> dict[str, object]:
    """What the line must do, as audio_fixtures/ tell it. heard: its sayings, of which what stands before the first
    digit is expected: numbers and days are others tomorrow."""
    meant: list[object] = []
    for one in understood:
        value = one.slots.get("value") if one.intent == "answer" else ""
        name = one.intent or "none"
        meant.append({"intent": name, "slots": {"value": value}} if value else name)
    starts = (_before_digit(text).strip() for text in heard)
    return {"understood": meant, "says": [start for start in starts if len(start) >= SHORTEST], "ends": list(ends)}


def _before_digit(text: str) -> str:
    return next((text[:at] for at, letter in enumerate(text) if letter.isdigit()), text)


def _shown(call: Cleaned, deed: Deed, one: CallerTurn) -> CallerTurn:
    """With words that anybody may read."""
    if not one.says:
        return one
    return replace(one, says=call.said.get(deed.utterance) or call.masked.get(deed.utterance, ""))


def _muted(pcm: Pcm16, gaps: Sequence[Gap]) -> Pcm16:
    quiet = pcm.copy()
    for gap in gaps:
        if gap.side == "caller":
            cut(quiet, HEARING_HZ, gap.from_ms, gap.to_ms)[:] = 0
    return quiet


def _whole_frames(pcm: Pcm16) -> Pcm16:
    frame = RATE_HZ // 50
    return np.concatenate([pcm, np.zeros(-len(pcm) % frame, np.int16)])


def _plain(turn: CallerTurn) -> dict[str, object]:
    told: dict[str, object] = {}
    if turn.to_ms:
        told = {"from_ms": turn.from_ms, "to_ms": turn.to_ms, "says": turn.says or SOUND}
    told |= {"when": turn.when, "wait_ms": turn.wait_ms}
    told |= {name: value for name in ("key", "text") if (value := getattr(turn, name))}
    return told | ({"hang_up": "yes"} if turn.hang_up else {})
