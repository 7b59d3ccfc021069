"""Figures out of words, and what their readers share: whole numbers, ranges, whether a figure stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from bot.understanding.patterns.spans import WordSpan
from bot.understanding.words import SpokenWords

from .amounts import Number

Value = float | int | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure found in words; `value` None: words without a number."""

    value: Value | None
    span: WordSpan
    sure: bool = True


def neat(least: float, most: float) -> Value:
    """A number without needless decimals, or a range of two."""
    low, high = (int(x) if float(x).is_integer() else x for x in (least, most))
    return low if low == high else (low, high)


def whole(number: Number) -> Value:
    """A figure in whole numbers: "six and a half" is 6 to 7."""
    return neat(floor(number.least), ceil(number.most))


def closed(text: SpokenWords, begin: int, end: int) -> bool:
    """Whether the words stand alone between marks or at the edges of the text."""
    words, clause = text.words, text.clause
    starts = begin == 0 or clause[begin - 1] != clause[begin] or not words[begin - 1].isalnum()
    ends = end >= len(words) or clause[end] != clause[begin] or not words[end].isalnum()
    return starts and ends
