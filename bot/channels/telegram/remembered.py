"""Memory that is bounded: the newest are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

REMEMBERED = 6_000
"""Messages whose number is remembered here; those of others are looked up in the store."""

K = TypeVar("K")
V = TypeVar("V")


def keep_newest(known: OrderedDict[K, V], key: K, value: V, most: int = REMEMBERED) -> None:
    """Keep it, and forget the oldest if that is one too many."""
    known[key] = value
    if len(known) > most:
        known.popitem(last=False)
