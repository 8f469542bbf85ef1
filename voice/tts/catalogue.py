"""Which voices this line may speak with, and under what licence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Engine = Literal["rhvoice", "espeak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A voice whose licence lets anybody use it on a public line."""

    name: str
    engine: Engine
    language: str = "ru"
    licence: str
    rate_hz: int
    gain_db: float  # brings the voice's own loudness to about -20 dBFS while it speaks


# The Debian package carries more voices; those forbid derivatives or commercial use and are never offered.
# Best first; docs/voices.md says why.
KNOWN: tuple[Known, ...] = (
    Known(name="anna", engine="rhvoice", licence="LGPL-2.1-or-later", rate_hz=24_000, gain_db=0.5),
    Known(name="irina", engine="rhvoice", licence="LGPL-2.1-or-later", rate_hz=24_000, gain_db=0.6),
    Known(name="aleksandr", engine="rhvoice", licence="LGPL-2.1-or-later", rate_hz=24_000, gain_db=-2.3),
    Known(name="elena", engine="rhvoice", licence="LGPL-2.1-or-later", rate_hz=24_000, gain_db=-2.4),
    Known(name="aleksandr-hq", engine="rhvoice", licence="CC-BY-SA-4.0", rate_hz=24_000, gain_db=-2.3),
    Known(name="espeak", engine="espeak", licence="GPL-3.0-or-later", rate_hz=22_050, gain_db=0.0),
    *(
        Known(name=name, engine="rhvoice", language="en", licence="LGPL-2.1-or-later", rate_hz=24_000, gain_db=gain_db)
        for name, gain_db in (("clb", -5.2), ("slt", -1.7), ("bdl", 0.6), ("alan", 1.7))
    ),
    Known(name="espeak-en", engine="espeak", language="en", licence="GPL-3.0-or-later", rate_hz=22_050, gain_db=0.5),
)
RHVOICE_LANGUAGES = {voice.name: voice.language for voice in KNOWN if voice.engine == "rhvoice"}
RHVOICE_NAMES = frozenset(RHVOICE_LANGUAGES)
