import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nlu.speak import cut, group
from voice.nlu import documents
from voice.nlu.normalise import words
from voice.nlu.number_words import ALIKE
from voice.nlu.slots import KINDS, State, length_state, repair, show, take

USUAL = [(1,) * 10, (2,) * 5, (3, 3, 3, 1), (3, 3, 2, 2), (2, 2, 3, 3), (3, 2, 2, 3), (2, 3, 2, 3), (1, 3, 3, 3)]
SAID = words(
    "сто двадцать тридцать три пять ноль нуля нет не а так ой дальше сначала первые последние две цифры группа вторая"
    " семёрки тысяча миллион серия номер сказал 11 223 я сорок"
)


def in_groups(digits: str, shape: tuple[int, ...], seed: int) -> list[str]:
    rng, parts, at = random.Random(seed), [], 0
    for size in shape:
        parts.append(group(digits[at : at + size], rng))
        at += size
    return parts


@settings(max_examples=400)
@given(digits=st.text("0123456789", min_size=10, max_size=10), shape=st.sampled_from(USUAL), seed=st.integers(0, 10**6))
def test_a_number_said_in_a_usual_way_is_among_the_candidates(digits: str, shape: tuple[int, ...], seed: int) -> None:
    taken = take("application_number", ", ".join(in_groups(digits, shape, seed)))
    assert digits in taken.candidates
    assert taken.state in (State.COMPLETE, State.SHORT) and (digits == taken.digits or not taken.sure)


@settings(max_examples=400)
@given(
    digits=st.text("0123456789", min_size=10, max_size=10),
    shape=st.sampled_from(USUAL[:4]),
    pause=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_a_number_said_in_two_answers_is_among_the_candidates(
    digits: str, shape: tuple[int, ...], pause: int, seed: int
) -> None:
    parts = in_groups(digits, shape, seed)
    pause = min(pause, len(parts) - 1)
    first = take("application_number", " ".join(parts[:pause]))
    taken = take("application_number", " ".join(parts[pause:]), " ".join(first.groups))
    begun = sum(shape[:pause])
    if "".join(first.groups) == digits[:begun]:
        assert digits in taken.candidates
        assert digits == taken.digits or not taken.sure


@settings(max_examples=500)
@given(
    kind=st.sampled_from(["snils", "inn"]),
    said=st.lists(st.sampled_from(SAID), max_size=24),
    before=st.sampled_from(["", "112", "112 233", "112 233 445 95", "77 07 08"]),
)
def test_a_wrong_checksum_is_never_accepted(kind: str, said: list[str], before: str) -> None:
    taken = take(kind, " ".join(said), before)
    check = {"snils": documents.snils_ok, "inn": documents.inn_ok}[kind]
    if taken.state is State.COMPLETE:
        assert all(check(number) for number in taken.candidates) and taken.digits == taken.candidates[0]
    assert all(check(number) for number in taken.meant)
    assert taken.digits not in taken.meant and not set(taken.meant) & set(taken.candidates)


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 10**6))
def test_two_readings_that_pass_are_never_sure(digits: str, seed: int) -> None:
    taken = take("snils", " ".join(group(part, random.Random(seed)) for part in cut(digits, random.Random(seed))))
    assert not (taken.sure and len(taken.candidates) > 1)


def test_zeros_are_no_number_whatever_their_checksum() -> None:
    assert take("snils", "0" * 11).state is State.WRONG
    assert take("inn", "0" * 10).state is State.WRONG
    assert take("inn", "0" * 12).state is State.WRONG
    assert not take("snils", "001 001 997 99").sure  # so low a number has no checksum


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("сто двенадцать двести тридцать три четыреста сорок пять девятнадцать пять", ("11223344595",)),
        ("сто двенадцать триста тридцать три четыреста сорок пять девяносто пять", ("12033344595", "11223344595")),
        ("сто двенадцать двести тридцать три четыреста четырнадцать пять девяносто", ()),
    ],
)
def test_one_misheard_word_is_only_a_thing_to_ask(said: str, meant: tuple[str, ...]) -> None:
    taken = take("snils", said)
    assert taken.state is not State.COMPLETE and taken.meant == meant


