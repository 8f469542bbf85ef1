"""The flows as data: steps, options, slots, ladders, read from prompts/<language> and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from voice.dialog.listening import Patience
from voice.dialog.texts import Texts, capital, read_texts
from voice.events import Count
from voice.nlu.data import Node, load, load_all
from voice.nlu.intents import load_intents
from voice.nlu.matcher import Matcher
from voice.nlu.slots import KINDS
from voice.settings import ALONE, Learning

DEEDS = (
    *("operator", "back", "repeat", "slower", "faster", "louder", "quieter", "help", "wait", "greet"),
    *("restart", "keys_only", "by_voice", "simple", "captions", "english", "russian"),
)
MOST_BRIEF_WORDS = 2
MOST_OPTIONS = 4  # more cannot be kept in mind
BARE_KINDS = ("text", "time")  # what may be taken without reading it back
WAYS = ("ask", "say", "look_up", "register", "choose")  # what a step does: exactly one of these
TARGETS = ("go", "found", "missing", "failed", "done", "refused", "otherwise", "on_silence")  # other steps
STEP_TEXTS = (*WAYS, *TARGETS, "by", "help", "confirm", "transfer")
STEP_KEYS = (*STEP_TEXTS, "listen", "options", "slot", "with", "cases", "end", "counts", "deaf_to")
MANNERS = ("usual", "simple")
COUNTS: tuple[Count, ...] = ("answer", "registered", "complaint")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen in a state: by an intent, a slot's value or a key; all three from here."""

    key: str = ""
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    label: str = ""  # a text key
    go: str = ""
    do: str = ""  # one of DEEDS
    counts: Count | None = None  # one of COUNTS: what is reached by choosing this
    page: bool = False  # of `topics`: more choices, nothing that anybody wants


