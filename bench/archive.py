"""The archive under load: what a kept call costs, how long a search takes among 1 000, 10 000 and 100 000 calls.

The calls say what prompts/ says and understands, in other forms of the words, and are laid into a database of its own
with all that a search touches: figures, terms, masked texts sealed with a key each. A search is timed with the opening
of the texts that it shows, a page over HTTP from a real server. Writing is timed on whole calls, event by event.
`--database` takes the URL of an empty PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from pymorphy3 import MorphAnalyzer
from report import Figure, Table, machine, save, spread
from sqlalchemy import func, insert, select, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from line import served

from tests.fakes.archived import record, story
from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.records import Record
from voice.archive.tables import Calls, Figures, Findables, MaskedTexts
from voice.dialog.script import load_script
from voice.review.aftercare import Aftercare
from voice.review.figures import measure
from voice.review.findable import PLACE
from voice.review.finding import Finding
from voice.review.people import Staff
from voice.review.search import Search
from voice.review.sessions import Sessions
from voice.settings import ROOT, Settings
from voice.web.guard import COOKIE

SIZES = (1_000, 10_000, 100_000)
SEARCHES = 60  # of each kind
WRITTEN = 100  # calls
WORDINGS = 40  # of each wish
AT_ONCE = 500  # calls laid down in one transaction
DAYS = 25  # over which calls are spread: younger than what retention takes away
LINES = ("88005553535", "88005553536", "88005553537", "88005553538")
OUTCOMES = ("solved", "solved", "solved", "registered", "transferred", "abandoned", "failed")
TARGET_MS = 300.0

Said = list[tuple[str, str]]


class People:
    """What callers, the line and operators say: the words of prompts/, every fourth in another form."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        script = load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)
        self.line = [text for text in script.texts.static() if len(text) > 30]
        self.wants = {path.stem: texts for path, texts in _understood() if len(texts) > 5}
        self._dictionary = MorphAnalyzer()
        self._forms: dict[str, list[str]] = {}
        self._pool = {
            intent: [self.varied(self.chance.choice(texts)) for _ in range(WORDINGS)]
            for intent, texts in self.wants.items()
        }
        self._all = [said for pool in self._pool.values() for said in pool]

    def call(self) -> tuple[str, Said]:
        """What it is about, and who says what in it: a caller's four sayings, the line's eight; an operator's."""
        intent = self.chance.choice(list(self.wants))
        said: Said = [("line", self.line[0])]
        for _ in range(4):
            pool = self._pool[intent] if self.chance.random() < 0.7 else self._all
            said.append(("caller", self.chance.choice(pool)))
            said += [("line", self._usual()) for _ in range(2)]
        if self.chance.random() < 0.1:
            said += [("operator", self.chance.choice(self._all)) for _ in range(3)]
        return intent, said

    def varied(self, text: str) -> str:
        return " ".join(self.form(word) if self.chance.random() < 0.25 else word for word in text.split())

    def form(self, word: str) -> str:
        """Any form of the word."""
        if word not in self._forms:
            self._forms[word] = [one.word for one in self._dictionary.parse(word)[0].lexeme] or [word]
        return self.chance.choice(self._forms[word])

    def _usual(self) -> str:
        """Few texts are said in most calls, most in few."""
        return self.line[min(int(self.chance.paretovariate(0.6)) - 1, len(self.line) - 1)]


