"""What was recognised, compared with what was said."""

from __future__ import annotations

from collections import Counter

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from voice.archive.archive import Archive
from voice.archive.tables import Utterances
from voice.review.corrections import Corrections
from voice.review.word_errors import Edits, Measured, compared, edits, measured, misheard, sums

WORDS = st.lists(
    st.sampled_from(["статус", "снилс", "снился", "у", "сто", "два", "пять", "5", "ещё", "еще"]), max_size=8
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("сто двадцать три четыреста пятьдесят шесть", "123 456"),
        ("сто двадцать три", "1 2 3"),
        ("номер семь ноль восемь", "Номер 708."),
        ("ещё раз, моё заявление", "еще раз мое заявление"),
        ("Нет, спасибо!", "нет спасибо"),
    ],
)
def test_how_it_is_written_is_no_error(one: str, other: str) -> None:
    assert compared(one) == compared(other) != []
    assert edits(one, other).rate == 0


def test_errors_are_counted_by_their_kind() -> None:
    assert edits("статус моего заявления", "статус заявление да") == Edits(words=3, wrong=2, missed=0, added=0)
    assert edits("узнать статус", "статус") == Edits(words=2, missed=1)
    assert edits("статус", "э статус") == Edits(words=1, added=1)
    assert edits("", "да") == Edits(added=1) and edits("", "да").rate is None
    assert edits("номер 123", "номер сто двадцать") == Edits(words=4, wrong=1), "one digit of three was misheard"


@given(said=WORDS, heard=WORDS)
def test_the_rate_is_that_of_the_field(said: list[str], heard: list[str]) -> None:
    wanted, got = compared(" ".join(said)), compared(" ".join(heard))
    if wanted:
        assert edits(" ".join(said), " ".join(heard)).rate == pytest.approx(jiwer.wer(" ".join(wanted), " ".join(got)))


def test_words_heard_as_others_are_told_in_stretches() -> None:
    assert list(misheard("сменить снилс на сайте", "сменить с нилс на сайте")) == [("с нилс", "снилс")]
    assert list(misheard("да снилс", "снилс")) == [], "a word that was missed was not heard as another"
    assert list(misheard("мфц далеко", "мышцы далеко")) == [("мышцы", "мфц")]


@given(
    st.lists(
        st.builds(
            Measured,
            call=st.just("1"),
            utterance=st.integers(1, 9),
            step=st.sampled_from("ab"),
            line=st.sampled_from("cd"),
            noise=st.sampled_from("ef"),
            first=st.builds(Edits, words=st.integers(0, 99), wrong=st.integers(0, 99), added=st.integers(0, 9)),
            second=st.none() | st.builds(Edits, words=st.integers(0, 99), missed=st.integers(0, 99)),
        )
    )
)
def test_every_grouping_adds_up_to_the_same(found: list[Measured]) -> None:
    whole = sums(found, lambda one: "").get("", (Edits(), Edits()))
    for key in (lambda one: one.step, lambda one: one.line, lambda one: one.noise, lambda one: one.step + one.noise):
        parts = list(sums(found, key).values())
        assert tuple(sum(part, Edits()) for part in zip(*parts, strict=True) or ((), ())) in (whole, ())


def test_corrected_utterances_are_measured_and_others_only_in_reviewed_calls(archive: Archive, call: str) -> None:
    assert list(measured(archive)) == []
    assert Corrections(archive).correct(call, 2, "anna", "меня зовут Иван Петров, статус СНИЛС")
    (one,) = measured(archive)
    assert (one.call, one.utterance, one.line, one.noise) == (call, 2, "1001", "good")
    assert one.first == Edits(words=6, wrong=1) and one.second is None
    assert Counter(step.step for step in measured(archive)) == {"": 1}


def test_a_damaged_call_is_left_out(archive: Archive, call: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Corrections(archive).correct(call, 2, "anna", "меня зовут Иван Петров")
    with archive.writing() as connection:
        connection.execute(update(Utterances).values(sealed=b"changed"))
    assert list(measured(archive)) == [] and call in caplog.text
