"""How long does this caller pause and then go on? Pure: told of words, it says how long to wait for the next one.

People who speak slowly speak slowly everywhere, but a pause between the digits of a number is longer than one inside
a wish. So a pause counts as a share of what was waited in its state, and is believed of every state. The second
longest counts: one long pause may be a door bell.
"""

from __future__ import annotations

from collections.abc import Sequence

from voice.events import Word

MARGIN = 1.3  # over the pause that was seen: the next one may be longer
MOST = 1.25  # times what the state waits: a yes or no that nobody expected is answered within 0.9 s all the same
GOES_ON_MS = 600  # after the end of a turn; words that come sooner were on their way, they are no answer to the line


class Pauses:
    """One caller's. It only ever learns to wait longer: nobody becomes quick in one call."""

    def __init__(self) -> None:
        self._longest = self._second = 0.0
        self._ended: tuple[int, int] | None = None  # the last word's end, and what its state waits, ms

    def heard(self, words: Sequence[Word], row_ms: int) -> None:
        """Take the words of the next utterance, where `row_ms` of silence usually end a turn."""
        for word in words:
            if self._ended:
                ended_ms, waited_ms = self._ended
                silence_ms = word.start_ms - ended_ms
                if 0 < silence_ms <= waited_ms + GOES_ON_MS:
                    self._went_on(silence_ms / waited_ms)
            self._ended = (word.end_ms, row_ms)

    def pause_ms(self, row_ms: int, factor: float = 1.0) -> int:
        """The silence that ends a turn of this caller: from row_ms * factor to MOST times that.

        factor: what the dialog asks for by itself; under 1.0 counts as 1.0.
        """
        learned = min(MOST, max(1.0, self._second * MARGIN))
        return round(row_ms * max(1.0, factor) * learned)

    def _went_on(self, share: float) -> None:
        self._second = max(self._second, min(self._longest, share))
        self._longest = max(self._longest, share)
