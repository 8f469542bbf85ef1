"""What the parts of the API share: numbers of calls in addresses, errors as they are described, records as models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Path, Query

from voice.archive.reading import Reading
from voice.errors import BadAudio, KeyDestroyed, RecordDamaged
from voice.review.passwords import WeakPassword
from voice.review.people import CannotChange
from voice.web.api.models import Number, Problem
from voice.web.problems import MEDIA_TYPE, ApiProblem

PREFIX = "/api/v1"
CallId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The call's number")]
Nth = Annotated[int, Path(ge=0, le=2**31 - 1)]
Login = Annotated[str, Path(min_length=1, max_length=40)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
After = Annotated[Number, Query(description="Those with greater numbers")]


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the description: these, and those that everything may answer."""
    described = {"model": Problem, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {status: dict(described) for status in (400, 401, 403, 422, *statuses)}


@contextmanager
def told() -> Iterator[None]:
    """Errors of the records, as problems."""
    try:
        yield
    except KeyError:
        raise ApiProblem("not_found") from None
    except (KeyDestroyed, RecordDamaged, BadAudio):
        raise ApiProblem("gone") from None
    except (CannotChange, WeakPassword) as error:
        code = {"unknown": "not_found", "taken": "conflict", "last": "conflict"}.get(error.code, "invalid")
        raise ApiProblem(code, errors=[{"where": [error.code], "what": str(error)}]) from None
    except ValueError as error:
        raise ApiProblem("invalid", errors=[{"where": ["body"], "what": str(error)}]) from None


def events(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"seq": one.seq, "at_ms": one.at_ms, "kind": one.kind, "data": json.loads(one.json)} for one in reading.events
    ]
