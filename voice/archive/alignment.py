"""Two texts of the same words, heard differently: where the words of one lie in the other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from voice.events import Word

Stretch = tuple[int, int]  # characters of a text: from, to

_WORD = re.compile(r"\S+")
_MARKS = re.compile(r"[^\w\[\]]+")


def words_of(text: str) -> list[Stretch]:
    """Where the words of a text stand."""
    return [found.span() for found in _WORD.finditer(text)]


def carried(stretch: Stretch, source: str, target: str) -> Stretch | None:
    """A stretch of `source` as it lies in `target`; None when nothing stands there any more.

    Words that were replaced together are carried together: none of them is ever left out.
    """
    if source == target:
        return stretch
    before, after = words_of(source), words_of(target)
    found: list[Stretch] = []
    for same, theirs, ours in _blocks(source, before, target, after):
        for offset, (begins, ends) in enumerate(before[theirs]):
            if begins >= stretch[1] or ends <= stretch[0]:
                continue
            if same:
                at = after[ours][offset]
                found.append(at)
            elif after[ours]:
                found.append((after[ours][0][0], after[ours][-1][1]))
    return (min(begins for begins, _ in found), max(ends for _, ends in found)) if found else None


def nearest(at: int, text: str) -> Stretch | None:
    """The word at a place of a text, or the next one, or the last; None for a text without words."""
    there = words_of(text)
    return there[min(bisect_left([ends for _, ends in there], at + 1), len(there) - 1)] if there else None


def timed(words: Sequence[Word], text: str) -> list[Word | None]:
    """The words of a corrected `text`, each with the time of what was heard in its place.

    A word that was heard as it is keeps its confidence; one that was corrected has 1.0 and shares the time of the words
    it stands for. None: nothing was heard there.
    """
    heard = " ".join(word.text for word in words)
    after = words_of(text)
    made: list[Word | None] = []
    for same, theirs, ours in _blocks(heard, words_of(heard), text, after):
        written = [text[begins:ends] for begins, ends in after[ours]]
        there = words[theirs]
        if same:
            made += [
                Word(text=one, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence)
                for one, word in zip(written, there, strict=True)
            ]
        elif there:
            made += shared_out(written, there[0].start_ms, there[-1].end_ms)
        else:
            made += [None] * len(written)
    return made


def shared_out(written: Sequence[str], start_ms: int, end_ms: int, confidence: float = 1.0) -> list[Word]:
    """Words that fill a time together, each as long as it has letters."""
    letters = sum(map(len, written)) or 1
    edges_ms, so_far = [start_ms], 0
    for one in written:
        so_far += len(one)
        edges_ms.append(start_ms + (end_ms - start_ms) * so_far // letters)
    return [
        Word(text=one, start_ms=begins, end_ms=ends, confidence=confidence)
        for one, begins, ends in zip(written, edges_ms[:-1], edges_ms[1:], strict=True)
    ]


def _blocks(
    source: str, before: Sequence[Stretch], target: str, after: Sequence[Stretch]
) -> Iterator[tuple[bool, slice, slice]]:
    """Runs of words that are the same in both, but for capitals and marks, or stand for each other."""
    before_words, after_words = (
        [_MARKS.sub("", text[begins:ends].lower()) for begins, ends in there]
        for text, there in ((source, before), (target, after))
    )
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before_words, after_words, autojunk=False).get_opcodes():
        yield tag == "equal", slice(i1, i2), slice(j1, j2)
