"""How what is kept is sealed: AES-256-GCM. The only importer of cryptography: another cipher can take its place here.

What is sealed is bound to its place: moved to another call, or another row, it does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voice.errors import RecordDamaged

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class Cipher:
    """Seals and opens with one key. Any thread may use it."""

    def __init__(self, key: bytes) -> None:
        """key: KEY_BYTES bytes."""
        self._gcm = AESGCM(key)

    def seal(self, plain: bytes, place: str) -> bytes:
        """Nonce, the sealed bytes and their tag: NONCE_BYTES + TAG_BYTES longer than `plain`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._gcm.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for this place. Raises RecordDamaged for anything else."""
        try:
            return self._gcm.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise RecordDamaged(f"{place} was changed, or sealed with another key") from error


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, from which neither `key` nor any other can be told."""
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


def keyed_hash(key: bytes, *parts: bytes) -> bytes:
    """32 bytes that only who has the key can make; where one part ends and the next begins counts."""
    told = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        told.update(len(part).to_bytes(8, "big"))
        told.update(part)
    return told.digest()
