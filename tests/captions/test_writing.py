from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.captions.labels import labels
from voice.captions.writing import Writing, writing
from voice.nlu.rows import groups

SNILS, NUMBER, NAME = "Назовите СНИЛС.", "Назовите номер, десять цифр.", "Как вас зовут?"

WRITTEN = {
    # rows of digits
    "сто двадцать три четыреста пятьдесят шесть": "123 456.",
    "двенадцать тридцать четыре пятьдесят шесть": "12 34 56.",
    "один два три четыре пять шесть семь": "123 456 7.",
    "ноль пять двадцать": "05 20.",
    "семьдесят семь ноль семь ноль восемь тридцать восемь": "77 07 08 38.",
    "код четыре восемь два один": "Код 4821.",
    "тридцать два нуля": "30 00.",
    "два раза пять сорок": "55 40.",
    "номер сто двадцать тире сорок пять дробь шесть": "Номер 120-45/6.",
    # documents
    "мой снилс сто двенадцать двести тридцать три четыреста сорок пять девяносто пять": "Мой СНИЛС 112-233-445 95.",
    "снилс такой один один два два три три": "СНИЛС такой 112-233.",
    "паспорт сорок пять ноль восемь сто двадцать три четыреста пятьдесят шесть": "Паспорт 45 08 123456.",
    "телефон восемь девятьсот двенадцать триста сорок пять шестьдесят семь ноль один": "Телефон 8 912 345-67-01.",
    "плюс семь девятьсот двенадцать триста сорок пять шестьдесят семь ноль один": "+7 912 345-67-01.",
    "плюс семь вопросов": "Плюс семь вопросов.",
    # dates and times
    "пятого марта двадцать шестого года": "5 марта 2026 года.",
    "двенадцатое ноября": "12 ноября.",
    "пять мая тысяча девятьсот восьмидесятого": "5 мая 1980.",
    "двенадцатого ноль третьего две тысячи двадцать пятого": "12.03.2025.",
    "пятого марта второй раз": "5 марта второй раз.",
    "пятого марта двадцать первый раз": "5 марта 21-й раз.",
    "в двадцать шестом году": "В 2026 году.",
    "двадцатый год жду": "20-й год жду.",
    "девяностых годов": "90-х годов.",
    "приду в четырнадцать тридцать": "Приду в 14:30.",
    "до девяти ноль ноль": "До 9:00.",
    "без десяти пять": "Без десяти пять.",
    "в двадцать пять сорок": "В 25 40.",
    "с двенадцать тридцать четыре пятьдесят": "С 12 34 50.",
    # sums
    "пять тысяч двести рублей": "5200 рублей.",
    "двадцать пять тысяч рублей сорок копеек": "25\u00a0000 рублей 40 копеек.",
    "пять рублей": "5 рублей.",
    "тысячи людей": "Тысячи людей.",
    # small numbers stay words
    "у меня два вопроса": "У меня два вопроса.",
    "два три дня назад": "Два три дня назад.",
    "у меня двенадцать вопросов": "У меня 12 вопросов.",
    "я два раза звонил": "Я два раза звонил.",
    "дом два второй этаж": "Дом 2 второй этаж.",
    "двадцать третья очередь": "23-я очередь.",
    # sentences
    "здравствуйте": "Здравствуйте!",
    "добрый день подскажите пожалуйста где мфц": "Добрый день! Подскажите, пожалуйста, где МФЦ.",
    "здравствуйте а какие документы нужны": "Здравствуйте! А какие документы нужны?",
    "где моё заявление": "Где моё заявление?",
    "хочу узнать что с моим заявлением": "Хочу узнать, что с моим заявлением.",
    "что то не работает потому что нет интернета": "Что-то не работает, потому что нет интернета.",
    "да всё верно": "Да, всё верно.",
    "нет спасибо до свидания": "Нет, спасибо, до свидания.",
    "нет доступа": "Нет доступа.",
    "не сорок а пятьдесят": "Не 40, а 50.",
    "я не могу войти на госуслуги": "Я не могу войти на Госуслуги.",
    "ёлка": "Ёлка.",
    "здравствуйте меня зовут анна": "Здравствуйте! Меня зовут Анна.",
    # written by somebody already
    "": "",
    "правда?": "Правда?",
    "номер 123": "Номер 123.",
    # English
    "hello i can't log in to gosuslugi": "Hello! I can't log in to Gosuslugi.",
    "my number is one hundred and twenty three four five six": "My number is 123 456.",
    "double five oh two": "55 02.",
    "i was born on the fifth of march nineteen eighty five": "I was born on the fifth of March 1985.",
    "it's my twenty second try": "It's my 22nd try.",
    "what documents do i need": "What documents do I need?",
    "oh no": "Oh no.",
}


@pytest.mark.parametrize(("said", "written"), WRITTEN.items())
def test_what_is_heard_as_one_reads_it(said: str, written: str) -> None:
    assert labels().writing.sentence(said) == written


def test_the_question_tells_how_digits_are_written() -> None:
    write = labels().writing.sentence
    said = "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять"
    assert write(said, SNILS) == "112-233-445 95." and write(said) == "112 233 445 95."
    assert write("пять", NUMBER) == "5." and write("пять", NAME) == "Пять."
    assert write("у меня один вопрос", NUMBER) == "У меня один вопрос."


