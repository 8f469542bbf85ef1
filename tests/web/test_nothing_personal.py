"""Whoever may not see a call unmasked gets nothing of what its caller said of himself, by whatever road.

Every page and every answer of the real application is fetched, and every link that a page has is followed.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import soundfile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.web.signed import PASSWORD, person_of, signed_client
from tests.web.test_rights import routes
from tests.web.told_calls import (
    ADDRESS,
    NAME,
    PHONE,
    REALLY,
    SNILS,
    SPOKEN_PHONE,
    SPOKEN_SNILS,
    personal_in,
    told_calls,
)
from voice.app import create_app
from voice.archive.archive import Archive
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script
from voice.review.aftercare import Aftercare
from voice.review.checklist import read_checklist
from voice.review.corrections import Corrections
from voice.review.people import Staff
from voice.review.remarks import Remarks
from voice.review.reports import SHEETS
from voice.review.rights import RIGHTS
from voice.settings import ROOT, Settings

LINKS = re.compile(r"""(?:href|src|action)="(/[^"#]*)""")
EXPORT = "/api/v1/export?" + "&".join(f"forms={form}" for form in ("jsonl", "vtt", "txt"))
MOST_PAGES = 400
NOTE = f"Это {NAME}, {ADDRESS}, СНИЛС 140-258-369 39, тел. 8 916 205-83-41"
PERSONAL_WORDS = {*NAME.split(), *ADDRESS.split(), *SPOKEN_PHONE.split(), *SPOKEN_SNILS.split()}
HEARD = {"пенсия", "завтра", "оставить", "труба", "узнать"}
QUESTIONS = [item.id for item in read_checklist(ROOT / "prompts" / "ru").items]


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "httpx":  # the tests' own client
            self.told.append(self.format(record))


@dataclass
class House:
    app: FastAPI
    archive: Archive
    calls: dict[str, str]
    secrets: list[str]  # that open what a caller keeps
    log: Lines

    def client(self, role: str) -> TestClient:
        return signed_client(self.app, self.archive, role)


@pytest.fixture(scope="module")
def house(script: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = replace(Settings.from_env(), data=tmp_path_factory.mktemp("data"), database="", keys="")
    log = Lines()
    root = logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.INFO)
    archive = Archive.of(settings)
    office = EmbeddedOffice(settings.data / "backoffice.db")
    calls = told_calls(archive, script, office)
    aftercare = Aftercare(archive)
    while aftercare.tend():
        pass
    secrets = [archive.give_away(call, 7) for call in calls.values()]
    app = create_app(settings)
    with TestClient(app):
        made = House(app, archive, calls, secrets, log)
        for role in RIGHTS:
            person_of(archive, role)
        Staff(archive.engine).add("other_senior", "Вторая", "senior", PASSWORD)
        leave_work(made)
        yield made
    archive.close()
    root.removeHandler(log)
    root.setLevel(level)


def leave_work(house: House) -> None:
    """What a senior who has unmasked the calls leaves in them for everybody."""
    senior = house.client("senior")
    corrections, remarks = Corrections(house.archive), Remarks(house.archive)
    for call in house.calls.values():
        reason = {"reason": "проверка жалобы на оператора"}
        assert senior.post(f"/archive/{call}/unmask", data=reason).status_code == 303
    for name in ("misheard", "misheard again"):
        corrections.correct(house.calls[name], number_of(house, name, "здвление"), "senior", REALLY)
    for name in ("spoken", "handed", "typed"):
        remarks.add(house.calls[name], "senior", 0, NOTE)
    review = {"answers": dict.fromkeys(QUESTIONS, "yes"), "note": NOTE, "done": True}
    assert senior.put(f"/api/v1/calls/{house.calls['spoken']}/review", json=review).status_code == 200


def number_of(house: House, name: str, words: str) -> int:
    reading = house.archive.reading(house.calls[name], unmasked=True)
    assert reading is not None
    return next(one.n for one in reading.utterances if words in one.text)


def parts(answer_of: str, content: bytes, kind: str) -> Iterator[tuple[str, str]]:
    """Every text in an answer, by where it stands."""
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield f"{answer_of} {name}", name
                if not name.endswith(".flac"):
                    yield f"{answer_of} {name}", packed.read(name).decode()
    elif not kind.startswith("audio/"):
        yield answer_of, content.decode()


def addresses(house: House) -> list[str]:
    """Of everything that may be read; places in them are filled with all that there is."""
    found = []
    for method, path, deed in routes(house.app):
        if method != "GET" or not deed:
            continue
        if "{name}" in path:
            found += [path.replace("{name}", name) for name in SHEETS]
        elif "{call_id}" in path:
            found += [path.replace("{call_id}", call) for call in house.calls.values()]
        else:
            found.append(path.replace("{number}", "1"))
    searches = [
        f"{path}?text={word}" for path in ("/archive", "/archive/queue", "/api/v1/calls") for word in ("это", "да")
    ]
    return [*found, *searches, EXPORT]


