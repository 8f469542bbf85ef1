from hypothesis import given
from hypothesis import strategies as st

from voice.archive.alignment import carried, nearest, timed, words_of
from voice.archive.pieces import Mask, Piece, Time, pieces, unveiled, veiled
from voice.events import Word
from voice.masking.spans import Kind

TEXT = "меня зовут иван петров а её анна"
WORDS = st.lists(st.sampled_from(["иван", "петров", "анна", "да", "нет", "[имя]", "х"]), min_size=1, max_size=8)


def label(kind: Kind) -> str:
    return f"[{kind}]"


def mask(begins: int, ends: int, n: int = 1, kind: Kind = "name") -> Mask:
    return Mask(n=n, utterance=1, begins=begins, ends=ends, kind=kind)


def shown(text: str, masks: list[Mask], *, unmasked: bool = False) -> tuple[Piece, ...]:
    times = [Time(start_ms=100 * at, end_ms=100 * at + 90, confidence=0.9) for at in range(len(words_of(text)))]
    return pieces(text, times, masks, None if unmasked else label)


def test_masked_words_are_one_label_with_their_time() -> None:
    made = shown(TEXT, [mask(11, 22), mask(28, 32, 2)])
    assert [piece.text for piece in made] == ["меня", "зовут", "[name]", "а", "её", "[name 2]"]
    hidden = made[2]
    assert (hidden.begins, hidden.ends, hidden.masks, hidden.hidden) == (11, 22, (1,), True)
    assert hidden.time == Time(start_ms=200, end_ms=390, confidence=None)
    assert veiled(TEXT, made) == "меня зовут [name] а её [name 2]"


def test_two_masks_side_by_side_are_two_labels_and_half_a_word_is_hidden_whole() -> None:
    made = shown("номер:12 иван", [mask(6, 8, 1, "number"), mask(9, 13, 2)])
    assert [(piece.text, piece.masks) for piece in made] == [("[number]", (1,)), ("[name]", (2,))]
    assert [piece.masks for piece in shown("иван пётр", [mask(0, 4, 0), mask(5, 9, 0)])] == [(0,), (0,)]


def test_who_may_see_it_sees_the_words_and_what_they_are() -> None:
    made = shown(TEXT, [mask(11, 22)], unmasked=True)
    assert [piece.text for piece in made] == TEXT.split()
    assert [piece.kind for piece in made] == [None, None, "name", "name", None, None, None]
    assert not any(piece.hidden for piece in made)


@given(WORDS, st.data())
def test_an_edit_of_a_veiled_text_loses_nothing_that_was_hidden(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    begins = data.draw(st.integers(0, len(text) - 1))
    masks = [mask(begins, data.draw(st.integers(begins + 1, len(text))))]
    made = shown(text, masks)
    same, places = unveiled(veiled(text, made), text, made)
    assert same == text and places == [(piece.begins, piece.ends) for piece in made if piece.hidden]
    assert unveiled("ну " + veiled(text, made) + " вот", text, made)[0] == f"ну {text} вот"


def test_a_label_that_was_taken_out_stays_out() -> None:
    made = shown(TEXT, [mask(11, 22), mask(28, 32, 2)])
    assert unveiled("меня зовут а её [name 2]", TEXT, made) == ("меня зовут а её анна", [(16, 20)])
    assert unveiled("[name 2] и [name 2]", TEXT, made) == ("анна и [name 2]", [(0, 4)]), "nothing is copied"


def test_a_stretch_is_carried_over_a_correction_word_by_word() -> None:
    corrected = "Меня зовут иван сергеевич петров, а её жанна"
    for stretch, expected in (((11, 15), "иван"), ((11, 22), "иван сергеевич петров,"), ((28, 32), "жанна")):
        at = carried(stretch, TEXT, corrected)
        assert at is not None and corrected[slice(*at)] == expected
    assert carried((28, 32), TEXT, "меня зовут иван петров а её") is None
    assert nearest(10_000, TEXT) == (28, 32) and nearest(5, TEXT) == (5, 10) and nearest(4, TEXT) == (5, 10)


@given(WORDS, WORDS, st.data())
def test_whatever_was_corrected_no_masked_word_that_stayed_is_bared(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    source, target = " ".join(before), " ".join(after)
    begins, ends = data.draw(st.sampled_from(words_of(source)))
    at = carried((begins, ends), source, target)
    assert at is None or 0 <= at[0] < at[1] <= len(target)
    if source == target:
        assert at == (begins, ends)


def test_corrected_words_take_the_time_of_what_was_heard_in_their_place() -> None:
    heard = [
        Word(text="статус", start_ms=0, end_ms=500, confidence=0.9),
        Word(text="снился", start_ms=500, end_ms=1_500, confidence=0.3),
        Word(text="да", start_ms=1_600, end_ms=1_800, confidence=0.8),
    ]
    made = timed(heard, "Статус мой снилс, да пожалуйста")
    assert [one and (one.text, one.start_ms, one.end_ms, one.confidence) for one in made] == [
        ("Статус", 0, 500, 0.9),
        ("мой", 500, 833, 1.0),  # by its letters
        ("снилс,", 833, 1_500, 1.0),
        ("да", 1_600, 1_800, 0.8),
        None,
    ]
