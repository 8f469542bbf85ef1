from pathlib import Path

import numpy as np
import pytest

from voice.nlu import sentence_vectors
from voice.nlu.normalise import words
from voice.nlu.sentence_vectors import LENGTH, SentenceVectors
from voice.settings import SENTENCE_VECTORS, Settings

SAID = [
    "забыла пароль от кабинета",
    "не помню как зайти в кабинет",
    "сколько стоит картошка",
    "да",
    "где моё заявление",
]


@pytest.fixture(scope="module")
def vectors() -> SentenceVectors:
    settings = Settings.from_env()
    found = sentence_vectors.load(settings.learning.sentences["ru"], settings.learned)
    if found is None:
        pytest.skip(f"no sentence vectors are here; bring them with: voice models fetch {SENTENCE_VECTORS['ru']}")
    return found


def test_sentences_that_mean_alike_are_near_each_other(vectors: SentenceVectors) -> None:
    forgot, enter, potatoes, *_ = vectors([words(text) for text in SAID])
    assert forgot @ enter > forgot @ potatoes + 0.15


def test_each_sentence_has_its_vector_whatever_stands_beside_it(vectors: SentenceVectors) -> None:
    said = [words(text) for text in SAID * 7]
    together, alone = vectors(said), np.concatenate([vectors([one]) for one in said])
    assert together.shape == (len(said), LENGTH) and together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)
    assert np.allclose(together, alone, atol=1e-4)
    assert vectors([]).shape == (0, LENGTH)


def test_strange_words_and_no_words_have_one_too(vectors: SentenceVectors) -> None:
    assert np.isfinite(vectors([["шмуздрик"], [], ["ъьы"], ["xyz", "7"], ["а" * 300]])).all()


def test_what_was_unpacked_is_kept(vectors: SentenceVectors, tmp_path: Path) -> None:
    folder, said = Settings.from_env().learning.sentences["ru"], [words(text) for text in SAID]
    for _ in range(2):
        sentence_vectors.load.cache_clear()
        again = sentence_vectors.load(folder, tmp_path)
        assert again and np.array_equal(again(said), vectors(said))
        assert {kept.suffix for kept in (tmp_path / "sentences").iterdir()} == {".npy", ".npz"}
    for kept in (tmp_path / "sentences").iterdir():
        kept.write_bytes(b"PK broken")
        sentence_vectors.load.cache_clear()
        assert sentence_vectors.load(folder, tmp_path)


def test_without_files_there_are_no_vectors_and_broken_ones_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert sentence_vectors.load(tmp_path / "none") is None and not caplog.text
    (tmp_path / "sp.model").write_bytes(b"no pieces")
    (tmp_path / "weights.npz").write_bytes(b"no weights")
    assert sentence_vectors.load(tmp_path) is None and "cannot be read" in caplog.text
