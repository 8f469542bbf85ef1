"""What the classifier has learned, and where it is kept between two starts: training anew takes some seconds."""

from __future__ import annotations

import logging
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
_KEPT = 6  # files: flows that are edited back and forth, several languages


@dataclass(frozen=True, slots=True)
class Weights:
    """names: the features known, in the order of `rarity`. table: a row for each hashed column and then for each
    number of the vectors, a column for each intent and each kind of elsewhere. centre: the usual sentence's vector,
    of no length without vectors."""

    names: tuple[str, ...]
    rarity: Floats
    table: Floats
    centre: Floats
    lessons: int  # how many they were learned from


def recall(folder: Path, key: str) -> Weights | None:
    """The weights kept under `key`; None when there are none or they cannot be read."""
    try:
        with np.load(_file(folder, key), allow_pickle=False) as kept:
            names = tuple(bytes(kept["names"]).decode().split("\n"))
            found = Weights(names, kept["rarity"], kept["table"], kept["centre"], int(kept["lessons"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    with suppress(OSError):  # where nothing can be written, nothing is forgotten either
        os.utime(_file(folder, key))
    return found


def keep(folder: Path, key: str, weights: Weights) -> None:
    """Keep the weights under `key` and forget those that were used longest ago.

    Where nothing can be written, nothing is kept.
    """
    file = _file(folder, key)
    unfinished = file.with_suffix(f".{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as out:
            names = np.frombuffer("\n".join(weights.names).encode(), np.uint8)
            np.savez(
                out,
                names=names,
                rarity=weights.rarity,
                table=weights.table,
                centre=weights.centre,
                lessons=weights.lessons,
            )
        unfinished.replace(file)
        for old in sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink()
    except OSError as error:
        log.warning("what was learned is not kept: %s", error.strerror)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.npz"