@pytest.mark.parametrize(
    ("true", "heard"),
    [("девятнадцать", "девяносто"), ("двадцать", "двенадцать"), ("семнадцать", "восемнадцать")],
)
def test_a_refused_number_knows_what_it_may_have_been(true: str, heard: str) -> None:
    said = "двести двенадцать {} сорок пять шестьдесят один {:02d}"
    control = next(n for n in range(100) if take("snils", said.format(true, n)).state is State.COMPLETE)
    right, wrong = take("snils", said.format(true, control)), take("snils", said.format(heard, control))
    assert right.sure and wrong.state is State.WRONG and right.digits in wrong.meant


def test_words_that_sound_alike_are_alike_both_ways() -> None:
    assert all(word in ALIKE[other] for word, others in ALIKE.items() for other in others)


@pytest.mark.parametrize(
    ("kind", "said", "before", "state", "value"),
    [
        ("application_number", "первые четыре я сказала, дальше 567 890", "1234", State.COMPLETE, "1234567890"),
        ("application_number", "первые четыре я уже сказал, дальше пятьдесят", "123 456", State.SHORT, "123450"),
        ("application_number", "я уже сказал сто двадцать три, дальше сорок пять", "123", State.SHORT, "12345"),
        ("application_number", "я уже сказал сто двадцать три, дальше сорок пять", "", State.SHORT, "12345"),
        ("application_number", "последние четыре 78 90", "123 456", State.COMPLETE, "1234567890"),
        ("application_number", "последние две цифры сорок пять", "1234567890", State.COMPLETE, "1234567845"),
        ("application_number", "первые три сто двадцать пять", "123 456", State.SHORT, "125456"),
        ("application_number", "последние цифры девяносто один", "123 456 78", State.COMPLETE, "1234567891"),
        ("application_number", "последняя цифра не восемь, а ноль", "123 456 78", State.SHORT, "12345670"),
        ("application_number", "повторяю: сто двадцать три", "123", State.SHORT, "123"),
        ("application_number", "12 345 678 90, да, 12 345 678 90", "", State.COMPLETE, "1234567890"),
        ("application_number", "нет, не так, сначала", "123 456", State.SHORT, ""),
        ("application_number", "нет, не так, сначала: сто", "123 456", State.SHORT, "100"),
        ("application_number", "нет, сорок пять", "12 34", State.SHORT, "1245"),
        ("application_number", "не тридцать четыре, а сорок четыре, пятьдесят", "12 34", State.SHORT, "124450"),
        ("application_number", "нет, третья цифра пять", "12 34", State.SHORT, "1254"),
        ("application_number", "третья цифра пять, дальше сорок", "12 34", State.SHORT, "125440"),
        ("application_number", "вторая группа двести", "123 456", State.SHORT, "123200"),
        ("application_number", "первая цифра один, вторая цифра два", "", State.SHORT, "12"),
        ("application_number", "пара нулей, двойная семёрка, тройной ноль", "", State.SHORT, "0077000"),
        (
            "application_number",
            "миллиард двести тридцать четыре миллиона пятьсот шестьдесят семь тысяч восемьсот девяносто",
            "",
            State.COMPLETE,
            "1234567890",
        ),
        ("appeal_number", "двенадцать тысяч триста сорок пять, ноль-ноль, семь", "", State.COMPLETE, "12345007"),
        ("passport", "номер 123 456, серия сорок пять ноль восемь", "", State.COMPLETE, "4508123456"),
        ("passport", "серия сорок пять ноль восемь", "123456", State.COMPLETE, "4508123456"),
        ("phone", "восемьсот двенадцать 345 67 89", "", State.COMPLETE, "8123456789"),
        ("phone", "восемь девятьсот двенадцать 345 67 восемь", "", State.SHORT, "8912345678"),
        ("phone", "плюс семь девятьсот двенадцать 345 67 89", "", State.COMPLETE, "79123456789"),
        ("text", " нажимаю  и ничего ", "", State.COMPLETE, "нажимаю и ничего"),
        ("text", "потом погасло", "нажимаю", State.COMPLETE, "нажимаю потом погасло"),
        ("text", " ", "", State.NONE, ""),
    ],
)
def test_answers(kind: str, said: str, before: str, state: State, value: str) -> None:
    taken = take(kind, said, before)
    assert (taken.state, taken.digits) == (state, value)


