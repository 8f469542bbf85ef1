"""The way in for the first administrator: a link that is told once, on the terminal of whoever starts the line."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from voice.review.people import Staff

OPEN_S = 3_600.0


class FirstPerson:
    """Opens while nobody may sign in, for an hour, to who knows the secret. Nothing of it is kept."""

    def __init__(self, staff: Staff, now_s: Callable[[], float] = time.monotonic) -> None:
        self._staff, self._now_s = staff, now_s
        self._until_s = now_s() + OPEN_S
        self.secret = secrets.token_urlsafe(24) if staff.is_empty() else ""

    def opens_to(self, secret: str) -> bool:
        right = secrets.compare_digest(self.secret.encode(), secret.encode("utf-8", "replace"))
        return bool(self.secret) and right and self._now_s() < self._until_s and self._staff.is_empty()
