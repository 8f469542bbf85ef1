"""Signing in and out, the first administrator, one's own password."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.captions.pins import WrongTries
from voice.review.first_person import FirstPerson
from voice.review.passwords import SHORTEST, WeakPassword
from voice.review.people import CannotChange, Locked, Person, WrongPassword
from voice.review.sessions import LONGEST, form_token, is_form_token
from voice.web.caption_stream import SECRET
from voice.web.forms import Form, sent_form
from voice.web.guard import COOKIE, Guard, Who

FORM_COOKIE = "liniya_form"  # proves that the form was ours before there is a session
HOME = "/archive"
Sent = Annotated[Form, Depends(sent_form)]


def router(guard: Guard, templates: Jinja2Templates, first: FirstPerson, tries: WrongTries) -> APIRouter:
    """GET and POST /sign-in, /setup, /account; POST /sign-out.

    tries: wrong passwords by address; those of one login are counted with the person.
    """
    pages = APIRouter()
    anybody = guard.page(None)

    def show(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        headers = SECRET | ({"Retry-After": str(context["wait_s"])} if context.get("wait_s") else {})
        context = {"here": "sign-in", "shortest": SHORTEST, **context}
        return templates.TemplateResponse(request, template, context, status_code=status, headers=headers)

    def ask(request: Request, back: str, problem: str = "", *, status: int = 200, **more: Any) -> Response:
        own = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
        said = {"back": back, "problem": problem, "token": form_token(own), "empty": guard.staff.is_empty()}
        answer = show(request, "sign_in.html", status=status, **said, **more)
        _set_cookie(answer, request, FORM_COOKIE, own)
        return answer

    def let_in(request: Request, person: Person, to: str, deed: str = "sign_in") -> Response:
        guard.sessions.end(request.cookies.get(COOKIE, ""))
        guard.accesses.add(person, deed)
        answer = RedirectResponse(to, status_code=303)
        _set_cookie(answer, request, COOKIE, guard.sessions.begin(person), LONGEST.total_seconds())
        return answer

    # Plain functions: the server runs them on its worker threads, where the database and a hash may block.
    @pages.get("/sign-in")
    def sign_in(request: Request, next: str = "") -> Response:
        return ask(request, _own(next))

    @pages.post("/sign-in")
    def enter(request: Request, form: Sent) -> Response:
        who = request.client.host if request.client else ""
        login, back = form.get("login"), _own(form.get("next"))
        if not is_form_token(request.cookies.get(FORM_COOKIE, ""), form.get("csrf")):
            return ask(request, back, "form", status=403, login=login)
        if wait_s := tries.wait_s(who):
            return ask(request, back, "wait", status=429, login=login, wait_s=wait_s, minutes=-(-wait_s // 60))
        try:
            person = guard.staff.prove(login, form.get("password"))
        except Locked as locked:
            wait_s = int((locked.until - datetime.now(UTC)).total_seconds()) + 1
            return ask(request, back, "wait", status=429, login=login, wait_s=wait_s, minutes=-(-wait_s // 60))
        except WrongPassword:
            tries.wrong(who)
            guard.accesses.failed(login)
            return ask(request, back, "wrong", status=403, login=login)
        return let_in(request, person, back or HOME)

    @pages.post("/sign-out", dependencies=[Depends(anybody)])
    def leave(request: Request, signed: Who) -> Response:
        guard.sessions.end(request.cookies.get(COOKIE, ""))
        guard.accesses.add(signed.person, "sign_out")
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    @pages.get("/setup")
    def setup(request: Request, key: str = "") -> Response:
        opens = first.opens_to(key)
        return show(request, "setup.html", status=200 if opens else 404, opens=opens, key=key)

    @pages.post("/setup")
    def begin(request: Request, form: Sent) -> Response:
        key, login, name = form.get("key"), form.get("login"), form.get("name")
        if not first.opens_to(key):
            return show(request, "setup.html", status=404, opens=False)
        try:
            _same_twice(form)
            person = guard.staff.add_first(login, name, form.get("password"))
        except (CannotChange, WeakPassword) as error:
            again = {"opens": True, "key": key, "login": login, "name": name, "problem": error.code}
            return show(request, "setup.html", status=422, **again)
        return let_in(request, person, HOME, "setup")

    @pages.get("/account", dependencies=[Depends(anybody)])
    def account(request: Request, changed: bool = False) -> Response:
        return show(request, "account.html", here="account", changed=changed)

    @pages.post("/account", dependencies=[Depends(anybody)])
    def change(request: Request, signed: Who) -> Response:
        form, person = signed.form, signed.person
        try:
            guard.staff.prove(person.login, form.get("old"))
            _same_twice(form)
            guard.staff.set_password(person.login, form.get("password"))
        except (WrongPassword, Locked):
            return show(request, "account.html", status=403, here="account", problem="old")
        except WeakPassword as error:
            return show(request, "account.html", status=422, here="account", problem=error.code)
        guard.sessions.end_all(person)
        return let_in(request, person, "/account?changed=1", "password")

    return pages


def _same_twice(form: Form) -> None:
    if form.get("password") != form.get("again"):
        raise WeakPassword("again")


def _own(address: str) -> str:
    """Where to go after signing in: only to a page of ours, whatever the link said."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain else ""


def _set_cookie(answer: Response, request: Request, name: str, value: str, age_s: float | None = None) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=None if age_s is None else int(age_s),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
