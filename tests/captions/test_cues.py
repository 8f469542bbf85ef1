from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from voice.captions.cues import Cue, CueReader
from voice.captions.heard import Pace, split_heard
from voice.captions.labels import labels
from voice.events import (
    AnyEvent,
    BadLine,
    Final,
    HungUp,
    Interrupted,
    Key,
    OperatorSaid,
    OperatorSaying,
    Partial,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    TimerFired,
    Transferred,
    Typed,
    Waiting,
)

GREETING = "Здравствуйте! Вы позвонили на линию. Чем помочь?"


def cues(*events: AnyEvent) -> list[Cue]:
    reader = CueReader(labels())
    return [cue for event in events for cue in reader.push(event)]


def shown(found: Sequence[Cue]) -> dict[str, Cue]:
    """What is on the page at the end: the newest state of each segment, if it has a text."""
    newest = {cue.seg: cue for cue in found}
    return {seg: cue for seg, cue in newest.items() if cue.text}


def test_what_a_person_says_grows_and_is_withdrawn_when_it_was_nothing() -> None:
    found = cues(
        OperatorSaying(at_ms=10, utterance=1, stable="здравствуйте", rest="чем"),
        OperatorSaying(at_ms=20, utterance=2, stable="", rest="кх"),
        OperatorSaid(at_ms=30, utterance=1, text="здравствуйте чем помочь"),
        OperatorSaid(at_ms=40, utterance=2, text=""),
        OperatorSaid(at_ms=50, utterance=3, text=""),
    )
    words = [(cue.seg, cue.rev, cue.text, cue.final, cue.at_ms) for cue in found if cue.kind == "operator"]
    assert words == [
        ("o1", 0, "Здравствуйте! Чем", False, 10),
        ("o2", 0, "Кх", False, 20),
        ("o1", 1, "Здравствуйте! Чем помочь.", True, 10),
        ("o2", 1, "", True, 20),
    ]
    assert [cue.who for cue in found if cue.kind == "speaking"] == ["operator", ""]


def test_the_lines_words_are_whole_before_their_sound() -> None:
    said, speaking = cues(SayStarted(at_ms=10, say=1, text=GREETING))
    assert (said.who, said.text, said.stable, said.rest, said.final) == ("line", GREETING, GREETING, "", True)
    assert (speaking.kind, speaking.who, speaking.final) == ("speaking", "line", False)


def test_an_utterance_grows_in_one_segment_and_ends_as_a_sentence() -> None:
    found = cues(
        SpeechStarted(at_ms=400, utterance=3),
        Partial(at_ms=900, utterance=3, stable="", rest="где"),
        Partial(at_ms=1_100, utterance=3, stable="где моё", rest="заявление"),
        SpeechEnded(at_ms=1_500, utterance=3),
        Final(at_ms=2_000, utterance=3, text="где моё заявление"),
    )
    speech = [cue for cue in found if cue.kind == "speech"]
    assert [cue.text for cue in speech] == ["Где", "Где моё заявление", "Где моё заявление?"]
    assert [(cue.stable, cue.rest) for cue in speech][1] == ("Где моё", " заявление")
    assert {(cue.seg, cue.at_ms) for cue in speech} == {("c3", 400)}
    assert [cue.rev for cue in speech] == [0, 1, 2] and [cue.final for cue in speech] == [False, False, True]


def test_a_sound_that_was_no_speech_or_was_an_echo_is_withdrawn() -> None:
    partial = Partial(at_ms=1, utterance=1, stable="вы", rest="позвонили")
    for last in (Final(at_ms=2, utterance=1, text=""), Final(at_ms=2, utterance=1, text="вы позвонили", echo=True)):
        assert shown(cues(partial, last)) == {}
        assert cues(partial, last)[-1].final, "every reader must get it"
    assert cues(Final(at_ms=2, utterance=1, text="")) == [], "nothing was shown: nothing is withdrawn"


