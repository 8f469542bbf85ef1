from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from tests.review.conftest import Clock
from voice.review.people import Person, Staff
from voice.review.sessions import Sessions, form_token, is_form_token
from voice.review.tables import Sessions as Rows

PASSWORD = "пять слов одного длинного пароля"


@pytest.fixture
def anna(engine: Engine) -> Person:
    return Staff(engine).add("anna", "Анна", "reviewer", PASSWORD)


@pytest.fixture
def sessions(engine: Engine, clock: Clock) -> Sessions:
    return Sessions(engine, clock)


def test_the_secret_opens_the_session_and_is_not_kept(sessions: Sessions, engine: Engine, anna: Person) -> None:
    secret = sessions.begin(anna)
    assert sessions.whose(secret) == anna and sessions.begin(anna) != secret
    with engine.connect() as connection:
        kept = connection.execute(select(Rows.token_sha256)).scalars().all()
    assert secret not in kept and sessions.whose(kept[0]) is None
    assert sessions.whose("") is None and sessions.whose("\udcff") is None


def test_a_session_ends_when_nothing_is_done_for_half_an_hour(sessions: Sessions, clock: Clock, anna: Person) -> None:
    secret = sessions.begin(anna)
    for _ in range(4):
        clock.passes(minutes=29)
        assert sessions.whose(secret)
    clock.passes(minutes=31)
    assert sessions.whose(secret) is None


def test_a_session_ends_after_twelve_hours_whatever_is_done(sessions: Sessions, clock: Clock, anna: Person) -> None:
    secret = sessions.begin(anna)
    for _ in range(71):
        clock.passes(minutes=10)
        assert sessions.whose(secret)
    clock.passes(minutes=10)
    assert sessions.whose(secret) is None


def test_what_is_over_is_cleared_away(sessions: Sessions, clock: Clock, engine: Engine, anna: Person) -> None:
    sessions.begin(anna)
    clock.passes(hours=13)
    sessions.begin(anna)
    with engine.connect() as connection:
        assert len(connection.execute(select(Rows.token_sha256)).all()) == 1


def test_signing_out_ends_one_session_or_all(sessions: Sessions, anna: Person) -> None:
    here, there = sessions.begin(anna), sessions.begin(anna)
    sessions.end(here)
    assert sessions.whose(here) is None and sessions.whose(there)
    sessions.end_all(anna)
    assert sessions.whose(there) is None


def test_a_changed_role_and_a_disabled_person_count_at_once(sessions: Sessions, engine: Engine, anna: Person) -> None:
    secret = sessions.begin(anna)
    Staff(engine).set_role("anna", "auditor")
    found = sessions.whose(secret)
    assert found and found.role == "auditor"
    Staff(engine).add("boris", "Борис", "administrator", PASSWORD)
    Staff(engine).disable("anna")
    assert sessions.whose(secret) is None


def test_a_forms_token_belongs_to_its_session(sessions: Sessions, anna: Person) -> None:
    mine, other = sessions.begin(anna), sessions.begin(anna)
    assert is_form_token(mine, form_token(mine)) and not is_form_token(mine, form_token(other))
    assert not is_form_token(mine, "") and not is_form_token(mine, "ы") and mine not in form_token(mine)
