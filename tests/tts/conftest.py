"""The real engines, or a loud word why not."""

from __future__ import annotations

import numpy as np
import pytest

from voice.settings import Settings
from voice.tts.catalogue import RHVOICE_LANGUAGES
from voice.tts.rhvoice import Home, system_wide, unpacked
from voice.tts.voices import VoiceSpec, choose


@pytest.fixture(scope="session")
def rhvoice_home() -> Home:
    models = Settings.from_env().models
    home = unpacked(models.resolve() / "voices" / "rhvoice") or system_wide()
    if not home:
        pytest.skip("RHVoice is not on this machine: `voice voices fetch` brings it")
    return home


@pytest.fixture(scope="session")
def rhvoice_spec(rhvoice_home: Home) -> VoiceSpec:
    russian = next(name for name in rhvoice_home.voices() if RHVOICE_LANGUAGES[name] == "ru")
    return choose(russian, Settings.from_env().models.resolve())


@pytest.fixture(scope="session")
def espeak_spec() -> VoiceSpec:
    return choose("espeak", Settings.from_env().models.resolve())


async def whole(pieces) -> np.ndarray:
    """All the sound of one `speak`."""
    found = [piece async for piece in pieces]
    return np.concatenate(found) if found else np.zeros(0, np.int16)