def _understood() -> Iterator[tuple[Path, list[str]]]:
    for path in sorted((ROOT / "prompts" / "ru" / "intents").glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        heard = [one["text"] if isinstance(one, dict) else one for one in told.get("heard", ())]
        yield path, [*heard, *told.get("examples", ())]


class Layer:
    """Lays calls into an archive, all but their events and sound, which no search reads."""

    def __init__(self, archive: Archive, people: People) -> None:
        self._archive, self._people = archive, people
        self._index = Index(archive)
        self._bag = cache(self._index._hashes)
        self._figures = asdict(measure(_some_record(archive)))
        with archive.engine.connect() as connection:
            self.count = connection.execute(select(func.max(Findables.n))).scalar() or 0

    def to(self, size: int) -> None:
        while self.count < size:
            rows = [self._row() for _ in range(min(AT_ONCE, size - self.count))]
            with self._archive.writing() as connection:
                for table in (Calls, Figures, Findables, MaskedTexts):
                    connection.execute(insert(table.__table__), [row[table] for row in rows])  # type: ignore[arg-type]
                connection.execute(text(self._index._sql["insert"]), [row[str] for row in rows])

    def _row(self) -> dict[type, dict[str, Any]]:
        """By table; str: the terms."""
        chance, call_id = self._people.chance, uuid4().hex
        intent, said = self._people.call()
        self.count += 1
        started = datetime.now(UTC) - timedelta(days=chance.uniform(0.1, DAYS))
        length_s = chance.uniform(20, 600)
        state = "complete" if chance.random() < 0.98 else "incomplete"
        line, outcome, risk = chance.choice(LINES), chance.choice(OUTCOMES), round(chance.betavariate(1, 4), 4)
        operator, confidence = said[-1][0] == "operator", min(chance.gauss(0.85, 0.1), 1.0)
        reasons = [{"code": code, "weight": risk / 2, "values": {"value": 2}} for code in ("repeats", "silence")]
        shared = {"language": "ru", "intent": intent, "outcome": outcome, "operator": operator, "risk": risk}
        told = [(side, 4_000 * at, said) for at, (side, said) in enumerate(said)]
        self._archive.keys.make(call_id)
        masked = json.dumps(told, ensure_ascii=False)
        return {
            Calls: {
                **{"id": call_id, "line": line, "state": state, "started_at": started, "language": "ru"},
                **{"ended_at": started + timedelta(seconds=length_s), "cared_at": started + timedelta(hours=1)},
                **{"caller": b"", "caller_token": "", "transport": "browser", "version": "", "owner": "", "flaws": ""},
                **{"ended_by": "caller", "reason": "", "sound": "", "sound_lost_ms": 0, "head": b"", "notice": ""},
            },
            Figures: {**self._figures, **shared, "call": call_id, "mean_confidence": confidence, "reasons": reasons},
            Findables: {
                **{**shared, "n": self.count, "call": call_id, "line": line, "state": state, "started_at": started},
                **{"length_ms": round(length_s * 1000), "confidence": confidence},
            },
            MaskedTexts: {"call": call_id, "sealed": self._archive.seal(call_id, masked, PLACE)},
            str: {"n": self.count, "words": " ".join(sorted(frozenset().union(*(self._bag(*one) for one in said))))},
        }


def _some_record(archive: Archive) -> Record:
    found = archive.call(record(archive, story([("caller", "заявление")])))
    assert found is not None
    return found


def questions(people: People) -> dict[str, Callable[[], Search]]:
    """What reviewers ask, by kind; every word in any of its forms."""

    def said(words: int) -> list[str]:
        while True:
            _, turns = people.call()
            found = [word for word in turns[1][1].split() if len(word) > 3]
            if len(found) >= words:
                return [people.form(word) for word in found[:words]]

    def phrase() -> str:
        return '"' + " ".join(people.call()[1][1][1].split()[:3]) + '"'

    def filtered(**fields: str) -> Callable[[], Search]:
        return lambda: Search(text=" ".join(said(1)), **fields)

    common = people.form
    return {
        "newest, no words": Search,
        "riskiest unreviewed, no words": lambda: Search(by="risk", reviewed="no"),
        "one word": lambda: Search(text=said(1)[0]),
        "two words": lambda: Search(text=" ".join(said(2))),
        "a phrase of three": lambda: Search(text=phrase()),
        "a word without another": lambda: Search(text=f"{said(1)[0]} -{said(1)[0]}"),
        "said by the caller": lambda: Search(text=said(1)[0], side="caller"),
        "a word that is in every call": lambda: Search(text=common("здравствуйте")),
        "all but that word": lambda: Search(text="-" + common("здравствуйте")),
        "a word and the riskiest": lambda: Search(text=said(1)[0], by="risk", reviewed="no"),
        "a word and a rare condition": filtered(operator="yes", outcome="failed", state="incomplete"),
        "conditions alone": lambda: Search(
            intent=people.chance.choice(list(people.wants)), line=LINES[0], most_percent="70", outcome="abandoned"
        ),
        "a word in one day": filtered(
            since=f"{datetime.now() - timedelta(days=9):%Y-%m-%d}",
            until=f"{datetime.now() - timedelta(days=9):%Y-%m-%d}",
        ),
        "no call at all": lambda: Search(text="синхрофазотрон"),
    }


def timed_ms(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return (time.perf_counter() - began_s) * 1000


def searches(archive: Archive, people: People, times: int) -> dict[str, list[float]]:
    """ms of every search, by kind; each second one asks for the second page."""
    finding = Finding(archive, Index(archive))
    spent: dict[str, list[float]] = {}
    for kind, ask in questions(people).items():
        for number in range(times):
            search, after = ask(), ""
            if number % 2:
                after = finding.find(search).more
            spent.setdefault(kind, []).append(timed_ms(lambda: finding.find(search, after=after)))  # noqa: B023
    return spent


def pages(archive: Archive, people: People, url: str, data: Path, times: int) -> dict[str, list[float]]:
    """ms of every page over HTTP, from a server of its own that has this archive."""
    person = Staff(archive.engine).add("bench", "Bench", "reviewer", uuid4().hex)
    cookie = {COOKIE: Sessions(archive.engine).begin(person)}
    spent: dict[str, list[float]] = {}
    os.environ["LINIYA_DATABASE"] = url
    with served(data, ROOT / "prompts", 8) as server, httpx.Client(cookies=cookie) as client:
        client.base_url = f"http://127.0.0.1:{server.port}"
        asked = {
            "page: newest": lambda: {},
            "page: a search": lambda: questions(people)["two words"]().sent(),
            "page: a word in every call": lambda: {"text": people.form("здравствуйте")},
        }
        for name, ask in asked.items():
            for _ in range(times):
                sent = ask()
                spent.setdefault(name, []).append(
                    timed_ms(lambda: client.get("/archive", params=sent).raise_for_status())  # noqa: B023
                )
        for _ in range(times):
            spent.setdefault("page: the queue", []).append(
                timed_ms(lambda: client.get("/archive/queue").raise_for_status())
            )
    return spent


def writing(archive: Archive, people: People, calls: int) -> dict[str, list[float]]:
    """ms of each call: its record as it happens, and what is made of it afterwards."""
    tender = Aftercare(archive)
    while tender.tend():
        pass
    spent: dict[str, list[float]] = {"record": [], "aftercare": []}
    for _ in range(calls):
        events = story(people.call()[1])
        spent["record"].append(timed_ms(lambda: record(archive, events)))  # noqa: B023
        spent["aftercare"].append(timed_ms(tender.tend))
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, action="append", help=f"sizes, {SIZES}")
    parser.add_argument("--database", default="", help="URL of an empty database instead of SQLite's file")
    parser.add_argument("--searches", type=int, default=SEARCHES, help="of each kind, and askings of each page")
    parser.add_argument("--written", type=int, default=WRITTEN, help="calls, before and after")
    parser.add_argument("--no-pages", action="store_true", help="start no server")
    options = parser.parse_args()
    print(machine())
    figures: dict[str, Figure] = {}
    table = Table("Searches and pages, ms", ("", "calls", "n", "p50", "p95", "worst"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        url = options.database or f"sqlite:///{data / 'archive.db'}"
        archive = Archive.open(url, data / "sound", keys=data / "keys")
        people = People(seed=6)
        for kind, spent in writing(archive, people, options.written).items():
            figures[f"write.{kind}"] = spread(spent, "ms")
            table.add(f"written: {kind}", 0, len(spent), *_shown(spent))
        layer, really = Layer(archive, people), os.fsync
        for size in sorted(options.calls or SIZES):
            os.fsync = lambda _: None  # keys of calls that never were
            began_s = time.perf_counter()
            layer.to(size)
            os.fsync = really
            print(f"{size} calls are laid down ({time.perf_counter() - began_s:.0f} s)", flush=True)
            found = searches(archive, people, options.searches)
            found["ALL SEARCHES"] = [ms for spent in found.values() for ms in spent]
            if not options.no_pages and size == max(options.calls or SIZES):
                found |= pages(archive, people, url, data, options.searches)
            for kind, spent in found.items():
                figures[f"{size}.{kind}"] = spread(spent, "ms")
                table.add(kind, size, len(spent), *_shown(spent))
        for kind, spent in writing(archive, people, options.written).items():
            figures[f"write.{kind}.{layer.count}"] = spread(spent, "ms")
            table.add(f"written: {kind}", layer.count, len(spent), *_shown(spent))
        archive.close()
        if not options.database:
            print(f"the database has {(data / 'archive.db').stat().st_size / 1e6:.0f} MB")
    table.print()
    p95 = float(figures[f"{max(options.calls or SIZES)}.ALL SEARCHES"]["p95"])
    print(f"target: search p95 <= {TARGET_MS:.0f} ms: {'reached' if p95 <= TARGET_MS else 'MISSED'} ({p95:.0f} ms)")
    save("archive", figures)


def _shown(spent: list[float]) -> tuple[str, str, str]:
    figure = spread(spent, "ms")
    return f"{figure['p50']:.1f}", f"{figure['p95']:.1f}", f"{max(spent):.1f}"


if __name__ == "__main__":
    main()
