"""Which calls come first, and why."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialog.test_laws import do, script
from tests.fakes.kept_conversation import KeptConversation
from voice.archive.records import Record
from voice.errors import PromptError
from voice.review.figures import CallFigures, measure
from voice.review.risk import MEASURED, RULES, judge, rules, told


def talk(*deeds: tuple[str, str]) -> Record:
    kept = KeptConversation(script())
    kept.listen()
    for kind, what in deeds:
        do(kept, kind, what)
    kept.end()
    return kept.record()


RECORD = talk(("speak", "хочу узнать статус заявления"), ("type", "1234567890"))
FINE = replace(measure(RECORD), mean_confidence=0.95, longest_silence_ms=0)


def reasons(**figures: Any) -> dict[str, float]:
    risk = judge(RECORD, replace(FINE, **figures))
    return {reason.code: reason.weight for reason in risk.reasons}


def test_a_call_without_trouble_has_no_risk() -> None:
    assert FINE.outcome == "solved" and judge(RECORD, FINE).score == 0 and reasons() == {}


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"mean_confidence": 0.6}, "low_confidence"),
        ({"longest_no_match": 3}, "no_match_run"),
        ({"barge_ins": 6}, "barge_ins"),
        ({"repeats": 3}, "repeats"),
        ({"longest_silence_ms": 30_000}, "silence"),
        ({"no_input": 2}, "no_input"),
        ({"outcome": "transferred"}, "handover"),
        ({"waited_ms": 120_000}, "long_wait"),
        ({"complaint": True}, "complaint"),
        ({"outcome": "abandoned"}, "hung_up"),
        ({"outcome": "failed"}, "failed"),
        ({"gap_ms": 3_000.0}, "slow_replies"),
        ({"noise": "noisy"}, "bad_line"),
    ],
)
def test_each_trouble_alone_is_the_reason(figures: dict[str, Any], code: str) -> None:
    assert list(reasons(**figures)) == [code]


def test_what_is_no_trouble_is_no_reason() -> None:
    assert (
        reasons(mean_confidence=None, longest_no_match=1, barge_ins=2, repeats=1, waited_ms=5_000, gap_ms=800.0) == {}
    )
    assert reasons(outcome="abandoned", turns=0) == {}, "who said nothing was in the middle of nothing"
    assert "person_not_reached" not in reasons(asked_operator=True, outcome="transferred")


def test_whoever_asked_for_a_person_in_vain_comes_before_whoever_hung_up() -> None:
    assert set(reasons(asked_operator=True, outcome="abandoned")) == {"person_not_reached", "hung_up"}
    assert judge(RECORD, replace(FINE, asked_operator=True, outcome="abandoned")).score > 0.6


def test_an_incomplete_record_is_a_reason() -> None:
    broken = replace(RECORD, call=replace(RECORD.call, state="incomplete"))
    assert [reason.code for reason in judge(broken, FINE).reasons] == ["incomplete"]


def test_numbers_that_were_refused_are_counted() -> None:
    long = [("type", number) for number in ("12345678901234567", "99999999999999999")]
    record = talk(("speak", "хочу узнать статус заявления"), *long)
    (reason,) = judge(record, FINE).reasons
    assert (reason.code, reason.values["value"]) == ("wrong_numbers", 2)


@given(st.fixed_dictionaries({name: st.integers(0, 20) for name in ("longest_no_match", "barge_ins", "repeats")}))
def test_more_trouble_is_never_less_risk(figures: dict[str, int]) -> None:
    now = judge(RECORD, replace(FINE, **figures))
    assert 0 <= now.score < 1
    for name in figures:
        more = judge(RECORD, replace(FINE, **{**figures, name: figures[name] + 1}))
        assert more.score >= now.score
    weights = [reason.weight for reason in now.reasons]
    assert weights == sorted(weights, reverse=True)
    assert now.score >= max(weights, default=0)


def test_every_reason_is_told_in_russian_with_its_figure() -> None:
    def tell(**figures: Any) -> str:
        return told(asdict(judge(RECORD, replace(FINE, **figures)).reasons[0]))

    assert tell(mean_confidence=0.634) == "Слова распознаны неуверенно: в среднем 63 %"
    assert tell(longest_silence_ms=32_400) == "Долгая тишина: 32 с"
    assert tell(gap_ms=2_500.0) == "Линия отвечала медленно: обычно через 2,5 с"
    assert tell(longest_no_match=4) == "Не понят несколько раз подряд: 4"
    assert tell(complaint=True) == "Звонивший жалуется"
    assert told({"code": "of another version"}) == "of another version"
    assert all("{" not in told({"code": code, "values": {"value": 1}}) for code in MEASURED)


@pytest.mark.parametrize(
    ("was", "becomes", "tells"),
    [
        ("weight = 0.6", "weight = 1.5", "'weight'"),
        ("[complaint]", "[complaints]", "complaint"),
        ('unit = "percent"', 'unit = "miles"', "'unit'"),
        ("to = 0.5", "to = 0.85", "'from' is not 'to'"),
        ("weight = 0.6", "weight = heavy", "cannot be used"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(tmp_path: Path, was: str, becomes: str, tells: str) -> None:
    path = tmp_path / "risk.toml"
    path.write_text(RULES.read_text("utf-8").replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PromptError, match=tells):
        rules(path)


def test_every_figure_that_is_named_exists() -> None:
    assert set(MEASURED) == set(rules())
    assert isinstance(FINE, CallFigures)