def test_an_interrupted_saying_keeps_its_words_and_lightens_the_unheard() -> None:
    found = shown(cues(SayStarted(at_ms=0, say=1, text=GREETING), Interrupted(at_ms=1_000, say=1, heard_ms=1_000)))
    said = found["s1"]
    assert (said.stable, said.rest) == ("Здравствуйте! ", "Вы позвонили на линию. Чем помочь?")
    assert said.text == GREETING and said.final and said.rev == 1


def test_a_saying_that_goes_on_is_whole_again() -> None:
    events = (
        SayStarted(at_ms=0, say=1, text=GREETING),
        Interrupted(at_ms=1_000, say=1, heard_ms=1_000),
        Resumed(at_ms=1_300, say=1),
    )
    assert shown(cues(*events))["s1"].rest == ""
    assert cues(*events)[-1].who == "line"


def test_the_pace_is_learnt_from_sayings_that_ended() -> None:
    def heard(*before: AnyEvent) -> str:
        cut = Interrupted(at_ms=0, say=2, heard_ms=1_000)
        return shown(cues(*before, SayStarted(at_ms=0, say=2, text=GREETING), cut))["s2"].stable

    slow = [SayStarted(at_ms=0, say=1, text=GREETING), SayDone(at_ms=0, say=1, heard_ms=60_000)]
    assert heard(*slow) == "" and heard() != ""


def test_keys_typed_words_and_the_operator() -> None:
    found = cues(
        Key(at_ms=1, digit="1"),
        Typed(at_ms=2, text="номер 5"),
        OperatorSaid(at_ms=3, utterance=1, text="Слушаю вас."),
        HungUp(at_ms=4, by="caller"),
    )
    assert [(cue.who, cue.kind, cue.text) for cue in found if cue.kind != "speaking"] == [
        ("caller", "key", "Нажато: 1"),
        ("caller", "typed", "номер 5"),
        ("operator", "operator", "Слушаю вас."),
        ("", "end", "Звонок завершён."),
    ]
    assert all(cue.final for cue in found if cue.kind != "speaking")


def test_who_speaks_now() -> None:
    found = cues(
        SayStarted(at_ms=0, say=1, text=GREETING),
        SpeechStarted(at_ms=500, utterance=1),
        Interrupted(at_ms=700, say=1, heard_ms=700),
        SpeechEnded(at_ms=1_500, utterance=1),
    )
    assert [cue.who for cue in found if cue.kind == "speaking"] == ["line", "caller", ""]


def test_numbers_are_written_as_the_question_asks_and_stay_so_while_the_line_speaks_on() -> None:
    said = "сто двенадцать двести тридцать три"
    found = cues(
        SayStarted(at_ms=0, say=1, text="Назовите СНИЛС."),
        Partial(at_ms=1, utterance=1, stable="сто двенадцать двести", rest="тридцать"),
        SayStarted(at_ms=2, say=2, text="Слушаю вас."),
        Final(at_ms=3, utterance=1, text=said),
        Final(at_ms=4, utterance=2, text=said),
    )
    speech = [cue for cue in found if cue.kind == "speech"]
    assert [cue.text for cue in speech] == ["112-230", "112-233.", "112 233."] and speech[0].stable == "112"


