"""JSON by orjson, several times faster than Python's own, which takes over where orjson is stricter: lone surrogates."""

from __future__ import annotations

import json
from typing import Any

import orjson


def text(value: Any) -> str:
    """Plain values (str, int of 64 bits, bool, None, finite float; dict, list, tuple, also named ones) as JSON text."""
    return encoded(value).decode()


def encoded(value: Any) -> bytes:
    """The same as UTF-8; a lone surrogate is written as its escape."""
    try:
        return orjson.dumps(value, default=_plain)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):  # a named one
        return tuple(value)
    raise TypeError


def read(content: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError, or RecursionError if it is nested too deeply."""
    try:
        return orjson.loads(content)
    except ValueError:
        return json.loads(content)
