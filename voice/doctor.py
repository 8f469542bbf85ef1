"""What this machine has, what it lacks, and how to get it. Looks only; changes nothing that stays."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import re
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from voice.asr import catalogue
from voice.errors import SetupError
from voice.settings import Settings
from voice.transports.pbx import Neighbours
from voice.tts import voices

PYTHONS = ((3, 11), (3, 12))
ROOM_MB = 500  # a day of calls on two cores is about this much sound
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fail`: the line cannot start; `warn`: it starts with less."""

    name: str
    state: State
    text: str
    advice: str = ""  # what to do; empty when all is well


def examine(settings: Settings) -> list[Finding]:
    """Look at everything the line needs, each by using it; takes about a second. Raises nothing."""
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("Python", python),
        ("packages", packages),
        ("model", model),
        ("vectors", vectors),
        ("voice", rhvoice),
        ("English", english),
        ("espeak", espeak),
        ("microphone", microphone),
        ("port", port),
        ("telephone", telephone),
        ("captions", captions),
        ("data", data),
        ("database", database),
        ("browser", browser),
    )
    return [_guarded(name, check, settings) for name, check in checks]


def _guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (SetupError, OSError) as error:
        return Finding(name, "fail", str(error), "see the text above")


def python(_settings: Settings) -> Finding:
    version = sys.version.split()[0]
    if sys.version_info[:2] in PYTHONS:
        return Finding("Python", "ok", version)
    return Finding("Python", "fail", f"{version} is not tried here", "install Python 3.11 and run: make clean run")


def packages(_settings: Settings) -> Finding:
    """Is every package that this distribution requires installed?"""
    try:
        required = metadata.requires("liniya") or []
    except metadata.PackageNotFoundError:
        return Finding("packages", "fail", "liniya itself is not installed", "run: make env")
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return Finding("packages", "fail", f"missing: {', '.join(missing)}", "run: make env")
    return Finding("packages", "ok", f"all {len(names)} are installed")


def model(settings: Settings) -> Finding:
    """Is the model there, and is every byte of it right?"""
    try:
        folder = catalogue.locate(settings)
        if settings.model_dir:
            return Finding("model", "warn", f"{folder} is the owner's own; its files are not checked", "")
        catalogue.verify(settings)
    except SetupError as error:
        return Finding("model", "fail", str(error), f"run: voice models fetch {settings.model}")
    return Finding("model", "ok", f"{folder}, every file checked")


def vectors(settings: Settings) -> Finding:
    """Are there vectors of words and sentences for the line's language?"""
    learning, language = settings.learning, settings.language
    folders = [learning.vectors[language].parent] if language in learning.vectors else []
    folders += [learning.sentences[language]] if language in learning.sentences else []
    missing = [folder.name for folder in folders if not folder.is_dir()]
    if not missing:
        return Finding("vectors", "ok", ", ".join(map(str, folders)) or "none are used")
    advice = "run: " + "; ".join(f"voice models fetch {name}" for name in missing)
    return Finding("vectors", "warn", f"{', '.join(missing)} missing: fewer wordings are understood", advice)


def rhvoice(settings: Settings) -> Finding:
    names = [spec.known.name for spec in voices.available_voices(settings.models) if spec.known.engine == "rhvoice"]
    if names:
        return Finding("voice", "ok", f"RHVoice speaks with {', '.join(names)}")
    return Finding(
        "voice", "warn", "no RHVoice voice: espeak will speak, harder to understand", "run: voice voices fetch"
    )


def english(settings: Settings) -> Finding:
    """May callers switch to English? Nothing is wrong when they may not."""
    models = [listed for listed in catalogue.listing(settings) if listed.model.language.startswith("en")]
    if not any(listed.state == "present" for listed in models):
        names = " or ".join(listed.model.name for listed in models)
        return Finding("English", "ok", f"not installed (voice models fetch {names})")
    best = voices.available_voices(settings.models, "en")[0]
    if best.known.engine == "rhvoice":
        return Finding("English", "ok", f"callers may switch to it; RHVoice's {best.name} speaks")
    return Finding(
        "English", "warn", "callers may switch to it; espeak speaks", "run: voice voices fetch --language en"
    )


