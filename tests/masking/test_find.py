from __future__ import annotations

import pytest

from tests.masking.conversation import masked, talk
from voice.masking.find import Known, find

SNILS = "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (f"мой снилс {SNILS}", "мой снилс [СНИЛС]"),
        (f"вот запишите {SNILS} спасибо", "вот запишите [СНИЛС] спасибо"),
        ("СНИЛС 112-233-445 95, проверьте", "СНИЛС [СНИЛС], проверьте"),
        ("инн семьдесят семь ноль семь ноль восемьдесят три восемьсот девяносто три", "инн [ИНН]"),
        ("деньги ушли с 2200 1234 5678 9019", "деньги ушли с [КАРТА]"),
        ("паспорт сорок пять двенадцать номер сто двадцать три четыреста пятьдесят шесть", "паспорт [ПАСПОРТ]"),
        ("перезвоните на 8 (916) 123-45-67 вечером", "перезвоните на [ТЕЛЕФОН] вечером"),
        ("домашний телефон двадцать три сорок пять шестьдесят семь", "домашний телефон [ТЕЛЕФОН]"),
        ("пишите на ivan.petrov@mail.ru", "пишите на [ПОЧТА]"),
        ("почта иванов точка пётр собака яндекс точка ру запишите", "почта [ПОЧТА] запишите"),
        ("моя почта эс у эн собака мейл точка ру", "моя почта [ПОЧТА]"),
        ("меня зовут Иванова Мария Петровна", "меня зовут [ИМЯ]"),
        ("передайте наталье петровне спасибо", "передайте [ИМЯ] спасибо"),
        ("фамилия бырбуев", "фамилия [ИМЯ]"),
        ("подписал Воробьёв Д. А., я не согласна", "подписал [ИМЯ]., я не согласна"),
        ("живу на гагарина пять квартира десять", "живу на [АДРЕС]"),
        ("прописан село петровское улица центральная дом пять", "прописан [АДРЕС]"),
        ("мой адрес город тверь улица советская дом пять а", "мой адрес [АДРЕС]"),
        ("я родилась пятого марта тысяча девятьсот шестьдесят второго года", "я родилась [ДАТА РОЖДЕНИЯ]"),
        ("05.03.1962 года рождения", "[ДАТА РОЖДЕНИЯ] рождения"),
        ("пропуск двадцать два тридцать три сорок четыре пятьдесят пять шестьдесят", "пропуск [НОМЕР]"),
        ("пароль из смс сорок пять двенадцать", "пароль из смс [КОД]"),
    ],
)  # fmt: skip
def test_personal_data_is_found_by_itself_or_by_the_words_around_it(said: str, read: str) -> None:
    assert masked(talk(said)) == [read]


@pytest.mark.parametrize(
    "said",
    [
        "номер обращения сорок семь двенадцать девяносто три ноль шесть",
        "заявление номер 123 456 78 90 подано пятого марта",
        "заплатил две тысячи пятьсот рублей третьего июня две тысячи двадцать пятого года",
        "пошлина триста пятьдесят потом две тысячи потом пять тысяч",
        "выплат не было с 01.01.2025 по 31.12.2025",
        "звоню на восемь восемьсот пятьсот пятьдесят пять тридцать пять тридцать пять",
        "открыто с девяти ноль ноль до двадцати ноль ноль",
        "как получить снилс и инн",
        "фамилия изменилась после свадьбы",
        "я из владимира где отделение на улице ленина",
        "отделение на улице ленина дом пять закрыто",
        "свидетельство о рождении второго ребёнка",
        "собака лает ничего не слышно",
        "надежда только на вас",
        "это мой дом а квартиру я сдаю",
    ],
)
def test_what_is_nobodys_own_stays(said: str) -> None:
    assert masked(talk(said)) == [said]


def test_a_number_said_in_several_breaths_is_one() -> None:
    call = talk(
        "сто двенадцать двести тридцать три", "o: так", "дальше четыреста сорок пять", "o: ага", "девяносто пять"
    )
    assert masked(call) == ["[СНИЛС]", "так", "дальше [СНИЛС]", "ага", "[СНИЛС]"]


