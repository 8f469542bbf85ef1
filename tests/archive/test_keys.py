import os
import threading
from pathlib import Path

import pytest

from voice.archive.keys import MASTER, KeyRing
from voice.errors import KeyDestroyed, RecordDamaged, SetupError

A, B = "a" * 32, "b" * 32


def test_what_was_sealed_opens_after_a_restart(tmp_path: Path) -> None:
    sealed = KeyRing(tmp_path).make(A).seal("слова".encode(), "here")
    assert KeyRing(tmp_path).of(A).open(sealed, "here").decode() == "слова"
    assert "слова".encode() not in sealed


def test_what_was_moved_or_changed_does_not_open(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    sealed = ring.make(A).seal(b"words", "here")
    for cipher, text, place in (
        (ring.of(A), sealed, "there"),
        (ring.make(B), sealed, "here"),
        (ring.of(A), sealed[:-1], "here"),
        (ring.of(A), sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:], "here"),
        (ring.of(A), b"", "here"),
    ):
        with pytest.raises(RecordDamaged):
            cipher.open(text, place)


def test_a_destroyed_key_is_gone_for_ever(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.make(A)
    (path,) = tmp_path.glob("*/*.key")
    linked = tmp_path / "copy"
    os.link(path, linked)
    before = linked.read_bytes()
    assert ring.destroy(A) and not ring.destroy(A)
    for one in (ring, KeyRing(tmp_path)):
        with pytest.raises(KeyDestroyed):
            one.of(A)
    assert linked.read_bytes() != before  # it was written over, not only unlinked


def test_keys_are_readable_by_nobody_else_and_not_in_the_open(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    ring.make(A)
    files = [path for path in (tmp_path / "keys").rglob("*") if path.is_file()]
    assert len(files) == 2 and all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_call_that_has_a_key_keeps_it(tmp_path: Path) -> None:
    sealed = KeyRing(tmp_path).make(A).seal(b"words", "here")
    assert KeyRing(tmp_path).make(A).open(sealed, "here") == b"words"


def test_two_that_start_at_once_use_one_master_key(tmp_path: Path) -> None:
    rings: list[KeyRing] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        rings.append(KeyRing(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.token("phone", "79161234567") for ring in rings}) == 1
    assert sum(ring.is_new for ring in rings) == 1


def test_a_number_has_one_token_for_each_kind_that_tells_nothing(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.token("phone", "79161234567") == KeyRing(tmp_path).token("phone", "79161234567")
    assert ring.token("phone", "79161234567") != ring.token("inn", "79161234567")
    assert ring.token("phone", "79161234567") != KeyRing(tmp_path / "other").token("phone", "79161234567")
    assert ring.token("phone", "") == ""


def test_a_key_that_the_disk_does_not_take_is_kept_until_it_does(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    (tmp_path / A[:2]).write_bytes(b"in the way")
    sealed = ring.make(A).seal(b"words", "here")
    assert ring.trouble(A) and ring.of(A).open(sealed, "here") == b"words"
    (tmp_path / A[:2]).unlink()
    ring.settle()
    assert not ring.trouble(A) and KeyRing(tmp_path).of(A).open(sealed, "here") == b"words"


@pytest.mark.parametrize("content", ["", "not hexadecimal", "00"])
def test_a_broken_master_key_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / MASTER).write_text(content)
    with pytest.raises(SetupError, match=r"master\.key"):
        KeyRing(tmp_path)
