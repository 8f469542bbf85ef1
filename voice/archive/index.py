"""The full-text index: which calls have which terms, on SQLite's FTS5 or PostgreSQL's tsvector.

Both hold the same bag of terms (see terms.py) and are only asked for unions and cuts. A term stands there as a keyed
hash, so that the database alone, without the archive's key, tells nobody what was said in a call.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, any_, column, delete, func, insert, select, table, text

from voice.archive.archive import Archive
from voice.archive.query import Phrase, Query
from voice.archive.tables import Findables
from voice.archive.terms import SIDES, pair, single, terms

KIND = "term"  # of what is hashed: see keys.py
HASH_BYTES = 5  # 8 letters: of a million terms hardly two are alike
REMEMBERED = 200_000  # hashes of terms
SAYINGS_REMEMBERED = 2_000
FEW = 5_000  # calls that are looked up one by one; of more, a page of the newest is soon found

_SQLITE = {
    "and": " AND ",
    "or": " OR ",
    "but not": " NOT ",
    "n": "rowid",
    "match": "call_words MATCH :{name}",
    "insert": "INSERT INTO call_words (rowid, words) VALUES (:n, :words)",
}
_POSTGRESQL = {
    "and": " & ",
    "or": " | ",
    "but not": " & !",
    "n": "n",
    "match": "words @@ CAST(:{name} AS tsquery)",
    "insert": "INSERT INTO call_words (n, words) VALUES (:n, array_to_tsvector(string_to_array(:words, ' ')))",
}
# Until the transaction ends: PostgreSQL does not reckon what unpacking the words of each row that it reads costs, nor
# that compiling a statement takes longer than any of these does.
_HINDERING = ("enable_seqscan", "jit")


class Index:
    """Any thread may use it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._sql = _SQLITE if archive.engine.dialect.name == "sqlite" else _POSTGRESQL
        self._hash = lru_cache(maxsize=REMEMBERED)(self._hashed)
        self._bag = lru_cache(maxsize=SAYINGS_REMEMBERED)(self._hashes)  # the line says the same in every call

    def put(self, connection: Connection, values: Mapping[str, Any], said: Iterable[tuple[str, str]]) -> None:
        """Make a call findable, or anew: `values` are the columns of Findables but `n`; said: (side, masked text)."""
        found = frozenset[str]().union(*(self._bag(side, masked) for side, masked in said))
        connection.execute(delete(Findables).where(Findables.call == values["call"]))
        n = connection.execute(insert(Findables).values(**values).returning(Findables.n)).scalar_one()
        if found:
            connection.execute(text(self._sql["insert"]), {"n": n, "words": " ".join(sorted(found))})

    def say_anew(self, connection: Connection, call_id: str, said: Iterable[tuple[str, str]] = ()) -> bool:
        """The call is found by these words from now on and by no others; False: it is not findable."""
        wanted = select(Findables.__table__).where(Findables.call == call_id)
        row = connection.execute(wanted).one_or_none()
        if row is not None:
            self.put(connection, {name: value for name, value in row._mapping.items() if name != "n"}, said)
        return row is not None

    def matching(self, connection: Connection, query: Query, side: str = "") -> ColumnElement[bool] | None:
        """The condition on Findables that `query` puts, said by `side` or by anybody; None: it puts none.

        For a statement in the same transaction.
        """
        if not query:
            return None
        sides = (side,) if side in SIDES else SIDES
        all_of = self._sql["and"].join(self._phrase(one, sides) for one in query.wanted)
        any_of = self._sql["or"].join(self._phrase(one, sides) for one in query.unwanted)
        if self._sql is _POSTGRESQL:
            connection.execute(select(*(func.set_config(name, "off", True) for name in _HINDERING)))
        if not all_of:
            return Findables.n.not_in(self._found(any_of))
        found = self._found(f"({all_of}){self._sql['but not']}({any_of})" if any_of else all_of)
        if self._sql is _POSTGRESQL and _are_few(connection, found):
            return Findables.n == any_(func.array(found.scalar_subquery()))
        return Findables.n.in_(found)

    def _hashes(self, side: str, masked: str) -> frozenset[str]:
        return frozenset(map(self._hash, terms(side, masked)))

    def _hashed(self, term: str) -> str:
        return b32encode(bytes.fromhex(self._archive.keys.token(KIND, term)[: 2 * HASH_BYTES])).decode().lower()

    def _found(self, match: str) -> Select[Any]:
        condition = text(self._sql["match"].format(name="match")).bindparams(match=match)
        return select(column(self._sql["n"])).select_from(table("call_words")).where(condition)

    def _phrase(self, phrase: Phrase, sides: tuple[str, ...]) -> str:
        """One of `sides` says all pairs of neighbours: nearly always the phrase, and nothing but terms to look up."""
        either = self._sql["or"].join
        said = []
        for side in sides:
            parts = [pair(side, one, two) for one, two in pairwise(phrase)] or [single(side, phrase[0])]
            said.append(self._sql["and"].join(f"({either(map(self._hash, part))})" for part in parts))
        return f"({either(f'({one})' for one in said)})"


def _are_few(connection: Connection, found: Select[Any]) -> bool:
    """PostgreSQL takes every rare word to be as frequent as some that it knows of, and then reads calls in the order of
    the list until it has a page of them: all calls, where the word is in none. So the rare ones are counted first."""
    counted = select(func.count()).select_from(found.limit(FEW + 1).subquery())
    return int(connection.execute(counted).scalar_one()) <= FEW
