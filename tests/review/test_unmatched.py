"""What was not understood, in groups of the same wish, and never with anybody's data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dialog.test_laws import script
from tests.fakes.kept_conversation import KeptConversation
from voice.archive.archive import Archive
from voice.events import HungUp
from voice.nlu.word_vectors import load
from voice.review.aftercare import Aftercare
from voice.review.reports import Report, Words
from voice.review.sample import Wanted
from voice.review.unmatched import Request, grouped, telling, unmatched
from voice.settings import Settings

SAID = ["продлить охотничий билет", "хочу продлить охотничьи билеты", "продление билета охотника", "ну вот", "квас"]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    yield archive
    archive.close()


def keep(archive: Archive, call_id: str, *said: str) -> None:
    """A whole call, from its first event to its figures."""
    call = KeptConversation(script())
    call.listen()
    for words in said:
        call.speak(words)
    recorder = archive.begin(call_id, "88005553535", "+79161234567", "browser")
    for event in call.events:
        recorder.event(event)
    recorder.event(HungUp(at_ms=call.at_ms, by="caller"))
    recorder.seal("caller")
    Aftercare(archive).tend()


def today(archive: Archive) -> Wanted:
    day = archive.now().astimezone().date()
    return Wanted(day, day)


def test_only_what_was_not_understood_is_taken_and_where_it_was_said(archive: Archive) -> None:
    keep(archive, "1" * 32, "статус заявления", "борщ с пампушками")
    keep(archive, "2" * 32, "сделайте борщ с пампушками")
    keep(archive, "3" * 32, "до свидания")
    found = sorted(unmatched(archive, today(archive)), key=lambda one: one.call)
    assert [(one.call[0], one.step, one.text) for one in found] == [
        ("1", "status.number", "борщ с пампушками"),
        ("2", "main.welcome", "сделайте борщ с пампушками"),
    ]
    (row,) = Report(archive, today(archive), Words({}, {}, {}, {})).sheet("unmatched").rows
    assert row[:2] == (2, 2)


def test_nobodys_data_is_among_the_samples(archive: Archive) -> None:
    keep(
        archive,
        "1" * 32,
        "борщ с пампушками мой номер восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь",
    )
    (found,) = unmatched(archive, today(archive))
    assert "[" in found.text
    assert "шестнадцать" not in found.text


def test_a_call_whose_words_were_destroyed_is_left_out(archive: Archive) -> None:
    keep(archive, "1" * 32, "борщ с пампушками")
    archive.keys.destroy("1" * 32)
    assert not list(unmatched(archive, today(archive)))


def test_other_forms_and_other_words_around_are_the_same_wish() -> None:
    groups = grouped([Request(str(n), "", text) for n, text in enumerate(SAID)])
    together = [sorted(int(one.call) for one in group.requests) for group in groups]
    assert together[0][:2] == [0, 1]
    assert together[-1] == [3], "what tells nothing stands last"
    assert [4] in together


def test_word_vectors_bring_together_what_shares_no_word() -> None:
    file = Settings.from_env().learning.vectors.get("ru")
    vectors = load(file) if file else None
    if vectors is None:
        pytest.skip("there are no word vectors here")
    said = [
        Request("1", "", "починить дорогу"),
        Request("2", "", "ремонт дорог"),
        Request("3", "", "потерялась собака"),
    ]
    assert [len(group.requests) for group in grouped(said, vectors)] == [2, 1]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SAID, "билет", "охота и билет", "[имя] квас", ""]), max_size=30))
def test_every_request_is_in_one_group_and_the_same_words_are_never_parted(said: list[str]) -> None:
    requests = [Request(str(n), "", text) for n, text in enumerate(said)]
    groups = grouped(requests)
    assert sorted(one.call for group in groups for one in group.requests) == sorted(one.call for one in requests)
    homes: dict[frozenset[str], set[int]] = {}
    for n, group in enumerate(groups):
        for one in group.requests:
            homes.setdefault(telling(one.text), set()).add(n)
        assert {one.text for one in group.samples} <= {one.text for one in group.requests}
    assert all(len(home) == 1 for home in homes.values())
    assert grouped(requests) == groups
