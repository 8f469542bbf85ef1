"""Where things are and how many calls are taken; every field can be set by an environment variable LINIYA_<FIELD>."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from voice.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 16  # characters


@dataclass(frozen=True, kw_only=True)
class Settings:
    host: str = "127.0.0.1"
    port: int = 8000
    prompts: Path = ROOT / "prompts"
    language: str = "ru"
    models: Path = ROOT / "models"
    model: str = "vosk-model-small-ru-0.22"
    model_dir: str = ""  # a directory with a vosk model; used instead of `model` when given
    voice: str = ""  # a voice's name; empty: the best one that is there
    data: Path = ROOT / "data"
    learned: Path = ROOT / "data" / "learned"  # what was learned from the phrases: a start need not learn it anew
    database: str = ""  # an SQLAlchemy URL; empty: SQLite under `data`
    fixtures: Path = ROOT / "audio_fixtures"
    max_calls: int = 24
    recogniser_threads: int = os.cpu_count() or 2
    synthesisers: int = 2
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: int = 0  # where Asterisk connects its calls, usually 9092; 0: no telephone
    asterisk_token: str = ""  # what an Asterisk shows to connect its calls by chan_websocket; empty: it cannot
    twilio_token: str = ""  # the secret in the address that a Twilio number calls; empty: it cannot
    twilio_people: str = ""  # the number that takes over Twilio's callers from the line; empty: nobody does
    pbx_from: str = "127.0.0.0/8, ::1"  # addresses and networks that exchanges may speak to the line from

    def __post_init__(self) -> None:
        """Raises SetupError for a token that could be guessed."""
        for name in ("asterisk_token", "twilio_token"):
            if 0 < len(getattr(self, name)) < SHORTEST_TOKEN:
                raise SetupError(
                    f"LINIYA_{name.upper()} must have at least {SHORTEST_TOKEN} characters: "
                    "`openssl rand -hex 24` makes a good one"
                )

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read LINIYA_* variables. Raises SetupError for a value that is not of the field's type."""
        given: dict[str, object] = {}
        for field in fields(cls):
            name = f"LINIYA_{field.name.upper()}"
            if name not in env:
                continue
            kind = type(field.default)
            try:
                given[field.name] = (
                    int(env[name]) if kind is int else Path(env[name]) if isinstance(field.default, Path) else env[name]
                )
            except ValueError:
                raise SetupError(f"{name} must be a whole number, not {env[name]!r}") from None
        return cls(**given)  # type: ignore[arg-type]
