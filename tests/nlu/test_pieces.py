import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.pieces import BEGIN, Pieces, read

KNOWN = {"<unk>": 0.0, BEGIN: -4.0, f"{BEGIN}па": -2.0, "с": -3.0, "порт": -2.5, "спорт": -4.0, "о": -5.0, "п": -5.0}
PIECES = Pieces(list(KNOWN), list(KNOWN.values()))


def spelled(*said: str) -> list[str]:
    return [list(KNOWN)[number] for number in PIECES.cut(said)]


def test_the_likeliest_cut_is_taken() -> None:
    assert spelled("паспорт") == [f"{BEGIN}па", "спорт"]
    assert spelled("порт", "па") == [BEGIN, "порт", f"{BEGIN}па"]
    assert spelled() == []


def test_a_sign_that_has_no_piece_is_unknown_and_the_rest_is_cut_all_the_same() -> None:
    assert spelled("паё") == [f"{BEGIN}па", "<unk>"]


@given(st.lists(st.text("паспортё", min_size=1, max_size=9), max_size=5))
def test_nothing_that_was_said_is_lost(said: list[str]) -> None:
    lengths = [1 if piece == "<unk>" else len(piece) for piece in spelled(*said)]
    assert sum(lengths) == sum(len(word) + 1 for word in said)


def test_a_file_gives_its_pieces_up_to_what_else_it_holds() -> None:
    rows = [("<unk>", 0.0), (f"{BEGIN}па", -2.0)]
    data = b""
    for piece, score in rows:
        text = piece.encode()
        body = b"\x0a" + bytes([len(text)]) + text + b"\x15" + struct.pack("<f", score)
        data += b"\x0a" + bytes([len(body)]) + body
    assert list(read(data + b"\x12\x00")) == rows
    with pytest.raises(ValueError, match="no list"):
        list(read(b"\x0a\x02\x12\x00"))
