"""Commands by which archived calls make the line better: replay, propose, wer, fixture."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from voice.archive.archive import Archive
from voice.archive.records import Call, Record
from voice.dialog.script import Script, load_script
from voice.errors import VoiceError
from voice.line import Pcm16
from voice.review.accesses import CONSOLE, Accesses
from voice.review.callers_side import callers_side
from voice.review.course import Course
from voice.review.fixture import cleaned
from voice.review.fixture import fixture as make_fixture
from voice.review.prompt_edits import patch
from voice.review.proposals import propose as find_proposals
from voice.review.proposals import worth_reading
from voice.review.rights import Deed
from voice.review.word_errors import Measured, measured, spoken, sums
from voice.settings import Settings
from voice.tts.voices import open_voice
from voice.workshop.fixtures import expect, say_anew, tried
from voice.workshop.replay import Replayed, replay_text
from voice.workshop.replay_sound import replay_sound


def replay(
    calls: Annotated[list[str] | None, typer.Argument(help="Ids of calls; the newest ones when none is given")] = None,
    since: Annotated[datetime | None, typer.Option(help="Calls from this day on", formats=["%Y-%m-%d"])] = None,
    line: Annotated[str, typer.Option(help="Calls to this number")] = "",
    limit: Annotated[int, typer.Option(help="At most so many calls, the newest first", min=1)] = 100,
    corrected: Annotated[bool, typer.Option("--corrected", help="Take what reviewers say was really said")] = False,
    sound: Annotated[bool, typer.Option("--sound", help="Hear the callers anew instead of taking their words")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when a call goes otherwise")] = False,
    to: Annotated[Path | None, typer.Option("--json", help="Write all of it to this file")] = None,
) -> None:
    """Let archived callers call the line as it is now, and show whose call goes otherwise; nothing is registered."""
    settings = Settings.from_env()
    with _opened(settings, Deed.REPLAY) as archive:
        chosen = _chosen(archive, calls, since=since, line=line, limit=limit)
        by_text = _by_text(settings, archive, chosen, corrected=corrected)
        replayed = _by_sound(settings, archive, chosen) if sound else list(by_text)
    for one in replayed:
        print(*_told(one), sep="\n", end="\n" if one.changes else "")
    changed = sum(bool(one.changes) for one in replayed)
    print(f"{len(replayed)} calls, {changed} go otherwise")
    if to:
        to.write_text(json.dumps([one.plain() for one in replayed], ensure_ascii=False, indent=1), encoding="utf-8")
    raise typer.Exit(1 if check and changed else 0)


def propose(
    since: Annotated[datetime | None, typer.Option(help="Calls from this day on", formats=["%Y-%m-%d"])] = None,
    line: Annotated[str, typer.Option(help="Calls to this number")] = "",
    limit: Annotated[int, typer.Option(help="At most so many calls, the newest first", min=1)] = 1_000,
    only: Annotated[list[str] | None, typer.Option(help="Proposals to take into the patch, by id; all if none")] = None,
    to: Annotated[Path | None, typer.Option("--patch", help="Write them to this file, for `git apply`")] = None,
) -> None:
    """Tell what callers' words could add to prompts/, and the calls that say so; a patch that does harm gives 1."""
    settings = Settings.from_env()
    prompts = settings.prompts / settings.language
    with _opened(settings, Deed.PROPOSE) as archive:
        calls = worth_reading(archive, limit=limit, since=since and since.astimezone(UTC), line=line)
        found = find_proposals(archive, calls, load_script(prompts, settings.learning))
    if unknown := set(only or ()) - {one.id for one in found}:
        raise VoiceError(f"there is no proposal {', '.join(sorted(unknown))}")
    for one in found:
        print(f"{one.id}  {one.kind:8} {one.target:20} {one.text}")
        print(f"{'':14}{one.why} in {one.calls} calls: {' '.join(sorted({said.call for said in one.support})[:5])}")
    print(f"{len(found)} proposals from {len(calls)} calls")
    if to:
        made = patch(prompts, [one for one in found if not only or one.id in only], settings.learning)
        to.write_text(made.text, encoding="utf-8")
        print(*(f"trouble: {trouble}" for trouble in made.troubles), sep="\n", end="\n" if made.troubles else "")
        raise typer.Exit(1 if made.troubles else 0)


