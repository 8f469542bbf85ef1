"""Laws over random conversations with the real flows: whatever a caller does, the line does not fail him."""

from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.question import Asks
from voice.dialog.script import Script, load_script
from voice.dialog.turn import Turn
from voice.events import CameBack
from voice.settings import Settings

NONSENSE = ["кошка лежит на окошке", "борщ с пампушками", "ля ля ля ля"]
VALUES = [
    "да", "нет", "угу", "", "два", "сто двадцать три", "нет третья цифра пять", "сначала", "вчера", "казань",
    "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто", "двенадцать тридцать четыре пятьдесят",
    "один один один один один один один один один один один один один", "у меня всё зависло и ничего не работает",
]  # fmt: skip
MOST_TURNS_BEFORE_HELP = 2
GONE = (Turn.ENDED, Turn.HANDED_OVER)
MOST_TURNS_BEFORE_A_PERSON = 6


@cache
def script() -> Script:
    return load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)


@cache
def wishes() -> list[str]:
    return [heard.text for intent in script().matcher.intents.intents for heard in intent.heard[:3]]


@st.composite
def deeds(draw: st.DrawFn, most: int = 12) -> list[tuple[str, str]]:
    words = st.sampled_from(wishes() + VALUES + NONSENSE)
    deed = st.one_of(
        st.tuples(st.just("speak"), words),
        st.tuples(st.just("press"), st.sampled_from("123456789*#")),
        st.tuples(st.just("type"), words.filter(bool)),
        st.just(("silence", "")),
    )
    return draw(st.lists(deed, max_size=most))


def numbers() -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(script().lines))


def law(examples: int):  # type: ignore[no-untyped-def]
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def do(call: Conversation, kind: str, what: str) -> None:
    if call.dialog.turn in GONE:
        return
    if kind == "silence":
        if call.timers:
            call.silence()
    else:
        getattr(call, kind)(what)


def after(deeds: list[tuple[str, str]], number: str, *, hears: bool = True) -> Conversation:
    """The call after all that, still running; `hears`: the caller did not ask to answer by keys only."""
    call = Conversation(script(), number)
    call.listen()
    for kind, what in deeds:
        do(call, kind, what)
    assume(call.ended is None and not (hears and call.dialog.manner.keys_only))
    return call


@law(120)
@given(deeds(), numbers())
def test_a_person_can_be_reached_from_everywhere(deeds: list[tuple[str, str]], number: str) -> None:
    call = after(deeds, number, hears=False)
    call.speak("соедините с оператором")
    assert isinstance(call.ended, act.Transfer)


@law(60)
@given(deeds(), numbers())
def test_the_key_nought_is_a_person_everywhere(deeds: list[tuple[str, str]], number: str) -> None:
    call = after(deeds, number, hears=False)
    assume(not call.dialog.question.takes_digits)
    call.press("0")
    assert isinstance(call.ended, act.Transfer)


@law(120)
@given(deeds(), numbers())
def test_the_line_always_waits_for_something_or_speaks(deeds: list[tuple[str, str]], number: str) -> None:
    call = Conversation(script(), number)
    call.listen()
    for kind, what in deeds:
        do(call, kind, what)
        assert call.dialog.turn in GONE or call.timers, (kind, what)


@law(60)
@given(deeds(6), numbers(), deeds())
def test_whoever_comes_back_from_a_person_is_never_left_in_silence(
    before: list[tuple[str, str]], number: str, then: list[tuple[str, str]]
) -> None:
    call = after(before, number, hears=False)
    call.speak("соедините с оператором")
    for kind, what in [("silence", ""), *then]:
        if call.dialog.turn is Turn.HANDED_OVER:
            call.feed(CameBack(at_ms=call.at_ms))
            assert call.listen(), "what can be done now is said"
        assert call.dialog.turn in GONE or call.timers, (kind, what)
        do(call, kind, what)


@law(60)
@given(deeds(), numbers(), st.lists(st.booleans(), min_size=MOST_TURNS_BEFORE_A_PERSON, max_size=12))
def test_nobody_is_left_alone_with_a_line_that_does_not_understand(
    deeds: list[tuple[str, str]], number: str, silent: list[bool]
) -> None:
    call = after(deeds, number)
    assume(call.dialog.question.kind not in ("text", "name"))  # where every word is an answer
    for turn, nothing in enumerate(silent):
        if call.ended is None:
            do(call, *(("silence", "") if nothing else ("speak", NONSENSE[turn % len(NONSENSE)])))
    assert call.dialog.turn in GONE


@law(60)
@given(deeds(), numbers())
def test_help_with_keys_comes_before_patience_ends(deeds: list[tuple[str, str]], number: str) -> None:
    call = after(deeds, number)
    assume(call.dialog.question.asks is Asks.STEP and call.dialog.question.options and not call.dialog.question.kind)
    assume(not call.dialog.question.step.on_silence)
    said = " ".join(call.speak(NONSENSE[turn]) for turn in range(MOST_TURNS_BEFORE_HELP))
    assert call.ended or all(
        f"{script().texts.tables['keys'][option.key]}." in said for option in call.dialog.question.options
    )


@law(80)
@given(deeds(), numbers(), st.data())
def test_back_undoes_a_choice(deeds: list[tuple[str, str]], number: str, data: st.DataObject) -> None:
    call = after(deeds, number)
    dialog = call.dialog
    assume(dialog.question.asks is Asks.STEP and dialog.question.options and not dialog.question.takes_digits)
    step, values = dialog.question.step.id, dict(dialog.memory.values)
    call.press(data.draw(st.sampled_from([option.key for option in dialog.question.options])))
    assume(call.ended is None and dialog.question.step.id != step)
    walked = [place.step for place in dialog.memory.way]
    assume(len(walked) > 1 and walked[-2] == step)  # not a way that asks nothing of its own
    call.speak("назад")
    assert dialog.question.step.id == step
    assert dialog.memory.values == values


@law(80)
@given(deeds(), numbers(), st.data())
def test_a_key_and_its_number_in_words_lead_to_the_same_place(
    deeds: list[tuple[str, str]], number: str, data: st.DataObject
) -> None:
    calls = after(deeds, number), after(deeds, number)
    question = calls[0].dialog.question
    assume(question.asks is Asks.STEP and question.options and not question.kind)
    key = data.draw(st.sampled_from([option.key for option in question.options]))
    calls[0].press(key)
    calls[1].speak(script().texts.tables["keys"][key])
    assert calls[0].dialog.question.step == calls[1].dialog.question.step
    assert type(calls[0].ended) is type(calls[1].ended)


@law(60)
@given(deeds(20), numbers())
def test_the_same_events_always_give_the_same_actions(deeds: list[tuple[str, str]], number: str) -> None:
    calls = Conversation(script(), number), Conversation(script(), number)
    for call in calls:
        call.listen()
        for kind, what in deeds:
            do(call, kind, what)
    assert calls[0].said == calls[1].said
    assert [type(a) for a in calls[0].actions] == [type(a) for a in calls[1].actions]


@pytest.mark.parametrize("number", sorted(script().lines))
def test_every_option_of_every_question_has_a_key_and_a_name(number: str) -> None:
    for step in script().steps.values():
        for option in step.options:
            assert option.key and option.label, step.id
