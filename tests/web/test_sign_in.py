from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.web.signed import PASSWORD, TEMPLATES, guarded, person_of, signed_client
from voice.archive.archive import Archive
from voice.captions.pins import WrongTries
from voice.review.first_person import FirstPerson
from voice.review.people import TRIES, Staff
from voice.review.tables import Accesses
from voice.web import archive_pages, people_pages, sign_in
from voice.web.guard import COOKIE
from voice.web.headers import PageHeaders


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    yield archive
    archive.close()


@pytest.fixture
def first(archive: Archive) -> FirstPerson:
    return FirstPerson(Staff(archive.engine))


@pytest.fixture
def app(archive: Archive, first: FirstPerson) -> FastAPI:
    app, guard = guarded(archive)
    app.add_middleware(PageHeaders)
    app.include_router(sign_in.router(guard, TEMPLATES, first, WrongTries(of_one=8)))
    app.include_router(archive_pages.router(archive, TEMPLATES, guard))
    app.include_router(people_pages.router(guard, TEMPLATES))
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return found[1]


def enter(client: TestClient, login: str, password: str, **fields: str) -> tuple[int, str]:
    form = {"csrf": token(client.get("/sign-in").text), "login": login, "password": password, **fields}
    answer = client.post("/sign-in", data=form)
    return answer.status_code, answer.headers.get("location", answer.text)


def deeds(archive: Archive) -> list[tuple[str, str]]:
    with archive.engine.connect() as connection:
        return [(row.person, row.deed) for row in connection.execute(select(Accesses).order_by(Accesses.n))]


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(archive: Archive, client: TestClient) -> None:
    person_of(archive, "reviewer")
    sent = client.get("/archive?before=2026-01-01")
    assert sent.status_code == 303 and sent.headers["location"] == "/sign-in?next=/archive%3Fbefore%3D2026-01-01"
    page = client.get(sent.headers["location"])
    assert page.status_code == 200 and 'value="/archive?before=2026-01-01"' in page.text
    assert enter(client, "reviewer", PASSWORD, next="/archive?before=x") == (303, "/archive?before=x")
    archive_page = client.get("/archive")
    assert archive_page.status_code == 200 and "Reviewer" in archive_page.text and "Выйти" in archive_page.text
    assert archive_page.headers["cache-control"] == "no-store"
    assert deeds(archive) == [("reviewer", "sign_in"), ("reviewer", "search")]


@pytest.mark.parametrize(
    "address", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "archive", "/a\nb"]
)
def test_signing_in_leads_to_no_other_site(archive: Archive, client: TestClient, address: str) -> None:
    person_of(archive, "reviewer")
    assert enter(client, "reviewer", PASSWORD, next=address) == (303, "/archive")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(archive: Archive, app: FastAPI) -> None:
    person_of(archive, "reviewer")
    for scheme in ("http", "https"):
        client = TestClient(app, base_url=f"{scheme}://testserver", follow_redirects=False)
        enter(client, "reviewer", PASSWORD)
        form = {"csrf": token(client.get("/sign-in").text), "login": "reviewer", "password": PASSWORD}
        cookie = client.post("/sign-in", data=form).headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
        assert ("Secure" in cookie) == (scheme == "https")


def test_wrong_passwords_are_told_and_then_locked_out_with_the_minutes(archive: Archive, client: TestClient) -> None:
    person_of(archive, "reviewer")
    for login in ("reviewer",) * TRIES + ("nobody",):
        status, page = enter(client, login, "не тот пароль")
        assert status == 403 and "Логин или пароль не подошёл" in page
    status, page = enter(client, "reviewer", PASSWORD)
    assert status == 429 and "через 15&nbsp;мин" in page
    assert deeds(archive) == [("reviewer", "sign_in_failed")] * TRIES + [("", "sign_in_failed")]


def test_one_address_may_not_try_many_logins(client: TestClient) -> None:
    for number in range(8):
        assert enter(client, f"nobody{number}", "не тот пароль")[0] == 403
    status, page = enter(client, "nobody8", "не тот пароль")
    assert status == 429 and "Слишком много неверных попыток" in page