def wer(
    by: Annotated[str, typer.Option(help="step, line or noise; whole when empty")] = "",
    since: Annotated[datetime | None, typer.Option(help="Calls from this day on", formats=["%Y-%m-%d"])] = None,
    line: Annotated[str, typer.Option(help="Calls to this number")] = "",
) -> None:
    """Word error rates of what was recognised, by what reviewers say was said: of the first and the second time."""
    keys: dict[str, Callable[[Measured], str]] = {"": lambda _: "all"}
    keys |= {name: attrgetter(name) for name in ("step", "line", "noise")}
    if by not in keys:
        raise VoiceError(f"--by is one of {', '.join(filter(None, keys))}")
    with _opened(Settings.from_env(), Deed.REPORT) as archive:
        found = sums(measured(archive, since=since and since.astimezone(UTC), line=line), keys[by])
    print(f"{by or 'calls':24} {'words':>7} {'WER':>7} {'again':>7}")
    for name, (first, second) in sorted(found.items()):
        print(f"{name or '-':24} {first.words:7} {_percent(first.rate):>7} {_percent(second.rate):>7}")


def fixture(
    call: Annotated[str, typer.Argument(help="The id of a call")],
    folder: Annotated[Path, typer.Argument(help="Where NAME.flac and NAME.expect.yaml are written")],
) -> None:
    """Make a recorded caller of an archived call, without personal data, and let him try the line as it is."""
    settings = Settings.from_env()
    scripts = _scripts(settings)
    with _opened(settings, Deed.EXPORT, call) as archive:
        record = _kept(archive, call)
        shown, pcm = archive.reading(call), callers_side(archive, call)
    if shown is None or pcm is None:
        raise VoiceError(f"the sound of {call} is not kept")
    clean = cleaned(record, shown)
    wanted, otherwise = expect(clean, scripts[settings.language], scripts)
    path = make_fixture(clean, pcm, asyncio.run(_said_anew(settings, clean.spoken))).save(folder, wanted)
    if otherwise:
        print(f"not as it was in the call: {', '.join(otherwise)}")
    wrong = tried(settings, path)
    print(path, *(f"  FAILED  {one}" for one in wrong), *(() if wrong else ("  ok",)), sep="\n")
    raise typer.Exit(1 if wrong else 0)


async def _said_anew(settings: Settings, spoken: Mapping[int, str]) -> dict[int, Pcm16]:
    with TemporaryDirectory() as data:
        voice = open_voice(replace(settings, data=Path(data), synthesisers=1))
        await voice.start()
        try:
            return await say_anew(voice, spoken)
        finally:
            await voice.close()


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"


@contextmanager
def _opened(settings: Settings, deed: Deed, call: str = "") -> Iterator[Archive]:
    """The archive; that it is read from a shell is noted in the log of accesses."""
    archive = Archive.of(settings)
    try:
        Accesses(archive).add(CONSOLE, deed, call=call)
        yield archive
    finally:
        archive.close()


def _chosen(
    archive: Archive, ids: Sequence[str] | None, *, since: datetime | None, line: str, limit: int
) -> Iterator[Record]:
    """Raises VoiceError for an id that is none."""
    for call_id in ids or [call.id for call in _newest(archive, since=since, line=line, limit=limit)]:
        record = _kept(archive, call_id)
        if record.call.state != "open" and record.events:
            yield record


def _kept(archive: Archive, call_id: str) -> Record:
    record = archive.call(call_id)
    if record is None:
        raise VoiceError(f"there is no call {call_id}")
    return record


def _newest(archive: Archive, *, since: datetime | None, line: str, limit: int) -> Sequence[Call]:
    found = archive.calls(limit=limit, line=line)
    day = since.astimezone(UTC) if since else None
    return [call for call in found if day is None or call.started_at >= day]


def _by_text(settings: Settings, archive: Archive, records: Iterable[Record], *, corrected: bool) -> Iterator[Replayed]:
    scripts = _scripts(settings)
    for record in records:
        if record.call.line in scripts[settings.language].lines:
            said = _corrected(archive, record.call.id) if corrected else {}
            yield replay_text(record, scripts[settings.language], scripts, said)
        else:
            print(f"{record.call.id}: there is no line {record.call.line} any more", file=sys.stderr)


def _corrected(archive: Archive, call_id: str) -> dict[int, str]:
    reading = archive.reading(call_id, unmasked=True)
    return {one.n: one.text for one in spoken(reading) if one.corrected} if reading else {}


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
