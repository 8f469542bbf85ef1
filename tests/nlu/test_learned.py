import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.features import NUMBER, Features
from voice.nlu.intents import Intents, load_intents
from voice.nlu.learned import Learned
from voice.nlu.lessons import Lesson, lessons_of
from voice.nlu.logistic import chances
from voice.nlu.matcher import Matcher
from voice.nlu.normalise import words
from voice.settings import ROOT, Learning, Settings

KEPT_BACK = 5  # every fifth sentence is not learned from, but asked about


@pytest.fixture(scope="module")
def intents() -> Intents:
    return load_intents(ROOT / "prompts" / "ru")


@pytest.fixture(scope="module")
def features(intents: Intents) -> Features:
    return Features(intents)


@pytest.fixture(scope="module")
def learned(intents: Intents) -> Learned:
    return Learned(intents, Settings.from_env().learning)


def is_said(lesson: Lesson) -> bool:
    return lesson.weight == 1.0 and not lesson.denies


def test_it_learns_the_same_every_time(intents: Intents, learned: Learned) -> None:
    few = lessons_of(intents)[::7]
    said = words("не могу войти в личный кабинет")
    assert lessons_of(intents)[::7] == few
    assert np.array_equal(Learned(intents, taught=few).scores(said), Learned(intents, taught=few).scores(said))


def test_a_sentence_it_learned_from_is_known(intents: Intents, learned: Learned) -> None:
    said = [lesson for lesson in learned.lessons if is_said(lesson) and lesson.owner < len(intents.intents)]
    right = [learned.scores(lesson.said).argmax() == lesson.owner for lesson in said]
    assert sum(right) >= 0.93 * len(said)


def test_it_knows_sentences_it_never_saw(intents: Intents) -> None:
    """A floor under the classifier alone; the sentences of one intent are as unlike as they could be made."""
    lessons = lessons_of(intents)
    asked = {
        at for at in random.Random(1).sample(range(len(lessons)), len(lessons) // KEPT_BACK) if is_said(lessons[at])
    }
    learned = Learned(intents, taught=[lesson for at, lesson in enumerate(lessons) if at not in asked])
    inside = [lessons[at] for at in asked if lessons[at].owner < len(intents.intents)]
    right = [learned.scores(lesson.said)[:-1].argmax() == lesson.owner for lesson in inside]
    assert sum(right) >= 0.7 * len(inside)


def test_words_never_seen_say_nothing(learned: Learned) -> None:
    assert chances(learned.scores(["шмуздрик"]))[:-1].max() < 0.25
    assert not learned.scores(["ыъьщ", "xyz"]).any()
    assert not learned.scores([]).any()
    sure, diluted = (learned.scores(words(text)).max() for text in ("забыла пароль", "забыла пароль шмуздрик куздра"))
    assert diluted < 0.7 * sure


def test_a_sentence_that_is_denied_to_an_intent_is_not_taken_for_it(learned: Learned) -> None:
    denied = [lesson for lesson in learned.lessons if lesson.denies]
    assert denied
    taken = [lesson.text for lesson in denied if chances(learned.scores(lesson.said))[lesson.owner] > 0.3]
    assert len(taken) <= 0.05 * len(denied), taken


def test_what_was_learned_is_kept(intents: Intents, tmp_path: Path) -> None:
    few = lessons_of(intents)[::20]
    said = words("не могу войти в личный кабинет")
    first = Learned(intents, Learning(tmp_path / "deep"), taught=few).scores(said)
    (kept,) = (tmp_path / "deep").iterdir()
    written = kept.stat().st_ino
    assert np.array_equal(Learned(intents, Learning(tmp_path / "deep"), taught=few).scores(said), first)
    assert kept.stat().st_ino == written
    kept.write_bytes(b"PK broken")
    assert np.array_equal(Learned(intents, Learning(tmp_path / "deep"), taught=few).scores(said), first)
    Learned(intents, Learning(tmp_path / "deep"), taught=few[1:])  # other sentences are learned anew
    assert len(list((tmp_path / "deep").iterdir())) == 2


def test_where_nothing_can_be_kept_it_works_all_the_same(intents: Intents, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    few = lessons_of(intents)[::20]
    assert Learned(intents, Learning(tmp_path / "file"), taught=few).scores(words("пароль")).any()


@given(said=st.lists(st.sampled_from(words("не нет оператор пароль паспорт сто два статус девушка шмуздрик"))))
def test_any_words_give_one_bounded_score_for_each_meaning(learned: Learned, said: list[str]) -> None:
    scores = learned.scores(said)
    assert scores.shape == (len({lesson.owner for lesson in learned.lessons}),)
    assert np.isfinite(scores).all() and np.abs(scores).max(initial=0) < 60


def test_what_is_denied_shares_nothing_with_what_is_asked(features: Features) -> None:
    asked, refused = features.of(words("соедините с оператором")), features.of(words("не соедините с оператором"))
    assert "!соедин" in refused and "соедин" not in refused
    assert not [name for name in refused if name.startswith("#соед")] and [n for n in asked if n.startswith("#соед")]


def test_what_a_list_or_a_number_says_is_marked(features: Features) -> None:
    said = features.of(words("документы на загранпаспорт"))
    assert "<service>" in said and "документ" in said
    assert features.of(["двадцать", "три"]).count(NUMBER) == 1


def test_words_that_carry_a_request_do_not_count(features: Features) -> None:
    bare, polite = features.of(words("забыла пароль")), features.of(words("девушка скажите пожалуйста забыла пароль"))
    assert bare == polite
    assert features.of(words("здравствуйте"))  # what is nothing but carriers is still something


def test_numbers_and_courtesies_are_no_part_of_a_wish(features: Features) -> None:
    assert features.wish(words("пожалуйста код не приходит сто двадцать")) == ["код", "не", "приходит"]
    assert features.wish(words("здравствуйте")) == ["здравствуйте"]


def test_the_sentences_behind_a_decision(matcher: Matcher) -> None:
    sentence, intent, alike = matcher.neighbours("я свой пароль забыла", 3)[0]
    assert intent == "login_password" and "парол" in sentence and 0 < alike <= 1
    assert matcher.neighbours("ыъьщ") == []
