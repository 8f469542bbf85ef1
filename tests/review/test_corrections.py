import pytest
from sqlalchemy import update

from tests.review.conftest import HEARD
from voice.archive.archive import Archive
from voice.archive.reading import Read
from voice.archive.tables import Calls
from voice.review.aftercare import Aftercare
from voice.review.corrections import Corrections
from voice.review.marks import Marks


def said(archive: Archive, call: str, *, unmasked: bool = True) -> Read:
    read = archive.reading(call, unmasked=unmasked)
    found = read.utterance(2) if read else None
    assert found is not None
    return found


def test_the_newest_correction_counts_and_none_is_lost(archive: Archive, call: str) -> None:
    corrections = Corrections(archive)
    assert corrections.correct(call, 2, "anna", "меня зовут иван петров  статус снилс ")
    assert not corrections.correct(call, 2, "boris", "меня зовут иван петров статус снилс"), "nothing new was said"
    assert corrections.correct(call, 2, "boris", "меня зовут иван петров, статус снилс")
    read = said(archive, call)
    assert read.heard == HEARD and read.text == "меня зовут иван петров, статус снилс"
    assert [(step.by, step.text[-12:]) for step in read.history] == [
        ("anna", "статус снилс"),
        ("boris", "статус снилс"),
    ]


def test_who_does_not_see_what_is_hidden_corrects_around_it(archive: Archive, call: str) -> None:
    shown = said(archive, call, unmasked=False).text
    assert "[ИМЯ]" in shown and "петров" not in shown
    assert Corrections(archive).correct(call, 2, "anna", shown.replace("снился", "СНИЛС"))
    assert said(archive, call).text == HEARD.replace("снился", "СНИЛС")
    assert said(archive, call, unmasked=False).text == shown.replace("снился", "СНИЛС")


def test_what_was_no_speech_is_corrected_to_nothing(archive: Archive, call: str) -> None:
    assert Corrections(archive).correct(call, 2, "anna", "  ")
    read = said(archive, call)
    assert read.text == "" and read.pieces == () and read.heard == HEARD


def test_what_is_not_there_is_not_corrected(archive: Archive, call: str) -> None:
    for call_id, utterance in ((call, 99), ("f" * 32, 1)):
        with pytest.raises(KeyError):
            Corrections(archive).correct(call_id, utterance, "anna", "да")


def test_a_mark_hides_words_everywhere_and_is_kept_with_its_author(archive: Archive, call: str) -> None:
    begins = HEARD.index("статус")
    Marks(archive).add(call, 2, begins, begins + len("статус"), "address", "anna")
    read = said(archive, call, unmasked=False)
    assert "статус" not in read.text and "[АДРЕС]" in read.text
    reading = archive.reading(call)
    assert reading is not None
    assert any(gap.from_ms <= 3_600 and gap.to_ms >= 3_950 for gap in reading.gaps if gap.side == "caller")


def test_a_mark_in_a_correction_hides_the_words_it_stands_for(archive: Archive, call: str) -> None:
    Corrections(archive).correct(call, 2, "anna", "меня зовут иван петров дом садовая")
    text = said(archive, call).text
    Marks(archive).add(call, 2, text.index("садовая"), len(text), "address", "anna")
    read = said(archive, call, unmasked=False)
    assert read.text.endswith("[АДРЕС]") and "садовая" not in read.text
    assert "снился" not in read.heard, "what was heard in its place is hidden, too"


def test_a_mark_is_taken_back_once_and_by_whom_is_kept(archive: Archive, call: str) -> None:
    marks = Marks(archive)
    marks.add(call, 2, 0, 4, "name", "anna")
    marks.remove(call, 1, "boris")
    assert said(archive, call, unmasked=False).text.startswith("меня зовут")
    assert [(mark.n, mark.by, mark.removed_by) for mark in marks.of(call)] == [(1, "anna", "boris")]
    with pytest.raises(KeyError):
        marks.remove(call, 1, "boris")


@pytest.mark.parametrize(
    ("kind", "begins", "ends"), [("name", 3, 3), ("name", -1, 4), ("name", 0, 999), ("whatever", 0, 4)]
)
def test_a_mark_stands_somewhere_and_is_of_a_kind(
    archive: Archive, call: str, kind: str, begins: int, ends: int
) -> None:
    with pytest.raises(ValueError):
        Marks(archive).add(call, 2, begins, ends, kind, "anna")


def test_nothing_of_it_breaks_the_calls_chain(archive: Archive, call: str) -> None:
    marks = Marks(archive)
    Corrections(archive).correct(call, 2, "anna", "меня зовут иван петров")
    marks.add(call, 2, 0, 4, "name", "anna")
    marks.remove(call, 1, "boris")
    assert archive.faults(call) == []


def test_a_call_that_is_tended_again_keeps_what_was_marked_and_what_was_taken_back(archive: Archive, call: str) -> None:
    aftercare, marks = Aftercare(archive), Marks(archive)
    aftercare.tend()
    found = next(mark for mark in marks.of(call) if mark.kind == "name")
    marks.remove(call, found.n, "boris")
    marks.add(call, 2, 0, 4, "address", "anna")
    with archive.writing() as connection:
        connection.execute(update(Calls).values(cared_at=None))
    assert aftercare.tend() == 1
    assert said(archive, call, unmasked=False).text == HEARD.replace("меня", "[АДРЕС]")
    assert archive.faults(call) == []


def test_nothing_is_bared_by_moving_its_label(archive: Archive, call: str) -> None:
    begins = HEARD.index("статус")
    Marks(archive).add(call, 2, begins, begins + len("статус"), "address", "boris")
    shown = said(archive, call, unmasked=False).text
    moved = "[АДРЕС] " + shown.replace(" [АДРЕС]", "")
    with pytest.raises(ValueError):
        Corrections(archive).correct(call, 2, "anna", moved)
    assert said(archive, call).text == HEARD


def test_nothing_is_bared_by_a_mark_of_ones_own_that_one_takes_back(archive: Archive, call: str) -> None:
    marks = Marks(archive)
    before = said(archive, call, unmasked=False).text
    marks.add(call, 2, 0, len(HEARD), "name", "anna")
    marks.remove(call, 1, "anna")
    assert said(archive, call, unmasked=False).text == before
    Aftercare(archive).tend()
    assert said(archive, call, unmasked=False).text == before


def test_both_readings_at_once_are_those_that_each_reader_gets(archive: Archive, call: str) -> None:
    Corrections(archive).correct(call, 2, "anna", "меня зовут пётр сидоров мой телефон 8 916 123 45 67")
    assert archive.readings(call) == (archive.reading(call), archive.reading(call, unmasked=True))
    masked, whole = archive.readings(call) or (None, None)
    assert masked and whole and masked.utterance(2) != whole.utterance(2)
    assert archive.readings("0" * 32) is None
