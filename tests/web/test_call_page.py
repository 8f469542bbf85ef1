from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import voice.web
from voice.settings import ROOT
from voice.web.call_page import FIRST, recordings, spaced

STATIC = Path(voice.web.__file__).parent / "static"
TEMPLATES = STATIC.parent / "templates"


def test_the_page_and_its_headers(host: str) -> None:
    page = httpx.get(f"http://{host}/")
    assert "Позвонить" in page.text and "8 800 555-35-35" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"


def test_the_page_is_small_enough_for_a_bad_network(host: str) -> None:
    page = httpx.get(f"http://{host}/")
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    seen: set[str] = set()
    size = len(page.content)
    while loaded - seen:
        path = (loaded - seen).pop()
        seen.add(path)
        answer = httpx.get(f"http://{host}{path}")
        assert answer.status_code == 200, path
        size += len(answer.content)
        loaded |= set(re.findall(r'"(/static/[^"]+)"', answer.text if path.endswith(".js") else ""))
    assert size < 60 * 1024
    assert any("worklet" in path for path in seen), "what is loaded later is counted too"


@pytest.mark.parametrize("name", ["call.html", "captions.html", "captions_parts.html"])
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<style|https?://(?! или)|<script(?![^>]*src=)", text)


def test_every_text_a_script_asks_for_is_in_the_pages() -> None:
    """A key that is only built at run time is covered by its prefix."""
    keys = set(re.findall(r'data-key="(\w+)"', "".join(page.read_text("utf-8") for page in TEMPLATES.glob("*.html"))))
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    for key in re.findall(r"\btexts\.(\w+)[^\w\"]", scripts):
        assert key in keys, key
    for prefix in re.findall(r"texts\[`(\w+_)\$\{", scripts):
        assert any(key.startswith(prefix) for key in keys), prefix
    for code in re.findall(
        r'"((?:mic|own)_\w+|unknown_fixture|broken_fixture|bad_recording|no_sound|connection_lost)"', scripts
    ):
        assert code in keys, code
    assert not re.search(r"[а-яё]", scripts, re.IGNORECASE), "no Russian in scripts"


def test_recorded_callers(host: str, fixtures: Path) -> None:
    listed = {"name": "tone", "title": "Звонит тон", "says": "Ля.", "key": ""}
    assert httpx.get(f"http://{host}/fixtures.json").json() == [listed]
    sound = httpx.get(f"http://{host}/fixtures/tone.flac")
    assert sound.headers["content-type"] == "audio/flac"
    assert sound.content == (fixtures / "tone.flac").read_bytes()


def test_what_a_recorded_caller_does(host: str, fixtures: Path) -> None:
    plan = httpx.get(f"http://{host}/fixtures/tone.json").json()
    assert plan["room"] == {"from_ms": 0, "to_ms": 500}
    spoken, pressed = plan["turns"]
    assert spoken == {
        **{"when": "line_speaks", "wait_ms": 200, "from_ms": 500, "to_ms": 1200},
        **{"says": "Ля.", "key": "", "text": "", "hang_up": False},
    }
    assert (pressed["when"], pressed["wait_ms"], pressed["key"]) == ("line_silent", 600, "1")


def test_a_file_without_a_description_is_played_straight_through(host: str, fixtures: Path) -> None:
    (fixtures / "tone.expect.yaml").unlink()
    plan = httpx.get(f"http://{host}/fixtures/tone.json").json()
    assert [(turn["from_ms"], turn["to_ms"]) for turn in plan["turns"]] == [(0, 1_700)] and plan["room"] is None
    assert httpx.get(f"http://{host}/fixtures.json").json()[0]["title"] == "tone"


@pytest.mark.parametrize("text", ["title: Ещё один", "turns: [{when: never}]", "turns: [{wait_ms: soon}]", "{"])
def test_a_broken_description_is_a_clear_422_and_is_not_offered(host: str, fixtures: Path, text: str) -> None:
    (fixtures / "tone.expect.yaml").write_text(text, encoding="utf-8")
    answer = httpx.get(f"http://{host}/fixtures/tone.json")
    assert answer.status_code == 422 and "Описание этой записи испорчено" in answer.json()["detail"]
    assert httpx.get(f"http://{host}/fixtures.json").json() == []


@pytest.mark.parametrize("kind", ["flac", "json"])
@pytest.mark.parametrize("name", ["nobody", "..%2Ftone", "tone.expect", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "to%00ne"])
def test_an_unknown_recording_is_a_clear_404(host: str, name: str, kind: str) -> None:
    answer = httpx.get(f"http://{host}/fixtures/{name}.{kind}")
    assert answer.status_code == 404
    if name == "nobody":
        assert "Такой записи нет" in answer.json()["detail"]


def test_recordings_come_by_title_after_the_first_and_broken_ones_are_left_out(
    fixtures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = "title: {}\nturns: [{{key: '1'}}]\n"
    described = {"b": "tittle: x", "c": "{", "d": whole.format("Автор"), FIRST: whole.format("Яков")}
    for name, description in {"a": None, **described}.items():
        (fixtures / f"{name}.flac").write_bytes(b"")
        if description is not None:
            (fixtures / f"{name}.expect.yaml").write_text(description, encoding="utf-8")
    assert list(recordings(fixtures)) == [FIRST, "d", "tone"]
    assert len(caplog.records) == 3


def test_the_house_offers_its_own_recorded_callers() -> None:
    found = recordings(ROOT / "audio_fixtures")
    assert next(iter(found)) == FIRST and len(found) > 10
    assert all(plan.title and plan.turns for plan in found.values())


def test_no_recordings_at_all(tmp_path: Path) -> None:
    assert recordings(tmp_path / "absent") == {}


def test_a_number_as_people_read_it() -> None:
    assert spaced("88005553535") == "8 800 555-35-35" and spaced("112") == "112"
