"""Laws that hold for any talk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.masking.conversation import masked, talk
from tests.nlu.speak import spoken
from voice.masking.find import find
from voice.masking.said import Said
from voice.nlu.documents import inn_ok, snils_ok
from voice.nlu.number_words import is_number

TALK = """мой снилс инн паспорт телефон меня зовут иван иванов петровна улица ленина дом квартира живу на адрес это
    сто двадцать три сорок один ноль пятого марта тысяча девятьсот года рождения родился собака яндекс точка ру почта
    нет ой сначала дальше номер заявление обращение рублей 8 916 1234567 112 М. 12.03.1962 a@b.ru [СНИЛС] да спасибо
    четыре пять шесть семь восемь девять я и в отделение карта пароль последняя цифра"""
sentences = st.lists(st.sampled_from(TALK.split()), max_size=14).map(" ".join) | st.text(max_size=40)
kinds = st.sampled_from(["", "", "snils", "phone", "name", "address", "application_number", "text"])


@st.composite
def calls(draw: st.DrawFn) -> list[Said]:
    return [
        Said(
            utterance=n,
            side=draw(st.sampled_from(["caller", "line", "operator"])),
            text=draw(sentences),
            asked=draw(kinds),
            source=draw(st.sampled_from(["speech", "key", "typed"])),
            question=n // 2,
            started_ms=n * 2_000,
        )
        for n in range(draw(st.integers(0, 5)))
    ]


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a busy machine
@given(calls())
def test_spans_lie_in_their_text_in_order_and_apart(call: list[Said]) -> None:
    texts = {one.utterance: one.text for one in call}
    spans = find(call)
    assert all(0 <= span.start < span.end <= len(texts[span.utterance]) for span in spans)
    assert list(spans) == sorted(spans, key=lambda span: (span.utterance, span.start))
    assert not any(a.overlaps(b) for a, b in pairwise(spans))


# A placeholder may come between these and what they vouch for, or in their own place.
VOUCHING = ("заявление", "обращение", "отделение", "рублей", "года", "марта")


@given(sentences, kinds)
def test_what_is_masked_stays_as_it_is_when_it_is_masked_again(text: str, asked: str) -> None:
    assume(not any(word in text for word in VOUCHING))
    once = masked([Said(utterance=1, side="caller", text=text, asked=asked)])
    assert masked([Said(utterance=1, side="caller", text=once[0], asked=asked)]) == once


@st.composite
def numbers(draw: st.DrawFn) -> str:
    check, length = draw(st.sampled_from([(snils_ok, 11), (inn_ok, 12)]))
    rng = random.Random(draw(st.integers(0, 10**6)))
    while not check(number := "".join(rng.choice("0123456789") for _ in range(length))):
        pass
    return number


@given(
    numbers(), st.integers(0, 10**6), st.sampled_from(["{}", "запишите {}", "{} это мой", "здравствуйте {} проверьте"])
)
def test_no_word_of_a_number_with_a_checksum_is_left(number: str, seed: int, around: str) -> None:
    said, _ = spoken(number, random.Random(seed))
    for way in (said, number):
        assert _left(way, masked(talk(around.format(way)))[0]) == []


@given(numbers(), st.integers(0, 10**6), st.integers(1, 8))
def test_nor_when_it_is_said_in_two_breaths(number: str, seed: int, cut: int) -> None:
    said, _ = spoken(number, random.Random(seed))
    words = said.split()
    at = min(cut, len(words) - 1)
    assume(not words[at].startswith("нул"))  # «три» and «нуля» are said in one breath
    call = talk(" ".join(words[:at]), "l: Слушаю дальше.", " ".join(words[at:]))
    assert _left(said, " ".join(masked(call))) == []


def _left(value: str, text: str) -> Sequence[str]:
    return [word for word in value.split() if is_number(word) and word in text.split()]
