"""Passwords as they are kept: argon2id. The only file that imports argon2."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from voice.errors import VoiceError

SHORTEST, LONGEST = 12, 200  # characters

_hasher = PasswordHasher()  # argon2id with the second set of RFC 9106: 64 MiB and three passes
# A hash takes its memory and every core: one at a time, or a flood of sign-ins would be heard in the calls.
_one = threading.Lock()


class WeakPassword(VoiceError):
    """code: short, long, login, simple, again."""

    def __init__(self, code: str) -> None:
        told = {
            "short": f"a password has at least {SHORTEST} characters",
            "long": f"a password has at most {LONGEST} characters",
            "login": "a password must not contain the login",
            "again": "the password was typed differently the second time",
            "simple": "a password needs at least five different characters",
        }
        super().__init__(told[code])
        self.code = code


def check_strength(password: str, login: str) -> None:
    """Raises WeakPassword for one that is guessed first."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    if login and login.casefold() in password.casefold():
        raise WeakPassword("login")
    if len(set(password)) < 5:
        raise WeakPassword("simple")


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody")


def hashed(password: str) -> str:
    with _one:
        return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Compare with a kept hash; None, of a person who is not there, takes just as long and is never right."""
    with _one:
        nobody = _of_nobody()
        try:
            return _hasher.verify(kept or nobody, password[: LONGEST + 1]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_stale(kept: str) -> bool:
    """Was it made with weaker parameters than today's?"""
    return _hasher.check_needs_rehash(kept)
