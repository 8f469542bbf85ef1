"""Finding by words, on both databases: the same calls for the same question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymorphy3 import MorphAnalyzer
from sqlalchemy import select, text

from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.keys import KeyRing
from voice.archive.query import Query, found_in, parse
from voice.archive.tables import Findables
from voice.archive.terms import terms

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def values(call: str, minutes: int = 0, **others: Any) -> dict[str, Any]:
    return {
        "call": call,
        "started_at": START + timedelta(minutes=minutes),
        "length_ms": 60_000,
        "line": "88005553535",
        "language": "ru",
        "state": "complete",
        "intent": "",
        "outcome": "solved",
        "operator": False,
        "confidence": 0.9,
        "risk": 0.0,
        **others,
    }


@pytest.fixture
def index(archive: Archive) -> Index:
    return Index(archive)


@pytest.fixture
def keep(archive: Archive, index: Index) -> Iterator[Callable[..., str]]:
    """keep(caller, line="", operator="") -> id of a call in which they said that."""
    count = iter(range(1_000))

    def keep(caller: str, line: str = "", operator: str = "") -> str:
        call = f"{next(count):032x}"
        archive.begin(call, "88005553535", "", "file").seal("caller")
        put(archive, index, values(call), [("line", line), ("caller", caller), ("operator", operator)])
        return call

    yield keep


def put(archive: Archive, index: Index, row: dict[str, Any], said: list[tuple[str, str]]) -> None:
    with archive.writing() as connection:
        index.put(connection, row, said)


def found(archive: Archive, index: Index, asked: str, side: str = "") -> set[str]:
    with archive.engine.connect() as connection:
        condition = index.matching(connection, parse(asked), side)
        wanted = select(Findables.call) if condition is None else select(Findables.call).where(condition)
        return set(connection.execute(wanted).scalars())


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("где моё заявление", "заявления"),
        ("я подавала заявления", "ЗАЯВЛЕНИЕМ"),
        ("мы стали ждать", "стать"),
        ("листовая сталь", "стали"),
        ("когда придёт пенсия", "придет"),
        ("люди ждут", "человек"),
        ("я записалась к врачу", "записаться"),
        ("нужны детские пособия", "детское пособие"),
        ("войти через госуслуги", "госуслугах"),
        ("какой-то сбой", "какая-то"),
        ("справка за 2024 год", "2024"),
        ("сертификат RuToken", "rutoken"),
    ],
)
def test_any_form_finds_any_form(
    archive: Archive, index: Index, keep: Callable[..., str], said: str, asked: str
) -> None:
    call = keep(said)
    keep("другой разговор")
    assert found(archive, index, asked) == {call}


NOUNS = ["заявление", "паспорт", "ребёнок", "пенсия", "очередь", "выписка", "время", "справка", "отец", "деньги"]


@pytest.mark.parametrize("noun", NOUNS)
def test_every_form_of_a_word_has_a_term_in_common_with_every_other(noun: str) -> None:
    forms = {form.word for form in MorphAnalyzer().parse(noun)[0].lexeme}
    assert len(forms) > 5
    common = [terms("caller", one) & terms("caller", other) for one in forms for other in forms]
    assert all(common)


@pytest.fixture
def three(keep: Callable[..., str]) -> tuple[str, str, str]:
    return (
        keep("узнать статус моего заявления", "Назовите номер заявления."),
        keep("заявление о статусе малоимущих", "Чем помочь?"),
        keep("какая у меня пенсия", "Оператор ответит.", operator="статус вашей пенсии"),
    )


@pytest.mark.parametrize(
    ("asked", "side", "expected"),
    [
        ("статус", "", {0, 1, 2}),
        ("статус заявление", "", {0, 1}),
        ('"статус моё заявление"', "", {0}),
        ('"заявление о статусе"', "", {1}),
        ('"заявления о статусах', "", {1}),
        ("«статус пенсии»", "", set()),
        ("«ваши пенсии»", "", {2}),
        ("статус -заявление", "", {2}),
        ("-заявление", "", {2}),
        ('статус -"моё заявление"', "", {1, 2}),
        ("-статус", "", set()),
        ("статус", "caller", {0, 1}),
        ("статус", "operator", {2}),
        ("номер", "line", {0}),
        ("номер", "caller", set()),
        ("пенсия -статус", "caller", {2}),
        ("", "", {0, 1, 2}),
        ("трактор", "", set()),
        ("статус", "nobody we know", {0, 1, 2}),
    ],
)
def test_a_question_means_what_it_says(
    archive: Archive,
    index: Index,
    three: tuple[str, str, str],
    asked: str,
    side: str,
    expected: set[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert found(archive, index, asked, side) == {three[one] for one in expected}
    monkeypatch.setattr("voice.archive.index.FEW", 0)  # as where a word is in very many calls
    assert found(archive, index, asked, side) == {three[one] for one in expected}


STRANGE = [
    *(
        '"',
        "«",
        "-",
        "--",
        '-"',
        '""',
        '" "',
        "*",
        "(",
        ")",
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "a:b",
        "caller:x",
        "^x",
        "x*",
    ),
    *("'; DROP TABLE findables; --", "\\", "%", "\0", "\ud800", "a\0b", "&", "|", "!", "<->", ":*", "{", "x' & y", "ё"),
    *("caller:x", "^x", "x*", "x" * 10_000, "слово " * 5_000, '-"' * 900, "1234567890 " * 50, "\u202e", "😀", "é", "Ω"),
]


@pytest.mark.parametrize("asked", STRANGE)
def test_nothing_that_is_asked_is_an_error(archive: Archive, index: Index, asked: str) -> None:
    assert found(archive, index, asked) == found(archive, index, asked, "caller") == set()


@given(st.text(max_size=80) | st.text(alphabet='ая -"«»1\0', max_size=40))
def test_everything_that_can_be_typed_is_a_question(asked: str) -> None:
    query = parse(asked)
    assert isinstance(query, Query)
    for begins, ends in found_in(asked, query):
        assert 0 <= begins < ends <= len(asked)


@pytest.mark.parametrize(
    "said",
    [
        "мой номер 123-456-789 01",
        "звоните 8 916 123 45 67",
        "один два три четыре пять шесть семь",
        "сто двадцать три четыреста пятьдесят шесть семьдесят восемь",
        "снилс [СНИЛС] вот",
        "паспорт 4509123456",
        "карта 4276 1234 5678 9012",
    ],
)
def test_no_long_number_is_in_the_index(said: str) -> None:
    kept = terms("caller", said)
    letters = "".join(kept)
    assert not any(letter.isdigit() for letter in letters)
    assert not {"caller один", "caller два", "caller четыре", "caller сто", "caller семь"} & kept
    assert not any("номер один" in term or "вот снилс" in term for term in kept)


def test_a_label_of_a_mask_is_no_word_and_parts_its_neighbours() -> None:
    assert terms("caller", "меня зовут [ИМЯ] спасибо") == {
        *("caller я", "caller звать", "caller спасибо", "caller я звать"),
    }


def test_the_database_alone_tells_no_word(database: str, archive: Archive, index: Index, tmp_path: Path) -> None:
    archive.begin("a" * 32, "88005553535", "", "file").seal("caller")
    put(archive, index, values("a" * 32), [("caller", "заявление")])
    same = Archive.open(database, tmp_path / "sound")
    assert found(same, Index(same), "заявление") == {"a" * 32}, "its hashes do not change with the process"
    same.keys = KeyRing(tmp_path / "other keys")
    assert found(same, Index(same), "заявление") == set()
    same.close()


def test_a_call_is_indexed_anew(archive: Archive, index: Index, keep: Callable[..., str]) -> None:
    call = keep("пенсия")
    put(archive, index, values(call, risk=0.5), [("caller", "пособие")])
    assert (found(archive, index, "пенсия"), found(archive, index, "пособие")) == (set(), {call})
    with archive.writing() as connection:
        index.say_anew(connection, call)
        index.say_anew(connection, "nobody", [("caller", "пособие")])
    assert found(archive, index, "пособие") == set() and found(archive, index, "") == {call}
    with archive.engine.connect() as connection:
        assert connection.execute(select(Findables.risk)).scalars().all() == [0.5]
    fresh = keep("выписка")
    assert found(archive, index, "пособие") == set() and found(archive, index, "выписка") == {fresh}


def test_who_destroys_a_call_takes_it_out_of_the_index(
    archive: Archive, index: Index, keep: Callable[..., str]
) -> None:
    call = keep("пенсия")
    with archive.engine.begin() as connection:
        connection.execute(text("DELETE FROM calls WHERE id = :call"), {"call": call})
    assert found(archive, index, "пенсия") == set()


def test_the_words_that_were_asked_for_are_found_in_a_text() -> None:
    said = "Узнать о статусе моего заявления, [СНИЛС], о заявлениях"
    marked = [said[begins:ends] for begins, ends in found_in(said, parse("статус заявление -снилс"))]
    assert marked == ["статусе", "заявления", "заявлениях"]
    assert [said[a:b] for a, b in found_in(said, parse('"моё заявление"'))] == ["моего", "заявления"]


def test_two_processes_index_at_once(database: str, archive: Archive, index: Index, tmp_path: Path) -> None:
    """A writer that waits for another is not refused."""
    calls = [f"{n:032x}" for n in range(6)]
    for call in calls:
        archive.begin(call, "88005553535", "", "file").seal("caller")
    other = Archive.open(database, tmp_path / "sound")
    for number, call in enumerate(calls):
        writer = archive if number % 2 else other
        put(writer, Index(writer), values(call), [("caller", "пенсия")])
    assert found(archive, index, "пенсии") == set(calls)
    other.close()
