from hypothesis import given
from hypothesis import strategies as st

from voice.asr.stabiliser import AGREED, Stabiliser

WORD = st.sampled_from(["да", "нет", "два", "паспорт", "справка", "хочу"])
TEXT = st.lists(WORD, max_size=7).map(" ".join)


def pushes(*texts: str, agreed: int = 1) -> list[tuple[str, str]]:
    stabiliser = Stabiliser(agreed=agreed)
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


def test_a_word_is_stable_once_so_many_hypotheses_agree_on_it():
    found = pushes("где моё", "где моё", "где моё заявление", agreed=3)
    assert found == [("", "где моё"), ("", "где моё"), ("где моё", "заявление")]
    assert pushes("где мой", "где моё", "где моё заявление", agreed=3)[-1] == ("где", "моё заявление")
    assert [stable for stable, _ in pushes(*["да конечно"] * AGREED, agreed=AGREED)] == [""] * (AGREED - 1) + ["да"]


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


@given(texts=st.lists(TEXT, max_size=12), held=st.integers(0, 2), agreed=st.integers(1, 4))
def test_stable_words_are_never_taken_back_and_none_is_made_up(texts, held, agreed):
    stabiliser, shown = Stabiliser(held, agreed), ""
    for text in texts:
        stable, rest = stabiliser.push(text)
        assert stable.split()[: len(shown.split())] == shown.split()
        assert set((stable + " " + rest).split()) <= set(" ".join(texts).split())
        shown = stable


@given(words=st.lists(WORD, max_size=12), held=st.integers(0, 2), agreed=st.integers(1, 4))
def test_a_growing_text_is_shown_in_full_and_only_its_end_is_unsure(words, held, agreed):
    stabiliser = Stabiliser(held, agreed)
    for n in range(len(words) + 1):
        stable, rest = stabiliser.push(" ".join(words[:n]))
        assert f"{stable} {rest}".split() == words[:n]
        assert len(rest.split()) <= held + agreed - 1