def test_a_number_in_the_making_is_unsure_only_where_it_may_change() -> None:
    growing = labels().writing.growing
    assert growing("", "двадцать") == ("", "20")
    assert growing("двадцать", "пять") == ("", "25")
    assert growing("двадцать пять", "сто") == ("", "25 100")
    assert growing("двадцать пять сто", "десять") == ("25", " 110")
    assert growing("двадцать пять рублей", "сорок") == ("25 рублей", " 40")
    assert growing("пятого", "марта") == ("", "5 марта")
    assert growing("мой снилс сто двенадцать двести", "тридцать") == ("Мой СНИЛС 112", "-230")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("5 5 5 0 0 0 1 1 2 2. Верно?", "555 000 112 2. Верно?"),
        ("40 0 0 0 0 0 0 0 7. Верно?", "40 00 00 00 07. Верно?"),
        ("123 456 78 90. Верно?", "123 456 78 90. Верно?"),
        ("СНИЛС 112 233 445 95. Верно?", "СНИЛС 112-233-445 95. Верно?"),
        ("Телефон 916 123 45 67, время: завтра.", "Телефон 916 123-45-67, время: завтра."),
        ("Общая линия: 8 800 555 35 35.", "Общая линия: 8 800 555 35 35."),
        ("Страховая пенсия, 21340 ₽.", "Страховая пенсия, 21\u00a0340 ₽."),
        ("Нажмите 1, 2 или 3. Срок до 5 декабря 2026 года, в 9:30.",) * 2,
    ],
)
def test_what_the_line_says_as_one_reads_it(said: str, read: str) -> None:
    assert labels().writing.said(said) == read


@given(text=st.text(alphabet="0123456789 .,:-/№₽аб", max_size=60))
def test_no_digit_of_the_line_changes(text: str) -> None:
    written = labels().writing.said(text)
    assert re.sub(r"[\s-]", "", written) == re.sub(r"[\s-]", "", text)
    assert labels().writing.said(written) == written


def test_a_language_without_rules_has_no_writing() -> None:
    with pytest.raises(Exception, match="cannot be read"):
        writing("xx")


RUSSIAN_WORDS = """
    ноль один два три пять семь одиннадцать двенадцать двадцать тридцать сорок девяносто сто двести пятьсот тысяча
    тысячи
    миллион нуля двойки раза раз по первый второго третьего пятого двадцатого двадцатый тысячный марта мая год
    года году рублей процентов снилс паспорт телефон номер дом плюс минус тире дробь в до без с к здравствуйте добрый
    день да нет спасибо пожалуйста но а что то где как узнать потому если эм эф цэ мфц гос услуги точка ру заявление
    моё хочу и не"""
ENGLISH_WORDS = """
    oh one two five nine ten twelve twenty thirty hundred thousand and a double triple nineteen eighty first second
    third fifth the of march may in number is my i hello no yes please dash plus seven until at but what phone"""


def some_of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


RUSSIAN = st.lists(some_of(RUSSIAN_WORDS), max_size=14)
SAID = st.one_of(RUSSIAN, st.lists(some_of(ENGLISH_WORDS), max_size=14))
QUESTIONS = st.sampled_from(["", SNILS, NUMBER, NAME])


@given(said=SAID, question=QUESTIONS)
def test_what_is_shown_as_steady_stays(said: list[str], question: str) -> None:
    """However the words are cut into stable and unsure ones; and the finished sentence begins with it."""
    write: Writing = labels().writing
    whole, before = write.sentence(" ".join(said), question), ""
    for upto in range(len(said) + 1):
        steady, rest = write.growing(" ".join(said[:upto]), " ".join(said[upto:]), question)
        assert steady.startswith(before)
        assert whole.startswith(steady + rest) and len(whole) - len(steady + rest) <= 1
        before = steady


@given(said=SAID, question=QUESTIONS)
def test_what_is_written_is_not_written_again(said: list[str], question: str) -> None:
    write = labels().writing.sentence
    once = write(" ".join(said), question)
    assert write(once, question) == once


CARDINALS = some_of("ноль один два пять двенадцать двадцать девяносто сто пятьсот тысяча нуля раза по")
MAY_GO_INTO_DIGITS = {"тире", "дробь", "плюс", "раз", "раза", "по"}
NAMED_TOGETHER = {"эм", "эф", "цэ", "гос", "услуги", "точка", "ру", "что", "то"}


def words_beside_numbers(text: str) -> list[str]:
    """Without the endings of numbers that order: «23-я»."""
    spoken = re.findall(r"(?<![\w-])[а-яё]+", text.lower())
    return [word for word in spoken if not groups([word]) and word not in MAY_GO_INTO_DIGITS]


@given(said=RUSSIAN.map(lambda said: [word for word in said if word not in NAMED_TOGETHER]), question=QUESTIONS)
def test_no_word_is_lost(said: list[str], question: str) -> None:
    written = labels().writing.sentence(" ".join(said), question)
    assert words_beside_numbers(written) == words_beside_numbers(" ".join(said))


@given(said=st.lists(CARDINALS, min_size=1, max_size=12), question=QUESTIONS)
def test_no_digit_is_made_up_or_lost(said: list[str], question: str) -> None:
    """A row of number words is written with the digits they are worth, or stays in words."""
    found = groups(said)
    row = said[: found[-1].end] if found else []
    written = labels().writing.sentence(" ".join(row), question)
    digits = re.sub(r"\D", "", written)
    assert digits == "".join(group.digits for group in found) or written.lower() == " ".join(row) + "."
