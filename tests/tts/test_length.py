"""How long a text takes to say."""

from hypothesis import given
from hypothesis import strategies as st

from voice.tts.length import spoken_ms

texts = st.text("абвгдежиоуя .,", max_size=60)


def test_near_what_the_voice_takes() -> None:
    """Measured with Anna: 1.1 s and 9.97 s."""
    assert abs(spoken_ms("Чем вам помочь?") - 1_100) < 400
    long = (
        "Для загранпаспорта нужны заявление, паспорт, одна фотография и квитанция об оплате пошлины. "
        "Мужчинам до тридцати лет нужен ещё военный билет или справка из военкомата."
    )
    assert abs(spoken_ms(long) - 9_970) < 600


def test_a_number_takes_as_long_as_its_words() -> None:
    assert spoken_ms("25") == spoken_ms("двадцать пять")


@given(texts, texts)
def test_more_text_takes_longer(one: str, other: str) -> None:
    assert spoken_ms(f"{one} {other}") >= spoken_ms(one)
