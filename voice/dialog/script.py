"""The flows as data: steps, options, slots, ladders, read from prompts/<language> and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voice.dialog.listening import Patience
from voice.dialog.texts import Texts, read_texts
from voice.nlu.data import Node, load, load_all
from voice.nlu.documents import KINDS
from voice.nlu.intents import load_intents
from voice.nlu.matcher import Matcher

DEEDS = ("operator", "back", "repeat", "slower", "help", "wait", "greet")
MOST_OPTIONS = 4  # more cannot be kept in mind
STEP_TEXTS = ("ask", "say", "by", "help", "go", "look_up", "found", "missing", "failed", "transfer", "on_silence")
STEP_KEYS = (*STEP_TEXTS, "listen", "options", "slot", "with", "end", "deaf_to")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen in a state: by an intent, a slot's value or a key; all three from here."""

    key: str = ""
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    label: str = ""  # a text key
    go: str = ""
    do: str = ""  # one of DEEDS


@dataclass(frozen=True, slots=True)
class Slot:
    """What a step wants to know: a number of `kind`, or the slot of the same name that `intent` carries."""

    name: str
    kind: str = ""
    intent: str = ""
    confirm: str = ""  # a text key: the read-back of a number


@dataclass(frozen=True, slots=True)
class Step:
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
    transfer: str = ""
    on_silence: str = ""  # where a caller who stays silent goes instead of to a person
    end: bool = False
    deaf_to: tuple[str, ...] = ()  # intents that change nothing while this is said: thanks after the goodbye


@dataclass(frozen=True, slots=True)
class DialledLine:
    number: str
    name: str
    title: str
    notice: str
    start: str


@dataclass(frozen=True)
class Script:
    lines: Mapping[str, DialledLine]
    steps: Mapping[str, Step]
    everywhere: tuple[Option, ...]
    ladders: Mapping[str, int]
    operator: str  # the step that leads to a person
    patience: Mapping[str, Patience]
    texts: Texts
    matcher: Matcher


def load_script(prompts: Path) -> Script:
    """Read prompts/<language>. Raises PromptError with file, line and reason for anything that cannot work."""
    flows = list(load_all(prompts / "flows"))
    patience = {name: _patience(node) for name, node in load(prompts / "patience.yaml").fields().items()}
    lines_node = load(prompts / "lines.yaml")
    nodes: dict[str, Node] = {}
    everywhere: list[Option] = []
    ladders: dict[str, int] = {}
    operator = ""
    for flow in flows:
        fields = flow.fields(("steps", "everywhere", "ladders", "operator"))
        for name, node in fields["steps"].fields().items() if "steps" in fields else ():
            if name in nodes:
                raise node.wrong(f"the step {name!r} stands in another file too")
            nodes[name] = node
        if "everywhere" in fields:
            everywhere += map(_option, fields["everywhere"].items())
        if "ladders" in fields:
            rungs = fields["ladders"].fields(("no_input", "no_match"), needed=("no_input", "no_match"))
            ladders = {rung: int(node.number()) for rung, node in rungs.items()}
        operator = _text(fields, "operator") or operator
    script = Script(
        lines={
            line.number: line for line in map(_line, lines_node.fields(("lines",), needed=("lines",))["lines"].items())
        },
        steps={name: _step(name, node) for name, node in nodes.items()},
        everywhere=tuple(everywhere),
        ladders=ladders,
        operator=operator,
        patience=patience,
        texts=read_texts(load_all(prompts / "say")),
        matcher=Matcher(load_intents(prompts)),
    )
    for name, node in nodes.items():
        _check_step(script, script.steps[name], node)
    _check_whole(script, flows[0], lines_node)
    return script


def _text(fields: Mapping[str, Node], key: str) -> str:
    return fields[key].text() if key in fields else ""


def _texts(fields: Mapping[str, Node], key: str) -> dict[str, str]:
    return {name: node.text() for name, node in fields[key].fields().items()} if key in fields else {}