def test_a_pause_inside_a_group_is_thought_of() -> None:
    control = next(f"{n:02d}" for n in range(100) if documents.snils_ok(f"123345678{n:02d}"))
    taken = take("snils", f"три триста сорок пять шестьсот семьдесят восемь {control}", "120")
    assert taken.state is State.COMPLETE and taken.digits == "123345678" + control
    assert not taken.sure


def test_the_callers_groups_survive_several_answers() -> None:
    taken = take("application_number", "семьдесят восемь девяносто", "123 456")
    assert taken.groups == ("123", "456", "78", "90")
    assert show("application_number", taken.digits, taken.groups) == "123 456 78 90"


ORDINALS = ["первая", "вторая", "третья", "четвёртая", "пятая", "шестая", "седьмая", "восьмая", "девятая", "десятая"]


@given(digits=st.text("0123456789", min_size=10, max_size=10), at=st.integers(0, 9), new=st.sampled_from("0123456789"))
def test_mending_a_digit_changes_no_other(digits: str, at: int, new: str) -> None:
    said = f"нет, {ORDINALS[at]} цифра {group(new, random.Random(1))}"
    mended = repair("application_number", digits, (), said)
    assert mended == (None if digits[at] == new else digits[:at] + new + digits[at + 1 :])


@given(digits=st.text("0123456789", min_size=10, max_size=10), wrong=st.integers(10, 99), right=st.integers(10, 99))
def test_mending_by_content_changes_one_place_only(digits: str, wrong: int, right: int) -> None:
    rng = random.Random(1)
    said = f"не {group(str(wrong), rng)}, а {group(str(right), rng)}"
    mended = repair("application_number", digits, (), said)
    if mended is not None:
        at = digits.index(str(wrong))
        assert digits.count(str(wrong)) == 1
        assert mended == digits[:at] + str(right) + digits[at + 2 :]


@given(digits=st.text("0123456789", min_size=8, max_size=12), said=st.lists(st.sampled_from(SAID), max_size=8))
def test_whatever_is_said_mends_to_digits_or_to_nothing(digits: str, said: list[str]) -> None:
    mended = repair("application_number", digits, (digits[:4], digits[4:]), " ".join(said))
    assert mended is None or (mended.isdigit() and mended != digits)


def test_a_mended_value_of_every_kind() -> None:
    assert repair("date", "2026-11-12", ("2026-11-12",), "не двенадцатого, а тринадцатого") == "2026-11-13"
    assert repair("name", "", ("Иванов", "Иван"), "третья буква о") == "Ивонов Иван"
    assert repair("error_code", "E504", ("E", "504"), "не четыре, а три") == "E503"
    assert repair("text", "как есть", (), "не как, а так") is None


def test_every_kind_is_taken_judged_and_shown() -> None:
    for kind in KINDS:
        assert take(kind, "").state is State.NONE and length_state(kind, "") is State.NONE
        assert take(kind, "вчера в три", today=date(2026, 11, 22)).state in State
        assert show(kind, "") == ""
    for gate in (take, length_state):
        with pytest.raises(KeyError):
            gate("colour", "красный")


def test_no_answer_takes_long() -> None:
    hard = ["двадцать три " * 20, "сто двадцать три нет " * 10, "один два три четыре пять шесть " * 8]
    began = time.process_time()
    for said in hard:
        for kind in ("snils", "application_number"):
            take(kind, said, "123 45")
    assert (time.process_time() - began) / 6 < 0.05
    began = time.process_time()
    for said in hard:
        for kind in sorted(KINDS):
            length_state(kind, said, "")
    assert (time.process_time() - began) / (3 * len(KINDS)) < 0.005
