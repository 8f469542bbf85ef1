"""Commands by which archived calls make the line better: `voice replay`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from voice.archive.archive import Archive
from voice.archive.records import Call, Record
from voice.dialog.script import Script, load_script
from voice.errors import VoiceError
from voice.line import Pcm16
from voice.review.callers_side import callers_side
from voice.review.course import Course
from voice.settings import Settings
from voice.workshop.replay import Replayed, replay_text
from voice.workshop.replay_sound import replay_sound


def replay(
    calls: Annotated[list[str] | None, typer.Argument(help="Ids of calls; the newest ones when none is given")] = None,
    since: Annotated[datetime | None, typer.Option(help="Calls from this day on", formats=["%Y-%m-%d"])] = None,
    line: Annotated[str, typer.Option(help="Calls to this number")] = "",
    limit: Annotated[int, typer.Option(help="At most so many calls, the newest first", min=1)] = 100,
    sound: Annotated[bool, typer.Option("--sound", help="Hear the callers anew instead of taking their words")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when a call goes otherwise")] = False,
    to: Annotated[Path | None, typer.Option("--json", help="Write all of it to this file")] = None,
) -> None:
    """Let archived callers call the line as it is now, and show whose call goes otherwise; nothing is registered."""
    settings = Settings.from_env()
    with _opened(settings) as archive:
        chosen = _chosen(archive, calls, since=since, line=line, limit=limit)
        replayed = list(_by_sound(settings, archive, chosen) if sound else _by_text(settings, archive, chosen))
    for one in replayed:
        print(*_told(one), sep="\n", end="\n" if one.changes else "")
    changed = sum(bool(one.changes) for one in replayed)
    print(f"{len(replayed)} calls, {changed} go otherwise")
    if to:
        to.write_text(json.dumps([one.plain() for one in replayed], ensure_ascii=False, indent=1), encoding="utf-8")
    raise typer.Exit(1 if check and changed else 0)


@contextmanager
def _opened(settings: Settings) -> Iterator[Archive]:
    archive = Archive.of(settings)
    try:
        yield archive
    finally:
        archive.close()


def _chosen(
    archive: Archive, ids: Sequence[str] | None, *, since: datetime | None, line: str, limit: int
) -> Iterator[Record]:
    """Raises VoiceError for an id that is none."""
    for call_id in ids or [call.id for call in _newest(archive, since=since, line=line, limit=limit)]:
        record = archive.call(call_id)
        if record is None:
            raise VoiceError(f"there is no call {call_id}")
        if record.call.state != "open" and record.events:
            yield record


def _newest(archive: Archive, *, since: datetime | None, line: str, limit: int) -> Sequence[Call]:
    found = archive.calls(limit=limit, line=line)
    day = since.astimezone(UTC) if since else None
    return [call for call in found if day is None or call.started_at >= day]


def _by_text(settings: Settings, archive: Archive, records: Iterable[Record]) -> Iterator[Replayed]:
    scripts = _scripts(settings)
    for record in records:
        if record.call.line in scripts[settings.language].lines:
            yield replay_text(record, scripts[settings.language], scripts, {})
        else:
            print(f"{record.call.id}: there is no line {record.call.line} any more", file=sys.stderr)


def _by_sound(settings: Settings, archive: Archive, records: Iterable[Record]) -> list[Replayed]:
    def heard() -> Iterator[tuple[Record, Pcm16]]:
        for record in records:
            pcm = callers_side(archive, record.call.id)
            if pcm is None:
                print(f"{record.call.id}: its sound is not kept", file=sys.stderr)
            else:
                yield record, pcm

    return replay_sound(settings, heard())


def _scripts(settings: Settings) -> Mapping[str, Script]:
    """By language."""
    folders = [path.parent for path in settings.prompts.glob("*/language.yaml")]
    return {
        folder.name: load_script(folder, settings.learning)
        for folder in {settings.prompts / settings.language, *folders}
    }


def _told(one: Replayed) -> Iterator[str]:
    """A table of what is otherwise, under the call's id."""
    if not one.changes:
        return
    yield one.call_id
    for field in fields(Course):
        if field.name in one.changes:
            before, after = map(_short, one.changes[field.name])
            yield f"  {field.name:12} {before}"
            yield f"  {'':9}now {after}"
    for name in one.unknown:
        yield f"  {'':12} the back office was asked {name}, which it was not in the call"


def _short(value: object) -> str:
    return " > ".join(map(str, value)) or "-" if isinstance(value, tuple) else str(value)
