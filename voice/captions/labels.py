"""What captions need of a language: the few texts they add to the words of a call, and how words are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    who_to_others: Mapping[str, str]  # the same, for those who were not in the call
    ended: Mapping[str, str]  # by whom: caller, line, error
    sounds: Mapping[str, str]  # by name: see `voice.captions.sounds`
    writing: Writing

    def to_others(self) -> Labels:
        return replace(self, who=self.who_to_others)


@cache
def labels(language: str = "ru") -> Labels:
    """Raises PromptError when the language has no labels or a text is missing, or cannot be written."""
    path = LABELS / f"{language}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        who, others, ended, sounds = (dict(data[name]) for name in ("who", "who_to_others", "ended", "sounds"))
        sides = {"line", "caller", "operator"}
        if sides - who.keys() or sides - others.keys() or {"caller", "line", "error"} - ended.keys():
            raise PromptError(str(path), 1, "a label is missing")
        if missing := set(get_args(SoundName)) - sounds.keys():
            raise PromptError(str(path), 1, f"no label for the sound {missing.pop()}")
        written = writing(language)
        return Labels(key=data["key"], who=who, who_to_others=others, ended=ended, sounds=sounds, writing=written)
    except OSError as error:
        raise PromptError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise PromptError(str(path), 0, f"cannot be used: {error}") from error
