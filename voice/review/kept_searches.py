"""Searches that somebody keeps under a name, for himself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from voice.archive.archive import Archive
from voice.review.search import Search
from voice.review.tables import Searches

MOST = 100  # of one person
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class KeptSearch:
    id: int
    name: str
    search: Search


class KeptSearches:
    """Any thread may use it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, person: str) -> tuple[KeptSearch, ...]:
        """What this person keeps, by name."""
        wanted = select(Searches.__table__).where(Searches.person == person).order_by(Searches.name)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(KeptSearch(row.id, row.name, Search.of(row.query)) for row in rows)

    def keep(self, person: str, name: str, search: Search) -> bool:
        """Keep it in the place of the one that has the same name; False when there are MOST, or it has no name."""
        name = " ".join(name.replace("\0", "").encode(errors="ignore").decode().split())[:LONGEST_NAME]
        if not name:
            return False
        with self._archive.writing() as connection:
            connection.execute(delete(Searches).where(Searches.person == person, Searches.name == name))
            if len(connection.execute(select(Searches.id).where(Searches.person == person)).all()) >= MOST:
                return False
            connection.execute(insert(Searches).values(person=person, name=name, query=search.sent()))
        return True

    def drop(self, person: str, number: int) -> None:
        """Forget one of this person's; nobody drops another's."""
        with self._archive.writing() as connection:
            connection.execute(delete(Searches).where(Searches.person == person, Searches.id == number))