def test_a_long_silence_and_sounds_without_words_are_told() -> None:
    def told(*events: AnyEvent) -> list[tuple[str, str, int]]:
        return [(cue.text, cue.who, cue.at_ms) for cue in cues(*events) if cue.kind == "sound"]

    def wordless(lasts_ms: int, **more: bool) -> tuple[AnyEvent, ...]:
        return (
            SpeechStarted(at_ms=500, utterance=1),
            SpeechEnded(at_ms=500 + lasts_ms, utterance=1),
            Final(at_ms=4_000, utterance=1, text="", **more),
        )

    waited = TimerFired(at_ms=9_000, name="silence")
    assert told(SayDone(at_ms=3_000, say=1, heard_ms=2_000), waited) == [("[тишина]", "", 3_000)]
    assert told(TimerFired(at_ms=9_000, name="keys")) == []
    assert told(Transferred(at_ms=9_000, target="operator"), Waiting(at_ms=9_020)) == [("[ожидание]", "", 9_020)]
    ended = (Transferred(at_ms=9_000, target="operator"), HungUp(at_ms=9_000, by="line", reason="transfer:operator"))
    assert told(*ended) == [], "whoever took the call over waits no more"
    assert told(*wordless(1_500)) == [("[неразборчиво]", "caller", 500)]
    assert told(*wordless(300)) == [] and told(*wordless(1_500, echo=True)) == []
    assert told(BadLine(at_ms=0, reason="noisy"), *wordless(1_500)) == [("[шум]", "caller", 500)]
    assert told(*wordless(5_000, music=True), *wordless(5_000, music=True)) == [("[музыка]", "caller", 500)]
    assert told(BadLine(at_ms=0, reason="quiet"), *wordless(1_500)) == [("[неразборчиво]", "caller", 500)]
    noisy = (BadLine(at_ms=0, reason="noisy"), *wordless(1_500), *wordless(1_500))
    assert len(told(*noisy)) == 1, "a noise that goes on is told once"
    assert len(told(*noisy, Final(at_ms=5_000, utterance=2, text="да"), *wordless(1_500))) == 2


@given(text=st.text(alphabet="абв 12.\n", max_size=80), heard_ms=st.integers(0, 60_000), more=st.integers(0, 60_000))
def test_what_was_heard_and_what_was_not_are_the_whole_and_time_only_adds(text: str, heard_ms: int, more: int) -> None:
    stable, rest = split_heard(text, heard_ms, Pace())
    assert stable + rest == text
    assert not rest or not stable or stable[-1].isspace(), "cut between words"
    assert len(split_heard(text, heard_ms + more, Pace())[0]) >= len(stable)


WORDS = st.lists(st.sampled_from(["где", "моё", "заявление", "пять"]), max_size=4).map(" ".join)
EVENTS = st.lists(
    st.one_of(
        st.builds(SpeechStarted, at_ms=st.just(0), utterance=st.integers(1, 3)),
        st.builds(Partial, at_ms=st.just(0), utterance=st.integers(1, 3), stable=WORDS, rest=WORDS),
        st.builds(SpeechEnded, at_ms=st.just(0), utterance=st.integers(1, 3)),
        st.builds(Final, at_ms=st.just(0), utterance=st.integers(1, 3), text=WORDS, echo=st.booleans()),
        st.builds(SayStarted, at_ms=st.just(0), say=st.integers(1, 3), text=WORDS),
        st.builds(Interrupted, at_ms=st.just(0), say=st.integers(1, 3), heard_ms=st.integers(0, 5_000)),
        st.builds(Resumed, at_ms=st.just(0), say=st.integers(1, 3)),
        st.builds(SayDone, at_ms=st.just(0), say=st.integers(1, 3), heard_ms=st.integers(0, 5_000)),
        st.builds(Key, at_ms=st.just(0), digit=st.sampled_from("0*#")),
        st.builds(HungUp, at_ms=st.just(0), by=st.sampled_from(["caller", "line", "error"])),
    ),
    max_size=40,
)


@given(events=EVENTS)
def test_laws_of_every_stream(events: list[AnyEvent]) -> None:
    found = cues(*events)
    assert [cue.seq for cue in found] == list(range(1, len(found) + 1))
    revs: dict[str, int] = {}
    for cue in found:
        assert cue.text == cue.stable + cue.rest
        assert cue.rev == revs.get(cue.seg, -1) + 1
        revs[cue.seg] = cue.rev
    speaking = [cue.who for cue in found if cue.kind == "speaking"]
    assert all(cue.kind == "speaking" or cue.who or cue.kind == "end" for cue in found)
    assert not speaking or speaking[0] in {"line", "caller", ""}
