import pytest

from voice.nlu.intents import load_intents
from voice.nlu.matcher import Matcher
from voice.settings import ROOT, Settings


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(load_intents(ROOT / "prompts" / "ru"), Settings.from_env().learning)
