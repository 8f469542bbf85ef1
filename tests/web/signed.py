"""People of every role, and clients that are signed in as them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from fastapi.testclient import TestClient

import voice.web
from voice.archive.archive import Archive
from voice.review.people import CannotChange, Person, Staff
from voice.review.sessions import Sessions, form_token
from voice.web.guard import COOKIE, Guard, answer_refusals

TEMPLATES = Jinja2Templates(Path(voice.web.__file__).parent / "templates")
PASSWORD = "пять слов одного длинного пароля"


def guarded(archive: Archive) -> tuple[FastAPI, Guard]:
    """An application without pages, and the guard of those that it will get."""
    app = FastAPI()
    answer_refusals(app)
    return app, Guard(archive, TEMPLATES)


def person_of(archive: Archive, role: str) -> Person:
    """Somebody of this role, whose login is the role and whose password is PASSWORD."""
    staff = Staff(archive.engine)
    try:
        return staff.find(role)
    except CannotChange:
        return staff.add(role, role.capitalize(), role, PASSWORD)


def signed_client(app: FastAPI, archive: Archive, role: str) -> TestClient:
    """A browser in which somebody of this role is signed in; it sends the form's token with everything."""
    secret = Sessions(archive.engine).begin(person_of(archive, role))
    return TestClient(
        app, cookies={COOKIE: secret}, headers={"X-CSRF-Token": form_token(secret)}, follow_redirects=False
    )
