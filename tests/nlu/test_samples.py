"""A good answer for every kind."""

from datetime import date

import pytest

from voice.nlu.samples import SAMPLES
from voice.nlu.slots import KINDS, State, take


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_an_answer_that_is_taken(kind: str) -> None:
    assert take(kind, SAMPLES[kind], today=date(2026, 5, 20)).state is State.COMPLETE


def test_there_is_no_sample_of_what_is_no_kind() -> None:
    assert SAMPLES.keys() == KINDS
