"""What a fresh clone sets itself up from: the lock files, the Makefile, the doctor."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from voice import doctor
from voice.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))
HOST = re.compile(r"https?:|://|\b[\w-]+\.(org|com|net|io|ru|cloud|dev)\b|index-url|find-links", re.IGNORECASE)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==\S+")


def pins(lock: Path) -> dict[str, str]:
    """Each package of a lock file with the text up to the next one."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := PINNED.match(line):
            name = line
        found[name] = found.get(name, "") + line + "\n"
        assert match or line.startswith("    "), f"{lock.name}: {line!r} is neither a pin nor its hash"
    return found


def test_there_are_three_lock_files() -> None:
    names = ["requirements-build.lock", "requirements-dev.lock", "requirements.lock"]
    assert [lock.name for lock in LOCKS] == names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_pins_with_hashes_and_names_no_host(lock: Path) -> None:
    assert not [line for line in lock.read_text(encoding="utf-8").splitlines() if HOST.search(line)]
    assert all("--hash=sha256:" in text for text in pins(lock).values())


def test_the_runtime_is_a_part_of_what_is_tested() -> None:
    runtime, dev = ({line.rstrip(" \\") for line in pins(ROOT / f"requirements{kind}.lock")} for kind in ("", "-dev"))
    assert runtime <= dev


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["dependencies"] + project["optional-dependencies"]["dev"]),
    ):
        locked = {line.partition("==")[0] for line in pins(ROOT / lock)}
        assert {re.split(r"[<>=[]", one)[0] for one in wanted} <= locked


def test_no_file_names_a_place_of_one_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the repository is unknown")
    homes = re.compile(rb"/(work|root|home/\w+|tmp/w)/")
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    assert [
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.is_file() and path != Path(__file__) and b"\0" not in (data := path.read_bytes()) and homes.search(data)
    ] == []


# The Makefile, with a stand-in for `voice` so that nothing is downloaded


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that is set up: everything there, and newer than what it is made from."""
    for name in ("Makefile", "pyproject.toml", *(lock.name for lock in LOCKS)):
        shutil.copy(ROOT / name, tmp_path / name)
        os.utime(tmp_path / name, (1, 1))
    (tmp_path / "models" / "vosk-model-small-ru-0.22").mkdir(parents=True)
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "voice").write_text('#!/bin/sh\necho "voice $*"\n')
    (binaries / "python").write_text('#!/bin/sh\necho "python $*"\n')
    for program in binaries.iterdir():
        program.chmod(0o755)
    for stamp in (".runtime", ".dev", ".vectors", ".voices"):
        (tmp_path / ".venv" / stamp).touch()
        os.utime(tmp_path / ".venv" / stamp, (1000, 1000))
    return tmp_path


def make(folder: Path, *targets: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *targets], cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={key: value for key, value in os.environ.items() if not key.startswith(("LINIYA", "MAKE"))} | env,
    )  # fmt: skip


def test_a_second_run_only_serves(clone: Path) -> None:
    assert make(clone, "run").stdout == "voice serve\n"


def test_a_new_lock_file_is_installed_before_serving(clone: Path) -> None:
    os.utime(clone / "requirements.lock")
    lines = make(clone, "run").stdout.splitlines()
    assert "python -m pip install" in lines[1] and "--require-hashes" in lines[1]
    assert lines[-1] == "voice serve"
    assert make(clone, "run").stdout == "voice serve\n"


def test_a_missing_model_is_fetched_and_an_owner_s_own_is_not(clone: Path) -> None:
    (clone / "models" / "vosk-model-small-ru-0.22").rmdir()
    assert make(clone, "model").stdout == "voice models fetch\n"
    assert "fetch" not in make(clone, "model", LINIYA_MODEL_DIR="elsewhere").stdout


def test_voices_that_cannot_be_fetched_do_not_stop_the_line(clone: Path) -> None:
    (clone / ".venv" / ".voices").unlink()
    (clone / ".venv" / "bin" / "voice").write_text('#!/bin/sh\necho "voice $*"\n[ "$1" != voices ]\n')
    first = make(clone, "run")
    assert first.returncode == 0 and "make voices" in first.stdout and first.stdout.endswith("voice serve\n")
    assert make(clone, "run").stdout == "voice serve\n", "it is said once"
    assert make(clone, "voices").returncode != 0


def test_no_usable_python_is_told(clone: Path) -> None:
    shutil.rmtree(clone / ".venv")
    failed = make(clone, "env", PYTHON="python2.7-that-is-not-here")
    assert failed.returncode != 0 and "no usable Python: version 3.11 or 3.12" in failed.stderr


# The doctor


@pytest.fixture
def bare(tmp_path: Path) -> Settings:
    shutil.copytree(ROOT / "models", tmp_path / "models", ignore=lambda _, names: set(names) - {"manifest.toml"})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    return Settings(models=tmp_path / "models", data=tmp_path / "data" / "deep", port=number)


def states(settings: Settings) -> dict[str, str]:
    return {finding.name: finding.state for finding in doctor.examine(settings)}


def test_the_doctor_looks_at_everything_and_changes_nothing(bare: Settings) -> None:
    before = sorted(bare.models.parent.rglob("*"))
    found = {finding.name: finding for finding in doctor.examine(bare)}
    assert found["model"].state == "fail" and "voice models fetch" in found["model"].advice
    assert [found[name].state for name in ("Python", "packages", "espeak", "port", "data", "database")] == ["ok"] * 6
    assert all(finding.advice for finding in found.values() if finding.state == "fail")
    assert sorted(bare.models.parent.rglob("*")) == before


def test_a_port_in_use_is_found(bare: Settings) -> None:
    with socket.create_server(("127.0.0.1", bare.port)):
        assert states(bare)["port"] == "fail"
    assert states(bare)["port"] == "ok"


def test_a_broken_manifest_and_a_place_that_cannot_be_written_are_found(bare: Settings) -> None:
    (bare.models / "manifest.toml").write_text("[[model]]\n")
    found = states(replace(bare, data=Path("/proc/calls")))
    assert (found["model"], found["data"], found["database"]) == ("fail", "fail", "fail")


@pytest.mark.skipif(sys.platform != "linux", reason="the disk is faked for statvfs")
def test_a_nearly_full_disk_is_a_warning(bare: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.disk_usage(bare.models)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: real._replace(free=10_000_000))
    assert states(bare)["data"] == "warn"


def test_the_telephone_is_looked_at_when_it_is_wanted(bare: Settings) -> None:
    assert states(bare)["telephone"] == "ok"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = replace(bare, audiosocket_port=other.getsockname()[1])
        assert states(taken)["telephone"] == "fail"
    assert states(taken)["telephone"] == "ok"
    assert states(replace(taken, pbx_from="0.0.0.0/0"))["telephone"] == "warn"
    assert states(replace(taken, pbx_from="somewhere"))["telephone"] == "fail"


def test_callers_at_a_telephone_are_offered_captions_only_at_an_address_that_works(bare: Settings) -> None:
    telephone = replace(bare, asterisk_token="0" * 16)
    assert [states(one)["captions"] for one in (bare, telephone)] == ["ok", "warn"]
    named = replace(telephone, public_host="line.example")
    assert states(named)["captions"] == "ok"
    assert telephone.captions_address() == "", "nobody is told of a host that only this machine knows"
    assert telephone.captions_address("192.168.1.5:8000") == "192.168.1.5:8000/c"
    assert named.captions_address("192.168.1.5:8000") == "line.example/c"
