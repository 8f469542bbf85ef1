"""`voice archive`: what the owner of the machine does with kept calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import Annotated

import typer

from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.archive.subjects import KINDS
from voice.desk.backoffice import EmbeddedOffice
from voice.errors import VoiceError
from voice.office import Entry
from voice.review.accesses import Accesses
from voice.review.aftercare import Aftercare
from voice.settings import Settings

archive = typer.Typer(help="Calls that are kept.", no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why: it is kept in the record")]


@contextmanager
def _opened() -> Iterator[tuple[Archive, Retention]]:
    settings = Settings.from_env()
    opened = Archive.of(settings)
    try:
        yield opened, Retention(opened, Clocks.of(settings), lambda: EmbeddedOffice.of(settings))
    finally:
        opened.close()


@archive.command()
def verify(call: Annotated[str, typer.Argument(help="A call's number; all calls without it")] = "") -> None:
    """Compare what is kept with the chains that were tied to it; exit status 1 when something was changed."""
    changed = checked = 0
    with _opened() as (opened, _):
        for call_id in [call] if call else opened.call_ids():
            checked += 1
            if faults := opened.faults(call_id):
                changed += 1
                print(f"{call_id} was changed: {', '.join(faults)}")
    print(f"{checked} calls compared, {changed} changed", file=sys.stderr)
    raise typer.Exit(changed > 0)


@archive.command("verify-log")
def verify_log() -> None:
    """Compare the log of accesses with its chain; exit status 1 when a row was changed or taken away."""
    with _opened() as (opened, _):
        faults = Accesses(opened).faults()
    print(*(f"access {fault}" for fault in faults), *(() if faults else ("the log is as it was written",)), sep="\n")
    raise typer.Exit(bool(faults))


@archive.command()
def erase(
    kind: Annotated[str, typer.Argument(help=", ".join(KINDS))], number: str, reason: Reason = "asked for"
) -> None:
    """Destroy the words and the sound of every call about this number, and what stands of it in the back office.

    It cannot be undone.
    """
    if kind not in KINDS:
        raise VoiceError(f"{kind} is no kind of number; there are: {', '.join(KINDS)}")
    with _opened() as (_, retention):
        erased = retention.erase(kind, number, by=_who(), reason=reason)
    for call_id in erased.held:
        print(f"{call_id} is under a hold and stays")
    print(f"{len(erased.calls)} calls were destroyed")
    if erased.entries is None:
        print("the back office could not be asked: it is asked again until it answers, see `voice archive owed`")
    for entry in erased.entries or ():
        print(_told(entry))


@archive.command()
def owed() -> None:
    """List what the back office was asked to destroy and has not destroyed yet."""
    with _opened() as (_, retention):
        for one in retention.owed():
            print(f"{one.id:5} {one.at:%Y-%m-%d} {one.by}: {one.reason}")
            print(*map(_told, one.entries), *(() if one.entries else ("the back office could not be asked",)), sep="\n")


@archive.command()
def hold(call: str, reason: Reason = "") -> None:
    """Keep a call until the hold is lifted, whatever its age."""
    with _opened() as (opened, retention):
        if opened.call(call) is None:
            raise VoiceError(f"there is no call {call}")
        print(f"hold {retention.hold(call, by=_who(), reason=reason)} keeps the call")


@archive.command()
def holds() -> None:
    """List the holds that stand."""
    with _opened() as (_, retention):
        for one in retention.holds():
            print(f"{one.id:5} {one.at:%Y-%m-%d} {one.call} {one.by}: {one.reason}")


@archive.command()
def lift(number: Annotated[int, typer.Argument(help="The hold's number, see `voice archive holds`")]) -> None:
    """End a hold."""
    with _opened() as (_, retention):
        if not retention.lift(number, by=_who()):
            raise VoiceError(f"no hold {number} stands")


@archive.command()
def retain() -> None:
    """Destroy what has been kept long enough, and ask the back office for what it owes. A running line does it every
    hour."""
    with _opened() as (_, retention):
        print(f"{retention.tick()} calls had outlived a clock")
        if left := retention.owed():
            print(f"the back office owes {len(left)} erasures, see `voice archive owed`")


@archive.command()
def tend() -> None:
    """Mask, measure and make findable the calls that ended since. A running line does it at once."""
    with _opened() as (opened, _):
        aftercare, tended = Aftercare(opened), 0
        while done := aftercare.tend():
            tended += done
    print(f"{tended} calls were taken care of")


def _told(entry: Entry) -> str:
    named = f"back office: {entry.kind} {entry.id} of {entry.filed}"
    why = {"": "was destroyed", "hold": "stays under a hold", "law": "is kept by law"}[entry.kept]
    return f"{named} {why}{entry.until and f' until {entry.until}'}"


def _who() -> str:
    """Whoever sits at the machine."""
    return f"{getuser()} (command line)"
