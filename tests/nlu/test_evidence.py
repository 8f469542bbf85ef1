import pytest

from voice.nlu.evidence import denied, refused


@pytest.mark.parametrize(
    ("said", "words_denied"),
    [
        ("не надо оператора", {"надо", "оператора"}),
        ("оператора не надо", {"оператора", "надо"}),
        ("без оператора", {"оператора"}),
        ("не соединяйте меня с оператором", {"соединяйте", "меня", "с", "оператором"}),
        ("не понимаю дайте оператора", {"понимаю"}),
        ("не хочу ждать дайте оператора", {"хочу", "ждать"}),
        ("дайте оператора", set()),
    ],
)
def test_what_is_denied(said: str, words_denied: set[str]) -> None:
    row = said.split()
    assert {word for word, by in zip(row, denied(row), strict=True) if by >= 0} == words_denied


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("не соединяйте меня с оператором", ""),
        ("оператора не надо", ""),
        ("не хочу ждать дайте оператора", "дайте оператора"),
        ("код не приходит", "код не приходит"),
        ("остался без пароля", "остался без пароля"),
    ],
)
def test_what_is_refused(said: str, left: str) -> None:
    row = said.split()
    assert [word for at, word in enumerate(row) if at not in refused(row)] == left.split()
