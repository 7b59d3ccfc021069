"""Stretches of words, and where they stand to each other: looked up in sorted places, never by going through all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

WordSpan = tuple[int, int]
"""First word and one past the last."""


def any_between(places: list[int], first: int, last: int) -> bool:
    """Whether one of these places, which are in order, lies from `first` on and before `last`."""
    found = bisect_left(places, first)
    return found < len(places) and places[found] < last


class Spots:
    """Where a group of phrases stands in a text, in order of place."""

    __slots__ = ("_firsts", "_furthest", "spans")

    def __init__(self, spans: Iterable[WordSpan] = ()) -> None:
        self.spans = tuple(spans)
        self._firsts = [span[0] for span in self.spans]
        self._furthest = list(accumulate((span[1] for span in self.spans), max))

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def firsts(self) -> list[int]:
        """Where they begin, in order."""
        return self._firsts

    def begin_between(self, first: int, last: int) -> bool:
        """Whether one begins from `first` on and before `last`."""
        return any_between(self._firsts, first, last)

    def between(self, first: int, last: int) -> tuple[WordSpan, ...]:
        """Those that begin from `first` on and before `last`."""
        return self.spans[bisect_left(self._firsts, first) : bisect_left(self._firsts, last)]

    def overlap(self, span: WordSpan) -> bool:
        """Whether one has a word of `span`."""
        before = bisect_left(self._firsts, span[1])
        return before > 0 and self._furthest[before - 1] > span[0]

    def cover(self, span: WordSpan) -> bool:
        """Whether one has all words of `span`."""
        before = bisect_right(self._firsts, span[0])
        return before > 0 and self._furthest[before - 1] >= span[1]

    def near(self, span: WordSpan, reach: int) -> Iterator[WordSpan]:
        """Those that have a word of `span`, or no more than `reach` words between; from right to left."""
        for place in range(bisect_right(self._firsts, span[1] + reach) - 1, -1, -1):
            if self._furthest[place] < span[0] - reach:
                return
            if self.spans[place][1] >= span[0] - reach:
                yield self.spans[place]


NO_SPOTS = Spots()
