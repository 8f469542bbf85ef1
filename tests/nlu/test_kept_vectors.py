"""Vectors that were kept are those that the encoder makes, bit by bit, and nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.nlu.test_sentence_vectors import SAID, vectors  # noqa: F401  a fixture
from voice.nlu.kept_vectors import encoded
from voice.nlu.normalise import words
from voice.nlu.sentence_vectors import TOGETHER, SentenceVectors
from voice.nlu.weights import Floats, Weights, keep, recall

SENTENCES = [words(f"{text} {number}") for number in ("раз", "два", "три", "сто", "пять", "семь") for text in SAID]


class Watched:
    """The real encoder, and what it was given."""

    def __init__(self, encoder: SentenceVectors, digest: str = "") -> None:
        self.encoder, self.digest = encoder, digest or encoder.digest
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, sentences: Sequence[Sequence[str]]) -> Floats:
        self.asked += map(tuple, sentences)
        return self.encoder(sentences)


@pytest.fixture
def watched(vectors: SentenceVectors) -> Watched:  # noqa: F811
    return Watched(vectors)


def ask(encoder: Watched, sentences: Sequence[Sequence[str]], memory: Path) -> Floats:
    return encoded(encoder, sentences, memory, "ru")  # type: ignore[arg-type]


def test_what_was_encoded_is_not_encoded_again(watched: Watched, tmp_path: Path) -> None:
    first = ask(watched, [*SENTENCES, SENTENCES[0]], tmp_path)
    assert set(watched.asked) == set(map(tuple, SENTENCES))
    watched.asked.clear()
    assert np.array_equal(ask(watched, [SENTENCES[3], *SENTENCES[:2]], tmp_path), first[[3, 0, 1]])
    assert watched.asked == []


def test_one_more_sentence_has_the_vector_that_it_has_among_many(watched: Watched, tmp_path: Path) -> None:
    whole = ask(watched, SENTENCES, tmp_path / "whole")
    ask(watched, SENTENCES[:-1], tmp_path / "more")
    watched.asked.clear()
    assert np.array_equal(ask(watched, SENTENCES, tmp_path / "more"), whole)
    assert set(watched.asked) == {tuple(SENTENCES[-1])} and len(watched.asked) == TOGETHER


def test_only_what_is_learned_from_now_is_kept(watched: Watched, tmp_path: Path) -> None:
    ask(watched, SENTENCES, tmp_path)
    ask(watched, [*SENTENCES[:2], words("совсем другое")], tmp_path)
    watched.asked.clear()
    ask(watched, SENTENCES[:3], tmp_path)
    assert set(watched.asked) == {tuple(SENTENCES[2])}


def test_another_encoder_takes_the_place_of_the_last(watched: Watched, tmp_path: Path) -> None:
    ask(watched, SENTENCES[:2], tmp_path)
    other = Watched(watched.encoder, "another one")
    ask(other, SENTENCES[:2], tmp_path)
    assert other.asked and len(list((tmp_path / "lessons").iterdir())) == 1


def test_a_broken_file_is_made_anew(watched: Watched, tmp_path: Path) -> None:
    first = ask(watched, SENTENCES, tmp_path)
    (file,) = (tmp_path / "lessons").iterdir()
    file.write_bytes(file.read_bytes()[:1_000])
    assert np.array_equal(ask(watched, SENTENCES, tmp_path), first)
    watched.asked.clear()
    ask(watched, SENTENCES, tmp_path)
    assert watched.asked == []


def test_where_nothing_can_be_written_it_is_encoded_all_the_same(watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "lessons").write_text("in the way")
    assert ask(watched, SENTENCES[:2], tmp_path).shape[0] == 2


def test_weights_that_are_used_outlive_those_of_patches_that_were_tried(tmp_path: Path) -> None:
    one = np.ones((1, 1), np.float32)
    weights = Weights(("a",), one[0], one, one[0], 1)
    keep(tmp_path, "the line's own", weights)
    for number in range(20):
        assert recall(tmp_path, "the line's own")
        keep(tmp_path, f"tried {number}", weights)
    assert recall(tmp_path, "tried 19") and recall(tmp_path, "tried 1") is None
