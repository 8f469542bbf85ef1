"""One utterance as pieces that can be shown, heard and marked: words, and the stretches one may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from voice.archive.alignment import Stretch, words_of
from voice.masking.spans import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Personal data: characters of an utterance's text."""

    n: int  # its number in the call; 0: found just now
    utterance: int
    begins: int
    ends: int
    kind: Kind
    by: str = ""  # who marked it; empty: found by rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """When a word sounded, ms of the call. exact: measured by the recogniser, not reckoned from the letters."""

    start_ms: int
    end_ms: int
    confidence: float | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    text: str  # as its reader may see it
    begins: int  # characters of the whole text
    ends: int
    time: Time | None
    kind: Kind | None = None  # of the personal data that it is or holds
    masks: tuple[int, ...] = ()  # their numbers
    hidden: bool = False  # `text` is a label


def pieces(
    text: str, times: Sequence[Time | None], masks: Iterable[Mask], label: Callable[[Kind], str] | None
) -> tuple[Piece, ...]:
    """The words of `text` in order, `times` of each. With a `label` of each kind, masked words stand as one label;
    a second one of the same kind in the text is numbered, so that every label is told from the others."""
    made: list[Piece] = []
    standing = sorted(masks, key=lambda mask: mask.begins)
    for (begins, ends), time in zip(words_of(text), times, strict=True):
        over = [mask for mask in standing if mask.begins < ends and begins < mask.ends]
        if not over:
            made.append(Piece(text=text[begins:ends], begins=begins, ends=ends, time=time))
            continue
        numbers = tuple(mask.n for mask in over)
        last = made[-1] if made else None
        if label and last and last.hidden and any(mask.begins < last.ends for mask in over):
            made[-1] = Piece(
                text=last.text,
                begins=last.begins,
                ends=ends,
                time=_together(last.time, time),
                kind=last.kind,
                masks=tuple(dict.fromkeys((*last.masks, *numbers))),
                hidden=True,
            )
            continue
        kind = over[0].kind
        shown = text[begins:ends]
        if label:
            before = sum(piece.hidden and piece.kind == kind for piece in made)
            shown = _numbered(label(kind), before + 1)
        made.append(
            Piece(text=shown, begins=begins, ends=ends, time=time, kind=kind, masks=numbers, hidden=label is not None)
        )
    return tuple(made)


def veiled(text: str, parts: Iterable[Piece]) -> str:
    """The text with a label wherever something is hidden."""
    shown, at = "", 0
    for piece in parts:
        if piece.hidden:
            shown += text[at : piece.begins] + piece.text
            at = piece.ends
    return shown + text[at:]


def unveiled(edited: str, text: str, parts: Iterable[Piece]) -> tuple[str, list[Stretch]]:
    """A text that was edited by somebody who sees labels, with what they stand for, and where that stands in it.

    A label he took out stays out; one that he wrote again stays a label.
    """
    hidden = {piece.text: text[piece.begins : piece.ends] for piece in parts if piece.hidden}
    if not hidden:
        return edited, []
    made, at, places = "", 0, []
    for found in re.finditer("|".join(re.escape(label) for label in hidden), edited):
        secret = hidden.pop(found.group(), found.group())
        made += edited[at : found.start()]
        if secret != found.group():
            places.append((len(made), len(made) + len(secret)))
        made, at = made + secret, found.end()
    return made + edited[at:], places


def _numbered(label: str, number: int) -> str:
    return label if number == 1 else f"{label[:-1]} {number}{label[-1]}"


def _together(first: Time | None, second: Time | None) -> Time | None:
    if first is None or second is None:
        return first or second
    return Time(start_ms=first.start_ms, end_ms=max(first.end_ms, second.end_ms), exact=first.exact and second.exact)
