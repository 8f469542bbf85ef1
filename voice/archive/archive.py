"""The archive: calls are recorded into it, mended after a crash, and read from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, Select, and_, func, insert, select, update

from voice.archive import take_aways
from voice.archive.journal import Journal
from voice.archive.owner import Owner, is_alive
from voice.archive.recorder import Recorder
from voice.archive.records import Call, Record, ReplyTimes, StoredEvent, Utterance
from voice.archive.schema import connect
from voice.archive.sound import TwoSides
from voice.archive.tables import Calls, Events, Traces, Utterances, Words
from voice.audio.files import FlacWriter, salvage
from voice.errors import SetupError, VoiceError
from voice.events import Word
from voice.line import HEARING_HZ
from voice.settings import Settings

LATELY = timedelta(days=30)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """All calls. `begin`, `recover` and `close` belong to the thread of the recorders; any thread may read."""

    def __init__(
        self, engine: Engine, sound: Path, owner: Owner, version: str = "", now: Callable[[], datetime] = _utc_now
    ) -> None:
        """Use `open`."""
        self._engine = engine
        self._sound = sound
        self._owner = owner
        self._version = version
        self._now = now
        self._journals: list[Journal] = []  # of calls that run, or ended while the disk was full

    @classmethod
    def open(cls, url: str, sound: Path, *, version: str = "", now: Callable[[], datetime] = _utc_now) -> Archive:
        """Open the database `url` (SQLAlchemy's form), bring its tables up to date, keep sound under `sound`.

        version: of the program, noted with every call. Raises SetupError when either cannot be used.
        """
        try:
            sound.mkdir(parents=True, exist_ok=True)
            owner = Owner(sound)
        except OSError as error:
            raise SetupError(f"cannot keep recordings in {sound}: {error}") from error
        return cls(connect(url), sound, owner, version, now)

    @classmethod
    def of(cls, settings: Settings, *, version: str = "") -> Archive:
        """Open the archive the settings name. Raises SetupError."""
        url = settings.database or f"sqlite:///{settings.data / 'archive.db'}"
        return cls.open(url, settings.data / "sound", version=version)

    @property
    def engine(self) -> Engine:
        """The database, for tables that other rooms keep beside the archive's."""
        return self._engine

    def close(self) -> None:
        """Write what still waits, as far as possible, and let go of everything."""
        self._retry()
        self._owner.release()
        self._engine.dispose()

    def begin(self, call_id: str, line: str, caller: str, transport: str, *, language: str = "ru") -> Recorder:
        """Open a call's record; `call_id` is a uuid4 in hex. Never raises for a full disk: see `Recorder.failed`."""
        started_at = self._now()
        name = f"{started_at:%Y-%m-%d}/{call_id}.flac"
        journal = Journal(self._engine, call_id)
        recorder = Recorder(
            call_id, journal, TwoSides(lambda: self._create(name), lambda: salvage(self._sound / name)), self._now
        )
        self._retry()
        self._journals.append(journal)
        journal.write(
            insert(Calls).values(
                id=call_id,
                line=line,
                caller=caller,
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
        orphans = select(Calls).where(Calls.ended_at.is_(None), Calls.owner != self._owner.name)
        with self._engine.connect() as connection:
            rows = connection.execute(orphans).all()
        alive = {name: is_alive(self._sound, name) for name in {row.owner for row in rows}}
        dead = [row for row in rows if not alive[row.owner]]
        for row in dead:
            self._mend(row)
        return [row.id for row in dead]

    def calls(
        self, *, limit: int = 50, before: datetime | None = None, line: str = "", state: str = ""
    ) -> tuple[Call, ...]:
        """The newest calls first; `before`: only those that started earlier."""
        wanted = _calls().order_by(Calls.started_at.desc(), Calls.id).limit(limit)
        if before is not None:
            wanted = wanted.where(Calls.started_at < before)
        if line:
            wanted = wanted.where(Calls.line == line)
        if state:
            wanted = wanted.where(Calls.state == state)
        with self._engine.connect() as connection:
            return tuple(_call(row) for row in connection.execute(wanted))

    def called_lately(self, caller: str, line: str) -> bool:
        """Has this caller had a whole call with this line within LATELY? Nobody is known without a number."""
        if not caller:
            return False
        wanted = select(Calls.id).where(
            Calls.started_at > self._now() - LATELY,
            Calls.caller == caller,
            Calls.line == line,
            Calls.state == "complete",
        )
        with self._engine.connect() as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def call(self, call_id: str) -> Record | None:
        """One call with everything in it; None when there is no such call."""
        with self._engine.connect() as connection:
            row = connection.execute(_calls().where(Calls.id == call_id)).one_or_none()
            if row is None:
                return None
            words: dict[int, list[Word]] = {}
            for word in connection.execute(select(Words).where(Words.call == call_id).order_by(Words.n)):
                words.setdefault(word.utterance, []).append(
                    Word(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence)
                )
            said = connection.execute(
                select(Utterances).where(Utterances.call == call_id).order_by(Utterances.started_ms, Utterances.n)
            ).all()
            events = connection.execute(select(Events).where(Events.call == call_id).order_by(Events.seq)).all()
            traces = connection.execute(select(Traces).where(Traces.call == call_id).order_by(Traces.n)).all()
        return Record(
            call=_call(row),
            utterances=tuple(Utterance(**_fields(Utterance, one), words=tuple(words.get(one.n, ()))) for one in said),
            events=tuple(StoredEvent(**_fields(StoredEvent, one)) for one in events),
            traces=tuple(
                ReplyTimes(n=one.n, utterance=one.utterance, stages_ms=one.stages, gap_ms=one.gap_ms) for one in traces
            ),
        )

    def sound(self, call_id: str) -> Path | None:
        """The call's FLAC, 16 000 Hz, the caller left and the line right; None when there is none."""
        with self._engine.connect() as connection:
            name = connection.execute(select(Calls.sound).where(Calls.id == call_id)).scalar_one_or_none()
        path = self._sound / name if name else None
        return path if path and path.is_file() else None

    def give_away(self, call_id: str, days: int) -> str:
        """A secret by which the caller may fetch his call for `days`. Raises RecordingFailed.

        It belongs to the thread of the recorders.
        """
        self._retry()
        now = self._now()
        return take_aways.give(self._engine, call_id, now, now + timedelta(days=days))

    def given_away(self, key: str) -> tuple[Record, datetime] | None:
        """The call of such a secret, and until when it may be fetched; None for any other, or when its time is over."""
        found = take_aways.find(self._engine, key, self._now())
        record = self.call(found[0]) if found else None
        return (record, found[1]) if found and record else None

    def _create(self, name: str) -> FlacWriter:
        path = self._sound / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return FlacWriter(path, HEARING_HZ, channels=2)

    def _retry(self) -> None:
        for journal in self._journals:
            journal.flush()
        self._journals = [journal for journal in self._journals if not (journal.sealed and journal.settled)]

    def _mend(self, row: Row[Any]) -> None:
        flaws = [line for line in row.flaws.splitlines() if line] + ["killed: the process died during the call"]
        sound, path = row.sound, self._sound / row.sound
        if not path.is_file():
            sound = ""
        else:
            try:
                salvage(path)
            except (OSError, RuntimeError, VoiceError) as error:
                sound = ""
                flaws.append(f"sound: {type(error).__name__}: {error}")
        with self._engine.begin() as connection:
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


def _calls() -> Select[Any]:
    """Calls, each with the first thing the caller said."""
    first = (
        select(Utterances.text)
        .where(
            and_(
                Utterances.call == Calls.id,
                Utterances.side == "caller",
                Utterances.source != "key",
                Utterances.echo.is_(False),
            )
        )
        .order_by(Utterances.n)
        .limit(1)
        .correlate(Calls)
        .scalar_subquery()
    )
    return select(Calls.__table__, func.coalesce(first, "").label("first_words"))


def _call(row: Row[Any]) -> Call:
    flaws = tuple((code, detail) for code, _, detail in (line.partition(": ") for line in row.flaws.splitlines()))
    return Call(**{**_fields(Call, row), "flaws": flaws})


def _fields(kind: type, row: Row[Any]) -> dict[str, Any]:
    """The columns of `row` that are fields of the dataclass `kind`."""
    return {field.name: row._mapping[field.name] for field in dataclasses.fields(kind) if field.name in row._mapping}
