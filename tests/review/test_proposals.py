"""What callers said makes the line's data better: proposals from archived calls, and the patch they become."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT
from voice.archive.archive import Archive
from voice.dialog.script import Script
from voice.events import AnyEvent, Asked, CallStarted, Final, HungUp, SpeechEnded, SpeechStarted, Understood
from voice.nlu.data import load
from voice.review.corrections import Corrections
from voice.review.prompt_edits import patch, with_alias, with_item
from voice.review.proposals import Proposal, Support, propose
from voice.review.word_errors import spoken
from voice.settings import Settings

RU = ROOT / "prompts" / "ru"
ODD = "синяя папочка моя как там поживает"  # understood by nothing, meant for application_status
Said = tuple[str, str | None, float]  # recognised, understood as, how surely


@pytest.fixture
def kept(archive: Archive) -> Callable[..., str]:
    """Archive a call of these answers at one step; returns its id."""
    n = 0

    def keep(*said: Said, step: str = "main.welcome") -> str:
        nonlocal n
        n += 1
        recorder = archive.begin(f"{n:032x}", "88005553535", "", "browser")
        events: list[AnyEvent] = [
            CallStarted(at_ms=0, line="88005553535", caller="", transport="browser"),
            Asked(at_ms=0, asked=1, step=step),
        ]
        for nth, (text, intent, sure) in enumerate(said, 1):
            at_ms = 4_000 * nth
            events += [
                SpeechStarted(at_ms=at_ms, utterance=nth),
                SpeechEnded(at_ms=at_ms + 1_500, utterance=nth),
                Final(at_ms=at_ms + 2_000, utterance=nth, text=text, confidence=0.9),
                Understood(at_ms=at_ms + 2_000, source="speech", text=text, intent=intent, confidence=sure),
            ]
        for event in (*events, HungUp(at_ms=60_000, by="caller")):
            recorder.event(event)
        recorder.seal("caller")
        with archive.writing() as connection:
            archive.tie(connection, recorder.call_id)
        return recorder.call_id

    return keep


def correct(archive: Archive, call: str, nth: int, text: str) -> None:
    reading = archive.reading(call, unmasked=True)
    assert reading
    assert Corrections(archive).correct(call, [*spoken(reading)][nth].n, "anna", text)


def short(found: Sequence[Proposal]) -> list[tuple[str, str, str, str, int]]:
    return [(one.kind, one.target, one.text, one.why, one.calls) for one in found]


def test_what_was_said_otherwise_a_turn_later_is_proposed_as_an_example(
    archive: Archive, kept: Callable[..., str], script: Script
) -> None:
    call = kept((ODD, None, 1.0), ("статус заявления", "application_status", 1.0))
    (one,) = propose(archive, [call], script)
    assert short([one]) == [("example", "application_status", ODD, "restated", 1)]
    assert one.support == (Support(call, 1, 4_000, False),)


def test_a_correction_takes_the_place_of_what_was_heard(
    archive: Archive, kept: Callable[..., str], script: Script
) -> None:
    call = kept(("синяя папочка моя как та каков живёт", None, 1.0), ("статус заявления", "application_status", 1.0))
    correct(archive, call, 0, "Синяя папочка моя как там поживает?")
    (one,) = propose(archive, [call], script)
    assert (one.text, one.support[0].corrected) == (ODD, True)


def test_a_yes_to_the_question_back_confirms_an_unsure_meaning(
    archive: Archive, kept: Callable[..., str], script: Script
) -> None:
    calls = [kept((ODD, "application_status", 0.6), (answer, answered, 1.0)) for answer, answered in
             (("да", "yes"), ("нет", "no"))]  # fmt: skip
    assert [(one.why, one.support[0].call) for one in propose(archive, calls, script)] == [("confirmed", calls[0])]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("статус моего заявления", ("документы на загранпаспорт", "documents", 1.0)),  # it means another thing already
        (ODD, ("оператор", "operator", 1.0)),  # he gave up
        (ODD, ("не знаю", None, 1.0)),
        ("ммм", ("статус заявления", "application_status", 1.0)),  # one word is too little
        ("номер сто двадцать три четыреста", ("статус заявления", "application_status", 1.0)),
    ],
)
def test_nothing_is_proposed_that_would_teach_something_wrong(
    archive: Archive, kept: Callable[..., str], script: Script, first: str, later: Said
) -> None:
    assert propose(archive, [kept((first, None, 1.0), later)], script) == []


def test_nothing_with_personal_data_is_proposed(archive: Archive, kept: Callable[..., str], script: Script) -> None:
    named = "меня зовут иван петров синяя папочка моя как там поживает"
    later = ("статус заявления", "application_status", 1.0)
    call = kept((named, None, 1.0), later)
    shown = archive.reading(call)
    assert shown and "иван" not in " ".join(one.text for one in shown.utterances)
    assert propose(archive, [call, kept((ODD, None, 1.0), later)], script)[0].text == ODD
    assert propose(archive, [call], script) == []


def test_words_that_are_corrected_alike_in_two_calls_become_an_alias(
    archive: Archive, kept: Callable[..., str], script: Script
) -> None:
    calls = [kept((f"{before} рас портал", None, 1.0)) for before in ("сломался", "не открылся")]
    correct(archive, calls[0], 0, "сломался госпортал")
    assert propose(archive, calls, script) == [], "one call may be one person's way to speak"
    correct(archive, calls[1], 0, "не открылся госпортал")
    assert short(propose(archive, calls, script)) == [("heard_as", "госпортал", "рас портал", "misheard", 2)]


def test_a_word_that_callers_mean_is_no_alias(archive: Archive, kept: Callable[..., str], script: Script) -> None:
    calls = [kept((f"{before} статус заявления", None, 1.0)) for before in ("мне", "хочу")]
    for call, before in zip(calls, ("мне", "хочу"), strict=True):
        correct(archive, call, 0, f"{before} статую заявления")
    assert propose(archive, calls, script) == []


def test_a_short_wish_of_three_callers_is_a_phrase(archive: Archive, kept: Callable[..., str], script: Script) -> None:
    calls = [kept(("бумажонка поживает", None, 1.0), ("статус заявления", "application_status", 1.0)) for _ in range(3)]
    assert short(propose(archive, calls, script)) == [
        ("phrase", "application_status", "бумажонка поживает", "restated", 3)
    ]


def test_the_patch_is_taken_by_git_and_keeps_comments_and_order(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts" / "ru"
    shutil.copytree(RU, prompts)
    chosen = [
        Proposal("example", "application_status", ODD, "restated", ()),
        Proposal("phrase", "thanks", "сердечно благодарствую", "restated", ()),
        Proposal("heard_as", "снилс", "сни льс", "misheard", ()),
        Proposal("heard_as", "госпортал", "рас портал", "misheard", ()),
    ]
    made = patch(prompts, chosen, Settings.from_env().learning)
    assert made.troubles == ()
    diff = tmp_path / "liniya.patch"
    diff.write_text(made.text, encoding="utf-8")
    subprocess.run(["git", "apply", str(diff)], cwd=tmp_path, check=True)
    changed = [
        path for path in prompts.rglob("*.yaml") if path.read_text() != (RU / path.relative_to(prompts)).read_text()
    ]
    assert sorted(path.name for path in changed) == ["application_status.yaml", "heard_as.yaml", "thanks.yaml"]
    for path in changed:
        before = (RU / path.relative_to(prompts)).read_text(encoding="utf-8").splitlines()
        after = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in before if line in after]
        assert len(before) - len(kept) <= 1 and kept == [line for line in after if line in before], path
    assert load(prompts / "intents" / "application_status.yaml").fields()["examples"].items()[-1].text() == ODD
    aliases = {node.fields()["said"].text(): node for node in load(prompts / "lists" / "heard_as.yaml").items()}
    assert aliases["госпортал"].fields()["heard"].items()[0].text() == "рас портал"
    assert "сни льс" in [node.text() for node in aliases["снилс"].fields()["heard"].items()]


def test_a_patch_that_harms_tells_of_it(tmp_path: Path) -> None:
    harmful = Proposal("heard_as", "оператор", "статус", "misheard", ())
    made = patch(RU, [harmful], Settings.from_env().learning)
    assert "статус заявления: -" in made.troubles


def test_items_are_written_as_yaml_reads_them() -> None:
    assert with_item("a: 1\nexamples:\n- x\n# last\n", "examples", "y") == "a: 1\nexamples:\n- x\n- y\n# last\n"
    assert (
        with_item("examples:\n  - x\n\nsay:\n  - z", "examples", "no: y")
        == 'examples:\n  - x\n  - "no: y"\n\nsay:\n  - z\n'
    )
    assert with_item("a: 1", "examples", "y") == "a: 1\nexamples:\n  - y\n"
    assert with_alias("- said: a\n  heard: [b]\n", "a", "c d") == "- said: a\n  heard: [b, c d]\n"
    assert with_alias("- said: a\n  heard: [b]\n", "e", "f") == "- said: a\n  heard: [b]\n- said: e\n  heard: [f]\n"
