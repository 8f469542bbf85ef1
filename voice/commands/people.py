"""`voice people`: who may sign in to the archive, from a shell of the machine it is on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Annotated

import typer

from voice.archive.archive import Archive
from voice.review.accesses import CONSOLE, Accesses
from voice.review.people import Staff
from voice.review.programs import Programs
from voice.review.rights import RIGHTS, Deed
from voice.review.sessions import Sessions
from voice.settings import Settings

people = typer.Typer(help="Who may sign in to the archive.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="What this person signs in with")]


@contextmanager
def _archive() -> Iterator[Archive]:
    archive = Archive.of(Settings.from_env())
    try:
        yield archive
    finally:
        archive.close()


@people.command()
def add(
    login: Login,
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(RIGHTS)}")],
    name: Annotated[str, typer.Option(help="As others see this person; the login when not given")] = "",
) -> None:
    """Let somebody in. The password is asked for, or read from the first line of the input."""
    with _archive() as archive:
        person = Staff(archive.engine).add(login, name or login, role, _new_password())
        _note(archive, "add", person.login, role=role)
    print(f"{person.login} may sign in as {person.role}")


@people.command("list")
def show() -> None:
    """List everybody."""
    with _archive() as archive:
        for account in Staff(archive.engine).accounts():
            state = "disabled" if account.disabled_at else "locked" if account.locked_until else ""
            print(f"{account.person.login:20} {account.person.role:14} {state:9} {account.person.name}")


@people.command()
def password(login: Login) -> None:
    """Give somebody a new password, unlock and sign him out everywhere."""
    with _archive() as archive:
        person = Staff(archive.engine).set_password(login, _new_password())
        Sessions(archive.engine).end_all(person)
        _note(archive, "password", person.login)
    print(f"{person.login} has a new password")


@people.command()
def role(login: Login, to: Annotated[str, typer.Argument(help=f"One of: {', '.join(RIGHTS)}")]) -> None:
    """Change what somebody may do."""
    with _archive() as archive:
        person = Staff(archive.engine).set_role(login, to)
        _note(archive, "role", person.login, role=to)
    print(f"{person.login} is {to} now")


@people.command()
def disable(login: Login) -> None:
    """Let somebody in no more; what he did stays in the records."""
    with _archive() as archive:
        person = Staff(archive.engine).disable(login)
        Sessions(archive.engine).end_all(person)
        _note(archive, "disable", person.login)
    print(f"{person.login} may not sign in any more")


@people.command()
def enable(login: Login) -> None:
    """Let somebody in again."""
    with _archive() as archive:
        person = Staff(archive.engine).enable(login)
        _note(archive, "enable", person.login)
    print(f"{person.login} may sign in again")


@people.command()
def program(
    name: Annotated[str, typer.Argument(help="Small Latin letters, digits, dots, hyphens")],
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(RIGHTS)}")],
) -> None:
    """Let a program use the API; prints its secret, once."""
    with _archive() as archive:
        secret = Programs(archive).add(name, role, CONSOLE.login)
        _note(archive, "add program", name, role=role)
    print(secret)


def _note(archive: Archive, change: str, login: str, **more: str) -> None:
    Accesses(archive).add(CONSOLE, Deed.MANAGE_PEOPLE, detail={"change": change, "login": login, **more})


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    given = getpass("New password: ")
    if getpass("The same again: ") != given:
        raise typer.BadParameter("the password was typed differently the second time")
    return given
