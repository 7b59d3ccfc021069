"""Answers as values: `Many`, `Span`, `Since`, a word, or not asked."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple


class Many(NamedTuple):
    """The answer of a `many` question. `partial`: only these were heard of so far; the others are unknown."""

    yes: frozenset[str]
    not_sure: frozenset[str] = frozenset()
    partial: bool = False


NOTHING_SAID: Final = Many(frozenset())
"""Of a list of which nothing is so, and nothing unsure."""


class Span(NamedTuple):
    """A number, or a range with both ends, in base units."""

    low: float
    high: float


class _NotAsked:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_ASKED"


NOT_ASKED: Final = _NotAsked()


NOT_SURE = "not_sure"


class Since(NamedTuple):
    """When something began: between two days (inclusive); `first` None = no earliest day."""

    first: date | None
    last: date
