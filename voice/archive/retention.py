"""How long what is kept of calls is kept, and how it is destroyed: when its time is over, or when somebody asks for it.

Sound, words and figures have clocks of their own. Words and sound go by destroying their keys, so that no copy of the
database or of the files can be read either. What is under a hold stays. Each destruction leaves a record that names
nobody. It belongs to one thread at a time, in whatever process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from voice.archive import chain
from voice.archive.archive import PHONE, Archive
from voice.archive.forgetting import Forgetting
from voice.archive.index import Index
from voice.archive.records import Destruction, Hold, Owed
from voice.archive.subjects import token
from voice.archive.tables import Base, Calls, Destructions, Figures, Findables, Holds, Links, Subjects
from voice.office import Entry, Forgets, Wanted, plain
from voice.settings import Settings

log = logging.getLogger(__name__)

CLOCK = "retention"  # who destroys what nobody asked to be destroyed
AT_ONCE = 200  # calls in one destruction
CUT_OFF = timedelta(days=30)  # so long ago a destruction may have been cut off and still be finished
METHOD = "AES-256-GCM keys overwritten and removed; rows and files deleted"
# What holds words, or leads to a person, by table; what is not named here holds neither, or only sealed words.
WORDS: tuple[str, ...] = (
    *("events", "utterances", "words", "slots", "masks", "corrections", "rehearings", "subjects", "take_aways"),
    *("remarks", "links", "masked_texts"),
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Days from a call's end; 0: for ever."""

    sound_days: int
    text_days: int
    figures_days: int

    @classmethod
    def of(cls, settings: Settings) -> Clocks:
        return cls(settings.keep_sound_days, settings.keep_text_days, settings.keep_figures_days)


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of a request to destroy, or would: calls destroyed, and those that a hold keeps.

    entries: what the back office had written down, destroyed where `kept` is empty; None: it could not be asked now.
    """

    calls: tuple[str, ...]
    held: tuple[str, ...]
    entries: tuple[Entry, ...] | None = ()


class Retention:
    def __init__(self, archive: Archive, clocks: Clocks, office: Callable[[], Forgets] | None = None) -> None:
        """office: opens the back office where calls have things written down, or raises SetupError; None: nowhere."""
        self._archive, self._clocks = archive, clocks
        self._index = Index(archive)
        self._forgetting = Forgetting(archive, office) if office else None

    def tick(self) -> int:
        """Destroy what has outlived its clock, and finish what was cut off before; how many calls were touched.

        The back office is asked again for what it owes.
        """
        sound = self._destroy_due("sound", self._clocks.sound_days, Calls.sound_erased_at.is_(None))
        text = self._destroy_due("text", self._clocks.text_days, Calls.text_erased_at.is_(None))
        has_figures = select(Figures.call).where(Figures.call == Calls.id).exists()
        figures = self._destroy_due("figures", self._clocks.figures_days, has_figures)
        self._finish()
        self.ask_again()
        return sound + text + figures

    def about(self, kind: str, value: str) -> tuple[str, ...]:
        """The calls that are over and about this number: a kind of subjects.py (a phone, a СНИЛС, an appeal)."""
        subject = token(self._archive.keys, kind, value)
        if not subject:
            return ()
        about = Calls.id.in_(select(Subjects.call).where(Subjects.kind == kind, Subjects.token == subject))
        wanted = select(Calls.id).where(Calls.text_erased_at.is_(None), Calls.ended_at.is_not(None))
        wanted = wanted.where(about | (Calls.caller_token == subject) if kind == PHONE else about)
        with self._archive.engine.connect() as connection:
            return tuple(connection.execute(wanted.order_by(Calls.started_at)).scalars())

    def erasable(self, kind: str, value: str) -> Erased:
        """What `erase` would do now."""
        wanted = self._wanted(self.about(kind, value), kind, value)
        entries = self._forgetting.entries(wanted) if self._forgetting and wanted.number else ()
        return Erased(wanted.calls, wanted.held, entries)

    def erase(self, kind: str, value: str, *, by: str, reason: str) -> Erased:
        """Destroy every call about this number, and what stands of it in the back office; figures stay, which lead to
        nobody.

        A back office that cannot be asked, or keeps something, is asked again: see `owed`. Raises RecordingFailed when
        a key could not be destroyed.
        """
        wanted = self._wanted(self.about(kind, value), kind, value)
        if not wanted.number:
            return Erased((), ())
        return self._erase(wanted, by=by, reason=reason, subject=f"{kind}:{token(self._archive.keys, kind, value)}")

    def erase_calls(self, calls: Sequence[str], *, by: str, reason: str) -> Erased:
        """Destroy words and sound of these calls, but for those under a hold, and what they had written down.

        Raises RecordingFailed.
        """
        return self._erase(self._wanted(calls), by=by, reason=reason, subject="")

    def _wanted(self, calls: Sequence[str], kind: str = "", value: str = "") -> Wanted:
        held = self.held(calls)
        free = tuple(call for call in calls if call not in held)
        number = {"kind": kind, "number": plain(kind, value)} if kind else {}
        kept = tuple(call for call in calls if call in held)
        return Wanted(until=self._archive.now(), calls=free, held=kept, **number)

    def _erase(self, wanted: Wanted, *, by: str, reason: str, subject: str) -> Erased:
        forgetting = self._forgetting
        if forgetting is None:
            if wanted.calls:
                self._destroy("everything", wanted.calls, by=by, reason=reason, subject=subject)
            return Erased(wanted.calls, wanted.held)
        asked = {"by": by, "reason": reason, "subject": subject}
        kept = 0

        def keep(connection: Connection, destruction: int | None) -> None:
            nonlocal kept
            kept = forgetting.keep(connection, wanted, **asked, destruction=destruction)

        if wanted.calls:
            self._destroy("everything", wanted.calls, **asked, along=keep)
        else:
            with self._archive.writing() as connection:
                keep(connection, None)
        return Erased(wanted.calls, wanted.held, forgetting.ask(kept))

    def owed(self) -> tuple[Owed, ...]:
        """What the back office was asked to forget and has not forgotten yet."""
        return self._forgetting.owed() if self._forgetting else ()

    def ask_again(self) -> None:
        """Ask the back office for what it owes and may destroy by now."""
        if self._forgetting:
            self._forgetting.ask_again()

    def held(self, calls: Sequence[str]) -> frozenset[str]:
        """Those of the calls that a hold keeps."""
        with self._archive.engine.connect() as connection:
            return frozenset(connection.execute(_held().where(Holds.call.in_(calls))).scalars())

    def hold(self, call_id: str, *, by: str, reason: str) -> int:
        """Keep this call until the hold is lifted; the hold's number."""
        with self._archive.writing() as connection:
            values = {"call": call_id, "by": by, "at": self._archive.now(), "reason": reason, "lifted_by": ""}
            added = connection.execute(insert(Holds).values(**values)).inserted_primary_key
            assert added is not None
            self._archive.link(connection, call_id, "holds", added[0])
        return int(added[0])

    def lift(self, hold_id: int, *, by: str) -> bool:
        """End a hold; False when there is no such hold any more."""
        with self._archive.writing() as connection:
            call_id = connection.execute(_held().where(Holds.id == hold_id)).scalar_one_or_none()
            if call_id is None:
                return False
            change = update(Holds).where(Holds.id == hold_id)
            connection.execute(change.values(lifted_by=by, lifted_at=self._archive.now()))
            self._archive.link(connection, call_id, "holds", hold_id)
        return True

    def holds(self, call_id: str = "") -> tuple[Hold, ...]:
        """Those that stand; of one call, or of all."""
        return holds(self._archive, call_id)

    def destruction(self, number: int) -> Destruction | None:
        found = self.destructions(limit=1, before=number + 1)
        return found[0] if found and found[0].id == number else None

    def destructions(self, *, limit: int = 100, before: int | None = None) -> tuple[Destruction, ...]:
        """The newest first; before: a destruction's number."""
        wanted = select(Destructions.__table__).order_by(Destructions.id.desc()).limit(limit)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(wanted.where(Destructions.id < before) if before else wanted).all()
        return tuple(_destruction(row) for row in rows)

    def completed_by(self, number: int) -> tuple[int, ...]:
        """Later records of what the back office destroyed after this one, the oldest first."""
        wanted = select(Destructions.id).where(Destructions.completes == number).order_by(Destructions.id)
        with self._archive.engine.connect() as connection:
            return tuple(connection.execute(wanted).scalars())

    def _destroy_due(self, what: str, days: int, still: ColumnElement[bool]) -> int:
        if not days:
            return 0
        limit = self._archive.now() - timedelta(days=days)
        due = select(Calls.id).where(Calls.ended_at < limit, still, Calls.id.not_in(_held()))
        count = 0
        while True:
            with self._archive.engine.connect() as connection:
                calls = connection.execute(due.order_by(Calls.ended_at).limit(AT_ONCE)).scalars().all()
            if not calls:
                return count
            self._destroy(what, calls, by=CLOCK, reason=f"{days} days are over")
            count += len(calls)

    def _destroy(
        self,
        what: str,
        calls: Sequence[str],
        *,
        by: str,
        reason: str,
        subject: str = "",
        along: Callable[[Connection, int], None] | None = None,
    ) -> None:
        """First it is written that they are destroyed, then they are: what is cut off between, `_finish` finishes.

        along: keeps what the back office shall be asked, together with the record, whose number it gets.
        """
        now = self._archive.now()
        with self._archive.writing() as connection:
            named = connection.execute(select(Calls.id, Calls.sound).where(Calls.id.in_(calls)))
            sounds = {row.id: row.sound for row in named}
            if what in ("text", "everything"):
                self._clear_words(connection, calls)
                for call_id in calls:
                    self._index.say_anew(connection, call_id)
                erased = {"text_erased_at": now, "caller": b"", "caller_token": "", "notice": ""}
                connection.execute(update(Calls).where(Calls.id.in_(calls)).values(**erased))
            if what in ("sound", "everything"):
                connection.execute(update(Calls).where(Calls.id.in_(calls)).values(sound_erased_at=now))
            if what == "figures":
                connection.execute(delete(Figures).where(Figures.call.in_(calls)))
                connection.execute(delete(Findables).where(Findables.call.in_(calls)))
            values = {"what": what, "subject": subject, "calls": list(calls), "method": METHOD}
            values["office"] = "unreached" if along else ""  # until the back office has answered
            added = connection.execute(insert(Destructions).values(at=now, by=by, reason=reason, **values))
            assert added.inserted_primary_key is not None
            if along:
                along(connection, added.inserted_primary_key[0])
        everything = what == "everything"
        for call_id, sound in sounds.items():
            self._destroy_keys(call_id, sound, text=everything or what == "text", sound=everything or what == "sound")
        with self._archive.writing() as connection:
            for call_id in calls:
                self._tie_anew(connection, call_id, what)
        self._archive.compact()

    def _destroy_keys(self, call_id: str, name: str, *, text: bool, sound: bool) -> None:
        if sound:
            self._archive.sounds.erase(name, call_id)
        if text:
            self._archive.keys.destroy(call_id)

    def _clear_words(self, connection: Connection, calls: Sequence[str]) -> None:
        for name in WORDS:
            if (table := Base.metadata.tables.get(name)) is not None:
                connection.execute(delete(table).where(table.c.call.in_(calls)))

    def _tie_anew(self, connection: Connection, call_id: str, what: str) -> None:
        if what in ("text", "everything"):
            connection.execute(delete(Links).where(Links.call == call_id))
            chain.add(connection, self._archive.keys, call_id, "record")
        if what == "sound" and connection.execute(select(Links.n).where(Links.call == call_id)).first():
            chain.add(connection, self._archive.keys, call_id, "sound")

    def _finish(self) -> None:
        """Keys that outlived what is written: the process died between the two, or the disk failed."""
        lately = self._archive.now() - CUT_OFF
        erased = (Calls.text_erased_at > lately) | (Calls.sound_erased_at > lately)
        wanted = select(Calls.id, Calls.sound, Calls.text_erased_at, Calls.sound_erased_at).where(erased)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            text = row.text_erased_at is not None and self._archive.keys.has(row.id)
            sound = row.sound_erased_at is not None and self._archive.sounds.exists(row.sound, row.id)
            if text or sound:
                log.warning("a destruction that was cut off is finished")
                self._destroy_keys(row.id, row.sound, text=text, sound=sound)


def holds(archive: Archive, call_id: str = "") -> tuple[Hold, ...]:
    """Those that stand; of one call, or of all."""
    wanted = select(Holds.__table__).where(Holds.lifted_at.is_(None)).order_by(Holds.id)
    with archive.engine.connect() as connection:
        rows = connection.execute(wanted.where(Holds.call == call_id) if call_id else wanted).all()
    return tuple(Hold(id=row.id, call=row.call, by=row.by, at=row.at, reason=row.reason) for row in rows)


def _destruction(row: Row[Any]) -> Destruction:
    entries = tuple(Entry(**entry) for entry in row.entries)
    return Destruction(**{**row._mapping, "calls": tuple(row.calls), "entries": entries})


def _held() -> Select[str]:
    return select(Holds.call).where(Holds.lifted_at.is_(None))
