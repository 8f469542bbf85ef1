"""What a call's rows hold, sealed with the call's key; each place opens only what was sealed for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from voice.archive.cipher import Cipher

CALLER = "caller"


@dataclass(frozen=True, slots=True)
class CallSeal:
    """Of one call. Everything that opens raises RecordDamaged for what was changed."""

    call_id: str
    cipher: Cipher

    def text(self, text: str, place: str) -> bytes:
        """place: the table, or what tells this text from the call's others."""
        return self.cipher.seal(text.encode(), f"{self.call_id}/{place}")

    def opened(self, sealed: bytes, place: str) -> str:
        return self.cipher.open(sealed, f"{self.call_id}/{place}").decode()

    def utterance(self, n: int, text: str, words: Sequence[str] = (), alternatives: Sequence[str] = ()) -> bytes:
        told = json.dumps([text, list(words), list(alternatives)], ensure_ascii=False)
        return self.text(told, f"utterances/{n}")

    def opened_utterance(self, n: int, sealed: bytes) -> tuple[str, list[str], list[str]]:
        """Text, words and alternatives."""
        text, words, alternatives = json.loads(self.opened(sealed, f"utterances/{n}"))
        return text, words, alternatives

    def event(self, seq: int, told: str) -> bytes:
        return self.text(told, f"events/{seq}")

    def opened_event(self, seq: int, sealed: bytes) -> str:
        return self.opened(sealed, f"events/{seq}")
