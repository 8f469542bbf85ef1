"""What a caller reads when something cannot go on: one text for each code."""

from __future__ import annotations

import json
from pathlib import Path

from voice.errors import PromptError
from voice.transports.browser_wire import CLOSE_CODES

TEXTS = Path(__file__).with_name("errors.json")
OF_PAGES = {"unknown_fixture", "broken_fixture", "unknown_call", "no_take_away", "unknown_chat"}


def error_texts(path: Path = TEXTS) -> dict[str, str]:
    """Read the texts. Raises PromptError when a code has none or a text has no code."""
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    odd = sorted(texts.keys() ^ (CLOSE_CODES.keys() | OF_PAGES))
    if odd:
        raise PromptError(str(path), 1, f"texts and codes differ: {', '.join(odd)}")
    return texts
