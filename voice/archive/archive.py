"""The archive: calls are recorded into it, mended after a crash, and read from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError as ArchiveFault

from voice.archive import chain, take_aways
from voice.archive.journal import Journal
from voice.archive.kept import newest_calls, record_of
from voice.archive.keys import KeyRing
from voice.archive.owner import Owner, is_alive
from voice.archive.pieces import Piece
from voice.archive.reading import Beside, Reading, beside, noted_as, reading, readings, shown_as
from voice.archive.recorder import Recorder
from voice.archive.records import Call, Record
from voice.archive.schema import connect
from voice.archive.sealing import CALLER, CallSeal
from voice.archive.sound import TwoSides
from voice.archive.sound_store import SoundStore
from voice.archive.subjects import token
from voice.archive.tables import Calls, Events, Links
from voice.errors import KeyDestroyed, RecordDamaged, SetupError, VoiceError
from voice.settings import Settings

__all__ = ["Archive", "ArchiveFault"]

log = logging.getLogger(__name__)

LATELY = timedelta(days=30)
LOOKED_AT = 20  # calls, to see whether the keys are theirs
PHONE = "phone"  # a kind of subjects.py


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """All calls. `begin`, `recover` and `close` belong to the thread of the recorders; any thread may read."""

    def __init__(
        self,
        engine: Engine,
        keys: KeyRing,
        sounds: SoundStore,
        owner: Owner,
        version: str = "",
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Use `open`."""
        self.engine = engine
        self.keys = keys
        self.sounds = sounds
        self.now = now
        self._owner = owner
        self._version = version
        self._journals: list[Journal] = []  # of calls that run, or ended while the disk was full

    @classmethod
    def open(
        cls,
        url: str,
        sound: Path,
        *,
        keys: Path | None = None,
        version: str = "",
        now: Callable[[], datetime] = _utc_now,
    ) -> Archive:
        """Open the database `url` (SQLAlchemy's form), bring its tables up to date, keep sound under `sound`.

        keys: the folder of the keys, `keys` beside `sound` unless told. version: of the program, noted with every call.
        Raises SetupError when one of them cannot be used, or when the keys are not those of the calls.
        """
        ring = KeyRing(keys or sound.parent / "keys")
        try:
            sound.mkdir(parents=True, exist_ok=True)
            owner = Owner(sound)
        except OSError as error:
            raise SetupError(f"cannot keep recordings in {sound}: {error}") from error
        engine = connect(url, ring)
        _fit(engine, ring)
        return cls(engine, ring, SoundStore(sound, ring), owner, version, now)

    @classmethod
    def of(cls, settings: Settings, *, version: str = "") -> Archive:
        """Open the archive the settings name. Raises SetupError."""
        url = settings.database or f"sqlite:///{settings.data / 'archive.db'}"
        keys = Path(settings.keys) if settings.keys else settings.data / "keys"
        return cls.open(url, settings.data / "sound", keys=keys, version=version)

    def close(self) -> None:
        """Write what still waits, as far as possible, and let go of everything."""
        self._retry()
        self._owner.release()
        self.engine.dispose()

    def begin(self, call_id: str, line: str, caller: str, transport: str, *, language: str = "ru") -> Recorder:
        """Open a call's record; `call_id` is a uuid4 in hex. Never raises for a full disk: see `Recorder.failed`."""
        started_at = self.now()
        name = self.sounds.name(call_id, started_at)
        seal = CallSeal(call_id, self.keys.make(call_id))
        journal = Journal(self.engine, call_id)
        sound = TwoSides(lambda: self.sounds.create(name, call_id), lambda: self.sounds.mend(name, call_id))
        recorder = Recorder(seal, self.keys, journal, sound, self.now)
        self._retry()
        self._journals.append(journal)
        if trouble := self.keys.trouble(call_id):
            journal.flaw("key", trouble)
        journal.write(
            insert(Calls).values(
                id=call_id,
                line=line,
                caller=seal.text(caller, CALLER),
                caller_token=token(self.keys, PHONE, caller),
                transport=transport,
                language=language,
                version=self._version,
                owner=self._owner.name,
                started_at=started_at,
                ended_by="",
                reason="",
                state="open",
                flaws="",
                sound=name,
                sound_lost_ms=0,
            )
        )
        return recorder

    def recover(self) -> list[str]:
        """Mend the calls whose process died: mark them incomplete and make their sound readable. Returns their ids."""
        orphans = select(Calls).where(
            Calls.cared_at.is_(None), Calls.ended_at.is_(None), Calls.owner != self._owner.name
        )
        with self.engine.connect() as connection:
            rows = connection.execute(orphans).all()
        alive = {name: is_alive(self.sounds.folder, name) for name in {row.owner for row in rows}}
        dead = [row for row in rows if not alive[row.owner]]
        for row in dead:
            self._mend(row)
        return [row.id for row in dead]

    def calls(
        self, *, limit: int = 50, before: datetime | None = None, line: str = "", state: str = ""
    ) -> tuple[Call, ...]:
        """The newest calls first; `before`: only those that started earlier."""
        with self.engine.connect() as connection:
            return newest_calls(connection, self.keys, limit=limit, before=before, line=line, state=state)

    def call_ids(self) -> Iterator[str]:
        """Of every call, the oldest first."""
        with self.engine.connect() as connection:
            yield from connection.execute(select(Calls.id).order_by(Calls.started_at, Calls.id)).scalars()

    def called_lately(self, caller: str, line: str) -> bool:
        """Has this caller had a whole call with this line within LATELY? Nobody is known without a number."""
        known = token(self.keys, PHONE, caller)
        if not known:
            return False
        wanted = select(Calls.id).where(
            Calls.started_at > self.now() - LATELY,
            Calls.caller_token == known,
            Calls.line == line,
            Calls.state == "complete",
        )
        with self.engine.connect() as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def call(self, call_id: str) -> Record | None:
        """One call with everything in it; None when there is no such call.

        What was destroyed is left out: `Call.text_erased_at` tells. Raises RecordDamaged for what was changed.
        """
        with self.engine.connect() as connection:
            return record_of(connection, self.keys, call_id)

    def reading(self, call_id: str, *, unmasked: bool = False) -> Reading | None:
        """One call as its reader may see it, corrected and, unless he may see everything, masked.

        Raises RecordDamaged for what was changed.
        """
        found = self._with_beside(call_id)
        return reading(*found, unmasked=unmasked) if found else None

    def readings(self, call_id: str) -> tuple[Reading, Reading] | None:
        """One call masked, and with everything, in the time of one reading. Raises RecordDamaged."""
        found = self._with_beside(call_id)
        return readings(*found) if found else None

    def shown_as(self, call_id: str, utterance: int, text: str) -> tuple[Piece, ...]:
        """How a text would be shown, masked, if it stood for an utterance. Raises KeyError, RecordDamaged."""
        return shown_as(*self._known(call_id), utterance, text)

    def noted_as(self, call_id: str, texts: Sequence[str]) -> list[str]:
        """Texts about a call, masked. Raises KeyError, RecordDamaged."""
        known = self._known(call_id)
        return [noted_as(*known, text) for text in texts]

    def _known(self, call_id: str) -> tuple[Record, Beside]:
        if (found := self._with_beside(call_id)) is None:
            raise KeyError(call_id)
        return found

    def _with_beside(self, call_id: str) -> tuple[Record, Beside] | None:
        with self.engine.connect() as connection:
            record = record_of(connection, self.keys, call_id)
            return (record, beside(connection, record, self.open_sealed)) if record else None

    def sound_bytes(self, call_id: str) -> bytes | None:
        """The call's FLAC, 16 000 Hz, the caller left and the line right; None when there is none (any more).

        Raises RecordDamaged for a file that is not what was written.
        """
        with self.engine.connect() as connection:
            name = connection.execute(select(Calls.sound).where(Calls.id == call_id)).scalar_one_or_none()
        try:
            return self.sounds.read(name, call_id) if name else None
        except (FileNotFoundError, KeyDestroyed):
            return None

    def seal_of(self, call_id: str) -> CallSeal:
        """What seals and opens the rows of this call. Raises KeyDestroyed, RecordDamaged."""
        return CallSeal(call_id, self.keys.of(call_id))

    def seal(self, call_id: str, text: str, place: str) -> bytes:
        """Seal a text that is kept with this call; `place` must be given again to open it. Raises KeyDestroyed."""
        return self.seal_of(call_id).text(text, place)

    def open_sealed(self, call_id: str, sealed: bytes, place: str) -> str:
        """What `seal` sealed. Raises KeyDestroyed, RecordDamaged."""
        return self.seal_of(call_id).opened(sealed, place)

    @contextmanager
    def writing(self, call_id: str = "") -> Iterator[Connection]:
        """One transaction that writes, whole or not at all; on SQLite others that write wait for it from its start.

        call_id: others that change this call wait, whatever the database.
        """
        with self.engine.connect().execution_options(immediate=True) as connection, connection.begin():
            if call_id:
                chain.hold(connection, call_id)
            yield connection

    def compact(self) -> None:
        """Let nothing of what was deleted lie in the database's journal; waits for nobody who still reads it."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def tie(self, connection: Connection, call_id: str) -> None:
        """Begin the chain of a call that is over: from now on a change of its record or its sound shows.

        Only the first time does anything: a change made since must not be tied in.
        """
        if connection.execute(select(Links.n).where(Links.call == call_id, Links.what == "record").limit(1)).first():
            return
        name = connection.execute(select(Calls.sound).where(Calls.id == call_id)).scalar_one()
        chain.add(connection, self.keys, call_id, "record")
        chain.add(connection, self.keys, call_id, "sound", digest=self.sounds.digest(name))

    def link(self, connection: Connection, call_id: str, what: str, row: int) -> None:
        """Tie a row that was just added or changed to the call's chain, in the same transaction: see chain.py."""
        chain.add(connection, self.keys, call_id, what, row)

    def faults(self, call_id: str) -> list[str]:
        """What of this call is not as it was written: see chain.py. Empty: nothing was changed."""
        with self.engine.connect() as connection:
            name = connection.execute(select(Calls.sound).where(Calls.id == call_id)).scalar_one_or_none() or ""
            return chain.faults(connection, self.keys, call_id, self.sounds.digest(name))

    def give_away(self, call_id: str, days: int) -> str:
        """A secret by which the caller may fetch his call for `days`. Raises RecordingFailed.

        It belongs to the thread of the recorders.
        """
        self._retry()
        now = self.now()
        return take_aways.give(self.engine, call_id, now, now + timedelta(days=days))

    def given_away(self, key: str) -> tuple[Record, datetime] | None:
        """The call of such a secret, and until when it may be fetched; None for any other, or when its time is over."""
        found = take_aways.find(self.engine, key, self.now())
        record = self.call(found[0]) if found else None
        return (record, found[1]) if found and record else None

    def _retry(self) -> None:
        self.keys.settle()
        for journal in self._journals:
            journal.flush()
        self._journals = [journal for journal in self._journals if not (journal.sealed and journal.settled)]

    def _mend(self, row: Row[Any]) -> None:
        flaws = [line for line in row.flaws.splitlines() if line] + ["killed: the process died during the call"]
        sound = ""
        try:
            sound = self.sounds.mend(row.sound, row.id) if row.sound else ""
        except (OSError, RuntimeError, VoiceError) as error:
            flaws.append(f"sound: {type(error).__name__}: {error}")
        with self.writing() as connection:
            last_ms = connection.execute(select(func.max(Events.at_ms)).where(Events.call == row.id)).scalar() or 0
            connection.execute(
                update(Calls)
                .where(Calls.id == row.id)
                .values(
                    state="incomplete",
                    flaws="\n".join(flaws),
                    sound=sound,
                    ended_at=row.started_at + timedelta(milliseconds=last_ms),
                )
            )


def _fit(engine: Engine, keys: KeyRing) -> None:
    """Raises SetupError when `keys` are not those of the calls that are kept."""
    newest = select(Calls.id).where(Calls.text_erased_at.is_(None)).order_by(Calls.started_at.desc()).limit(LOOKED_AT)
    with engine.connect() as connection:
        calls = connection.execute(newest).scalars().all()
    try:
        if keys.is_new and calls and not any(keys.has(call_id) for call_id in calls):
            keys.forget_master()  # or the next start would take it for the right one
            raise RecordDamaged("it was empty")
        for call_id in filter(keys.has, calls):
            keys.of(call_id)
    except RecordDamaged as error:
        raise SetupError(
            f"the keys in {keys.folder} do not open the calls that are kept: put the folder back as it was "
            f"with this database, or name it with LINIYA_KEYS ({error})"
        ) from error
