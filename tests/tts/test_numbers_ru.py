import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.tts.numbers_ru import LARGEST, cardinal, ordinal, plural

CARDINALS = [
    (0, "nom", "m", "ноль"),
    (1, "nom", "f", "одна"),
    (1, "acc", "f", "одну"),
    (2, "nom", "n", "два"),
    (2, "nom", "f", "две"),
    (2, "ins", "m", "двумя"),
    (5, "gen", "m", "пяти"),
    (8, "ins", "m", "восемью"),
    (11, "nom", "m", "одиннадцать"),
    (14, "dat", "m", "четырнадцати"),
    (21, "acc", "f", "двадцать одну"),
    (40, "gen", "m", "сорока"),
    (50, "nom", "m", "пятьдесят"),
    (55, "gen", "m", "пятидесяти пяти"),
    (68, "ins", "m", "шестьюдесятью восемью"),
    (90, "dat", "m", "девяноста"),
    (100, "gen", "m", "ста"),
    (112, "nom", "m", "сто двенадцать"),
    (200, "dat", "m", "двумстам"),
    (342, "gen", "m", "трёхсот сорока двух"),
    (500, "ins", "m", "пятьюстами"),
    (999, "nom", "m", "девятьсот девяносто девять"),
    (1000, "nom", "m", "тысяча"),
    (1000, "acc", "m", "тысячу"),
    (1001, "nom", "f", "тысяча одна"),
    (2000, "nom", "m", "две тысячи"),
    (2000, "gen", "m", "двух тысяч"),
    (5000, "ins", "m", "пятью тысячами"),
    (21_000, "nom", "m", "двадцать одна тысяча"),
    (21_000, "gen", "m", "двадцати одной тысячи"),
    (101_000, "acc", "m", "сто одну тысячу"),
    (1_000_000, "nom", "m", "миллион"),
    (3_000_000, "gen", "m", "трёх миллионов"),
    (1_001_002, "nom", "m", "миллион одна тысяча два"),
    (2_000_000_000, "nom", "m", "два миллиарда"),
]
ORDINALS = [
    (0, "nom", "m", "нулевой"),
    (1, "nom", "m", "первый"),
    (2, "nom", "m", "второй"),
    (3, "gen", "m", "третьего"),
    (3, "acc", "f", "третью"),
    (4, "pre", "m", "четвёртом"),
    (8, "nom", "m", "восьмой"),
    (11, "dat", "m", "одиннадцатому"),
    (22, "nom", "n", "двадцать второе"),
    (31, "gen", "n", "тридцать первого"),
    (40, "nom", "m", "сороковой"),
    (50, "nom", "m", "пятидесятый"),
    (90, "nom", "m", "девяностый"),
    (100, "nom", "m", "сотый"),
    (123, "nom", "f", "сто двадцать третья"),
    (200, "nom", "m", "двухсотый"),
    (500, "gen", "m", "пятисотого"),
    (1000, "nom", "m", "тысячный"),
    (1985, "gen", "m", "тысяча девятьсот восемьдесят пятого"),
    (2000, "gen", "m", "двухтысячного"),
    (2026, "pre", "m", "две тысячи двадцать шестом"),
    (2100, "nom", "m", "две тысячи сотый"),
]


@pytest.mark.parametrize(("number", "case", "gender", "words"), CARDINALS)
def test_how_many(number, case, gender, words):
    assert cardinal(number, case, gender) == words


@pytest.mark.parametrize(("number", "case", "gender", "words"), ORDINALS)
def test_which_one(number, case, gender, words):
    assert ordinal(number, case, gender) == words


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_two_numbers_never_sound_the_same(a, b):
    assert (cardinal(a) == cardinal(b)) == (a == b)


def test_all_small_numbers_and_all_ordinals_differ():
    assert len({cardinal(number) for number in range(10_000)}) == 10_000
    assert len({ordinal(number) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_what_cannot_be_said_is_refused(number):
    with pytest.raises(ValueError, match="out of range"):
        cardinal(number)


@pytest.mark.parametrize(
    ("number", "form"),
    [(1, "рубль"), (2, "рубля"), (5, "рублей"), (11, "рублей"), (12, "рублей"), (21, "рубль"), (112, "рублей")],
)
def test_the_noun_follows_the_number(number, form):
    assert plural(number, "рубль", "рубля", "рублей") == form
