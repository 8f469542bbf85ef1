"""Steps to the goal: what a caller says until he has what he wants, beside the keys of a press-1 tree.

The tree is the line's own flows, walked by the keys of their options and the digits that are typed where a number is
asked for. Prints a table; `python bench/goals.py --talk N` prints the whole N-th conversation too.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from answers import TextEar, listening, tell
from report import Figure, Table, ratio, save
from said import Goal, goals

from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.actions import Register, Transfer
from voice.dialog.question import NO, YES, Asks
from voice.dialog.script import Script, Step, load_script
from voice.nlu.documents import KINDS
from voice.settings import Settings
from voice.workshop.rehearsal import Rehearsal

MOST_TURNS = 20
TARGET_TURNS = 3
RIGHT, WRONG = "да", "нет"
KEYS = {"date": 4, "time": 4, "error_code": 3, "name": 1, "text": 1}  # typed for a kind; 1: the key after speaking
KEYS_OF_A_LIST = 2  # a value of a long list is typed as a code
READ_BACK = 1  # the key that says it is right


@dataclass
class Walk:
    """One caller's conversation with the line. `turns`: what he said until his goal, 0 when he never got there."""

    goal: Goal
    turns: int = 0
    talk: list[str] = field(default_factory=list)


def walk(script: Script, goal: Goal, office: EmbeddedOffice) -> Walk:
    call, ear = Rehearsal(script, goal.line, office, today=date.today()), TextEar()
    done = Walk(goal, talk=[f"— {call.listen()}"])
    text = goal.says
    for turn in range(1, MOST_TURNS + 1):
        done.talk.append(f"   {text}")
        done.talk.append(f"— {tell(call, ear(text, listening(call)))}")
        if any(_reached(call, script.steps[step]) for step in goal.reached if step in script.steps):
            done.turns = turn
            return done
        if call.ended:
            return done
        text = _reply(call, goal)
    return done


def _reached(call: Rehearsal, step: Step) -> bool:
    if step.register:
        return any(isinstance(action, Register) and action.name == step.register for action in call.actions)
    if step.transfer:
        return isinstance(call.ended, Transfer) and call.ended.target == step.transfer
    if step.ask:
        return any(place.step == step.id for place in call.dialog.memory.way)
    memory = call.dialog.memory
    key = f"{step.say}.{memory.values.get(step.by, '')}" if step.by else step.say
    if step.by and not memory.values.get(step.by):
        return False
    return any(call.script.texts.say(key, {**memory.shown, "options": ""}, nth=nth) in call.said for nth in (0, 1))


def _reply(call: Rehearsal, goal: Goal) -> str:
    """What this caller answers now."""
    dialog, answers = call.dialog, goal.answers
    question, step = dialog.question, dialog.question.step
    if question.asks is Asks.MEANT:
        if len(question.meant) == 1:
            return RIGHT if question.meant[0].intent in goal.means else WRONG
        return goal.again
    if question.asks in (Asks.VALUE_RIGHT, Asks.CONSENT):
        return RIGHT
    if step.slot:
        for name in (step.slot.name, step.slot.kind):
            if name in answers:
                return answers[name]
    if {option.intent for option in step.options} >= {YES, NO}:
        asked = call.said[-1].lower()
        pieces = (key for key in answers if key.startswith("?") and key[1:] in asked)
        return answers.get(next(pieces, YES), goal.again)
    return goal.again


def keys(script: Script, goal: Goal) -> tuple[int, int] | None:
    """The fewest keys from the line's first step to the goal, and how many menus are heard on the way."""
    start = script.lines[goal.line].start
    waiting, seen = [(0, 0, start)], set[str]()
    while waiting:
        cost, menus, name = heapq.heappop(waiting)
        if name in seen:
            continue
        seen.add(name)
        step = script.steps[name]
        if name in goal.reached:
            return cost + (READ_BACK if step.register else 0), menus
        for target, more in _onward(script, step):
            if target in script.steps:
                heapq.heappush(waiting, (cost + more, menus + bool(step.ask), target))
    return None


def _onward(script: Script, step: Step) -> Iterator[tuple[str, int]]:
    """Where a caller with keys only may go from here, and how many he presses for it."""
    if step.ask:
        for option in step.options:
            if option.key and (option.go or step.go):
                yield option.go or step.go, 1
        if step.slot and step.go:
            kind = step.slot.kind
            typed = min(KINDS[kind].lengths) if kind in KINDS else KEYS.get(kind, KEYS_OF_A_LIST)
            yield step.go, typed + (READ_BACK if step.slot.confirm else 0)
        yield script.operator, 1
    elif step.register:
        yield step.done, READ_BACK
    else:
        yield from ((target, 0) for target in (step.go, step.found, step.missing, step.otherwise) if target)
        yield from ((target, 0) for target in step.cases.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--talk", type=int, default=0, help="print this conversation, counted from 1")
    asked = parser.parse_args()
    settings = Settings.from_env()
    script = load_script(settings.prompts / settings.language, settings.learning)
    table = Table("Steps to the goal", ["caller wants", "line", "caller's turns", "keys of a tree", "menus of a tree"])
    turns, pressed = list[int](), list[int]()
    with TemporaryDirectory() as folder:
        office = EmbeddedOffice(Path(folder) / "office.db")
        walks = [walk(script, goal, office) for goal in goals()]
    for done in walks:
        way = keys(script, done.goal)
        line = script.lines[done.goal.line].name
        table.add(f"{done.goal.wants} ({done.goal.who})", line, done.turns or "not reached", *(way or ("none", "none")))
        if done.turns:
            turns.append(done.turns)
        if way:
            pressed.append(way[0])
    table.print()
    if asked.talk:
        print("\n".join(walks[asked.talk - 1].talk), "\n")
    reached = 100 * len(turns) / len(walks)
    both = [(done.turns, way[0]) for done in walks if done.turns and (way := keys(script, done.goal))]
    fewer = 100 * sum(said < typed for said, typed in both) / max(1, len(both))
    print(
        f"Reached: {len(turns)} of {len(walks)}. Turns: median {median(turns):g} (target ≤ {TARGET_TURNS}), most"
        f" {max(turns)}. Keys: median {median(pressed):g}, most {max(pressed)}. Fewer turns than keys: {fewer:.0f} %."
    )
    figures: dict[str, Figure] = {
        "goals reached": ratio(reached, "%", len(walks)),
        "caller's turns, median": ratio(median(turns), "turns", len(turns)),
        "caller's turns, most": ratio(max(turns), "turns", len(turns)),
        "keys of a tree, median": ratio(median(pressed), "keys", len(pressed)),
        "keys of a tree, most": ratio(max(pressed), "keys", len(pressed)),
        "fewer turns than keys": ratio(fewer, "%", len(both)),
    }
    save("goals", figures)


if __name__ == "__main__":
    main()
