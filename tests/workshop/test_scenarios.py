"""Described callers: the format, and what counts as a kept expectation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from voice.errors import PromptError
from voice.events import AnyEvent, HungUp, Interrupted, Noted, SayStarted, Understood
from voice.workshop.scenarios import Expected, Meaning, read_scenarios
from voice.workshop.simulation import broken, told

CALL: tuple[AnyEvent, ...] = (
    SayStarted(at_ms=0, say=1, text="Чем вам помочь?"),
    Interrupted(at_ms=900, say=1, heard_ms=900),
    Understood(at_ms=2_000, source="speech", text="паспорт", intent="documents", slots={"service": "passport"}),
    Noted(at_ms=2_500, name="reply", data={"gap": 500.0}),
    SayStarted(at_ms=2_500, say=2, text="Нужны две фотографии."),
    Understood(at_ms=3_000, source="speech", text="угу", intent="backchannel"),
    Understood(at_ms=4_000, source="speech", text="трактор", intent=None),
    HungUp(at_ms=65_000, by="caller"),
)


def test_the_callers_of_the_line_can_be_read() -> None:
    scenarios = read_scenarios(ROOT / "audio_fixtures" / "scenarios.yaml")
    names = [caller.name for caller in scenarios.callers]
    assert len(names) == len(set(names)) >= 24
    assert {"babble", "television"} <= scenarios.background.keys()
    silent = next(caller for caller in scenarios.callers if caller.expected.understood == ())
    assert silent.expected.ends


KEPT = Expected(
    understood=(Meaning("documents", {"service": "passport"}), Meaning("none")),
    says=("помочь", "фотографии"),
    never_says=("трактор",),
    interrupted=1,
    resumed=0,
    ends=("caller", ""),
    max_gap_ms=500,
)


def test_what_happened_as_expected_breaks_nothing() -> None:
    assert broken(KEPT, CALL) == []
    assert broken(Expected(), CALL) == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected(understood=(Meaning("documents"),)), "understood documents, none; expected documents"),
        (Expected(understood=()), "expected nothing"),
        (Expected(understood=(Meaning("documents", {"service": "home"}), Meaning("none"))), "documents had the slots"),
        (Expected(says=("фотографии", "помочь")), "'помочь' was not said"),
        (Expected(never_says=("две",)), "'две' was said"),
        (Expected(interrupted=0), "interrupted 1 times; expected 0"),
        (Expected(ends=("line", "goodbye")), "ended by caller"),
        (Expected(max_gap_ms=499), "500 ms; expected at most 499"),
    ],
)
def test_what_did_not_happen_is_told(expected: Expected, said: str) -> None:
    (wrong,) = broken(expected, CALL)
    assert said in wrong


def test_a_call_is_told_as_a_script() -> None:
    lines = list(told(CALL))
    assert lines[0] == "0:00.00  line        Чем вам помочь?"
    assert "0:02.00  understood  documents 1.00 service=passport" in lines
    assert "0:02.50  gap         500 ms" in lines
    assert lines[-1] == "1:05.00  end         caller"


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ("{wait_ms: 5}", "a turn says something"),
        ("{say: да, when: never}", "'when' is one of"),
        ("{say: да, pace: fast}", "expected a number"),
        ("{say: да, tone: sad}", "unknown key 'tone'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, turn: str, reason: str) -> None:
    file = tmp_path / "callers.yaml"
    file.write_text(f"callers:\n  - name: one\n    turns:\n      - {turn}\n", encoding="utf-8")
    with pytest.raises(PromptError, match=reason) as caught:
        read_scenarios(file)
    assert caught.value.line == 4
