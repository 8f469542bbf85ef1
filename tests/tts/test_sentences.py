from hypothesis import given
from hypothesis import strategies as st

from voice.tts.sentences import split

TEXT = st.text(st.sampled_from("абв  .!?,;:…—"), max_size=400)


@given(TEXT, st.integers(1, 50))
def test_no_letter_is_lost_and_no_piece_is_too_long(text, longest):
    pieces = split(text, longest)
    letters = [letter for letter in text if letter.isalpha()]
    assert [letter for piece in pieces for letter in piece if letter.isalpha()] == letters
    assert all(len(piece) <= longest for piece in pieces)


def test_sentences_and_long_ones():
    assert split("Здравствуйте! Чем помочь?") == ["Здравствуйте!", "Чем помочь?"]
    assert split("один, два три четыре", 12) == ["один,", "два три", "четыре"]
    assert split("абвгде", 4) == ["абвг", "де"]
    assert split("... — !") == []
