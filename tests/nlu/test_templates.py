import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.errors import PromptError
from voice.nlu.automaton import Automaton
from voice.nlu.data import Node
from voice.nlu.spoken import Spoken
from voice.nlu.templates import Choices, Entry, Said, count, expand, parse

LISTS = {"fruit": Choices("fruit", "what", (Entry("apple", (Said("яблоко"),)), Entry("pear", (Said("груша"),))))}


def node(text: str) -> Node:
    return Node(text, "a.yaml", 7)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("да", {"да"}),
        ("(ещё|снова) раз", {"ещё раз", "снова раз"}),
        ("[ну] да [да [конечно]]", {"да", "ну да", "да да", "ну да да", "да да конечно", "ну да да конечно"}),
        ("да|нет", {"да", "нет"}),
        ("хочу {fruit}", {"хочу яблоко", "хочу груша"}),
        ("номер {phone}", set()),
    ],
)
def test_expansion(text: str, phrases: set[str]) -> None:
    assert set(expand(parse(node(text)), LISTS)) == phrases


@pytest.mark.parametrize(
    "text",
    ["(да", "да)", "[да", "да]", "(да|)", "()", "[да]", "человек[а]", "{a}{b}", "(а)(б)", "{ да", "(да]", "да }"],
)
def test_a_broken_template_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(PromptError, match=r"^a\.yaml:7: ") as caught:
        parse(node(text))
    assert caught.value.line == 7


def test_expansion_is_bounded() -> None:
    template = parse(node(" ".join(["(а|б|в)"] * 12)))
    assert count(template, {}) == 3**12
    with pytest.raises(ValueError, match="531441 phrases"):
        expand(template, {})


WORDS = st.sampled_from(["а", "б", "в"])
TEMPLATES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        inner.map(lambda part: f"[{part}] а"),
    ),
    max_leaves=6,
)


@given(text=TEMPLATES, said=st.lists(WORDS, min_size=1, max_size=5))
def test_the_machine_accepts_exactly_what_is_expanded(text: str, said: list[str]) -> None:
    template = parse(node(text))
    machine = Automaton({}, Spoken())
    machine.add(template, 0)
    machine.seal()

    def accepts(row: list[str]) -> bool:
        at = {-1}
        for word in row:
            at = {follow for place in at for follow in machine.next(place, word)}
        return any(machine.positions[place].last for place in at)

    phrases = set(expand(template, {}))
    assert all(accepts(phrase.split()) for phrase in phrases)
    assert accepts(said) == (" ".join(said) in phrases)
