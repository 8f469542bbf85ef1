"""Every route of the real application, cell by cell: what it answers to nobody and to each role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from tests.web.signed import person_of, signed_client
from voice.app import create_app
from voice.archive.archive import Archive
from voice.review.rights import RIGHTS, Deed, may
from voice.review.tables import Accesses
from voice.settings import ROOT, Settings

# Open to everybody: callers, readers of captions, exchanges with secrets of their own, and the way in.
PUBLIC = {
    "/", "/ws", "/fixtures", "/fixtures.json", "/static", "/live", "/ready",
    "/calls", "/c", "/C", "/с", "/С", "/chat", "/t",
    "/pbx", "/asterisk", "/twilio", "/api",
    "/sign-in", "/setup",
}  # fmt: skip
# As it was decided, written down a second time.
TABLE = """
               reviewer senior auditor administrator
read           yes      yes    yes     yes
listen         yes      yes    yes     no
search         yes      yes    yes     yes
unmask         no       yes    no      no
correct        yes      yes    no      no
mask           yes      yes    no      no
review         yes      yes    no      no
remark         yes      yes    no      no
report         no       yes    yes     no
export         no       yes    no      yes
propose        no       yes    no      no
replay         no       yes    no      no
hold           no       no     no      yes
erase          no       no     no      yes
read_log       no       no     yes     yes
manage_people  no       no     no      yes
"""


def cells() -> Iterator[tuple[str, str, bool]]:
    head, *rows = TABLE.strip().splitlines()
    for row in rows:
        deed, *marks = row.split()
        for role, mark in zip(head.split(), marks, strict=True):
            yield role, deed, mark == "yes"


def test_the_table_of_rights_is_the_one_that_was_decided() -> None:
    decided = {(role, deed): allowed for role, deed, allowed in cells()}
    assert decided == {(role, deed.value): may(role, deed) for role in RIGHTS for deed in Deed}
    assert not any(may(role, deed) for role in ("", "owner") for deed in Deed)


def test_the_documented_table_says_the_same() -> None:
    page = (ROOT / "docs" / "reviewers.md").read_text(encoding="utf-8")
    named = {
        "find and read calls": (Deed.SEARCH, Deed.READ),
        "listen": (Deed.LISTEN,),
        "correct, mark": (Deed.CORRECT, Deed.MASK, Deed.REVIEW, Deed.REMARK),
        "unmask": (Deed.UNMASK,),
        "propose": (Deed.PROPOSE, Deed.REPLAY),
        "reports": (Deed.REPORT,),
        "export": (Deed.EXPORT,),
        "read and check the log": (Deed.READ_LOG,),
        "hold": (Deed.HOLD, Deed.ERASE, Deed.MANAGE_PEOPLE),
    }
    assert {deed for deeds in named.values() for deed in deeds} == set(Deed)
    for begins, deeds in named.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {begins}"))
        marks = [bool(cell.strip()) for cell in row.split("|")[2:6]]
        for deed in deeds:
            assert [may(role, deed) for role in RIGHTS] == marks, f"{begins}: {deed}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Archive]]:
    """The application as it is served, and its archive with somebody of every role and one call."""
    settings = replace(Settings.from_env(), data=tmp_path_factory.mktemp("data"), database="", keys="")
    app = create_app(settings)
    with TestClient(app):
        archive = Archive.of(settings)
        for role in RIGHTS:
            person_of(archive, role)
        yield app, archive
        archive.close()


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    """FastAPI keeps the routes of an included router with the router."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from flat(inner.routes) if inner else (route,)


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, path and what is asked for; "" where nothing is."""
    found = []
    for route in flat(app.routes):
        calls = [one.call for one in getattr(getattr(route, "dependant", None), "dependencies", ())]
        deeds = [str(call.deed) for call in calls if hasattr(call, "deed")]
        assert len(deeds) <= 1, f"{route.path} asks for {deeds}"
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            found.append((method, route.path, deeds[0] if deeds else ""))
    return found


def test_every_route_says_who_may(house: tuple[FastAPI, Archive]) -> None:
    declared = routes(house[0])
    assert len(declared) > 30
    open_to_all = {path for _, path, deed in declared if not deed}
    assert {path for path in open_to_all if path.startswith("/api")} == {"/api/v1/openapi.json"}
    tops = {"/" + path.strip("/").split("/")[0] for path in open_to_all}
    assert tops == PUBLIC


def refusals(archive: Archive) -> int:
    with archive.engine.connect() as connection:
        return connection.execute(select(func.count()).where(Accesses.deed == "refused")).scalar_one()


@pytest.mark.parametrize("role", ["nobody", *RIGHTS])
def test_every_route_keeps_to_the_table(house: tuple[FastAPI, Archive], role: str) -> None:
    app, archive = house
    tried = 0
    for method, path, deed in routes(app):
        if not deed or method == "HEAD":
            continue
        tried += 1
        client = TestClient(app, follow_redirects=False) if role == "nobody" else signed_client(app, archive, role)
        address = re.sub(r"\{\w+\}", "1", path.replace("{call_id}", "a" * 32).replace("{login}", "nobody"))
        before = refusals(archive)
        answer = client.request(method, address)
        sent_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in?")
        if role == "nobody":
            away = sent_away or answer.headers.get("location") == "/sign-in"
            assert away, f"{method} {path} is open to nobody in particular: {answer.status_code}"
            continue
        allowed = deed == "signed_in" or may(role, Deed(deed))
        refused = answer.status_code == 403 and refusals(archive) == before + 1
        assert refused != allowed and not sent_away, f"{method} {path}: {role} may {deed}: {answer.status_code}"
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code}"
    assert tried > 5
