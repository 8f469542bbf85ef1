"""A process that records calls until it is killed: for each line it is given it forks a child, whose number it prints.

The child records two calls at once, seals them, takes care of them, and begins two more; to the file that it was named
it tells what it has handed over and what it knows to be committed, so that whoever killed it knows what must be there.
"""

import os
import sys
from pathlib import Path
from uuid import uuid4

import numpy as np

from voice.archive.archive import Archive
from voice.archive.recorder import Recorder
from voice.events import Final, SpeechStarted, Word
from voice.line import HEARING_HZ
from voice.review.aftercare import Aftercare

PIECE = HEARING_HZ // 5  # as the scribe hands it over
PIECES_A_SAYING = 4
SAYINGS = 6


def pattern(call_id: str, samples: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """The sound of a call: the same for the same call, and never silence."""
    seed = int(call_id[:8], 16)
    return ((np.arange(samples) * 31 + seed) % 20_011 - 10_005).astype(np.int16)


def text(call_id: str, number: int) -> str:
    return f"слово {number} звонка {call_id[:6]}"


def record(here: Path, told: int) -> None:
    def tell(*words: object) -> None:
        os.write(told, (" ".join(map(str, words)) + "\n").encode())

    archive = Archive.open(f"sqlite:///{here / 'archive.db'}", here / "sound")
    aftercare = Aftercare(archive)
    while True:
        calls: list[Recorder] = [archive.begin(uuid4().hex, "1001", "79161234567", "browser") for _ in range(2)]
        whole = {call.call_id: pattern(call.call_id, SAYINGS * PIECES_A_SAYING * PIECE) for call in calls}
        for call in calls:
            tell("begun", call.call_id)
        for number in range(SAYINGS):
            for piece in range(PIECES_A_SAYING):
                for call in calls:
                    at = (number * PIECES_A_SAYING + piece) * PIECE
                    call.hear(whole[call.call_id][at : at + PIECE])
                    tell("heard", call.call_id, at + PIECE)
            for call in calls:
                at_ms = number * 800
                call.event(SpeechStarted(at_ms=at_ms, utterance=number))
                word = Word(text="слово", start_ms=at_ms, end_ms=at_ms + 300, confidence=0.9)
                call.event(Final(at_ms=at_ms + 700, utterance=number, text=text(call.call_id, number), words=(word,)))
                tell("final", call.call_id, number)
        for call in calls:
            call.seal("caller")
            tell("sealed", call.call_id)
        aftercare.tend()


def main() -> None:
    here = Path(sys.argv[1])
    for line in sys.stdin:
        told = os.open(line.strip(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        child = os.fork()
        if child == 0:
            record(here, told)
        os.close(told)
        print(child, flush=True)


if __name__ == "__main__":
    main()
