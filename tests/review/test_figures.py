"""Calls in numbers: known talks with figures counted by hand, and laws over any talk."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialog.test_laws import deeds, do, law, numbers, script
from tests.fakes.kept_conversation import KeptConversation
from voice.archive.records import Record
from voice.archive.tables import Figures
from voice.dialog.script import Script
from voice.events import BadLine, CameBack, HungUp, Interrupted, Noted, PersonCame, Resumed
from voice.review.figures import CallFigures, measure

NUMBER = "1234567890"
STATUS = [("speak", "хочу узнать статус заявления"), ("type", NUMBER)]


def call(*deeds: tuple[str, str], number: str = "88005553535", ends: bool = True) -> KeptConversation:
    kept = KeptConversation(script(), number)
    kept.listen()
    for kind, what in deeds:
        do(kept, kind, what)
    if ends:
        kept.end()
    return kept


def figures(*deeds: tuple[str, str]) -> CallFigures:
    return measure(call(*deeds).record())


def test_an_answer_that_is_heard_out_solves_the_call() -> None:
    told = figures(*STATUS)
    assert (told.outcome, told.intent, told.intents) == ("solved", "application_status", ("application_status",))
    assert (told.turns, told.no_match, told.words) == (2, 0, 5)
    assert not (told.operator or told.asked_operator or told.complaint)


def test_the_time_to_an_answer_ends_with_its_last_sound() -> None:
    kept = call(*STATUS)
    told = next(event for event in kept.events if getattr(event, "what", "") == "answer")
    heard = next(event for event in kept.events if type(event).__name__ == "SayDone" and event.say == told.say)  # type: ignore[union-attr]
    assert measure(kept.record()).solved_ms == heard.at_ms


def test_whoever_hangs_up_before_the_answer_has_left() -> None:
    assert figures().outcome == figures(STATUS[0]).outcome == "abandoned"


def test_whoever_hangs_up_in_the_middle_of_the_answer_has_left() -> None:
    kept = call(STATUS[0], ends=False)
    kept.listen = lambda: ""  # type: ignore[method-assign]
    kept.type(NUMBER)
    kept.begin_saying()
    kept.end()
    assert measure(kept.record()).outcome == "abandoned"


def test_whoever_has_heard_enough_of_the_answer_and_speaks_on_was_told() -> None:
    kept = call(STATUS[0], ends=False)
    kept.listen, listen = lambda: "", kept.listen  # type: ignore[method-assign]
    kept.type(NUMBER)
    kept.begin_saying()
    kept.listen = listen  # type: ignore[method-assign]
    kept.speak("до свидания")
    kept.end()
    assert measure(kept.record()).outcome == "solved"


def test_the_last_thing_that_was_wanted_decides() -> None:
    assert figures(*STATUS, ("speak", "хочу подать жалобу")).outcome == "abandoned"
    assert figures(("speak", "как оплатить пошлину"), ("speak", "узнать начисления"), *STATUS).outcome == "solved"


def test_a_topic_is_the_same_by_words_and_by_key() -> None:
    assert figures(("press", "1")).intents == figures(("speak", "статус заявления")).intents == ("application_status",)


def test_more_choices_are_no_topic_and_where_they_lead_is() -> None:
    assert figures(("press", "4")).intents == ()
    assert figures(("press", "4"), ("press", "1"), ("press", "1")).intents == ("site_trouble", "site_page")


def test_what_people_will_answer_is_registered_not_solved() -> None:
    told = figures(
        ("speak", "оставить сообщение"), ("speak", "не приходит письмо из пенсионного фонда"), ("speak", "да")
    )
    assert (told.outcome, told.intent, told.solved_ms) == ("registered", "voice_message", None)


def test_advice_solves_only_when_the_caller_says_that_it_helped() -> None:
    forgot = ("speak", "забыл пароль")
    assert figures(forgot).outcome == "abandoned"
    assert figures(forgot, ("speak", "да")).outcome == "solved"
    assert figures(forgot, ("speak", "нет")).outcome == "transferred"


@pytest.mark.parametrize("wish", [("speak", "соедините с оператором"), ("press", "0"), ("type", "оператор")])
def test_asking_for_a_person_counts_by_any_road(wish: tuple[str, str]) -> None:
    told = figures(*STATUS, wish)
    assert (told.outcome, told.asked_operator, told.operator, told.solved_ms) == ("transferred", True, False, None)


def test_a_person_who_is_offered_was_not_asked_for() -> None:
    told = measure(call(("speak", "да"), number="88005553537").record())
    assert (told.outcome, told.asked_operator) == ("transferred", False)


def test_waiting_is_all_the_time_that_nobody_was_there() -> None:
    kept = call(("press", "0"), ends=False)
    kept.at_ms += 7_000
    kept.feed(CameBack(at_ms=kept.at_ms))
    kept.listen()
    kept.press("0")
    kept.at_ms += 4_000
    kept.feed(PersonCame(at_ms=kept.at_ms))
    kept.at_ms += 60_000
    kept.end()
    told = measure(kept.record())
    assert (told.operator, told.outcome) == (True, "transferred")
    assert told.waited_ms is not None
    assert 11_000 <= told.waited_ms <= 13_000
    assert told.longest_silence_ms < 2_000  # it was not the line's


def test_whoever_comes_back_and_leaves_a_message_is_not_transferred() -> None:
    kept = call(("press", "0"), ends=False)
    kept.feed(CameBack(at_ms=kept.at_ms))
    kept.listen()
    for kind, what in [("press", "2"), ("speak", "не приходит письмо"), ("speak", "да")]:
        do(kept, kind, what)
    kept.end()
    assert measure(kept.record()).outcome == "registered"


def test_a_complaint_is_one_before_it_is_written_down() -> None:
    assert figures(("speak", "хочу подать жалобу")).complaint
    assert figures(("speak", "позовите старшего")).complaint
    assert not figures(("speak", "статус обращения")).complaint


def test_what_is_not_understood_is_counted_in_all_and_in_a_row() -> None:
    nonsense = ("speak", "борщ с пампушками")
    told = figures(nonsense, STATUS[0], ("speak", "ля ля ля ля"), nonsense)
    assert (told.no_match, told.longest_no_match) == (3, 2)


def test_a_call_that_patience_ends_has_failed_unless_people_take_it() -> None:
    told = figures(*[("silence", "")] * 3)
    assert (told.no_input, told.outcome) == (3, "transferred")
    kept = call(STATUS[0], ends=False)
    kept.feed(HungUp(at_ms=kept.at_ms, by="error", reason="engine"))
    assert measure(kept.record()).outcome == "failed"
    assert measure(call(STATUS[0], ends=False).record()).outcome == "failed"  # the end was lost


def test_a_repeat_is_asked_for_or_is_the_same_words_again() -> None:
    assert figures(("speak", "повторите")).repeats == figures(("press", "#")).repeats == 1
    assert figures(*[("speak", "борщ с пампушками")] * 2).repeats == 1
    assert figures(*[("speak", "да")] * 2).repeats == 0


def test_a_barge_in_after_which_the_line_went_on_is_none() -> None:
    kept = call(ends=False)
    kept.feed(Interrupted(at_ms=kept.at_ms, say=1, heard_ms=100))
    kept.feed(Resumed(at_ms=kept.at_ms, say=1))
    kept.feed(Interrupted(at_ms=kept.at_ms, say=2, heard_ms=100))
    assert measure(kept.record()).barge_ins == 1


def test_silence_is_the_longest_stretch_of_it() -> None:
    kept = call(ends=False)
    kept.at_ms += 9_500
    kept.speak("статус заявления")
    kept.at_ms += 3_000
    kept.end()
    assert measure(kept.record()).longest_silence_ms == 10_000


def test_the_line_of_a_caller_and_his_language_are_known() -> None:
    kept = call(ends=False)
    kept.feed(BadLine(at_ms=kept.at_ms, reason="noisy"))
    kept.feed(Noted(at_ms=kept.at_ms, name="language", data={"language": "en"}))
    told = measure(kept.record(gaps_ms=(300.0, 500.0, 900.0)))
    assert (told.noise, told.language, told.gap_ms) == ("noisy", "en", 500.0)
    assert (measure(call().record()).noise, measure(call().record()).language) == ("", "ru")


@law(80)
@given(deeds(), numbers(), st.data())
def test_any_call_can_be_measured_wherever_its_record_ends(
    deeds: list[tuple[str, str]], number: str, data: st.DataObject
) -> None:
    kept = call(*deeds, number=number)
    whole = kept.record()
    told = measure(whole)
    assert told.intent == (told.intents[0] if told.intents else "")
    assert (told.solved_ms is not None) == (told.outcome == "solved")
    assert told.longest_no_match <= told.no_match <= told.turns
    assert 0 <= told.longest_silence_ms <= kept.at_ms
    kept_events = data.draw(st.integers(0, len(whole.events)))
    cut = Record(call=whole.call, utterances=(), events=whole.events[:kept_events], traces=())
    assert measure(cut).turns <= told.turns


def test_every_figure_has_its_column() -> None:
    columns = {column.name for column in Figures.__table__.columns}
    assert {field.name for field in fields(CallFigures)} == columns - {"call", "risk", "reasons"}


@law(60)
@given(st.sampled_from(sorted({option.go for option in script().topics if not option.page})))
def test_every_topic_leads_to_something_that_counts(start: str) -> None:
    assert _counts_within_reach(script(), start)


def _counts_within_reach(flows: Script, start: str) -> bool:
    seen: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        step = flows.steps[name]
        if step.counts or step.transfer or any(option.counts for option in step.options):
            return True
        if not name.startswith("main."):
            ways = (step.go, step.found, step.missing, step.done, step.otherwise, *step.cases.values())
            todo += [way for way in (*ways, *(option.go for option in step.options)) if way]
    return False
