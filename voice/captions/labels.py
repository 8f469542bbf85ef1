"""What captions need of a language: the few texts they add to the words of a call, and how words are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from voice.captions.sounds import SoundName
from voice.captions.writing import Writing, writing
from voice.errors import PromptError

LABELS = Path(__file__).with_name("labels")


@dataclass(frozen=True, slots=True)
class Labels:
    key: str  # with {digit}
    who: Mapping[str, str]  # line, caller, operator
    ended: Mapping[str, str]  # by whom: caller, line, error
    sounds: Mapping[str, str]  # by name: see `voice.captions.sounds`
    writing: Writing


@cache
def labels(language: str = "ru") -> Labels:
    """Raises PromptError when the language has no labels or a text is missing, or cannot be written."""
    path = LABELS / f"{language}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        who, ended, sounds = dict(data["who"]), dict(data["ended"]), dict(data["sounds"])
        if {"line", "caller", "operator"} - who.keys() or {"caller", "line", "error"} - ended.keys():
            raise PromptError(str(path), 1, "a label is missing")
        if missing := set(get_args(SoundName)) - sounds.keys():
            raise PromptError(str(path), 1, f"no label for the sound {missing.pop()}")
        return Labels(key=data["key"], who=who, ended=ended, sounds=sounds, writing=writing(language))
    except OSError as error:
        raise PromptError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise PromptError(str(path), 0, f"cannot be used: {error}") from error
