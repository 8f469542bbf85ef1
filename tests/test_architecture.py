"""The shape of the code, held by reading it: who may import whom, who may start tasks, where Russian may stand.

Each rule is a function from a source tree to its violations, so that every rule is also run against a planted tree.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

GROUND = ("errors", "events", "trace", "settings", "line", "office", "clock", "disk", "audio")
SKILLS = ("vad", "asr", "nlu", "tts")
EDGES = ("transports", "captions", "archive", "desk")
FLOORS: dict[str, int] = (
    dict.fromkeys(GROUND, 0)
    | dict.fromkeys(SKILLS, 1)
    | {"dialog": 2, "masking": 2, "call": 3}
    | dict.fromkeys(EDGES, 4)
    | {"reload": 4, "review": 5}
    # The faces are stairs: each may use those below it.
    | {
        "switchboard": 5,
        "web": 6,
        "doctor": 6,
        "workshop": 6,
        "tryouts": 7,
        "app": 8,
        "serve": 9,
        "commands": 9,
        "cli": 10,
    }
)
# The whole substance of one room, so more than one of its files may import it; a vendor's engine never may.
OF_A_ROOM = {
    "fastapi": r"voice/(web/.*|app\.py)",
    "pydantic": r"voice/web/.*",
    "starlette": r"voice/(web/.*|app\.py)",
    "sqlalchemy": r"voice/(archive|review)/.*",
    "alembic": r"voice/archive/.*",
    "typer": r"voice/(cli|commands/.*)\.py",
}
EVERYWHERE = {"numpy"}
SELDOM = {"voice.nlu.teaching", "voice.archive.upgrade"}

PURE = re.compile(r"voice/(dialog/.*|masking/.*|vad/endpoint.*|audio/framing|asr/stabiliser.*)\.py")
IMPURE_MODULES = {"asyncio", "time", "threading", "logging", "concurrent", "multiprocessing", "subprocess", "socket"}
IMPURE_CALLS = {"open", "print", "input"}
STARTS_WORK = {
    "create_task", "ensure_future", "TaskGroup", "run_in_executor", "to_thread", "Thread", "Process", "Popen",
    "ThreadPoolExecutor", "ProcessPoolExecutor", "create_subprocess_exec", "create_subprocess_shell",
}  # fmt: skip
MAY_START_WORK = re.compile(r"voice/(call/.*|transports/.*|tts/.*|clock|switchboard|app)\.py")
MAY_SPEAK_RUSSIAN = re.compile(r"voice/(nlu|tts)/.*\.py")
RUSSIAN = re.compile(r"[А-Яа-яЁё]{2}")  # one letter is spelling, two may be a word


@dataclass(frozen=True)
class Source:
    path: str  # from the root, with forward slashes
    tree: ast.Module

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        """The part of the house it belongs to; empty for the package itself."""
        return self.module.partition(".")[2].partition(".")[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of each import; `from a import b` gives `a.b`, relative ones resolved."""
        package = self.module.split(".") if self.path.endswith("__init__.py") else self.module.split(".")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                start = ".".join([*base, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def read(root: Path) -> list[Source]:
    return [
        Source(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((root / "voice").rglob("*.py"))
    ]


Rule = Callable[[list[Source]], list[str]]


def imports_go_down(sources: list[Source]) -> list[str]:
    wrong = []
    for source in sources:
        if source.room and source.room not in FLOORS:
            wrong.append(f"{source.path}: {source.room} is on no floor")
            continue
        for line, name in source.imports():
            top, _, rest = name.partition(".")
            used = rest.partition(".")[0]
            if top != "voice" or used not in FLOORS or used == source.room or not source.room:
                continue  # a room on no floor is reported by its own files
            if FLOORS[used] >= FLOORS[source.room] and not (source.room in GROUND and used in GROUND):
                wrong.append(f"{source.path}:{line}: {source.room} imports {used}")
    return wrong


def a_vendor_has_one_file(sources: list[Source]) -> list[str]:
    importers: dict[str, set[str]] = {}
    for source in sources:
        for _, name in source.imports():
            vendor = name.partition(".")[0]
            if vendor not in sys.stdlib_module_names | EVERYWHERE | {"voice"}:
                importers.setdefault(vendor, set()).add(source.path)
    return [
        f"{vendor} is imported in {', '.join(sorted(paths))}"
        for vendor, paths in importers.items()
        if len(paths) > 1 and not all(re.fullmatch(OF_A_ROOM.get(vendor, "nowhere"), path) for path in paths)
    ]


def pure_rooms_do_nothing(sources: list[Source]) -> list[str]:
    wrong = []
    for source in sources:
        if not PURE.fullmatch(source.path):
            continue
        wrong += [
            f"{source.path}:{line}: imports {name}"
            for line, name in source.imports()
            if name.partition(".")[0] in IMPURE_MODULES
        ]
        wrong += [
            f"{source.path}:{node.lineno}: awaits"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.AsyncFunctionDef | ast.Await)
        ]
        wrong += [f"{source.path}:{line}: calls {name}" for line, name in calls(source) if name in IMPURE_CALLS]
    return wrong


def work_is_started_in_few_places(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{line}: starts work with {name}"
        for source in sources
        if not MAY_START_WORK.fullmatch(source.path)
        for line, name in calls(source)
        if name in STARTS_WORK
    ]


def russian_is_data(sources: list[Source]) -> list[str]:
    wrong = []
    for source in sources:
        if MAY_SPEAK_RUSSIAN.fullmatch(source.path):
            continue
        described = {id(doc) for doc in docstrings(source.tree)}
        wrong += [
            f"{source.path}:{node.lineno}: {node.value!r}"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described
            if RUSSIAN.search(node.value)
        ]
    return wrong


def imports_stand_at_the_top(sources: list[Source]) -> list[str]:
    """But for what few starts need, and what takes long to import."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    return [
        f"{source.path}:{node.lineno}: imports inside a function"
        for source in sources
        for function in ast.walk(source.tree)
        if isinstance(function, functions)
        for node in ast.walk(function)
        if (isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", None) not in SELDOM)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"))
    ]


def no_cycle(sources: list[Source]) -> list[str]:
    modules = {source.module for source in sources}
    edges: dict[str, set[str]] = {}
    for source in sources:
        names = [name for _, name in source.imports()]
        edges[source.module] = {n if n in modules else n.rpartition(".")[0] for n in names} & modules - {source.module}
    while leaves := [module for module, used in edges.items() if not used & edges.keys()]:
        for leaf in leaves:
            del edges[leaf]
    return [f"a cycle of imports among {', '.join(sorted(edges))}"] if edges else []


def calls(source: Source) -> Iterator[tuple[int, str]]:
    """Line and last name of everything that is called: `asyncio.create_task(...)` gives `create_task`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield node.lineno, name


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that stand alone as a statement: documentation, wherever it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


RULES: tuple[Rule, ...] = (
    imports_go_down,
    a_vendor_has_one_file,
    pure_rooms_do_nothing,
    work_is_started_in_few_places,
    russian_is_data,
    imports_stand_at_the_top,
    no_cycle,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    sources = read(ROOT)
    assert sources, "no source was found: the rule would hold of nothing"
    assert rule(sources) == []


def test_every_room_is_in_the_plan() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {source.room for source in read(ROOT)} - {""}
    assert [room for room in sorted(rooms) if not re.search(rf"\b{room}\b", plan)] == []


PLANTED: list[tuple[Rule, dict[str, str], str]] = [
    (imports_go_down, {"vad/a.py": "from voice.call.run import x"}, "vad imports call"),
    (imports_go_down, {"vad/a.py": "import voice.asr.port"}, "vad imports asr"),
    (imports_go_down, {"vad/a.py": "from ..asr import port"}, "vad imports asr"),
    (imports_go_down, {"vad/a.py": "from voice import asr"}, "vad imports asr"),
    (imports_go_down, {"audio/a.py": "from voice.vad import x"}, "audio imports vad"),
    (imports_go_down, {"captions/a.py": "def f():\n    from voice.archive import x"}, "captions imports archive"),
    (imports_go_down, {"attic/a.py": ""}, "attic is on no floor"),
    (imports_go_down, {"web/a.py": "from voice.app import x"}, "web imports app"),
    (a_vendor_has_one_file, {"asr/a.py": "import vosk", "asr/b.py": "from vosk import Model"}, "vosk is imported in"),
    (a_vendor_has_one_file, {"web/a.py": "import fastapi", "desk/b.py": "import fastapi"}, "fastapi is imported in"),
    (pure_rooms_do_nothing, {"dialog/a.py": "import asyncio"}, "imports asyncio"),
    (pure_rooms_do_nothing, {"masking/a.py": "import logging"}, "imports logging"),
    (pure_rooms_do_nothing, {"dialog/a.py": "from time import monotonic"}, "imports time.monotonic"),
    (pure_rooms_do_nothing, {"vad/endpointer.py": "import threading"}, "imports threading"),
    (pure_rooms_do_nothing, {"audio/framing.py": "open('x')"}, "calls open"),
    (pure_rooms_do_nothing, {"asr/stabiliser.py": "import logging"}, "imports logging"),
    (pure_rooms_do_nothing, {"dialog/a.py": "from pathlib import Path\nPath('x').open()"}, "calls open"),
    (pure_rooms_do_nothing, {"dialog/a.py": "async def f(): ..."}, "awaits"),
    (work_is_started_in_few_places, {"web/a.py": "asyncio.create_task(f())"}, "starts work with create_task"),
    (work_is_started_in_few_places, {"asr/a.py": "from threading import Thread\nThread()"}, "starts work with Thread"),
    (russian_is_data, {"call/a.py": "x = 'Здравствуйте'"}, "'Здравствуйте'"),
    (russian_is_data, {"dialog/a.py": "x = f'да {1}'"}, "'да '"),
    (imports_stand_at_the_top, {"call/a.py": "def f():\n    import json"}, "imports inside a function"),
    (imports_stand_at_the_top, {"call/a.py": "def f():\n    __import__('json')"}, "imports inside a function"),
    (no_cycle, {"vad/a.py": "from voice.vad import b", "vad/b.py": "from voice.vad.a import x"}, "voice.vad.a"),
]


@pytest.mark.parametrize(("rule", "files", "told"), PLANTED)
def test_every_rule_finds_what_is_planted(tmp_path: Path, rule: Rule, files: dict[str, str], told: str) -> None:
    for name, text in files.items():
        path = tmp_path / "voice" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = rule(read(tmp_path))
    assert len(found) == 1 and told in found[0]


def test_what_is_allowed_is_not_reported(tmp_path: Path) -> None:
    allowed = {
        "audio/a.py": "import numpy\nfrom voice.line import x",
        "vad/a.py": '"""«Да»."""\nimport numpy\nimport webrtcvad\nfrom voice.audio import framing\nopen("x")',
        "nlu/a.py": "x = 'да'",
        "call/a.py": "from voice.vad import a\nasyncio.create_task(f())",
        "web/a.py": "import fastapi",
        "web/b.py": "import fastapi\nfrom . import a",
    }
    for name, text in allowed.items():
        path = tmp_path / "voice" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert [found for rule in RULES for found in rule(read(tmp_path))] == []


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)
