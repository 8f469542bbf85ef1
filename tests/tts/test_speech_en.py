import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.tts.speech_en import cardinal, for_speech, ordinal

SMALL = {word: number for number, word in enumerate(map(cardinal, range(100)))}


@pytest.mark.parametrize(
    ("read", "spoken"),
    [
        ("123 456 78 90. Is that right?", "one two three, four five six, seven eight, nine zero. Is that right?"),
        ("1 2 3 4 5 6", "one two three, four five six"),
        ("88005553535", "eight eight zero, zero five five, five three five, three five"),
        ("Code E404", "Code E four zero four"),
        ("within 15 minutes", "within fifteen minutes"),
        ("by 22 October.", "by the twenty second of October."),
        ("on 1 May", "on the first of May"),
        ("from 8 to 20", "from eight to twenty"),
        ("18 450 ₽", "eighteen thousand four hundred and fifty roubles"),
        ("1 ₽", "one rouble"),
        ("500,01 ₽", "five hundred roubles one kopeck"),
        ("ulitsa Lenina, No. 12", "ulitsa Lenina, number twelve"),
        ('say "yes"', "say yes"),
        ("open line.gosuslugi.ru/c", "open line dot gosuslugi dot ru slash C"),
        ("007", "zero zero seven"),
    ],
)
def test_what_is_read_is_said(read: str, spoken: str) -> None:
    assert for_speech(read) == spoken


@given(st.text(alphabet='abc 0123456789-,.№%₽"May', max_size=40))
def test_nothing_is_left_that_is_no_word(text: str) -> None:
    assert not re.search(r'[\d№%"]', for_speech(text))


@given(st.integers(0, 999_999))
def test_a_number_in_words_is_that_number(number: int) -> None:
    def under_thousand(words: str) -> int:
        hundreds, found, rest = words.rpartition(" hundred")
        rest = rest.removeprefix(" and").strip() if found else words
        return (SMALL[hundreds] * 100 if found else 0) + (SMALL[rest] if rest else 0)

    thousands, found, rest = cardinal(number).rpartition(" thousand")
    value = under_thousand(thousands) * 1000 + (under_thousand(rest.strip()) if rest.strip() else 0)
    assert (value if found else under_thousand(cardinal(number))) == number


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 5, 8, 9, 12, 20, 31)] == [
        *("first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "twentieth", "thirty first")
    ]
