from voice.dialog.turn import TURNS, Act, Turn
from voice.events import HungUp, SpeechStarted


def test_every_turn_has_its_row_and_leads_to_known_turns() -> None:
    assert set(TURNS) == set(Turn) == {to for row in TURNS.values() for to in row.values()}


def test_hanging_up_ends_every_turn() -> None:
    assert all(row[HungUp] is Turn.ENDED for turn, row in TURNS.items() if turn is not Turn.ENDED)
    assert TURNS[Turn.ENDED] == {}


def test_the_caller_takes_the_floor_from_everybody_but_an_announcement() -> None:
    takes = {turn for turn, row in TURNS.items() if row.get(SpeechStarted) is Turn.HEARING}
    assert takes == {Turn.LISTENING, Turn.HEARING, Turn.THINKING, Turn.SPEAKING} - {Turn.HEARING}


def test_the_line_can_do_every_act_in_every_turn_but_the_last() -> None:
    for turn, row in TURNS.items():
        assert turn is Turn.ENDED or all(act in row for act in Act)
