"""Counting steps: what a caller says, and the keys of a tree with the same content."""

from dataclasses import replace
from pathlib import Path
from statistics import median

from goals import keys, walk
from said import Goal, goals

from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script

MAIN = "88005553535"


def goal(**changes: object) -> Goal:
    first = Goal("", "", MAIN, "", "", (), {}, ("main.menu",))
    return replace(first, **changes)  # type: ignore[arg-type]


def test_a_goal_is_counted_in_keys(script: Script) -> None:
    assert keys(script, goal(reached=("main.welcome",))) == (0, 0)
    assert keys(script, goal(reached=("status.number",))) == (1, 1)
    assert keys(script, goal(reached=("status.tell",))) == (1 + 10 + 1, 2)


def test_what_no_key_leads_to_has_no_count(script: Script) -> None:
    assert keys(script, goal(reached=("nowhere",))) is None


def test_every_goal_can_be_reached_by_keys(script: Script) -> None:
    assert [one.wants for one in goals() if keys(script, one) is None] == []


def test_a_caller_who_is_never_understood_reaches_nothing(script: Script, tmp_path: Path) -> None:
    done = walk(script, goal(says="борщ", again="борщ", reached=("status.tell",)), EmbeddedOffice(tmp_path / "o.db"))
    assert done.turns == 0


def test_callers_reach_their_goals_in_few_turns(script: Script, tmp_path: Path) -> None:
    office = EmbeddedOffice(tmp_path / "office.db")
    turns = [walk(script, one, office).turns for one in goals()]
    assert turns.count(0) <= 1
    assert median(turn for turn in turns if turn) <= 3
