"""Secrets that exchanges show when they come."""

from __future__ import annotations

from secrets import compare_digest


class Token:
    """One secret of the settings; an empty one lets nobody in."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def is_shown_by(self, given: str) -> bool:
        return bool(self._secret) and compare_digest(self._secret, given.encode("utf-8", "replace"))