def test_a_form_that_is_not_ours_signs_nobody_in(archive: Archive, app: FastAPI) -> None:
    person_of(archive, "reviewer")
    own, foreign = (TestClient(app, follow_redirects=False) for _ in range(2))
    theirs = token(foreign.get("/sign-in").text)
    own.get("/sign-in")
    for csrf in ("", theirs):
        answer = own.post("/sign-in", data={"csrf": csrf, "login": "reviewer", "password": PASSWORD})
        assert answer.status_code == 403 and COOKIE not in own.cookies


def test_a_change_needs_the_token_of_its_own_session(archive: Archive, app: FastAPI) -> None:
    mine, other = (signed_client(app, archive, "reviewer") for _ in range(2))
    del mine.headers["X-CSRF-Token"]
    for form in ({}, {"csrf": token(other.get("/account").text)}):
        refused = mine.post("/sign-out", data=form)
        assert refused.status_code == 403 and "Страница устарела" in refused.text
    assert mine.get("/account").status_code == 200
    assert mine.post("/sign-out", data={"csrf": token(mine.get("/account").text)}).status_code == 303


def test_signing_out_ends_the_session_itself(archive: Archive, app: FastAPI) -> None:
    client = signed_client(app, archive, "reviewer")
    secret = client.cookies[COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    stolen = TestClient(app, cookies={COOKIE: secret}, follow_redirects=False)
    assert stolen.get("/archive").status_code == 303


def test_a_new_password_signs_out_everywhere_else(archive: Archive, app: FastAPI) -> None:
    here, there = (signed_client(app, archive, "senior") for _ in range(2))
    new = "совсем другой длинный пароль"
    wrong = here.post("/account", data={"old": "не тот пароль", "password": new, "again": new})
    assert wrong.status_code == 403 and "Нынешний пароль не подошёл" in wrong.text
    unlike = here.post("/account", data={"old": PASSWORD, "password": new, "again": new + "!"})
    assert unlike.status_code == 422 and "не совпали" in unlike.text
    short = here.post("/account", data={"old": PASSWORD, "password": "мало", "again": "мало"})
    assert short.status_code == 422 and "не меньше 12 знаков" in short.text
    assert there.get("/account").status_code == 200
    changed = here.post("/account", data={"old": PASSWORD, "password": new, "again": new})
    assert changed.status_code == 303
    assert "На других устройствах вы вышли" in here.get(changed.headers["location"]).text
    assert there.get("/account").status_code == 303
    assert Staff(archive.engine).prove("senior", new)


def test_the_first_administrator_comes_by_a_link_that_works_once(client: TestClient, first: FirstPerson) -> None:
    assert "Пока войти некому" in client.get("/sign-in").text
    assert client.get("/setup?key=guess").status_code == 404 and client.get("/setup").status_code == 404
    assert client.get(f"/setup?key={first.secret}").status_code == 200
    form = {"key": first.secret, "login": "anna", "name": "Анна", "password": PASSWORD, "again": PASSWORD}
    for wrong, status in (({"key": "guess"}, 404), ({"password": "мало", "again": "мало"}, 422), ({"login": ""}, 422)):
        assert client.post("/setup", data=form | wrong).status_code == status
    made = client.post("/setup", data=form)
    assert made.status_code == 303 and "Анна" in client.get(made.headers["location"]).text
    assert client.get(f"/setup?key={first.secret}").status_code == 404
    again = client.post("/setup", data=form | {"login": "boris"})
    assert again.status_code == 404 and "Ссылка не действует" in again.text


def test_a_role_that_may_not_is_told_so_and_the_try_is_kept(archive: Archive, app: FastAPI) -> None:
    client = signed_client(app, archive, "reviewer")
    refused = client.get("/people")
    assert refused.status_code == 403 and "Ваша роль — проверяющий" in refused.text and "Нет доступа" in refused.text
    assert deeds(archive) == [("reviewer", "refused")]
