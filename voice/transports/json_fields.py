"""Reading a control message of JSON; what is not as it must be is the far end's fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from voice.transports.faults import fault


def read_object(message: str) -> Mapping[str, Any]:
    """One JSON object. Raises CallerFault not_json."""
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        raise fault("not_json", "a text message that is not JSON") from None
    if not isinstance(told, dict):
        raise fault("not_json", "a text message that is not a JSON object")
    return told


def text_in(told: Mapping[str, Any], name: str) -> str:
    """Raises CallerFault bad_field."""
    value = told.get(name)
    if not isinstance(value, str):
        raise fault("bad_field", f"{name} must be a text")
    return value


def object_in(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An empty one where there is none. Raises CallerFault bad_field."""
    value = told.get(name, {})
    if not isinstance(value, dict):
        raise fault("bad_field", f"{name} must be an object")
    return value


def texts_in(told: Mapping[str, Any], name: str) -> dict[str, str]:
    """The texts among the values of an object. Raises CallerFault bad_field."""
    return {key: value for key, value in object_in(told, name).items() if isinstance(value, str)}