def test_a_number_with_other_talk_between_its_parts_is_known_by_its_checksum() -> None:
    call = talk(
        "сто двенадцать двести тридцать три подождите дверь открою четыреста сорок пять", "o: конечно", "и последнее",
        "o: слушаю", "девяносто пять вроде",
    )  # fmt: skip
    assert masked(call)[0] == "[СНИЛС] подождите дверь открою [СНИЛС]" and masked(call)[4] == "[СНИЛС] вроде"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (["три четыре ой подождите собьюсь заново " + SNILS], ["[СНИЛС]"]),
        (["шестьсот четыре нет не так сначала " + SNILS], ["[СНИЛС]"]),
        (["снилс " + SNILS, "o: так", "последняя цифра шесть"], ["снилс [СНИЛС]", "так", "последняя цифра [СНИЛС]"]),
        (
            ["сто двенадцать двести", "первые я сказала потом тридцать три четыреста сорок пять девяносто пять"],
            ["[СНИЛС]", "первые я сказала потом [СНИЛС]"],
        ),
    ],
)  # fmt: skip
def test_what_is_taken_back_and_what_is_put_right_are_masked_with_the_number(said: list[str], read: list[str]) -> None:
    assert masked(talk(*said)) == read


def test_keys_pressed_for_one_question_are_one_number_and_those_for_several_are_not() -> None:
    keys = talk(*"11223344595", source="key")
    assert masked(keys) == ["[СНИЛС]"] * 11
    menu = [one.__class__(**{**_fields(one), "question": one.utterance}) for one in keys]
    assert masked(menu) == list("11223344595")


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined]


def test_an_answer_to_the_dialog_is_masked_whatever_was_recognised() -> None:
    call = talk(
        "сто двенадцать двести тридцать", "l: Слушаю дальше.", "третья цифра пять", "один момент", asked="snils"
    )
    assert masked(call) == ["[СНИЛС]", "Слушаю дальше.", "[СНИЛС]", "один момент"]


def test_a_name_that_no_dictionary_has_is_masked_when_it_was_asked() -> None:
    assert masked(talk("бзыкин мурмулетий", asked="name")) == ["[ИМЯ]"]
    assert masked(talk("а зачем вам это", asked="name")) == ["а зачем вам это"]


def test_a_number_of_an_application_that_was_asked_is_nobodys_own() -> None:
    assert masked(
        talk("семьдесят семь ноль семь ноль восемьдесят три восемьсот девяносто три", asked="application_number")
    )[0].startswith("семьдесят")


def test_a_question_of_a_person_tells_what_the_answer_is() -> None:
    assert masked(talk("o: как вас зовут", "бзыкин")) == ["как вас зовут", "[ИМЯ]"]
    assert masked(talk("o: назовите адрес регистрации", "самара полевая двенадцать")) == [
        "назовите адрес регистрации",
        "[АДРЕС]",
    ]
    assert masked(talk("o: дата рождения", "первое ноль второе семьдесят четвёртого")) == [
        "дата рождения",
        "[ДАТА РОЖДЕНИЯ]",
    ]


def test_what_the_line_reads_back_is_masked_and_its_own_words_are_not() -> None:
    call = talk(
        "l: Назовите СНИЛС, одиннадцать цифр.", SNILS, "l: СНИЛС 112 233 445 95. Верно?", "да", asked="snils"
    )  # fmt: skip
    assert masked(call) == ["Назовите СНИЛС, одиннадцать цифр.", "[СНИЛС]", "СНИЛС [СНИЛС]. Верно?", "да"]


def test_what_was_personal_once_is_personal_wherever_it_is_said_again() -> None:
    call = talk("меня зовут бзыкин", "l: Обращение: бзыкин не может войти. Отправить?", "o: бзыкин слушаю вас")
    assert masked(call)[1:] == ["Обращение: [ИМЯ] не может войти. Отправить?", "[ИМЯ] слушаю вас"]


def test_what_the_dialog_has_taken_is_found_however_it_is_said() -> None:
    known = [Known(kind="phone", value="79161234567"), Known(kind="text", value="сайт")]
    call = talk("l: Ответим на 8 916 123-45-67.", "сайт не работает")
    assert masked(call, known) == ["Ответим на [ТЕЛЕФОН].", "сайт не работает"]


def test_every_span_says_why() -> None:
    call = talk(f"меня зовут мария {SNILS} почта a@b.ru живу на гагарина пять")
    assert [(span.kind, span.why) for span in find(call)] == [
        ("name", "name"),
        ("snils", "checksum"),
        ("email", "format"),
        ("address", "context"),
    ]
    assert {span.why for span in find(talk("одиннадцать двенадцать", asked="inn"))} == {"state"}
