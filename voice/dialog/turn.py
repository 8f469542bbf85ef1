"""Who has the floor: a table."""

from __future__ import annotations

from enum import Enum, auto

from voice.events import Event, HungUp, SpeechEnded, SpeechStarted


class Turn(Enum):
    LISTENING = auto()  # nobody speaks, the caller may
    HEARING = auto()  # the caller speaks
    THINKING = auto()  # the caller has ended, the line has not begun
    SPEAKING = auto()  # the line speaks and may be interrupted
    ANNOUNCING = auto()  # the line speaks and is not cut short: the notice of recording, a transfer under way
    HANDED_OVER = auto()  # the caller is with a person, or waits for one; he may come back
    ENDED = auto()


class Act(Enum):
    """What the dialog itself decides to do with the floor."""

    LISTEN = auto()
    THINK = auto()
    SPEAK = auto()
    ANNOUNCE = auto()
    HAND_OVER = auto()
    END = auto()


Trigger = type[Event] | Act

_ACTS: dict[Trigger, Turn] = {
    Act.LISTEN: Turn.LISTENING,
    Act.THINK: Turn.THINKING,
    Act.SPEAK: Turn.SPEAKING,
    Act.ANNOUNCE: Turn.ANNOUNCING,
    Act.HAND_OVER: Turn.HANDED_OVER,
    Act.END: Turn.ENDED,
    HungUp: Turn.ENDED,
}

# Rule 1: the turn changes only by a row of this table.
# Rule 2: a trigger with no row changes nothing: people speak, pause and hang up when they like.
# Rule 3: the caller's sound takes the floor from everybody but an announcement.
TURNS: dict[Turn, dict[Trigger, Turn]] = {
    Turn.LISTENING: {SpeechStarted: Turn.HEARING, **_ACTS},
    Turn.HEARING: {SpeechEnded: Turn.THINKING, **_ACTS},
    Turn.THINKING: {SpeechStarted: Turn.HEARING, **_ACTS},
    Turn.SPEAKING: {SpeechStarted: Turn.HEARING, **_ACTS},
    Turn.ANNOUNCING: _ACTS,
    Turn.HANDED_OVER: _ACTS,
    Turn.ENDED: {},
}