def crawl(house: House, client: TestClient) -> Iterator[tuple[str, str, str]]:
    """Address, place and text of all that this client is given."""
    waiting, seen = addresses(house), set()
    while waiting:
        address = waiting.pop(0)
        if address in seen or address.startswith("/static/"):
            continue
        seen.add(address)
        assert len(seen) < MOST_PAGES, "the crawl has no end"
        answer = client.get(address)
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        kind = answer.headers.get("content-type", "").partition(";")[0]
        yield address, f"{address} (headers)", repr(sorted(answer.headers.items()))
        for place, text in parts(address, answer.content, kind):
            yield address, place, text
            if kind == "text/html":
                waiting += [link.replace("&amp;", "&") for link in LINKS.findall(text)]


def leaks(house: House, client: TestClient) -> tuple[set[str], dict[str, list[str]]]:
    """What was read, and by which roads something personal came."""
    read, found = set(), {}
    for address, place, text in crawl(house, client):
        read.add(address)
        if told := [*personal_in(text), *(secret for secret in house.secrets if secret in text)]:
            found[place] = told
    return read, found


@pytest.mark.parametrize("role", ["reviewer", "other_senior", "auditor", "administrator"])
def test_who_has_not_unmasked_is_given_nothing_personal(house: House, role: str) -> None:
    read, found = leaks(house, house.client(role))
    assert not found
    assert {f"/archive/{call}" for call in house.calls.values()} <= read


def test_who_has_unmasked_hands_nothing_personal_on(house: House) -> None:
    client = house.client("senior")
    found = {place.partition("?")[0] for place in leaks(house, client)[1]}
    own = {path for call in house.calls.values() for path in (f"/archive/{call}", f"/api/v1/calls/{call}")}
    assert found and all(any(place.startswith(path) for path in own) for place in found), "nothing but the calls alone"
    handed_on = ("/replay", "/fixture.zip")
    assert not [place for place in found if any(end in place for end in handed_on)]


def test_what_is_made_of_calls_holds_nothing_personal(house: House) -> None:
    client = house.client("senior")
    unmatched = client.get("/reports/unmatched").text
    assert "[АДРЕС]" in unmatched
    proposals = client.get("/proposals").text
    assert "здвление" in proposals, "it learns from the very calls"
    made = {name: client.get(f"/archive/{call}/fixture.zip") for name, call in house.calls.items()}
    for name in ("handed", "keyed"):
        assert made[name].status_code == 200, "what was asked for is invented anew"


def test_changes_are_answered_without_anything_personal(house: House) -> None:
    client, call = house.client("reviewer"), house.calls["spoken"]
    n = number_of(house, "spoken", "живу")
    shown = house.archive.reading(call)
    assert shown is not None
    text = next(one.text for one in shown.utterances if one.n == n)
    answers = [
        client.post(f"/archive/{call}/utterances/{n}/correction", data={"text": f"{text} так"}),
        client.post(f"/archive/{call}/utterances/{n}/marks", data={"begins": 0, "ends": 3, "kind": "name"}),
        client.post(f"/archive/{call}/remarks", data={"text": "переспросила"}),
        client.post(f"/archive/{call}/review", data={}),
        client.post(f"/api/v1/calls/{call}/remarks", json={"at_ms": 0, "text": "ещё раз"}),
    ]
    for answer in answers:
        assert answer.status_code in (200, 201), answer.text
        assert not personal_in(answer.text)


@pytest.mark.parametrize("word", ["неповторимов", "аристарх", "сиреневая", PHONE[1:], SNILS, "шестнадцать"])
def test_nothing_personal_is_found_by(house: House, word: str) -> None:
    assert house.client("reviewer").get("/api/v1/calls", params={"text": word}).json()["calls"] == []


def test_nothing_personal_is_heard(house: House) -> None:
    client = house.client("reviewer")
    for name, call in house.calls.items():
        known, answer = house.archive.call(call), client.get(f"/archive/{call}/sound.flac")
        if name == "running":
            assert answer.status_code == 404
            continue
        assert known is not None
        sound, rate_hz = soundfile.read(io.BytesIO(answer.content), dtype="int16")
        for word in (word for one in known.utterances for word in one.words):
            piece = sound[word.start_ms * rate_hz // 1_000 : word.end_ms * rate_hz // 1_000, 0]
            if word.text in PERSONAL_WORDS:
                assert not piece.any(), f"{name}: {word.text} is heard"
            elif word.text in HEARD:
                assert piece.any(), f"{name}: {word.text} is not heard"


def test_log_lines_hold_nothing_personal(house: House) -> None:
    assert house.log.told and not [line for line in house.log.told if personal_in(line)]
