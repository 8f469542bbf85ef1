"""The same spans in the sound: when they were said, and how they are made silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from voice.events import Word
from voice.line import Pcm16
from voice.masking.spans import Span

Interval = tuple[int, int]  # ms from, ms to

PAD_MS = 120  # a word's time is good to about a tenth of a second
_FADE_MS = 5  # short enough to hide nothing, long enough not to click
_SPREAD_MS = 500  # without times of words a place is only guessed:
_SPREAD = 0.25  # by so much of the utterance on both sides
_DIGIT = 4  # a digit takes as long as four letters


def sound_spans(spans: Iterable[Span], words: Sequence[Word], text: str, whole: Interval) -> list[Interval]:
    """When the spans of one utterance sound, in ms of the call, in order and apart.

    words: with their times; when they are not the words of `text`, the `whole` utterance is taken.
    """
    places = _places(words, text)
    found = []
    for span in spans:
        inside = (
            [word for word, (start, end) in zip(words, places, strict=True) if start < span.end and span.start < end]
            if places
            else []
        )
        if not inside:
            return [whole]
        found.append((inside[0].start_ms - PAD_MS, inside[-1].end_ms + PAD_MS))
    return union(found)


def guessed_spans(spans: Iterable[Span], text: str, whole: Interval, *, cut_short: bool = False) -> list[Interval]:
    """The same for an utterance whose words have no times: the line's, a person's. Rather more than less.

    cut_short: it did not sound to its end, so what comes after a value's beginning may be the value.
    """
    begin, end = whole
    length = _weight(text)
    found = []
    for span in spans:
        pad = max(_SPREAD_MS, round(_SPREAD * (end - begin)))
        first = begin + round((end - begin) * _weight(text[: span.start]) / length) - pad
        last = begin + round((end - begin) * _weight(text[: span.end]) / length) + pad
        found.append((max(begin, first), end if cut_short else min(end, last)))
    return union(found)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """In their order; those that touch become one. Nothing begins before 0."""
    done: list[Interval] = []
    for start, end in sorted((max(0, start), end) for start, end in intervals):
        if done and start <= done[-1][1]:
            done[-1] = done[-1][0], max(done[-1][1], end)
        elif end > start:
            done.append((start, end))
    return done


def mute(pcm: Pcm16, rate_hz: int, intervals: Iterable[Interval]) -> Pcm16:
    """A copy of one side's sound, shape (n,), silent in the intervals (ms) but for a fade of 5 ms inside each edge."""
    out = pcm.copy()
    for start_ms, end_ms in union(intervals):
        start, end = (min(len(pcm), ms * rate_hz // 1000) for ms in (start_ms, end_ms))
        fade = min(_FADE_MS * rate_hz // 1000, (end - start) // 2)
        ramp = np.linspace(1, 0, fade, endpoint=False)
        out[start : start + fade] = pcm[start : start + fade] * ramp
        out[start + fade : end - fade] = 0
        out[end - fade : end] = pcm[end - fade : end] * ramp[::-1]
    return out


def _places(words: Sequence[Word], text: str) -> list[tuple[int, int]]:
    """Where each word stands in the text; nothing when the text is not made of them."""
    places, at = [], 0
    plain = text.lower()
    for word in words:
        start = plain.find(word.text.lower(), at)
        if start < 0 or any(sign.isalnum() for sign in text[at:start]):
            return []
        at = start + len(word.text)
        places.append((start, at))
    return [] if any(sign.isalnum() for sign in text[at:]) else places


def _weight(text: str) -> int:
    return sum(_DIGIT if sign.isdigit() else 1 for sign in text) or 1
