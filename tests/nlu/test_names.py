import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.documents import State
from voice.nlu.names import repair, show, take


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("иванов иван иванович", "Иванов Иван Иванович"),
        ("меня зовут мария ивановна", "Мария Ивановна"),
        ("меня зовут анна, я звоню по поводу заявления", "Анна"),
        ("моя фамилия Кузьмина", "Кузьмина"),
        ("салтыков-щедрин михаил", "Салтыков-Щедрин Михаил"),
        ("и вэ а эн о вэ", "Иванов"),
        ("Ивонов, по буквам: и, вэ, а, эн, о, вэ", "Иванов"),
        ("иван василий анна николай ольга василий", "Иванов"),
        ("по буквам юрий дмитрий", "Юд"),
        ("зовите меня просто лена", "Лена"),
        ("анна мария", "Анна Мария"),
        ("ка у зэ мягкий знак эм и эн а", "Кузьмина"),
        ("а эн дэ эр е и краткое", "Андрей"),
        ("а два эн а", "Анна"),
        ("эн как николай о эр", "Нор"),
        ("Смернова Ольга Петровна, фамилия по буквам эс эм и эр эн о вэ а", "Смирнова Ольга Петровна"),
        ("пётр", "Пётр"),
    ],
)
def test_a_name_said_or_spelled(said: str, name: str) -> None:
    taken = take(said)
    assert (taken.state, taken.digits, taken.sure) == (State.COMPLETE, name, False)


@pytest.mark.parametrize("said", ["не скажу", "зачем вам", "12345", "да", "я хотела бы узнать где мои документы", ""])
def test_what_is_no_name(said: str) -> None:
    assert take(said).state is State.NONE


def test_a_name_in_two_answers() -> None:
    assert take("мария", "Иванова").digits == "Иванова Мария"


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяё", min_size=3, max_size=12))
def test_what_is_spelled_back_is_understood_again(name: str) -> None:
    capital = name.capitalize()
    shown = show(capital)
    letters = shown.removeprefix(f"{capital}: ")
    assert take(letters).digits == capital


def test_only_the_first_word_is_spelled_back() -> None:
    assert show("Орлов Юрий") == "Орлов Юрий: о, эр, эль, о, вэ"
    assert show("") == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("третья буква о", "Ивонов Иван"),
        ("вторая буква не вэ, а бэ", "Ибанов Иван"),
        ("последняя буква эм", "Иваном Иван"),
        ("не эн, а эм", "Ивамов Иван"),
        ("не вэ, а эф", None),  # there are two of them
        ("десятая буква а", None),
        ("нет", None),
    ],
)
def test_one_letter_is_mended(said: str, name: str | None) -> None:
    assert repair("Иванов Иван", said) == name
