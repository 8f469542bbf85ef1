"""Words as vectors that lie near each other when the words mean alike: what carries over to words no example has.

The file is navec's: a tar of a gzipped vocabulary and product-quantised vectors (github.com/natasha/navec, protocol 1).
"""

from __future__ import annotations

import gzip
import logging
import tarfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from voice.nlu.weights import Floats

log = logging.getLogger(__name__)

_HEAD = 16  # bytes: number of vectors, their length, parts, centroids of a part; uint32 each


class WordVectors:
    """Read-only after it is built; the file stays mapped, so that many processes share it."""

    def __init__(self, file: Path) -> None:
        """Raises OSError, ValueError or KeyError when the file is not what it should be."""
        with tarfile.open(file) as tar:
            quantised = tar.getmember("pq.bin")
            vocabulary = tar.extractfile("vocab.bin")
            if vocabulary is None:
                raise KeyError("vocab.bin")
            known = gzip.decompress(vocabulary.read())
        count = int(np.frombuffer(known[:4], np.uint32)[0])
        spelled = known[4 + 4 * count :].decode().split("\n")
        self._rows = {word: row for row, word in enumerate(spelled)}
        begin = quantised.offset_data
        vectors, self.length, parts, centroids = map(int, np.fromfile(file, np.uint32, 4, offset=begin))
        if vectors != len(spelled):
            raise ValueError(f"{len(spelled)} words have {vectors} vectors")
        self._coded = np.memmap(file, np.uint8, "r", begin + _HEAD, (vectors, parts))
        codes = np.fromfile(file, np.float32, centroids * self.length, offset=begin + _HEAD + vectors * parts)
        self._codes = codes.reshape(parts, centroids, -1)
        self._parts = np.arange(parts)

    def __call__(self, word: str) -> Floats | None:
        """The vector of a word in lower case, of length 1; None for a word it does not know."""
        row = self._rows.get(word)
        if row is None:
            return None
        found: Floats = self._codes[self._parts, self._coded[row]].reshape(self.length)
        return found / np.float32(np.linalg.norm(found) + 1e-9)


def blend(vectors: WordVectors | None, words: Mapping[str, tuple[float, bool]]) -> Floats:
    """The vector of several words, each with its weight and whether it is denied; empty without vectors.

    Its length is 1, or less by as much as is unknown or denied: of that it can tell nothing.
    """
    if vectors is None:
        return np.zeros(0, np.float32)
    found, untold = np.zeros(vectors.length, np.float32), 1e-9
    for word, (weight, denied) in words.items():
        vector = None if denied else vectors(word)
        if vector is None:
            untold += weight**2
        else:
            found += np.float32(weight) * vector
    return found / np.float32(np.sqrt(found @ found + untold))


@lru_cache(maxsize=2)
def load(file: Path) -> WordVectors | None:
    """Those of `file`, loaded once in a process; None where there are none: the line then understands somewhat less."""
    try:
        return WordVectors(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, tarfile.TarError) as error:
        log.warning("word vectors cannot be read, phrases are understood without them: %s", error)
        return None
