"""One utterance as it is written, word after word. What was written is never changed, only added to."""

from __future__ import annotations

from voice.captions.digits import NUMBER, Digits, Piece, Said, Wait
from voice.captions.marks import before as mark_before
from voice.captions.marks import end_mark
from voice.captions.rules import Row, Rules
from voice.nlu.normalise import words


class Utterance:
    """`push` its words, then `close`; `text` is what stays as it is whatever comes."""

    def __init__(self, rules: Rules, digits: Digits) -> None:
        self.text = ""
        self._rules, self._digits = rules, digits
        self._words: list[str] = []  # that wait for others
        self._keys: list[str] = []
        self._said: list[str] = []  # all that is written, as the matching sees it

    def push(self, word: str) -> None:
        self._words.append(word)
        self._keys.append(_plain(word) if _is_spoken(word) else "")
        self._write(closed=False)

    def close(self) -> str:
        """All of it, without a mark at the end."""
        self._write(closed=True)
        return self.text

    @property
    def mark(self) -> str:
        """What ends it."""
        return end_mark(self._rules.marks, self._said, self.text)

    def _write(self, *, closed: bool) -> None:
        try:
            while self._words:
                self._next(closed)
        except Wait:
            return

    def _next(self, closed: bool) -> None:
        said = Said(self._words, self._keys, self._said, closed)
        row = self._row(closed)
        piece = self._digits.take(said) if len(row) < 2 else None
        if piece:
            self._add(piece, (NUMBER,) if any(map(str.isdigit, piece.text)) else tuple(self._keys[: piece.length]))
            return
        length = max(1, len(row))
        written = self._rules.names.get(row) or " ".join(self._words[:length])
        if any(tuple(self._said[-len(told) :]) == told for told in self._rules.introductions):
            written = capital(written)
        self._add(Piece(length, written), row or (_plain(self._words[0]),))
        self._digits.named(self._said[-1])

    def _row(self, closed: bool) -> Row:
        """The longest row of the rules that the words begin with. Raises Wait while a longer one may come."""
        keys, rules = tuple(self._keys), self._rules
        if not closed and keys in rules.beginnings:
            raise Wait
        return next((keys[:length] for length in range(len(keys), 0, -1) if keys[:length] in rules.rows), ())

    def _add(self, piece: Piece, keys: Row) -> None:
        mark = "" if piece.glued else mark_before(self._rules.marks, self._said, keys, self.text)
        text = piece.text if self.text and mark != "!" else capital(piece.text)
        self.text += mark + ("" if piece.glued or not self.text else " ") + text
        self._said += keys if keys[0] != NUMBER or self._said[-1:] != [NUMBER] else ()
        del self._words[: piece.length], self._keys[: piece.length]


def _plain(word: str) -> str:
    """The word as the matching sees it; of several the last."""
    return (words(word) or [""])[-1]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_spoken(word: str) -> bool:
    """Is it as recognisers write? Anything else was written by somebody, and stays."""
    return word.islower() and word.replace("'", "").isalpha()
