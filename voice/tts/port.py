"""What the rest of the house knows of a synthesiser."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from voice.line import Pcm16


class Voice(Protocol):
    """Speaks Russian. One per process, used by all calls at once."""

    name: str
    rate_hz: int

    def speak(self, text: str, *, pace: float = 1.0) -> AsyncGenerator[Pcm16, None]:
        """Yield the sound of `text` piece by piece, `rate_hz`, the first piece as soon as it is made.

        text: as it is read (digits, abbreviations); it is turned into words for speech here.
        pace: 1.0 is the voice's own, 0.8 slower.
        Closing the iterator stops the synthesis. Raises EngineFailed; the next call works again.
        """
        ...