def espeak(_settings: Settings) -> Finding:
    """Can the library that comes with the packages be loaded here?"""
    found = util.find_spec("espeakng_loader")
    folders = [Path(folder) for folder in (found.submodule_search_locations if found else None) or ()]
    libraries = [path for folder in folders for path in sorted(folder.glob("libespeak-ng*"))]
    system = ctypes.util.find_library("espeak-ng")
    for library in [*map(str, libraries), *([system] if system else [])]:
        with contextlib.suppress(OSError):
            ctypes.CDLL(library)
            return Finding("espeak", "ok", f"{library} loads")
    return Finding("espeak", "fail", "no libespeak-ng loads", "run: make env, or install the package espeak-ng")


def microphone(_settings: Settings) -> Finding:
    if ctypes.util.find_library("portaudio"):
        return Finding("microphone", "ok", "PortAudio is here")
    return Finding(
        "microphone",
        "warn",
        "no PortAudio: `voice talk` cannot work, all else can",
        "install the package libportaudio2",
    )


def port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    try:
        _bind(settings.host, settings.port)
    except OSError as error:
        return Finding("port", "fail", f"{place} cannot be used: {error}", "stop who has it, or set LINIYA_PORT")
    return Finding("port", "ok", f"{place} is free")


def telephone(settings: Settings) -> Finding:
    """May an exchange connect its calls? Nothing is wrong when none is meant to."""
    if not settings.audiosocket_port:
        return Finding("telephone", "ok", "off (set LINIYA_AUDIOSOCKET_PORT=9092; docs/operations.md)")
    place = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
    neighbours = Neighbours(settings.pbx_from)
    try:
        _bind(settings.audiosocket_host, settings.audiosocket_port)
    except OSError as error:
        return Finding(
            "telephone", "fail", f"{place} cannot be used: {error}", "stop who has it, or set LINIYA_AUDIOSOCKET_PORT"
        )
    if neighbours.everybody:
        return Finding(
            "telephone", "warn", f"{place} takes calls from any address", "name your exchanges in LINIYA_PBX_FROM"
        )
    return Finding("telephone", "ok", f"{place} is free; exchanges may call from {settings.pbx_from}")


def captions(settings: Settings) -> Finding:
    """Can callers at a telephone be told where to read their call?"""
    if address := settings.captions_address():
        return Finding("captions", "ok", f"callers are told {address}")
    if settings.audiosocket_port or settings.asterisk_token or settings.twilio_token:
        return Finding(
            "captions",
            "warn",
            "callers at a telephone are not offered to read the call: no address is known",
            "set LINIYA_PUBLIC_HOST to what they can open",
        )
    return Finding("captions", "ok", "browsers are told the host they came to")


def _bind(host: str, number: int) -> None:
    """Raises OSError when a server could not listen there."""
    family, kind, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as trial:
        # As the server does: a port that a closed server has only just left is free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


def data(settings: Settings) -> Finding:
    """Can calls be written, and is there room for them?"""
    folder = _nearest(settings.data)
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"x")
    except OSError as error:
        return Finding(
            "data", "fail", f"{settings.data} cannot be written: {error}", "set LINIYA_DATA to another folder"
        )
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < ROOM_MB:
        return Finding("data", "warn", f"only {free_mb} MB free for calls at {settings.data}", "make room on that disk")
    return Finding("data", "ok", f"{settings.data}, {free_mb} MB free")


def database(settings: Settings) -> Finding:
    """Does SQLite's write-ahead log work on that disk? It does not on some network file systems."""
    if settings.database:
        return Finding("database", "ok", "another database is set; it is opened at start")
    try:
        with (
            tempfile.TemporaryDirectory(dir=_nearest(settings.data), prefix=".doctor-") as folder,
            contextlib.closing(sqlite3.connect(Path(folder) / "trial.sqlite")) as trial,
        ):
            mode = trial.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            trial.execute("CREATE TABLE t (x)")
    except (sqlite3.Error, OSError) as error:
        return Finding(
            "database", "fail", f"SQLite fails at {settings.data}: {error}", "set LINIYA_DATA to a local disk"
        )
    if mode != "wal":
        return Finding("database", "fail", f"no write-ahead log at {settings.data}", "set LINIYA_DATA to a local disk")
    return Finding("database", "ok", f"SQLite {sqlite3.sqlite_version} with its write-ahead log")


def browser(_settings: Settings) -> Finding:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Finding("browser", "ok", f"{found}, for the browser tests")
    return Finding("browser", "warn", "no Chromium: only the browser tests need it", "install the package chromium")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
