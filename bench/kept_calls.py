"""Calls that fill an archive: they say what prompts/ says and understands, in other forms of the words.

Their figures are those of made_calls.py. What a search touches is really theirs: terms, masked texts sealed with a key
each. Their events and utterances are another call's, which nobody opens: so the tables are as large as they would be.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from made_calls import calls
from pymorphy3 import MorphAnalyzer
from sqlalchemy import Connection, func, insert, select, text

from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.tables import Calls, Events, Figures, Findables, Finished, MaskedTexts, Steps, Traces, Utterances
from voice.archive.tables import Words as SpokenWords
from voice.dialog.script import Script
from voice.review.findable import PLACE
from voice.review.tables import Reviews
from voice.settings import ROOT

WORDINGS = 40  # of each wish
AT_ONCE = 500  # calls laid down in one transaction
DAYS = 25  # over which calls are spread: younger than what retention takes away
REVIEWED = 0.05  # of all calls
WHOLE = 0.98  # of all calls; the others are incomplete
SEALED = (Events, Utterances, SpokenWords)

Said = list[tuple[str, str]]
Row = dict[str, Any]


class People:
    """What callers, the line and operators say: the words of prompts/, every fourth in another form."""

    def __init__(self, script: Script, seed: int) -> None:
        self.chance = random.Random(seed)
        self.line = [text for text in script.texts.static() if len(text) > 30]
        self.wants = {path.stem: texts for path, texts in _understood() if len(texts) > 5}
        self._dictionary = MorphAnalyzer()
        self._forms: dict[str, list[str]] = {}
        self._pool = {
            intent: [self.varied(self.chance.choice(texts)) for _ in range(WORDINGS)]
            for intent, texts in self.wants.items()
        }
        self._all = [said for pool in self._pool.values() for said in pool]

    def call(self, *, operator: bool = False) -> tuple[str, Said]:
        """What it is about, and who says what in it: a caller's four sayings, the line's eight, an operator's three."""
        intent = self.chance.choice(list(self.wants))
        said: Said = [("line", self.line[0])]
        for _ in range(4):
            pool = self._pool[intent] if self.chance.random() < 0.7 else self._all
            said.append(("caller", self.chance.choice(pool)))
            said += [("line", self._usual()) for _ in range(2)]
        if operator:
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
    """Lays calls into an archive. model: a recorded call, whose sealed rows they get."""

    def __init__(self, archive: Archive, people: People, script: Script, model: str) -> None:
        self._archive, self._people, self._model = archive, people, model
        self._script = script
        self._index = Index(archive)
        self._bag = cache(self._index._hashes)
        with archive.engine.connect() as connection:
            self.count = connection.execute(select(func.count()).select_from(Calls)).scalar_one()
            self._n = connection.execute(select(func.max(Findables.n))).scalar_one()

    def to(self, size: int) -> None:
        made = calls(self._script, size - self.count, DAYS, self._people.chance, self._archive.now() - timedelta(1))
        while self.count < size:
            rows = [self._row(next(made)) for _ in range(min(AT_ONCE, size - self.count))]
            with self._archive.writing() as connection:
                self._lay(connection, rows)
        if self._archive.engine.dialect.name == "postgresql":
            with self._archive.writing() as connection:
                connection.execute(text("SELECT setval(pg_get_serial_sequence('findables', 'n'), :n)"), {"n": self._n})

    def _lay(self, connection: Connection, rows: Sequence[dict[type, list[Row]]]) -> None:
        for table in (Calls, Figures, Steps, Traces, Finished, Findables, MaskedTexts, Reviews):
            if found := [row for made in rows for row in made.get(table, ())]:
                connection.execute(insert(table.__table__), found)  # type: ignore[arg-type]
        connection.execute(text(self._index._sql["insert"]), [row for made in rows for row in made[str]])
        laid = [made[Calls][0]["id"] for made in rows]
        calls_table = Calls.__table__
        for table in (kind.__table__ for kind in SEALED):
            columns = [column for column in table.columns if column.name != "call"]
            both = calls_table.join(table, table.c.call == self._model)
            copied = select(calls_table.c.id, *columns).select_from(both).where(calls_table.c.id.in_(laid))
            connection.execute(table.insert().from_select(["call", *(one.name for one in columns)], copied))  # type: ignore[attr-defined]

    def _row(self, made: dict[type, list[Row]]) -> dict[type, list[Row]]:
        """By table; str: the terms. It is `made`, with words and what is told by them."""
        chance, (call,), (figures,) = self._people.chance, made[Calls], made[Figures]
        intent, said = self._people.call(operator=figures["operator"])
        self.count, self._n = self.count + 1, self._n + 1
        confidence, risk = min(chance.gauss(0.85, 0.1), 1.0), round(chance.betavariate(1, 4), 4)
        reasons = [{"code": code, "weight": risk / 2, "values": {"value": 2}} for code in ("repeats", "silence")]
        call |= {"state": "complete" if chance.random() < WHOLE else "incomplete", "cared_at": call["ended_at"]}
        figures |= {"intent": intent, "intents": [intent], "mean_confidence": confidence}
        figures |= {"risk": risk, "reasons": reasons}
        self._archive.keys.make(call["id"])
        masked = json.dumps([(side, 4_000 * at, one) for at, (side, one) in enumerate(said)], ensure_ascii=False)
        findable = {name: call[name] for name in ("line", "state", "started_at")}
        findable |= {name: figures[name] for name in ("call", "language", "intent", "outcome", "operator", "risk")}
        length_ms = round((call["ended_at"] - call["started_at"]).total_seconds() * 1000)
        judged = {"call": call["id"], "person": "bench", "begun_at": call["ended_at"], "done_at": call["ended_at"]}
        terms = frozenset[str]().union(*(self._bag(*one) for one in said))
        return {
            **made,
            Findables: [{**findable, "n": self._n, "length_ms": length_ms, "confidence": confidence}],
            MaskedTexts: [{"call": call["id"], "sealed": self._archive.seal(call["id"], masked, PLACE)}],
            Reviews: [{**judged, "checklist": "", "answers": {}, "sealed": b""}] if chance.random() < REVIEWED else [],
            str: [{"n": self._n, "words": " ".join(sorted(terms))}],
        }
