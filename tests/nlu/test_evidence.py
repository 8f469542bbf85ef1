import pytest

from voice.nlu.evidence import denied


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
