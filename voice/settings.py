"""Where things are and how many calls are taken; every field can be set by an environment variable LINIYA_<FIELD>."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voice.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 16  # characters
WORD_VECTORS = {"ru": "navec-news-ru-250k/navec_news_v1_1B_250K_300d_100q.tar"}  # under `models`, by language


SENTENCE_VECTORS = {"ru": "use-multilingual-3", "en": "use-multilingual-3"}  # folders under `models`, by language


@dataclass(frozen=True, slots=True)
class Learning:
    """What the understanding of phrases learns with, beside the phrases. Without it, it learns anew at every start."""

    memory: Path | None = None  # a folder that keeps what was learned
    vectors: Mapping[str, Path] = dataclasses.field(default_factory=dict)  # files by language; they may be absent
    sentences: Mapping[str, Path] = dataclasses.field(default_factory=dict)  # folders by language; they may be absent


ALONE = Learning()


@dataclass(frozen=True, kw_only=True)
class Settings:
    host: str = "127.0.0.1"
    port: int = 8000
    public_host: str = (
        ""  # as people type it to read a call's captions and hear it said; empty: by telephone nobody does
    )
    prompts: Path = ROOT / "prompts"
    language: str = "ru"
    models: Path = ROOT / "models"
    model: str = "vosk-model-small-ru-0.22"
    model_dir: str = ""  # a directory with a vosk model; used instead of `model` when given
    second_texts: int = 5  # of an utterance, kept by a second recognition when no call runs; 0: there is none
    second_model: str = ""  # for that recognition; empty: the line's own
    voice: str = ""  # a voice's name; empty: the best one that is there
    data: Path = ROOT / "data"
    learned: Path = ROOT / "data" / "learned"  # what was learned from the phrases: a start need not learn it anew
    database: str = ""  # an SQLAlchemy URL; empty: SQLite under `data`
    keys: str = ""  # the folder of the archive's keys; empty: `keys` under `data`
    fixtures: Path = ROOT / "audio_fixtures"
    max_calls: int = 24
    max_chats: int = 200  # conversations in writing, which cost next to nothing
    recogniser_threads: int = os.cpu_count() or 2
    synthesisers: int = 2
    take_away_days: int = 30  # how long callers may fetch what was said in their call; 0: not at all
    keep_sound_days: int = 90  # of a call in the archive; 0: for ever
    keep_text_days: int = 365
    keep_figures_days: int = 1_825
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: int = 0  # where Asterisk connects its calls, usually 9092; 0: no telephone
    webhook: str = ""  # the address that is told of finished calls; empty: nobody is
    webhook_secret: str = ""  # what these messages are signed with
    asterisk_token: str = ""  # what an Asterisk shows to connect its calls by chan_websocket; empty: it cannot
    twilio_token: str = ""  # the secret in the address that a Twilio number calls; empty: it cannot
    twilio_people: str = ""  # the number that takes over Twilio's callers from the line; empty: nobody does
    pbx_from: str = "127.0.0.0/8, ::1"  # addresses and networks that exchanges may speak to the line from

    def __post_init__(self) -> None:
        """Raises SetupError for a token that could be guessed."""
        if self.webhook and not self.webhook_secret:
            raise SetupError("LINIYA_WEBHOOK_SECRET must be set: finished calls are told with a signature")
        for name in ("asterisk_token", "twilio_token", "webhook_secret"):
            if 0 < len(getattr(self, name)) < SHORTEST_TOKEN:
                raise SetupError(
                    f"LINIYA_{name.upper()} must have at least {SHORTEST_TOKEN} characters: "
                    "`openssl rand -hex 24` makes a good one"
                )

    @property
    def learning(self) -> Learning:
        words = {language: self.models / file for language, file in WORD_VECTORS.items()}
        sentences = {language: self.models / folder for language, folder in SENTENCE_VECTORS.items()}
        return Learning(self.learned, words, sentences)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read LINIYA_* variables. Raises SetupError for a value that is not of the field's type."""
        given: dict[str, object] = {}
        for field in dataclasses.fields(cls):
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

    def captions_address(self, host: str = "") -> str:
        """What people type on another device to read their call; empty when there is nothing to tell them.

        host: under which the caller's own device has reached the line, if it has.
        """
        known = self.public_host or host
        return f"{known}/c" if known else ""
