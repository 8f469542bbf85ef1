"""What people may mean, as it stands in prompts/<lang>/intents/*.yaml and lists/*.yaml.

    intent: book_table
    say:                                   # whole phrases, the usual ones: closed grammars are made of them
      - (забронируйте|закажите) [мне] столик
    more:                                  # whole phrases that are too many for a closed grammar: see templates.py
      - (забронируйте|закажите) [мне] столик на {days}
    words:                                 # free speech: every group of `need` must be heard, none of `not`
      - {need: ["забронир*|заказать|хочу", "столик|стол"], not: ["отмен*"], sure: 0.8}
    not: [стул]                            # free speech with such words never means it
    number: phone                          # a number said along with it is this kind of number
    examples: [можно нам столик у окна]    # plain sentences as people say it: what the classifier learns from
    heard: [{text: закажите столик, slots: {}}]
    unheard: [отмените столик]

A group's choices are words or phrases; they match by stem, one that ends in * by its beginning.
lists/elsewhere.yaml, when it is there, holds `elsewhere`: sentences that mean none of the intents; lists/spoken.yaml
holds `spoken`: how another language than Russian says numbers, see spoken.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from voice.nlu import templates
from voice.nlu.data import Node, load, load_all
from voice.nlu.documents import KINDS
from voice.nlu.normalise import words
from voice.nlu.spoken import Spoken, replaced, spoken_in
from voice.nlu.templates import Choices, Entry, Lists, Template

_SURE = 0.78  # how far a rule of free speech is believed when the data does not say
_UNWRITTEN = 100_000  # phrases of one template that is never written out


@dataclass(frozen=True, slots=True)
class Rule:
    """Evidence in free speech: groups of choices, each choice a row of words."""

    need: tuple[tuple[tuple[str, ...], ...], ...]
    unless: tuple[tuple[str, ...], ...]
    sure: float


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Intent:
    name: str
    say: tuple[Template, ...]
    more: tuple[Template, ...] = ()
    rules: tuple[Rule, ...] = ()
    never: tuple[tuple[str, ...], ...] = ()
    number: str = ""
    examples: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intents:
    """All intents of a language with what they share."""

    intents: tuple[Intent, ...]
    lists: Lists
    heard_as: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)  # what the recogniser writes
    carriers: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # by first word; mean nothing
    light: frozenset[str] = frozenset()  # words that mean little by themselves
    elsewhere: tuple[str, ...] = ()  # sentences that mean none of the intents
    spoken: Spoken = field(default_factory=Spoken)  # its numbers in words
    digest: str = ""  # of the files they were read from; other files, another digest
    language: str = ""  # the name of their folder

    def put_right(self, said: list[str]) -> list[str]:
        """The words, with what the recogniser is known to write for words it lacks replaced by what was said."""
        return replaced(said, self.heard_as) if self.heard_as else said


def load_intents(directory: Path) -> Intents:
    """Read intents/ and lists/ of one language, e.g. prompts/ru. Raises PromptError with file, line and reason."""
    lists: dict[str, Choices] = {}
    heard_as: dict[tuple[str, ...], tuple[str, ...]] = {}
    carriers: dict[str, tuple[tuple[str, ...], ...]] = {}
    light: frozenset[str] = frozenset()
    elsewhere: tuple[str, ...] = ()
    spoken = Spoken()
    for root in load_all(directory / "lists"):
        match Path(root.file).stem:
            case "heard_as":
                heard_as = _heard_as(root)
            case "carriers":
                carriers, light = _carriers(root)
            case "elsewhere":
                elsewhere = _sentences(root.fields({"elsewhere"}, needed=("elsewhere",))["elsewhere"])
            case "spoken":
                spoken = spoken_in(root)
            case _:
                choices = _choices(root)
                if choices.name in lists:
                    raise root.wrong(f"the list {choices.name!r} stands in two files")
                lists[choices.name] = choices
    found: dict[str, Intent] = {}
    for root in load_all(directory / "intents"):
        intent = _intent(root, lists)
        if intent.name in found:
            raise root.wrong(f"the intent {intent.name!r} stands in two files")
        found[intent.name] = intent
    digest = _digest(directory / "lists", directory / "intents")
    return Intents(tuple(found.values()), lists, heard_as, carriers, light, elsewhere, spoken, digest, directory.name)


def _digest(*folders: Path) -> str:
    digest = sha256()
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def load_list(path: Path) -> Choices:
    """Read one list file. Raises PromptError."""
    return _choices(load(path))


def _choices(root: Node) -> Choices:
    fields = root.fields({"list", "slot", "values"}, needed=("list", "values"))
    name = fields["list"].text()
    entries: dict[str, Entry] = {}
    for item in fields["values"].items():
        parts = item.fields({"value", "say"}, needed=("value", "say"))
        value = parts["value"].text()
        if value in entries:
            raise item.wrong(f"the value {value!r} stands twice")
        say = tuple(templates.parse(node) for node in parts["say"].items())
        for node, template in zip(parts["say"].items(), say, strict=True):
            if templates.slots_of(template):
                raise node.wrong("a list's phrase may not hold another list")
        entries[value] = Entry(value, say)
    return Choices(name, fields["slot"].text() if "slot" in fields else name, tuple(entries.values()))


def _intent(root: Node, lists: Lists) -> Intent:
    known = {"intent", "say", "more", "words", "not", "number", "examples", "heard", "unheard"}
    fields = root.fields(known, needed=("intent", "say", "heard"))
    say = tuple(_template(node, lists) for node in fields["say"].items())
    number = fields["number"].text() if "number" in fields else ""
    if number and number not in KINDS:
        raise fields["number"].wrong(f"no such kind of number; known: {', '.join(KINDS)}")
    return Intent(
        name=fields["intent"].text(),
        say=say,
        more=tuple(_template(node, lists, _UNWRITTEN) for node in fields["more"].items()) if "more" in fields else (),
        rules=tuple(_rule(node) for node in fields["words"].items()) if "words" in fields else (),
        never=_any_of(fields["not"]) if "not" in fields else (),
        number=number,
        examples=_sentences(fields["examples"]) if "examples" in fields else (),
        heard=tuple(_heard(node) for node in fields["heard"].items()),
        unheard=_sentences(fields["unheard"]) if "unheard" in fields else (),
    )


def _template(node: Node, lists: Lists, most: int = templates.EXPANSION_LIMIT) -> Template:
    template = templates.parse(node)
    for name in sorted(templates.slots_of(template)):
        if name not in lists and name not in templates.OPEN_SLOTS:
            raise node.wrong(f"no list and no kind of number is named {name!r}")
    if (total := templates.count(template, lists)) > most:
        raise node.wrong(f"the template gives {total} phrases, more than {most}: split it")
    return template


def _rule(node: Node) -> Rule:
    fields = node.fields({"need", "not", "sure"}, needed=("need",))
    need = tuple(_group(group) for group in fields["need"].items())
    if not need:
        raise fields["need"].wrong("a rule needs a group of words")
    unless = _any_of(fields["not"]) if "not" in fields else ()
    sure = fields["sure"].number() if "sure" in fields else _SURE
    if not 0 < sure <= 1:
        raise fields["sure"].wrong("`sure` is a share between 0 and 1")
    return Rule(need, unless, sure)


def _any_of(node: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(choice for group in node.items() for choice in _group(group))


def _group(node: Node) -> tuple[tuple[str, ...], ...]:
    choices = []
    for choice in node.text().split("|"):
        row = tuple(word + ("*" if raw.endswith("*") else "") for raw in choice.split() for word in words(raw))
        if not row:
            raise node.wrong("an empty choice")
        choices.append(row)
    return tuple(choices)


def _sentences(node: Node) -> tuple[str, ...]:
    return tuple(item.text() for item in node.items() if _row(item))


def _heard(node: Node) -> Heard:
    if isinstance(node.value, str):
        return Heard(node.text(), {})
    fields = node.fields({"text", "slots"}, needed=("text",))
    slots = fields["slots"].fields() if "slots" in fields else {}
    return Heard(fields["text"].text(), {name: value.text() for name, value in slots.items()})


def _heard_as(root: Node) -> dict[tuple[str, ...], tuple[str, ...]]:
    rows: dict[tuple[str, ...], tuple[str, ...]] = {}
    for item in root.items():
        fields = item.fields({"said", "heard"}, needed=("said", "heard"))
        for node in fields["heard"].items():
            rows[_row(node)] = tuple(words(fields["said"].text()))
    return rows


def _carriers(root: Node) -> tuple[dict[str, tuple[tuple[str, ...], ...]], frozenset[str]]:
    fields = root.fields({"carriers", "light"}, needed=("carriers", "light"))
    rows: dict[str, tuple[tuple[str, ...], ...]] = {}
    for node in fields["carriers"].items():
        row = _row(node)
        rows[row[0]] = (*rows.get(row[0], ()), row)
    return rows, frozenset(word for node in fields["light"].items() for word in _row(node))


def _row(node: Node) -> tuple[str, ...]:
    row = tuple(words(node.text()))
    if not row:
        raise node.wrong("expected words")
    return row
