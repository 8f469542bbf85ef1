"""Bringing RHVoice without root: the machine's own package archive, a private apt state, nothing installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from voice.errors import SetupError
from voice.settings import ROOT
from voice.tts.apt_sources import archive_sources, read_sources
from voice.tts.catalogue import RHVOICE_NAMES

VOICES_PACKAGES = {"ru": "rhvoice-russian", "en": "rhvoice-english"}
LANGUAGES = {"ru": "Russian", "en": "English"}  # folders of RHVoice
LIBRARY_PACKAGE = re.compile(r"^librhvoice(-core)?\d+(t64)?$")
NEW_PACKAGE = re.compile(
    r"^Inst (\S+) \("
)  # an upgrade of something the machine has carries its old version in brackets
STAMP = "installed.json"
ETC_APT = Path("/etc/apt")
APT_TIMEOUT_S = 900

Progress = Callable[[str], None]


def fetch(target_dir: Path, progress: Progress, *, languages: Sequence[str] = ("ru",), etc_apt: Path = ETC_APT) -> Path:
    """Download RHVoice and its voices and put them at `target_dir`/rhvoice, whole or not at all.

    languages: Russian always comes along, and so does what is there already.
    progress: called with one short line for each step.
    Returns the directory. Raises SetupError whose text says what to do.
    """
    missing = [tool for tool in ("apt-get", "apt-cache", "dpkg-deb") if not shutil.which(tool)]
    if missing:
        raise SetupError(
            f"RHVoice is brought from Debian's or Ubuntu's packages and this machine has no {', '.join(missing)}. "
            "Use the espeak voice, or copy models/voices/rhvoice from a Debian or Ubuntu machine."
        )
    target_dir.mkdir(parents=True, exist_ok=True)
    final = target_dir.resolve() / "rhvoice"
    unknown = set(languages) - LANGUAGES.keys()
    if unknown:
        raise SetupError(f"there are voices for {', '.join(LANGUAGES)}, not for {', '.join(sorted(unknown))}")
    there = {code for code, name in LANGUAGES.items() if (final / "data/languages" / name).is_dir()}
    wanted = [code for code in LANGUAGES if code in {"ru", *languages, *there}]
    try:
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=final.parent) as work:
            apt = _Apt(Path(work), etc_apt)
            progress("reading the lists of packages")
            apt.update()
            packages = apt.needed([VOICES_PACKAGES[code] for code in wanted])
            progress(f"downloading {len(packages)} packages")
            debs = apt.download(packages)
            progress("unpacking")
            tree = _unpack(debs, Path(work), [LANGUAGES[code] for code in wanted])
            progress("trying the voices")
            _try(tree)
            _swap(tree, final, Path(work))
    except OSError as failed:
        raise SetupError(f"RHVoice could not be written under {target_dir}: {failed}") from failed
    progress("RHVoice is ready")
    return final


class _Apt:
    """apt with its state under `work`; it reads the machine's proxy and key settings and writes nothing outside."""

    def __init__(self, work: Path, etc_apt: Path) -> None:
        sources = archive_sources(read_sources(etc_apt))
        if not sources:
            raise SetupError(
                f"{etc_apt} names no archive of Debian or Ubuntu. Add one (main is enough), or use the espeak voice."
            )
        state = work / "apt"
        for part in ("state/lists/partial", "cache/archives/partial", "sources", "debs"):
            (state / part).mkdir(parents=True)
        (state / "sources" / "archive.sources").write_text(sources, encoding="utf-8")
        self.debs = state / "debs"
        self._conf = state / "apt.conf"
        self._conf.write_text(
            f'Dir::State "{state}/state/";\nDir::Cache "{state}/cache/";\n'
            f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{state}/sources/";\n'
            'Dir::State::status "/var/lib/dpkg/status";\n'
            'Acquire::Languages "none";\nAcquire::Retries "3";\nDebug::NoLocking "1";\n'
            # The _apt user cannot write into a directory of ours; only root may choose whom to become.
            + ('APT::Sandbox::User "root";\n' if os.geteuid() == 0 else "")
            + "#clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n",
            encoding="utf-8",
        )

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        try:
            done = subprocess.run(
                [command[0], "-c", str(self._conf), *command[1:]],
                cwd=cwd,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=APT_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SetupError(
                f"{command[0]} {command[1]} took longer than {APT_TIMEOUT_S} s. Try again later."
            ) from None
        if done.returncode:
            said = "\n".join(line for line in done.stderr.splitlines() if line.startswith(("E:", "Err")))
            raise SetupError(
                f"{command[0]} {command[1]} failed; is the network there? Until then the espeak voice speaks.\n{said}"
            )
        return done.stdout

    def update(self) -> None:
        """Read the archive's lists. Raises SetupError when it cannot be reached."""
        # Without Error-Mode apt calls an unreachable mirror a warning and goes on with nothing.
        self._run("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any")

    def needed(self, voices: Sequence[str]) -> list[str]:
        """The voices, the libraries, and what these need that the machine lacks."""
        names = self._run("apt-cache", "pkgnames", "librhvoice").split()
        libraries = sorted(name for name in names if LIBRARY_PACKAGE.match(name))
        known = self._run("apt-cache", "pkgnames", "rhvoice").split()
        if not libraries or not set(voices).issubset(known):
            raise SetupError(
                f"This machine's package archive carries no {' or '.join(voices)} (Debian 11 or newer and Ubuntu 22.04 "
                "or newer do, in non-free or multiverse). Use the espeak voice."
            )
        plan = self._run("apt-get", "install", "-s", "-q", "--no-install-recommends", *voices, *libraries)
        new = [found[1] for line in plan.splitlines() if (found := NEW_PACKAGE.match(line))]
        return sorted({*voices, *libraries, *new})

    def download(self, packages: Sequence[str]) -> list[Path]:
        self._run("apt-get", "download", "-q", *packages, cwd=self.debs)
        return sorted(self.debs.glob("*.deb"))


def _unpack(debs: Sequence[Path], work: Path, languages: Sequence[str]) -> Path:
    """Sort what the packages hold into lib/, data/, config/ and licences/; only what may be used is kept."""
    root, tree = work / "root", work / "rhvoice"
    versions: dict[str, str] = {}
    for deb in debs:
        subprocess.run(["dpkg-deb", "-x", str(deb), str(root)], check=True, capture_output=True)
        shown = subprocess.run(
            ["dpkg-deb", "-W", "--showformat=${Package} ${Version}", str(deb)],
            check=True,
            capture_output=True,
            text=True,
        )
        package, version = shown.stdout.split()
        versions[package] = version
    for part in ("lib", "data/voices", "data/languages", "config", "licences"):
        (tree / part).mkdir(parents=True)
    for library in (path for path in root.rglob("*.so.*") if path.is_symlink() or path.is_file()):
        shutil.copy2(library, tree / "lib" / library.name, follow_symlinks=False)
    data = root / "usr/share/RHVoice"
    for name in sorted(RHVOICE_NAMES):
        if (data / "voices" / name).is_dir():
            shutil.copytree(data / "voices" / name, tree / "data/voices" / name)
    for language in languages:
        shutil.copytree(data / "languages" / language, tree / "data/languages" / language)
    for package in versions:
        for paper in (root / "usr/share/doc" / package).glob("copyright*"):
            shutil.copy2(paper, tree / "licences" / f"{package}.{paper.name}")
    # The packages' papers name the LGPL and leave its text to the machine.
    for common in Path("/usr/share/common-licenses").glob("LGPL-2.1"):
        shutil.copy2(common, tree / "licences" / common.name)
    # Debian's own file only points at documentation; the engine wants a directory, not the file.
    stamp = {"version": versions[VOICES_PACKAGES["ru"]], "packages": versions}
    (tree / STAMP).write_text(json.dumps(stamp, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return tree


def _try(tree: Path) -> None:
    """Load the engine in another process: a library that does not fit may take its process with it."""
    tried = subprocess.run(
        [sys.executable, "-m", "voice.tts.rhvoice", str(tree)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tried.returncode:
        said = tried.stderr.strip().splitlines()[-1:] or [f"exit status {tried.returncode}"]
        raise SetupError(f"RHVoice was downloaded but does not work on this machine: {said[0]}. Use the espeak voice.")


def _swap(tree: Path, final: Path, work: Path) -> None:
    if final.exists():
        final.rename(work / "old")
    tree.rename(final)
