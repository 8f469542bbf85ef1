"""Both sides of a call as one two-channel file: the caller left, the line right."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceError
from voice.line import HEARING_HZ, Pcm16

Stereo16 = npt.NDArray[np.int16]  # shape (n, 2): caller, line

# With what the scribe and the FLAC coder hold back, less than a second of sound is lost with a killed process.
DELAY = HEARING_HZ // 5  # 200 ms: so late may a piece of the line's sound come, or be taken back, and still stand right
BLOCK = HEARING_HZ // 5  # samples in one write
AHEAD = 60 * HEARING_HZ  # so far may the line's sound run ahead of the caller's, which may have stopped coming


class Writer(Protocol):
    """What writes the file; `voice.audio.files.FlacWriter` is one."""

    def write(self, pcm: Stereo16, /) -> None: ...

    def close(self) -> None: ...


class TwoSides:
    """Lay both sides side by side on the caller's clock and write them a moment later.

    Memory is bounded: DELAY and BLOCK of the caller, at most AHEAD of the line. A failure of the writer is kept in
    `failed` and never raised; all sound after it is counted in `lost_samples`. One thread at a time.
    """

    def __init__(self, create: Callable[[], Writer], mend: Callable[[], object] = lambda: None) -> None:
        """create: opens the file; called with the first block, so that a call without sound leaves no file.

        mend: makes a file readable whose writing failed half-way; called at the end, after such a failure only.
        """
        self._create = create
        self._mend = mend
        self._writer: Writer | None = None
        self._caller: deque[Pcm16] = deque()
        self._line: deque[tuple[int, Pcm16]] = deque()  # (first sample's place, samples), ordered, never overlapping
        self._heard = 0
        self._line_end = 0
        self._written = 0
        self.lost_samples = 0
        self.failed = ""  # why writing stopped

    @property
    def written_samples(self) -> int:
        return self._written

    def hear(self, pcm: Pcm16) -> None:
        """Take the caller's next sound, 16 000 Hz, any length. The array is kept: it must not change afterwards."""
        self._heard += len(pcm)
        if self.failed:
            self.lost_samples += len(pcm)
            return
        self._caller.append(pcm)
        while not self.failed and self._heard - self._written >= DELAY + BLOCK:
            self._write(BLOCK)

    def spoke(self, at_ms: int, pcm: Pcm16) -> None:
        """Take the line's sound, 16 000 Hz, that begins at `at_ms` of the caller's clock, or after what came before."""
        if self.failed:
            return
        at = max(at_ms * HEARING_HZ // 1000, self._line_end, self._written)
        room = max(0, self._heard + AHEAD - at)
        self.lost_samples += max(0, len(pcm) - room)
        pcm = pcm[:room]
        if len(pcm):
            self._line.append((at, pcm))
            self._line_end = at + len(pcm)

    def hush(self, at_ms: int) -> None:
        """Take back the line's sound from `at_ms` on: it was sent, and cleared before it sounded."""
        at = max(at_ms * HEARING_HZ // 1000, self._written)
        while self._line and self._line[-1][0] >= at:
            self._line.pop()
        if self._line:
            start, pcm = self._line[-1]
            self._line[-1] = (start, pcm[: at - start])
        self._line_end = min(self._line_end, at)

    def close(self) -> None:
        """Write what waits and finish the file."""
        end = max(self._heard, self._line_end)
        while self._written < end and not self.failed:
            self._write(min(BLOCK, end - self._written))
        if self._writer is not None:
            self._guard(self._writer.close)
            if self.failed:
                self._guard(self._mend)

    def _write(self, count: int) -> None:
        block = np.zeros((count, 2), dtype=np.int16)
        self._take_caller(block)
        self._take_line(block)
        self._guard(lambda: self._open().write(block))
        if not self.failed:
            self._written += count

    def _open(self) -> Writer:
        if self._writer is None:
            self._writer = self._create()
        return self._writer

    def _guard(self, step: Callable[[], object]) -> None:
        try:
            step()
        # The disk's errors come as OSError, the sound library's as RuntimeError or AssertionError (a short write).
        except (OSError, RuntimeError, AssertionError, VoiceError) as error:
            if self.failed:
                return
            self.failed = f"{type(error).__name__}: {error}"
            self.lost_samples += max(self._heard, self._line_end) - self._written
            self._caller.clear()
            self._line.clear()

    def _take_caller(self, block: Stereo16) -> None:
        filled = 0
        while self._caller and filled < len(block):
            piece = self._caller.popleft()
            fits = piece[: len(block) - filled]
            block[filled : filled + len(fits), 0] = fits
            filled += len(fits)
            if len(fits) < len(piece):
                self._caller.appendleft(piece[len(fits) :])

    def _take_line(self, block: Stereo16) -> None:
        start, end = self._written, self._written + len(block)
        while self._line and self._line[0][0] < end:
            at, piece = self._line.popleft()
            fits = piece[: end - at]
            block[at - start : at - start + len(fits), 1] = fits
            if len(fits) < len(piece):
                self._line.appendleft((at + len(fits), piece[len(fits) :]))
