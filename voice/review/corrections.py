"""What was really said, by those who heard it again. Corrections are only added: the first text is never lost."""

from __future__ import annotations

from sqlalchemy import insert

from voice.archive.archive import Archive
from voice.archive.pieces import unveiled
from voice.archive.tables import Corrections as Table
from voice.review.findable import say_anew

PLACE = "corrections"  # of what is sealed here
LONGEST = 4_000  # signs


class Corrections:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def correct(self, call: str, utterance: int, by: str, text: str) -> bool:
        """Say what an utterance really was; labels in it, such as [СНИЛС], stand for what `by` may not see.

        An empty text says that nothing was said. False: that is what stands there already, and nothing was written.
        Raises KeyError for an unknown call or utterance, KeyDestroyed for an erased one, ValueError for a text in which
        what is hidden would be hidden no more: its label was moved.
        """
        readings = self._archive.readings(call) or ()
        shown, known = (one.utterance(utterance) for one in readings) if readings else (None, None)
        if shown is None or known is None:
            raise KeyError(utterance)
        corrected, secrets = unveiled(" ".join(text.split())[:LONGEST], known.text, shown.pieces)
        if corrected == known.text:
            return False
        bare = [piece for piece in self._archive.shown_as(call, utterance, corrected) if not piece.hidden]
        if any(piece.begins < ends and begins < piece.ends for piece in bare for begins, ends in secrets):
            raise ValueError("a label stands where what it hides would be bared")
        sealed = self._archive.seal(call, corrected, PLACE)
        row = insert(Table).values(call=call, utterance=utterance, by=by, at=self._archive.now(), sealed=sealed)
        with self._archive.writing() as connection:
            key = connection.execute(row.returning(Table.id)).scalar_one()
            self._archive.link(connection, call, Table.__tablename__, key)
        say_anew(self._archive, call)
        return True
