"""The vectors of sentences that are learned from, kept between two times of learning: to encode them is most of it."""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np

from voice.nlu.sentence_vectors import LENGTH, TOGETHER, SentenceVectors
from voice.nlu.weights import Floats

log = logging.getLogger(__name__)

_FOLDER = "lessons"
_KEY_BYTES = 16


def encoded(encoder: SentenceVectors, sentences: Sequence[Sequence[str]], memory: Path, language: str) -> Floats:
    """What the encoder makes of them, as `SentenceVectors.__call__`; those that were encoded before are taken from
    `memory`, where all of these are kept for the next time. A sentence's vector is the same, whatever is beside it."""
    keys = [blake2b(" ".join(said).encode(), digest_size=_KEY_BYTES).digest() for said in sentences]
    wanted = dict(zip(keys, sentences, strict=True))
    file = memory / _FOLDER / f"{language}-{encoder.digest[:16]}.npz"
    known, vectors = _recalled(file)
    missing = [key for key in wanted if key not in known]
    if missing:
        new = _of_full_passes(encoder, [wanted[key] for key in missing])
        vectors = np.concatenate([vectors, new])
        known |= {key: len(known) + n for n, key in enumerate(missing)}
    found: Floats = vectors[[known[key] for key in keys]]
    if missing:
        _keep(file, list(wanted), vectors[[known[key] for key in wanted]], language)
    return found


def _of_full_passes(encoder: SentenceVectors, sentences: Sequence[Sequence[str]]) -> Floats:
    """Few rows are multiplied in another order than many, which shows in the last digit: so no pass has few."""
    filled = [*sentences, *[sentences[-1]] * (-len(sentences) % TOGETHER)]
    return encoder(filled)[: len(sentences)]


def _recalled(file: Path) -> tuple[dict[bytes, int], Floats]:
    try:
        with np.load(file, allow_pickle=False) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}, np.zeros((0, LENGTH), np.float32)
    return {row.tobytes(): n for n, row in enumerate(keys)}, vectors


def _keep(file: Path, keys: Sequence[bytes], vectors: Floats, language: str) -> None:
    """In the place of those of any other encoder. Where nothing can be written, nothing is kept."""
    unfinished = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as out:
            np.savez(out, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, _KEY_BYTES), vectors=vectors)
        unfinished.replace(file)
        for old in file.parent.glob(f"{language}-*.npz"):
            if old != file:
                old.unlink()
    except OSError as error:
        log.warning("vectors of sentences are not kept: %s", error.strerror)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
