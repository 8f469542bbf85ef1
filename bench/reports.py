"""How long the pages of reports take over a big archive: 100,000 measured calls with their steps and replies.

`first`: a line that has just started and has read nothing yet. `ahead`: one that has rested since, and has read ahead.
The others: a call has finished before each asking.

.venv/bin/python bench/reports.py --calls 100000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import timedelta
from itertools import count
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from fastapi.testclient import TestClient
from made_calls import DAYS, fill
from report import Figure, Table, machine, save, spread

import voice.web
from voice.archive.archive import Archive
from voice.dialog.script import Script, load_script
from voice.review.reports import Reports
from voice.settings import ROOT, Settings
from voice.web import report_pages
from voice.web.guard import COOKIE, Guard

ASKS = 20  # runs of each page
PAGES = ("/reports", "/reports/quality", "/reports/recognition", "/reports/unmatched", "/reports/by_intent.csv")
TEMPLATES = Jinja2Templates(Path(voice.web.__file__).parent / "templates")


def auditors_guard(archive: Archive) -> tuple[Guard, str]:
    """With the cookie of an auditor who is signed in."""
    guard = Guard(archive, TEMPLATES)
    return guard, guard.sessions.begin(guard.staff.add("auditor", "Auditor", "auditor", token_urlsafe()))


def client(reports: Reports, script: Script, guard: Guard, cookie: str) -> TestClient:
    """A browser that asks pages which have read what `reports` has."""
    app = FastAPI()
    app.include_router(report_pages.router(reports, TEMPLATES, lambda: report_pages.names(script), guard))
    return TestClient(app, cookies={COOKIE: cookie})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=100_000)
    options.add_argument("--url", default="", help="an empty database; a file of SQLite unless told")
    chosen = options.parse_args()
    seeds = count(1_000)  # none that the first calls had
    script = load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive.open(chosen.url or f"sqlite:///{folder}/archive.db", Path(folder) / "sound")
        began = time.perf_counter()
        fill(archive, script, chosen.calls)
        print(f"{chosen.calls} calls were made in {time.perf_counter() - began:.0f} s, {machine()}")
        guard = auditors_guard(archive)
        today = archive.now().astimezone().date()
        table = Table("Pages of reports", ("page", "period", "first, ms", "ahead, ms", "p50, ms", "p95, ms", "n"))
        figures: dict[str, Figure] = {}
        for days in (30, DAYS):
            query = urlencode({"since": today - timedelta(days - 1), "until": today})
            for page in PAGES:
                rested = Reports(archive)
                rested.read_ahead()
                ahead_ms = _ms(client(rested, script, *guard), f"{page}?{query}")
                pages = client(Reports(archive), script, *guard)
                first_ms = _ms(pages, f"{page}?{query}")
                took = []
                for _ in range(ASKS):
                    fill(archive, script, 1, days=1, seed=next(seeds))
                    took.append(_ms(pages, f"{page}?{query}"))
                measured = figures[f"{page} {days} days"] = spread(took, "ms")
                figures[f"{page} {days} days first"] = spread([first_ms], "ms")
                figures[f"{page} {days} days ahead"] = spread([ahead_ms], "ms")
                firsts = (f"{first_ms:.0f}", f"{ahead_ms:.0f}")
                table.add(page, f"{days} days", *firsts, measured["p50"], measured["p95"], measured["n"])
        table.print()
        print(save("reports", figures))
        archive.close()


def _ms(pages: TestClient, address: str) -> float:
    began = time.perf_counter()
    pages.get(address).raise_for_status()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
