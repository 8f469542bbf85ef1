"""The archive under load: what a kept call costs, how long searches and pages take among 1 000 to 100 000 calls.

On SQLite, and on a PostgreSQL of its own, which is started for it. A search is timed with the opening of the texts that
it shows, a page over HTTP from a real server. Writing is timed on whole calls, event by event.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
from kept_calls import Layer, People
from line import served
from report import Figure, Table, machine, save, spread
from sqlalchemy import text

from tests.databases import KINDS, NotInstalled, running
from tests.fakes.archived import record, story
from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.dialog.script import load_script
from voice.review.aftercare import Aftercare
from voice.review.corrections import Corrections
from voice.review.finding import Finding
from voice.review.people import Staff
from voice.review.search import Search
from voice.review.sessions import Sessions
from voice.settings import ROOT, Settings
from voice.web.guard import COOKIE

SIZES = (1_000, 10_000, 100_000)
SEARCHES = 60  # of each kind
ASKED = 30  # times, each page
WRITTEN = 200  # calls: so many are opened by the reports of the newest
LINE = "88005553535"
OUTCOME = "abandoned"
TARGET_MS = 300.0

Spent = dict[str, list[float]]


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

    return {
        "newest, no words": Search,
        "riskiest unreviewed, no words": lambda: Search(by="risk", reviewed="no"),
        "one word": lambda: Search(text=said(1)[0]),
        "two words": lambda: Search(text=" ".join(said(2))),
        "a phrase of three": lambda: Search(text=phrase()),
        "a word without another": lambda: Search(text=f"{said(1)[0]} -{said(1)[0]}"),
        "said by the caller": lambda: Search(text=said(1)[0], side="caller"),
        "a word that is in every call": lambda: Search(text=people.form(common(people))),
        "all but that word": lambda: Search(text="-" + people.form(common(people))),
        "a word and the riskiest": lambda: Search(text=said(1)[0], by="risk", reviewed="no"),
        "a word and a rare condition": filtered(operator="yes", outcome="failed", state="incomplete"),
        "conditions alone": lambda: Search(
            intent=people.chance.choice(list(people.wants)), line=LINE, most_percent="70", outcome=OUTCOME
        ),
        "reviewed ones": lambda: Search(reviewed="yes"),
        "a word in one day": filtered(
            since=f"{datetime.now() - timedelta(days=9):%Y-%m-%d}",
            until=f"{datetime.now() - timedelta(days=9):%Y-%m-%d}",
        ),
        "no call at all": lambda: Search(text="синхрофазотрон"),
    }


def common(people: People) -> str:
    """A word that is in every call: the line begins them all alike."""
    return max(people.line[0].strip(".!?").split(), key=len)


def timed_ms(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return (time.perf_counter() - began_s) * 1000


def searches(archive: Archive, people: People, times: int) -> Spent:
    """ms of every search, by kind; each second one asks for the second page."""
    finding = Finding(archive, Index(archive))
    spent: Spent = {}
    for kind, ask in questions(people).items():
        for number in range(times):
            search, after = ask(), ""
            if number % 2:
                after = finding.find(search).more
            spent.setdefault(kind, []).append(timed_ms(lambda: finding.find(search, after=after)))  # noqa: B023
    return spent


def pages(archive: Archive, people: People, calls: Sequence[str], url: str, data: Path, times: int) -> Spent:
    """ms of every page over HTTP, from a server of its own that has this archive; the first asking of each apart.

    calls: recorded ones, which can be opened.
    """
    spent: Spent = {}
    person = Staff(archive.engine).add(uuid4().hex, "Bench", "senior", uuid4().hex)
    os.environ["LINIYA_DATABASE"] = url
    with served(data, ROOT / "prompts", 8) as server, httpx.Client(timeout=60) as client:
        client.base_url = f"http://127.0.0.1:{server.port}"
        chat = client.post("/chat", data={"line": LINE}, headers={"sec-fetch-site": "same-origin"}).headers["location"]
        client.cookies.set(COOKIE, Sessions(archive.engine).begin(person))
        ask, chance = questions(people), people.chance
        addresses: dict[str, Callable[[], str]] = {
            "the newest": lambda: "/archive",
            "a search": lambda: f"/archive?{httpx.QueryParams(ask['two words']().sent())}",
            "a word in every call": lambda: f"/archive?{httpx.QueryParams(text=people.form(common(people)))}",
            "the queue": lambda: "/archive/queue",
            "calls under way": lambda: "/archive/running",
            "a call": lambda: f"/archive/{chance.choice(calls)}",
            "a call's captions, live": lambda: chat.replace("/chat/", "/calls/"),
            "agreement": lambda: "/reviews/agreement",
            **{f"/reports{part}": lambda part=part: f"/reports{part}" for part in REPORTS},  # type: ignore[misc]
        }
        for name, address in addresses.items():
            for number in range(times + 1):
                place = address()
                took = timed_ms(lambda: client.get(place).raise_for_status())  # noqa: B023
                spent.setdefault(f"page: {name}" + ("" if number else ", first"), []).append(took)
    return spent


REPORTS = ("", "/quality", "/recognition", "/unmatched", "/by_intent.csv")


def writing(archive: Archive, people: People, calls: int) -> tuple[Spent, list[str]]:
    """ms of each call: its record as it happens, and what is made of it afterwards; and the calls.

    Something was not understood in them, and something was corrected.
    """
    tender, corrections = Aftercare(archive), Corrections(archive)
    while tender.tend():
        pass
    spent: Spent = {"record": [], "aftercare": []}
    written: list[str] = []
    for _ in range(calls):
        intent, said = people.call()
        events = story(said, intent=intent, no_match=1)
        spent["record"].append(timed_ms(lambda: written.append(record(archive, events))))  # noqa: B023
        spent["aftercare"].append(timed_ms(tender.tend))
        corrections.correct(written[-1], 2, "bench", f"{said[1][1]} да")
    return spent, written


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one. Raises NotInstalled."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'archive.db'}"
    else:
        with running() as cluster, cluster.database() as url:
            yield url


def settle(archive: Archive) -> None:
    """What PostgreSQL does by itself within minutes; SQLite is left as it is."""
    if archive.engine.dialect.name == "postgresql":
        with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def measure(kind: str, options: argparse.Namespace) -> dict[str, Figure]:
    """All figures of one kind of database, which are printed, too. Raises NotInstalled."""
    figures: dict[str, Figure] = {}
    table = Table(f"Searches and pages on {kind}, ms", ("", "calls", "n", "p50", "p95", "worst"))
    script = load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)

    def tell(size: int, spent: Spent) -> None:
        for name, took in spent.items():
            figure = figures[f"{kind}.{size}.{name}"] = spread(took, "ms")
            shown = (f"{float(value):.1f}" for value in (figure["p50"], figure["p95"], max(took)))
            table.add(name, size, len(took), *shown)

    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        data = Path(name)
        archive = Archive.open(url, data / "sound", keys=data / "keys")
        people = People(script, seed=6)
        spent, written = writing(archive, people, options.written)
        tell(0, spent)
        layer, really = Layer(archive, people, script, written[0]), os.fsync
        for size in sorted(options.calls or SIZES):
            began_s = time.perf_counter()
            os.fsync = lambda _: None  # keys of calls that never were
            layer.to(size)
            os.fsync = really
            settle(archive)
            print(f"{kind}: {size} calls are laid down ({time.perf_counter() - began_s:.0f} s)", flush=True)
            found = searches(archive, people, options.searches)
            found["ALL SEARCHES"] = [ms for spent in found.values() for ms in spent]
            if options.asked:
                found |= pages(archive, people, written, url, data, options.asked)
            tell(size, found)
        tell(layer.count, writing(archive, people, options.written)[0])
        archive.close()
        if kind == "sqlite":
            print(f"the database has {(data / 'archive.db').stat().st_size / 1e6:.0f} MB")
    table.print()
    p95 = float(figures[f"{kind}.{max(options.calls or SIZES)}.ALL SEARCHES"]["p95"])
    print(f"target: search p95 <= {TARGET_MS:.0f} ms: {'reached' if p95 <= TARGET_MS else 'MISSED'} ({p95:.0f} ms)")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, action="append", help=f"sizes, {SIZES}")
    parser.add_argument("--database", choices=KINDS, action="append", help="both unless told")
    parser.add_argument("--searches", type=int, default=SEARCHES, help="of each kind")
    parser.add_argument("--asked", type=int, default=ASKED, help="times each page; 0: start no server")
    parser.add_argument("--written", type=int, default=WRITTEN, help="calls, before and after")
    options = parser.parse_args()
    print(machine())
    figures: dict[str, Figure] = {}
    for kind in options.database or KINDS:
        try:
            figures |= measure(kind, options)
        except NotInstalled as error:
            print(error)
    save("archive", figures)


if __name__ == "__main__":
    main()
