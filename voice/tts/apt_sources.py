"""The machine's own package sources: only Debian's or Ubuntu's archive, with the section that has the voices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ADDED = {"debian": ("contrib", "non-free"), "ubuntu": ("universe", "multiverse")}
SUITE = re.compile(r"^(\w+)((-(updates|security|proposed-updates|proposed|backports))|/updates)?$")
KEPT_OPTIONS = {
    "arch": "Architectures",
    "signed-by": "Signed-By",
    "trusted": "Trusted",
    "check-valid-until": "Check-Valid-Until",
}
ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>[^#]+)")


@dataclass(frozen=True)
class Source:
    """One `deb` entry: where, which suites, which components, and the options that make it trusted."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = field(default=())

    def distribution(self) -> str | None:
        """`debian` or `ubuntu` when this is an archive of theirs, None for anybody else's packages."""
        if "main" not in self.components or not all(SUITE.match(suite) for suite in self.suites):
            return None
        found = {_distribution_of(uri) for uri in self.uris}
        return found.pop() if len(found) == 1 else None


def _distribution_of(uri: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme.startswith(("cdrom", "copy")):
        return None
    for distribution in ADDED:  # archives and mirrors alike keep it under its name
        if re.search(rf"/{distribution}[\w.-]*(/|$)", parts.path):
            return distribution
    return None


def parse_one_line(text: str) -> Iterator[Source]:
    """Entries of a classic `sources.list`; lines that are not `deb` are passed over."""
    for line in text.splitlines():
        if not (entry := ONE_LINE.match(line.strip())):
            continue
        options = dict(item.split("=", 1) for item in (entry["options"] or "").split() if "=" in item)
        kept = tuple(
            (KEPT_OPTIONS[key], value.replace(",", " ")) for key, value in options.items() if key in KEPT_OPTIONS
        )
        yield Source((entry["uri"],), (entry["suite"],), tuple(entry["components"].split()), kept)


def parse_deb822(text: str) -> Iterator[Source]:
    """Entries of a `.sources` file; disabled ones and source packages are passed over."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n[ \t]*\n", body):
        fields = {
            name.lower(): value.strip() for name, value in re.findall(r"(?m)^([\w-]+):((?:.*)(?:\n[ \t]+.*)*)", stanza)
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        kept = tuple((name, fields[name.lower()]) for name in sorted(KEPT_OPTIONS.values()) if fields.get(name.lower()))
        uris, suites, components = (tuple(fields.get(name, "").split()) for name in ("uris", "suites", "components"))
        yield Source(uris, suites, components, kept)


def read_sources(etc_apt: Path) -> list[Source]:
    """Every `deb` entry the machine has, whoever's it is."""
    found: list[Source] = []
    lists = [etc_apt / "sources.list", *sorted((etc_apt / "sources.list.d").glob("*.list"))]
    for path in lists:
        if path.is_file():
            found += parse_one_line(path.read_text(encoding="utf-8", errors="replace"))
    for path in sorted((etc_apt / "sources.list.d").glob("*.sources")):
        found += parse_deb822(path.read_text(encoding="utf-8", errors="replace"))
    return found


def archive_sources(sources: Iterable[Source]) -> str:
    """The distribution's own entries as deb822 text, with the voices' section added; empty when there are none."""
    stanzas: dict[str, None] = {}  # a set that keeps order
    for source in sources:
        if not (distribution := source.distribution()):
            continue
        components = dict.fromkeys((*source.components, *ADDED[distribution]))
        fields = [
            ("Types", "deb"),
            ("URIs", " ".join(source.uris)),
            ("Suites", " ".join(source.suites)),
            ("Components", " ".join(components)),
            *source.options,
        ]
        stanzas["".join(f"{name}: {value}\n" for name, value in fields)] = None
    return "\n".join(stanzas)
