"""Tells one address, which the owner configured, of calls that are finished. An address that is away misses none.

A message is signed: HMAC-SHA256 with the shared secret over its time, a dot and its body. It holds numbers of calls and
no word of them; whoever gets it reads them by the API. A message may come twice, and never out of order.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select

from voice.archive.archive import Archive
from voice.errors import SetupError, VoiceError
from voice.review.feed import finished
from voice.review.tables import Deliveries

AT_ONCE = 100  # calls in a message
TIMEOUT_S = 10.0

Send = Callable[[str, bytes, Mapping[str, str]], int]


class NotDelivered(VoiceError):
    code = "webhook"
    retry = True


class Webhook:
    """One thread at a time; `deliver` blocks on the network."""

    def __init__(self, archive: Archive, address: str, secret: str, send: Send | None = None) -> None:
        """address: http:// or https://. Raises SetupError for any other, or when there is no secret."""
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise SetupError("LINIYA_WEBHOOK must be the http:// or https:// address that is told of finished calls")
        if not secret:
            raise SetupError("LINIYA_WEBHOOK_SECRET must be set: finished calls are told with a signature")
        self._archive, self._address, self._secret = archive, address, secret.encode()
        self._send = send or post

    def deliver(self) -> int:
        """Tell what was not told yet; how many calls were taken. Raises NotDelivered."""
        calls = finished(self._archive, after=self._told(), limit=AT_ONCE)
        if not calls:
            return 0
        told = [{"n": one.n, "call": one.call, "at": one.at.isoformat()} for one in calls]
        body, at = json.dumps({"calls": told}).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Liniya-Time": at,
            "X-Liniya-Signature": f"sha256={signature(self._secret, at, body)}",
        }
        try:
            status = self._send(self._address, body, headers)
        except (OSError, HTTPException) as error:
            raise NotDelivered(f"finished calls could not be told: {type(error).__name__}") from error
        if not 200 <= status < 300:
            raise NotDelivered(f"finished calls were not taken: status {status}")
        with self._archive.writing() as connection:
            connection.execute(delete(Deliveries).where(Deliveries.address == self._address))
            connection.execute(insert(Deliveries).values(address=self._address, n=calls[-1].n))
        return len(calls)

    def _told(self) -> int:
        with self._archive.engine.connect() as connection:
            return connection.execute(select(Deliveries.n).where(Deliveries.address == self._address)).scalar() or 0


def signature(secret: bytes, at: str, body: bytes) -> str:
    return hmac.digest(secret, at.encode() + b"." + body, "sha256").hex()


def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The answer's status. It follows no redirection: only the configured address is ever told."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request(
            "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, dict(headers)
        )
        return connection.getresponse().status
    finally:
        connection.close()
