"""/people: who may sign in, kept by administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.review.passwords import SHORTEST, WeakPassword
from voice.review.people import CannotChange, Person
from voice.review.rights import RIGHTS, Deed
from voice.web.forms import Form
from voice.web.guard import Guard, Signed, Who


def router(guard: Guard, templates: Jinja2Templates) -> APIRouter:
    """GET /people; POST /people adds somebody, POST /people/{login} changes him: `change` says how."""
    pages = APIRouter()
    looking = guard.page(Deed.MANAGE_PEOPLE)
    changing = guard.page(Deed.MANAGE_PEOPLE, logged=False)  # written down when it is done, with what was changed
    staff, sessions = guard.staff, guard.sessions

    def disable(login: str, _: Form) -> Person:
        person = staff.disable(login)
        sessions.end_all(person)
        return person

    def set_password(login: str, form: Form) -> Person:
        person = staff.set_password(login, form.get("password"))
        sessions.end_all(person)
        return person

    changes: Mapping[str, Callable[[str, Form], Person]] = {
        "role": lambda login, form: staff.set_role(login, form.get("role")),
        "disable": disable,
        "enable": lambda login, _: staff.enable(login),
        "password": set_password,
    }

    def show(request: Request, *, status: int = 200, **context: Any) -> Response:
        said = {
            "here": "people",
            "accounts": staff.accounts(),
            "roles": tuple(RIGHTS),
            "shortest": SHORTEST,
            "done": request.query_params.get("done", ""),
            **context,
        }
        return templates.TemplateResponse(request, "people.html", said, status_code=status)

    def note(signed: Signed, change: str, person: Person) -> Response:
        guard.accesses.add(
            signed.person,
            Deed.MANAGE_PEOPLE,
            detail={"change": change, "login": person.login, "role": signed.form.get("role") or person.role},
        )
        return RedirectResponse(f"/people?done={change}", status_code=303)

    @pages.get("/people", dependencies=[Depends(looking)])
    def everybody(request: Request) -> Response:
        return show(request)

    @pages.post("/people", dependencies=[Depends(changing)])
    def add(request: Request, signed: Who) -> Response:
        form = signed.form
        try:
            person = staff.add(form.get("login"), form.get("name"), form.get("role"), form.get("password"))
        except (CannotChange, WeakPassword) as error:
            return show(request, status=422, problem=error.code, given=form)
        return note(signed, "add", person)

    @pages.post("/people/{login}", dependencies=[Depends(changing)])
    def change(request: Request, signed: Who, login: str) -> Response:
        change = signed.form.get("change")
        try:
            if change not in changes:
                raise CannotChange("unknown")
            person = changes[change](login, signed.form)
        except (CannotChange, WeakPassword) as error:
            return show(request, status=422, problem=error.code, of=login)
        return note(signed, change, person)

    return pages
