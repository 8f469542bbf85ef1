from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.normalise import plain, words


def test_words() -> None:
    assert words("Ещё раз, по-моему: №12-34!") == ["еще", "раз", "по", "моему", "12", "34"]
    assert words(" … ") == []


@given(st.text())
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)