def _patience(node: Node) -> Patience:
    names = ("ask_ms", "pause_ms", "silent_ms")
    return Patience(**{name: int(value.number()) for name, value in node.fields(names, needed=names).items()})


def _line(node: Node) -> DialledLine:
    names = ("number", "name", "title", "notice", "start")
    return DialledLine(**{name: value.text() for name, value in node.fields(names, needed=names).items()})


def _option(node: Node) -> Option:
    fields = node.fields(("key", "intent", "slots", "label", "go", "do"))
    option = Option(
        key=_text(fields, "key"),
        intent=_text(fields, "intent"),
        slots=_texts(fields, "slots"),
        label=_text(fields, "label"),
        go=_text(fields, "go"),
        do=_text(fields, "do"),
    )
    if option.do and option.do not in DEEDS:
        raise fields["do"].wrong(f"'do' is one of {', '.join(DEEDS)}")
    return option


def _slot(node: Node) -> Slot:
    fields = node.fields(("name", "kind", "intent", "confirm"), needed=("name",))
    return Slot(fields["name"].text(), *(_text(fields, key) for key in ("kind", "intent", "confirm")))


def _step(name: str, node: Node) -> Step:
    fields = node.fields(STEP_KEYS)
    if sum(key in fields for key in ("ask", "say", "look_up")) != 1:
        raise node.wrong("a step has exactly one of 'ask', 'say', 'look_up'")
    return Step(
        id=name,
        **{key: _text(fields, key) for key in STEP_TEXTS},
        listen=_text(fields, "listen") or "open",
        options=tuple(map(_option, fields["options"].items())) if "options" in fields else (),
        slot=_slot(fields["slot"]) if "slot" in fields else None,
        args=_texts(fields, "with"),
        end=_text(fields, "end") == "true",
        deaf_to=tuple(node.text() for node in fields["deaf_to"].items()) if "deaf_to" in fields else (),
    )


def _check_step(script: Script, step: Step, node: Node) -> None:
    for target in (
        step.go,
        step.found,
        step.missing,
        step.failed,
        step.on_silence,
        *(option.go for option in step.options),
    ):
        if target and target not in script.steps:
            raise node.wrong(f"there is no step {target!r}")
    said = "" if step.by else step.say
    for key in filter(None, (step.ask, step.help, said, *(option.label for option in step.options))):
        if key not in script.texts:
            raise node.wrong(f"there is no text {key!r}")
    if step.listen not in script.patience:
        raise node.wrong(f"patience.yaml has no row {step.listen!r}")
    if step.ask and not step.help:
        raise node.wrong("a step that asks needs 'help': what is said to a caller who does not know what to say")
    if step.slot and step.slot.kind and (step.slot.kind not in KINDS or step.slot.confirm not in script.texts):
        raise node.wrong(f"a number needs a known kind ({', '.join(KINDS)}) and a read-back text")
    keys = {option.key for option in step.options if option.key}
    if len(keys) != len(step.options):
        raise node.wrong("every option needs a key of its own")
    if len(step.options) > MOST_OPTIONS:
        raise node.wrong(f"more than {MOST_OPTIONS} options cannot be kept in mind")
    if step.say and not (step.go or step.end or step.transfer):
        raise node.wrong("after 'say' comes 'go', 'end' or 'transfer'")
    if step.look_up and not (step.found and step.missing and step.failed):
        raise node.wrong("a look-up needs 'found', 'missing' and 'failed'")


def _check_whole(script: Script, flow: Node, lines: Node) -> None:
    for option in script.everywhere:
        if option.go and option.go not in script.steps:
            raise flow.wrong(f"'everywhere': there is no step {option.go!r}")
    if script.operator not in script.steps or not script.ladders:
        raise flow.wrong("the flows need 'operator' (the step that leads to a person) and 'ladders'")
    for line in script.lines.values():
        if line.start not in script.steps or line.notice not in script.texts:
            raise lines.wrong(f"line {line.number}: its start step or its notice is not there")
