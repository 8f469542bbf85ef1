"""People, programs, and the log of what they did."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from voice.review.accesses import Wanted
from voice.review.people import Account as Known
from voice.review.rights import Deed
from voice.web.api.models import (
    Access,
    AccessPage,
    Account,
    LogState,
    NewPerson,
    NewProgram,
    PersonChange,
    Program,
    ProgramSecret,
    Text,
)
from voice.web.api.parts import PREFIX, Limit, Login, errors, told
from voice.web.guard import Guard, Signed, Who

Before = Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before; 0: the newest")]
Short = Annotated[Text, Query(max_length=60)]


def _account(known: Known) -> Account:
    person = known.person
    return Account(
        login=person.login,
        name=person.name,
        role=person.role,
        created_at=known.created_at,
        disabled_at=known.disabled_at,
        locked_until=known.locked_until,
    )


def router(guard: Guard) -> APIRouter:
    api = APIRouter(prefix=PREFIX, tags=["people"])
    looks = Depends(guard.api(Deed.MANAGE_PEOPLE))
    manages = Depends(guard.api(Deed.MANAGE_PEOPLE, logged=False))  # written down when it is done, with what was done
    reads_log = Depends(guard.api(Deed.READ_LOG))
    staff, sessions, programs = guard.staff, guard.sessions, guard.programs

    def account(login: str) -> Account:
        return next(_account(one) for one in staff.accounts() if one.person.login == login)

    def note(signed: Signed, change: str, login: str, role: str = "") -> None:
        detail = {"change": change, "login": login, **({"role": role} if role else {})}
        guard.accesses.add(signed.person, Deed.MANAGE_PEOPLE, detail=detail)

    @api.get("/people", dependencies=[looks], responses=errors())
    def everybody() -> list[Account]:
        return [_account(one) for one in staff.accounts()]

    @api.post("/people", status_code=201, dependencies=[manages], responses=errors(409))
    def add(sent: NewPerson, signed: Who) -> Account:
        with told():
            person = staff.add(sent.login, sent.name, sent.role, sent.password)
        note(signed, "add", person.login, person.role)
        return account(person.login)

    @api.patch("/people/{login}", dependencies=[manages], responses=errors(404, 409))
    def change(login: Login, sent: PersonChange, signed: Who) -> Account:
        """A new password and a disabled login sign this person out everywhere."""
        with told():
            person = staff.find(login)
            if sent.role:
                staff.set_role(login, sent.role)
                note(signed, "role", person.login, sent.role)
            if sent.password:
                staff.set_password(login, sent.password)
                sessions.end_all(person)
                note(signed, "password", person.login)
            if sent.disabled:
                staff.disable(login)
                sessions.end_all(person)
                note(signed, "disable", person.login)
            elif sent.disabled is False:
                staff.enable(login)
                note(signed, "enable", person.login)
        return account(person.login)

    @api.get("/programs", dependencies=[looks], responses=errors())
    def all_programs() -> list[Program]:
        return [Program.model_validate(one) for one in programs.all()]

    @api.post("/programs", status_code=201, dependencies=[manages], responses=errors(409))
    def add_program(sent: NewProgram, signed: Who) -> ProgramSecret:
        """A secret for a program that uses this API with the rights of a role."""
        with told():
            secret = programs.add(sent.name, sent.role, signed.person.login)
        note(signed, "add program", sent.name, sent.role)
        return ProgramSecret(name=sent.name, secret=secret)

    @api.delete("/programs/{login}", status_code=204, dependencies=[manages], responses=errors(404))
    def remove_program(login: Login, signed: Who) -> None:
        with told():
            programs.remove(login)
        note(signed, "remove program", login)

    @api.get("/accesses", dependencies=[reads_log], responses=errors())
    def accesses(
        person: Short = "", deed: Short = "", call: Short = "", before: Before = 0, limit: Limit = 100
    ) -> AccessPage:
        """The log of accesses, the newest first."""
        wanted = Wanted(person=person, deed=deed, call=call)
        found = guard.accesses.find(wanted, limit=limit + 1, before=before or None)
        rows = [Access.model_validate(one) for one in found[:limit]]
        return AccessPage(accesses=rows, next=rows[-1].n if len(found) > limit else 0)

    @api.get("/accesses/state", dependencies=[reads_log], responses=errors())
    def state() -> LogState:
        """Compare the log with its chain."""
        return LogState(faults=guard.accesses.faults())

    return api