@dataclass(frozen=True, slots=True)
class Slot:
    """What a step wants to know: a value of `kind`, or the slot of the same name that `intent` carries."""

    name: str
    kind: str = ""
    intent: str = ""
    confirm: str = ""  # a text key: the read-back of the value


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a flow. It asks, says, looks something up, registers something, or chooses the next step."""

    id: str
    ask: str = ""
    say: str = ""
    by: str = ""  # the slot whose value ends the text key of `say`
    help: str = ""
    listen: str = "open"  # a row of patience.yaml
    options: tuple[Option, ...] = ()
    slot: Slot | None = None
    go: str = ""
    look_up: str = ""
    args: Mapping[str, str] = field(default_factory=dict)  # the back office's name -> slot
    found: str = ""
    missing: str = ""
    failed: str = ""
    register: str = ""  # what the back office shall write down, after the caller's yes to `confirm`
    confirm: str = ""
    done: str = ""
    refused: str = ""
    choose: str = ""  # the slot whose value picks the next step
    cases: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""
    transfer: str = ""
    on_silence: str = ""  # where a caller who stays silent goes instead of to a person
    end: bool = False
    counts: Count | None = None  # one of COUNTS: what is reached when this is said
    deaf_to: tuple[str, ...] = ()  # intents that change nothing while this is said: thanks after the goodbye


@dataclass(frozen=True, slots=True)
class DialledLine:
    number: str
    name: str
    title: str
    notice: str
    start: str
    manner: str = "usual"  # one of MANNERS
    pace: float = 1.0
    patience: float = 1.0  # a factor of every silence that is waited


@dataclass(frozen=True)
class Script:
    language: str  # the name of its folder
    lines: Mapping[str, DialledLine]
    steps: Mapping[str, Step]
    commands: tuple[Option, ...]  # known in every state: repeat, back, a person
    topics: tuple[Option, ...]  # likewise, but each leads away
    ladders: Mapping[str, int]
    operator: str  # the step that leads to a person
    nobody: str  # the step for a caller who comes back because no person answered; empty: the first of his line
    idle: str  # where a caller who writes and has been silent too long is left
    patience: Mapping[str, Patience]
    texts: Texts
    matcher: Matcher

    @cached_property
    def everywhere(self) -> tuple[Option, ...]:
        """What means something in every state."""
        return self.commands + self.topics

    @cached_property
    def command_intents(self) -> frozenset[str]:
        return frozenset(option.intent for option in self.commands if option.intent)

    @cached_property
    def person_intents(self) -> frozenset[str]:
        """By what a caller asks for a person."""
        to_person = {name for name, step in self.steps.items() if step.transfer}
        return frozenset(option.intent for option in self.commands if option.do == "operator" or option.go in to_person)

    def topic(self, step: str, values: Mapping[str, str]) -> str:
        """What a caller wants who comes to this step with these slots; empty: nothing that is told by it."""
        for option in self.topics:
            if option.go == step and not option.page and option.slots.items() <= values.items():
                return option.intent
        return ""

    @cached_property
    def topic_names(self) -> Mapping[str, str]:
        """By intent: what stands on the first button that leads there; what has no button has no name."""
        options = [option for step in self.steps.values() for option in step.options if option.label and option.intent]
        return {option.intent: capital(self.texts.say(option.label)) for option in reversed(options)}

    @cached_property
    def brief_commands(self) -> tuple[str, ...]:
        """What every closed grammar holds of the commands; said at length, they are heard by the full vocabulary."""
        phrases = self.matcher.phrases(self.command_intents)
        return tuple(phrase for phrase in phrases if len(phrase.split()) <= MOST_BRIEF_WORDS)


def load_script(prompts: Path, learning: Learning = ALONE) -> Script:
    """Read prompts/<language>. Raises PromptError with file, line and reason for anything that cannot work.

    Texts, intents and lists are the language's own; flows, lines and patience those of `flows_folder`.
    """
    folder = flows_folder(prompts)
    flows = list(load_all(folder / "flows"))
    patience = {name: _patience(node) for name, node in load(folder / "patience.yaml").fields().items()}
    lines_node = load(folder / "lines.yaml")
    nodes: dict[str, Node] = {}
    known: dict[str, list[Option]] = {"commands": [], "topics": []}
    ladders: dict[str, int] = {}
    operator = nobody = idle = ""
    for flow in flows:
        fields = flow.fields(("steps", "commands", "topics", "ladders", "operator", "nobody", "idle"))
        for name, node in fields["steps"].fields().items() if "steps" in fields else ():
            if name in nodes:
                raise node.wrong(f"the step {name!r} stands in another file too")
            nodes[name] = node
        for name in known.keys() & fields.keys():
            known[name] += map(_option, fields[name].items())
        if "ladders" in fields:
            rungs = fields["ladders"].fields(("no_input", "no_match"), needed=("no_input", "no_match"))
            ladders = {rung: int(node.number()) for rung, node in rungs.items()}
        operator = _text(fields, "operator") or operator
        nobody = _text(fields, "nobody") or nobody
        idle = _text(fields, "idle") or idle
    script = Script(
        language=prompts.name,
        lines={
            line.number: line for line in map(_line, lines_node.fields(("lines",), needed=("lines",))["lines"].items())
        },
        steps={name: _step(name, node) for name, node in nodes.items()},
        commands=tuple(known["commands"]),
        topics=tuple(known["topics"]),
        ladders=ladders,
        operator=operator,
        nobody=nobody,
        idle=idle or operator,
        patience=patience,
        texts=read_texts(load_all(prompts / "say")),
        matcher=Matcher(load_intents(prompts), learning),
    )
    for name, node in nodes.items():
        _check_step(script, script.steps[name], node)
        if _comes_back(script, name):
            raise node.wrong(f"the step {name!r} comes back to itself without asking anything")
    _check_whole(script, flows[0], lines_node)
    return script


def flows_folder(prompts: Path) -> Path:
    """Where the flows of prompts/<language> stand: there, or in the folder beside it that its language.yaml names.

    Raises PromptError.
    """
    other = prompts / "language.yaml"
    if not other.is_file():
        return prompts
    flows = load(other).fields(("flows",), needed=("flows",))["flows"]
    if not (prompts.parent / flows.text() / "flows").is_dir():
        raise flows.wrong(f"there are no flows in {flows.text()!r}")
    return prompts.parent / flows.text()


def _text(fields: Mapping[str, Node], key: str) -> str:
    return fields[key].text() if key in fields else ""


def _texts(fields: Mapping[str, Node], key: str, *, empty: bool = False) -> dict[str, str]:
    """empty: a value may be "", which says that there is none."""
    if key not in fields:
        return {}
    return {name: "" if empty and node.value == "" else node.text() for name, node in fields[key].fields().items()}


def _patience(node: Node) -> Patience:
    names = ("ask_ms", "pause_ms", "silent_ms")
    return Patience(**{name: int(value.number()) for name, value in node.fields(names, needed=names).items()})


def _line(node: Node) -> DialledLine:
    needed = ("number", "name", "title", "notice", "start")
    fields = node.fields((*needed, "manner", "pace", "patience"), needed=needed)
    line = DialledLine(
        **{name: fields[name].text() for name in needed},
        manner=_text(fields, "manner") or "usual",
        pace=fields["pace"].number() if "pace" in fields else 1.0,
        patience=fields["patience"].number() if "patience" in fields else 1.0,
    )
    if line.manner not in MANNERS:
        raise fields["manner"].wrong(f"'manner' is one of {', '.join(MANNERS)}")
    if not (0.5 <= line.pace <= 1.5 and 1 <= line.patience <= 3):
        raise node.wrong("'pace' lies between 0.5 and 1.5, 'patience' between 1 and 3")
    return line


def _option(node: Node) -> Option:
    fields = node.fields(("key", "intent", "slots", "label", "go", "do", "counts", "page"))
    option = Option(
        key=_text(fields, "key"),
        intent=_text(fields, "intent"),
        slots=_texts(fields, "slots", empty=True),
        label=_text(fields, "label"),
        go=_text(fields, "go"),
        do=_text(fields, "do"),
        counts=_counts(fields),
        page=_text(fields, "page") == "true",
    )
    if option.do and option.do not in DEEDS:
        raise fields["do"].wrong(f"'do' is one of {', '.join(DEEDS)}")
    return option


def _counts(fields: Mapping[str, Node]) -> Count | None:
    if "counts" not in fields:
        return None
    for count in COUNTS:
        if fields["counts"].text() == count:
            return count
    raise fields["counts"].wrong(f"'counts' is one of {', '.join(COUNTS)}")


def _slot(node: Node) -> Slot:
    fields = node.fields(("name", "kind", "intent", "confirm"), needed=("name",))
    return Slot(fields["name"].text(), *(_text(fields, key) for key in ("kind", "intent", "confirm")))


def _step(name: str, node: Node) -> Step:
    fields = node.fields(STEP_KEYS)
    if sum(key in fields for key in WAYS) != 1:
        raise node.wrong(f"a step has exactly one of {', '.join(map(repr, WAYS))}")
    return Step(
        id=name,
        **{key: _text(fields, key) for key in STEP_TEXTS},
        listen=_text(fields, "listen") or "open",
        options=tuple(map(_option, fields["options"].items())) if "options" in fields else (),
        slot=_slot(fields["slot"]) if "slot" in fields else None,
        args=_texts(fields, "with"),
        cases=_texts(fields, "cases"),
        end=_text(fields, "end") == "true",
        counts=_counts(fields),
        deaf_to=tuple(node.text() for node in fields["deaf_to"].items()) if "deaf_to" in fields else (),
    )


def _check_step(script: Script, step: Step, node: Node) -> None:
    targets = [getattr(step, key) for key in TARGETS]
    for target in filter(None, (*targets, *step.cases.values(), *(option.go for option in step.options))):
        if target not in script.steps:
            raise node.wrong(f"there is no step {target!r}")
    said = "" if step.by else step.say
    slot_text = step.slot.confirm if step.slot else ""
    labels = (option.label for option in step.options)
    for key in filter(None, (step.ask, step.help, said, step.confirm, slot_text, *labels)):
        if key not in script.texts:
            raise node.wrong(f"there is no text {key!r}")
    if step.listen not in script.patience:
        raise node.wrong(f"patience.yaml has no row {step.listen!r}")
    if step.ask and not step.help:
        raise node.wrong("a step that asks needs 'help': what is said to a caller who does not know what to say")
    _check_slot(step, node)
    keys = {option.key for option in step.options if option.key}
    if len(keys) != len(step.options):
        raise node.wrong("every option needs a key of its own")
    if len(step.options) > MOST_OPTIONS:
        raise node.wrong(f"more than {MOST_OPTIONS} options cannot be kept in mind")
    for option in step.options:
        if not (option.go or option.do or step.go):
            raise node.wrong(f"the option {option.key} leads nowhere: give it 'go', or give the step one")
    if step.say and not (step.go or step.end or step.transfer):
        raise node.wrong("after 'say' comes 'go', 'end' or 'transfer'")
    if step.look_up and not (step.found and step.missing and step.failed):
        raise node.wrong("a look-up needs 'found', 'missing' and 'failed'")
    if step.register and not (step.confirm and step.done and step.failed and step.refused):
        raise node.wrong("a registration needs 'confirm' (what the caller agrees to), 'done', 'failed' and 'refused'")
    if step.choose and not (step.cases and step.otherwise):
        raise node.wrong("a choice needs 'cases' and 'otherwise'")


def _comes_back(script: Script, start: str) -> bool:
    """Does the walk from this step, which waits for nobody, lead to it again?"""
    seen: set[str] = set()
    todo = [start]
    while todo:
        step = script.steps[todo.pop()]
        following = {getattr(step, key) for key in TARGETS} | set(step.cases.values())
        new = (following if not (step.ask or step.register) else set()) - seen - {""}
        seen |= new
        todo += new
    return start in seen


def _check_slot(step: Step, node: Node) -> None:
    if step.slot is None:
        return
    if not step.go:
        raise node.wrong("a step with a slot needs 'go': where the answer leads")
    if bool(step.slot.kind) == bool(step.slot.intent):
        raise node.wrong("a slot has either 'kind' or 'intent'")
    if step.slot.kind and step.slot.kind not in KINDS:
        raise node.wrong(f"no such kind of value; known: {', '.join(sorted(KINDS))}")
    if step.slot.kind and step.slot.kind not in BARE_KINDS and not step.slot.confirm:
        raise node.wrong(f"a value of the kind {step.slot.kind!r} is read back: it needs 'confirm'")


def _check_whole(script: Script, flow: Node, lines: Node) -> None:
    for option in script.everywhere:
        if option.go and option.go not in script.steps:
            raise flow.wrong(f"'commands' and 'topics': there is no step {option.go!r}")
        if option.label and (option.label not in script.texts or not option.intent):
            raise flow.wrong(f"'commands': a button needs an intent and a text; there is no text {option.label!r}")
    if script.operator not in script.steps or not script.ladders:
        raise flow.wrong("the flows need 'operator' (the step that leads to a person) and 'ladders'")
    if script.nobody and script.nobody not in script.steps:
        raise flow.wrong(f"'nobody': there is no step {script.nobody!r}")
    if script.idle not in script.steps:
        raise flow.wrong(f"'idle': there is no step {script.idle!r}")
    for line in script.lines.values():
        if line.start not in script.steps or line.notice not in script.texts:
            raise lines.wrong(f"line {line.number}: its start step or its notice is not there")
