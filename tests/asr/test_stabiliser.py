from hypothesis import given
from hypothesis import strategies as st

from voice.asr.stabiliser import Stabiliser

WORD = st.sampled_from(["да", "нет", "два", "паспорт", "справка", "хочу"])
TEXT = st.lists(WORD, max_size=7).map(" ".join)


def pushes(*texts: str) -> list[tuple[str, str]]:
    stabiliser = Stabiliser()
    return [stabiliser.push(text) for text in texts]


def test_the_last_word_waits_for_the_next():
    assert pushes("", "хочу", "хочу узнать", "хочу узнать статус") == [
        ("", ""),
        ("", "хочу"),
        ("хочу", "узнать"),
        ("хочу узнать", "статус"),
    ]


def test_the_held_word_may_change():
    assert pushes("за", "заявление", "заявление на") == [("", "за"), ("", "заявление"), ("заявление", "на")]


def test_a_committed_word_that_is_rewritten_stays():
    assert pushes("статус выявления моего", "статус заявления моего", "статус заявления моего где") == [
        ("статус выявления", "моего"),
        ("статус выявления", "моего"),
        ("статус выявления моего", "где"),
    ]


def test_a_word_that_splits_or_melts_is_not_said_twice():
    assert pushes("не могу войти в", "немогу войти в личный")[-1] == ("не могу войти в", "личный")
    assert pushes("загран паспорт нужен", "мне загран паспорт нужен срочно")[-1] == ("загран паспорт нужен", "срочно")


def test_a_hypothesis_that_shrinks_takes_nothing_back():
    assert pushes("раз два три", "раз", "", "раз два") == [("раз два", "три")] + [("раз два", "")] * 3


def test_final_shows_all_and_begins_anew():
    stabiliser = Stabiliser()
    stabiliser.push("статус выявления")
    assert stabiliser.final("статус заявления") == "статус заявления"
    assert stabiliser.push("да") == ("", "да")
    assert stabiliser.final("") == ""


@given(texts=st.lists(TEXT, max_size=12), last=TEXT)
def test_stable_words_are_never_taken_back(texts, last):
    stabiliser, shown = Stabiliser(), ""
    for text in texts:
        stable, rest = stabiliser.push(text)
        assert stable.split()[: len(shown.split())] == shown.split()
        assert len(rest.split()) <= 1
        assert set((stable + " " + rest).split()) <= set(" ".join(texts).split())
        shown = stable
    assert stabiliser.final(last).split()[: len(shown.split())] == shown.split()


@given(words=st.lists(WORD, max_size=12))
def test_a_growing_text_is_shown_in_full_and_its_final_is_itself(words):
    stabiliser = Stabiliser()
    for n in range(len(words) + 1):
        stable, rest = stabiliser.push(" ".join(words[:n]))
        assert f"{stable} {rest}".split() == words[:n]
    assert stabiliser.final(" ".join(words)).split() == words
