from pathlib import Path

import pytest

from voice.archive.archive import Archive
from voice.errors import PromptError
from voice.review.checklist import Checklist, Item, read_checklist
from voice.review.remarks import Remarks
from voice.review.reviews import AlreadyDone, Reviews, agreements, seen_by, veiled
from voice.settings import ROOT

LIST = Checklist("1", (Item("understood", "?", "!"), Item("polite", "?", "!")))
YES = {"understood": "yes", "polite": "yes"}


@pytest.fixture
def reviews(archive: Archive) -> Reviews:
    return Reviews(archive, LIST)


def test_the_shipped_checklist_asks_what_it_must() -> None:
    asked = read_checklist(ROOT / "prompts" / "ru")
    assert [item.id for item in asked.items] == [
        "understood",
        "shortest_way",
        "polite",
        "right_answer",
        "reached_human",
    ]
    assert all(item.ask.endswith("?") and item.help for item in asked.items)


def test_prompts_without_a_list_of_their_own_are_judged_by_the_shipped_one(tmp_path: Path) -> None:
    assert read_checklist(tmp_path) == read_checklist(ROOT / "prompts" / "ru")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: '1'\nitems: []", "asks something"),
        ("version: '1'\nitems: [{id: a, ask: q, help: h}, {id: a, ask: q, help: h}]", "stands twice"),
        ("version: '1'\nitems: [{id: A b, ask: q, help: h}]", "an id is"),
        ("items: [{id: a, ask: q, help: h}]", "'version' is missing"),
        ("version: '1'\nitems: [{id: a, ask: q}]", "'help' is missing"),
    ],
)
def test_a_wrong_checklist_is_named_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "checklist.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=told):
        read_checklist(tmp_path)


def test_a_draft_is_written_over_and_what_is_done_is_not(reviews: Reviews, call: str) -> None:
    reviews.save(call, "anna", {"understood": "no"}, "пока думаю", done=False)
    reviews.save(call, "anna", YES, "  хорошо ", done=True)
    (review,) = reviews.of(call)
    assert (review.person, review.answers, review.note, review.checklist) == ("anna", YES, "хорошо", "1")
    assert review.done_at is not None
    with pytest.raises(AlreadyDone):
        reviews.save(call, "anna", {**YES, "polite": "no"}, "", done=True)


@pytest.mark.parametrize("answers", [{"understood": "yes"}, {**YES, "polite": "maybe"}, {}])
def test_a_judgement_is_done_when_all_is_answered(reviews: Reviews, call: str, answers: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        reviews.save(call, "anna", answers, "", done=True)
    assert reviews.of(call) == ()


def test_the_second_reviewer_is_blind_until_his_own_is_done(reviews: Reviews, call: str) -> None:
    def sees(person: str, *, judges: bool = True) -> set[str]:
        return {one.person for one in seen_by(reviews.of(call), person, judges=judges)}

    reviews.save(call, "anna", YES, "тайна", done=True)
    reviews.save(call, "boris", {"polite": "no"}, "", done=False)
    assert sees("boris") == {"boris"} and veiled(reviews.of(call), "boris", judges=True) == {"anna"}
    assert sees("vera") == set() and sees("anna") == {"anna"}, "nobody sees a draft"
    assert sees("auditor", judges=False) == {"anna"} and not veiled(reviews.of(call), "auditor", judges=False)
    reviews.save(call, "boris", {**YES, "polite": "no"}, "", done=True)
    assert sees("boris") == sees("anna") == {"anna", "boris"}
    assert not veiled(reviews.of(call), "boris", judges=True)


def test_agreement_compares_the_first_two_of_each_call_in_one_version(archive: Archive, call: str) -> None:
    reviews = Reviews(archive, LIST)
    old = Reviews(archive, Checklist("0", LIST.items))
    calls = [call]
    for number in range(3):
        archive.begin(f"{number:032x}", "1001", "", "file").seal("caller")
        calls.append(f"{number:032x}")
    for one, second in zip(calls[:2], ("yes", "no"), strict=True):
        reviews.save(one, "anna", YES, "", done=True)
        reviews.save(one, "boris", {**YES, "polite": second}, "", done=True)
        reviews.save(one, "vera", {**YES, "polite": "not_applicable"}, "", done=True)
    reviews.save(calls[2], "anna", YES, "", done=True)
    old.save(calls[3], "anna", YES, "", done=True)
    old.save(calls[3], "boris", YES, "", done=True)
    found = agreements(reviews.done_twice(), LIST)
    assert found.calls == 2 and found.overall.n == 4 and found.overall.observed == 0.75
    assert found.items["understood"].kappa is None and found.items["polite"].kappa == 0.0


def test_remarks_stand_at_their_moments(archive: Archive, call: str) -> None:
    remarks = Remarks(archive)
    remarks.add(call, "anna", 3_000, "здесь не поняли")
    remarks.add(call, "boris", 1_000, " раньше ")
    assert [(one.at_ms, one.person, one.text) for one in remarks.of(call)] == [
        (1_000, "boris", "раньше"),
        (3_000, "anna", "здесь не поняли"),
    ]
    with pytest.raises(ValueError):
        remarks.add(call, "anna", 0, " ")
    assert archive.faults(call) == []
