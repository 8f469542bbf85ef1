"""Secret links by which a caller fetches what was said in his call, until their time is over."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from voice.archive.tables import TakeAways
from voice.errors import RecordingFailed

SECRET_BYTES = 16


def give(engine: Engine, call_id: str, now: datetime, until: datetime) -> str:
    """A new secret for `call_id`, good until `until`; those whose time is over are deleted.

    Raises RecordingFailed when nothing could be written.
    """
    key = secrets.token_urlsafe(SECRET_BYTES)
    try:
        with engine.begin() as connection:
            connection.execute(delete(TakeAways).where(TakeAways.until <= now))
            connection.execute(insert(TakeAways).values(key_sha256=_hash(key), call=call_id, until=until))
    except SQLAlchemyError as error:
        raise RecordingFailed(f"no link to a call could be kept: {error}") from error
    return key


def find(engine: Engine, key: str, now: datetime) -> tuple[str, datetime] | None:
    """The call of a secret, and until when it may be fetched."""
    wanted = select(TakeAways.call, TakeAways.until).where(TakeAways.key_sha256 == _hash(key), TakeAways.until > now)
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    return None if row is None else (row.call, row.until)


def _hash(key: str) -> str:
    """The secret has 128 bits of chance: it cannot be guessed back from this."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
