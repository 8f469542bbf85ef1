import gzip
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from voice.nlu import word_vectors
from voice.nlu.word_vectors import WordVectors, blend
from voice.settings import Settings

KNOWN = ("лев", "тигр", "чашка")
CODED = np.array([[0, 0], [0, 1], [1, 1]], np.uint8)
CODES = np.array([[[3.0, 0.0], [0.0, -1.0]], [[4.0, 0.0], [0.0, 2.0]]], np.float32)  # parts x centroids x their length


def written(path: Path, coded: np.ndarray = CODED) -> Path:
    """A file of three words in four numbers, as navec's protocol has it."""
    head = np.array([len(KNOWN)], np.uint32).tobytes() + np.zeros(len(KNOWN), np.uint32).tobytes()
    members = {
        "meta.json": json.dumps({"id": "tiny", "protocol": 1}).encode(),
        "vocab.bin": gzip.compress(head + "\n".join(KNOWN).encode()),
        "pq.bin": np.array([len(coded), 4, 2, 2], np.uint32).tobytes() + coded.tobytes() + CODES.tobytes(),
    }
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def test_a_vector_is_put_together_from_its_parts_and_has_length_1(tmp_path: Path) -> None:
    vectors = WordVectors(written(tmp_path / "tiny.tar"))
    assert vectors.length == 4
    assert vectors("лев") == pytest.approx([0.6, 0, 0.8, 0])
    assert vectors("чашка") == pytest.approx(np.array([0, -1, 0, 2]) / 5**0.5)
    assert vectors("слон") is None


def test_what_is_unknown_or_denied_takes_from_the_length(tmp_path: Path) -> None:
    vectors = WordVectors(written(tmp_path / "tiny.tar"))
    assert np.linalg.norm(blend(vectors, {"лев": (2, False), "тигр": (1, False)})) == pytest.approx(1)
    half = blend(vectors, {"лев": (2, False), "слон": (2, False)})
    assert half == pytest.approx(np.array([0.6, 0, 0.8, 0]) / 2**0.5)
    assert half == pytest.approx(blend(vectors, {"лев": (2, False), "чашка": (2, True)}))
    assert not blend(vectors, {"лев": (2, True)}).any()
    assert blend(None, {"лев": (2, False)}).shape == (0,)


def test_without_a_file_there_are_no_vectors_and_a_broken_one_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert word_vectors.load(tmp_path / "none.tar") is None and not caplog.text
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"no tar")
    assert word_vectors.load(broken) is None and "cannot be read" in caplog.text
    assert word_vectors.load(written(tmp_path / "short.tar", CODED[:2])) is None


def test_words_that_mean_alike_are_near_each_other() -> None:
    vectors = word_vectors.load(Settings.from_env().learning.vectors["ru"])
    if vectors is None:
        pytest.skip("no word vectors are here; bring them with: voice models fetch navec-news-ru-250k")

    def near(one: str, other: str) -> float:
        first, second = vectors(one), vectors(other)
        assert first is not None and second is not None
        return float(first @ second)

    assert near("пенсия", "пособие") > near("пенсия", "компьютер") + 0.1
    assert near("паспорт", "документ") > near("паспорт", "погода") + 0.1
