"""Laws over random conversations: whatever a caller does, the line does not fail them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.script import load_script
from voice.dialog.turn import Turn

SCRIPT = load_script(ROOT / "prompts" / "ru")
WORDS = [
    "да", "нет", "статус заявления", "какие нужны документы", "загранпаспорт", "не могу войти", "повторите", "назад",
    "помедленнее", "помощь", "главное меню", "подождите", "угу", "", "синий трактор", "два", "сто двадцать три",
    "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто", "нет третья цифра пять", "сначала",
    "один один один один один один один один один один один один один",
]  # fmt: skip
deed = st.one_of(
    st.tuples(st.just("speak"), st.sampled_from(WORDS)),
    st.tuples(st.just("press"), st.sampled_from("123456789*#")),
    st.tuples(st.just("type"), st.sampled_from(WORDS[:-1])),
    st.just(("silence", "")),
)


def do(call: Conversation, kind: str, what: str) -> None:
    if call.dialog.turn is Turn.ENDED:
        return
    if kind == "silence":
        if call.timers:
            call.silence()
    else:
        getattr(call, kind)(what)


@settings(max_examples=150, deadline=None)
@given(st.lists(deed, max_size=25))
def test_a_person_can_be_reached_from_everywhere(deeds: list[tuple[str, str]]) -> None:
    call = Conversation(SCRIPT)
    call.listen()
    for kind, what in deeds:
        do(call, kind, what)
    if call.ended is None:
        call.speak("соедините с оператором")
    assert isinstance(call.ended, act.Transfer | act.End)


@settings(max_examples=150, deadline=None)
@given(st.lists(deed, max_size=25))
def test_the_line_always_waits_for_something_or_speaks(deeds: list[tuple[str, str]]) -> None:
    call = Conversation(SCRIPT)
    call.listen()
    for kind, what in deeds:
        do(call, kind, what)
        assert call.dialog.turn is Turn.ENDED or call.timers, (kind, what)


@settings(max_examples=50, deadline=None)
@given(st.lists(deed, max_size=15))
def test_silence_ends_every_call_at_a_person(deeds: list[tuple[str, str]]) -> None:
    call = Conversation(SCRIPT)
    call.listen()
    for kind, what in deeds:
        do(call, kind, what)
    for _ in range(6):
        do(call, "silence", "")
    assert call.dialog.turn is Turn.ENDED


@settings(max_examples=100, deadline=None)
@given(st.lists(deed, max_size=20))
def test_the_same_events_always_give_the_same_actions(deeds: list[tuple[str, str]]) -> None:
    calls = Conversation(SCRIPT), Conversation(SCRIPT)
    for call in calls:
        call.listen()
        for kind, what in deeds:
            do(call, kind, what)
    assert calls[0].said == calls[1].said
    assert [type(a) for a in calls[0].actions] == [type(a) for a in calls[1].actions]


def test_every_text_can_be_said_without_an_empty_gap() -> None:
    for key, texts in SCRIPT.texts.variants.items():
        assert all(text.strip() for text in texts), key
