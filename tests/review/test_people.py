from __future__ import annotations

import statistics
import threading
import time

import pytest
from sqlalchemy import Engine, select

from tests.review.conftest import Clock
from voice.review.first_person import OPEN_S, FirstPerson
from voice.review.passwords import WeakPassword
from voice.review.people import TRIES, CannotChange, Locked, Staff, WrongPassword
from voice.review.tables import People

PASSWORD = "пять слов одного длинного пароля"


@pytest.fixture
def staff(engine: Engine, clock: Clock) -> Staff:
    return Staff(engine, clock)


def test_who_knows_the_password_is_known_however_the_login_is_typed(staff: Staff) -> None:
    anna = staff.add("Anna", " Анна   Петрова ", "reviewer", PASSWORD)
    assert (anna.login, anna.name, anna.role) == ("anna", "Анна Петрова", "reviewer")
    assert staff.prove(" ANNA ", PASSWORD) == anna
    with pytest.raises(WrongPassword):
        staff.prove("anna", PASSWORD + " ")
    with pytest.raises(WrongPassword):
        staff.prove("nobody", PASSWORD)


def test_only_a_salted_argon2id_hash_is_kept(staff: Staff, engine: Engine) -> None:
    for login in ("anna", "boris"):
        staff.add(login, login, "reviewer", PASSWORD)
    with engine.connect() as connection:
        hashes = connection.execute(select(People.password_hash)).scalars().all()
    assert all(one.startswith("$argon2id$") for one in hashes) and hashes[0] != hashes[1]


@pytest.mark.parametrize("login", ["anna", "nobody"])
def test_wrong_passwords_in_a_row_lock_a_login_whether_it_is_somebodys_or_not(
    staff: Staff, clock: Clock, login: str
) -> None:
    staff.add("anna", "Анна", "reviewer", PASSWORD)
    for _ in range(TRIES):
        with pytest.raises(WrongPassword):
            staff.prove(login, "не тот пароль")
    with pytest.raises(Locked) as locked:
        staff.prove(login, PASSWORD)
    assert (locked.value.until - clock.now).total_seconds() == 15 * 60
    clock.passes(minutes=15, seconds=1)
    with pytest.raises(WrongPassword):
        staff.prove(login, "не тот пароль")
    if login == "anna":
        assert staff.prove("anna", PASSWORD).login == "anna"


def test_the_right_password_forgets_the_wrong_ones(staff: Staff) -> None:
    staff.add("anna", "Анна", "reviewer", PASSWORD)
    for _ in range(3):
        for _ in range(TRIES - 1):
            with pytest.raises(WrongPassword):
                staff.prove("anna", "не тот пароль")
        staff.prove("anna", PASSWORD)


def test_tries_made_at_once_are_no_more_than_tries_in_a_row(staff: Staff) -> None:
    staff.add("anna", "Анна", "reviewer", PASSWORD)
    came: list[type[Exception]] = []

    def guess(number: int) -> None:
        try:
            staff.prove("anna", f"не тот пароль {number}")
        except (WrongPassword, Locked) as error:
            came.append(type(error))

    guessing = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
    assert came.count(WrongPassword) == TRIES and came.count(Locked) == 12 - TRIES


def test_a_login_of_nobody_takes_as_long_as_somebodys(staff: Staff) -> None:
    staff.add("anna", "Анна", "reviewer", PASSWORD)
    took: dict[str, list[float]] = {"anna": [], "nobody": []}
    for _ in range(TRIES - 1):
        for login, times in took.items():
            began = time.thread_time()
            with pytest.raises(WrongPassword):
                staff.prove(login, "не тот пароль")
            times.append(time.thread_time() - began)
    somebody, nobody = (statistics.median(times) for times in took.values())
    assert nobody > somebody / 3, "without a hash it would be a hundred times quicker"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("короткий", "short"),
        ("x" * 201, "long"),
        ("annaannaanna!", "login"),
        ("abababababab", "simple"),
    ],
)
def test_a_weak_password_is_refused(staff: Staff, password: str, code: str) -> None:
    with pytest.raises(WeakPassword) as weak:
        staff.add("anna", "Анна", "reviewer", password)
    assert weak.value.code == code
    assert staff.is_empty()


@pytest.mark.parametrize(
    ("login", "name", "role", "code"),
    [
        ("a", "Анна", "reviewer", "login"),
        ("an na", "Анна", "reviewer", "login"),
        ("anna", " ", "reviewer", "name"),
        ("anna", "Анна", "owner", "role"),
        ("BORIS", "Борис", "reviewer", "taken"),
    ],
)
def test_who_cannot_be_added_is_told_why(staff: Staff, login: str, name: str, role: str, code: str) -> None:
    staff.add("boris", "Борис", "reviewer", PASSWORD)
    with pytest.raises(CannotChange) as refused:
        staff.add(login, name, role, PASSWORD)
    assert refused.value.code == code


def test_whoever_is_disabled_cannot_sign_in_until_he_is_enabled(staff: Staff) -> None:
    staff.add("anna", "Анна", "reviewer", PASSWORD)
    staff.disable("anna")
    with pytest.raises(WrongPassword):
        staff.prove("anna", PASSWORD)
    staff.enable("anna")
    assert staff.prove("anna", PASSWORD)


def test_the_last_administrator_stays(staff: Staff) -> None:
    staff.add("anna", "Анна", "administrator", PASSWORD)
    for change in (staff.disable, lambda login: staff.set_role(login, "reviewer")):
        with pytest.raises(CannotChange) as refused:
            change("anna")
        assert refused.value.code == "last"
    assert staff.find("anna").role == "administrator" and staff.prove("anna", PASSWORD)
    staff.add("boris", "Борис", "administrator", PASSWORD)
    staff.set_role("anna", "auditor")
    assert staff.find("anna").role == "auditor"


def test_the_way_in_is_open_for_an_hour_and_until_there_is_somebody(staff: Staff) -> None:
    now_s = [0.0]
    first = FirstPerson(staff, lambda: now_s[0])
    assert first.opens_to(first.secret) and not first.opens_to("") and not first.opens_to(first.secret + "x")
    now_s[0] = OPEN_S + 1
    assert not first.opens_to(first.secret)
    now_s[0] = 1
    staff.add_first("anna", "Анна", PASSWORD)
    assert not first.opens_to(first.secret)
    with pytest.raises(CannotChange):
        staff.add_first("boris", "Борис", PASSWORD)
    late = FirstPerson(staff)
    assert late.secret == "" and not late.opens_to("")
