"""How far those have come who walk in processes of their own, and how far they go."""

from __future__ import annotations

from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .walking import OneWalk

TAPS, TYPED, MOST_BROKEN = 10_000, 1_000, 3
"""The budget of a walk: what is tapped, what of it may be typed, and after how many laws that break it ends."""


class Tally:
    """What all who walk have done so far, seen by each of their processes."""

    def __init__(self) -> None:
        self._counts: Any = get_context("spawn").Array("q", 5)
        """The next number, taps, messages typed, laws broken, whether a second walker is wanted."""

    def next_walk(self, taps: int) -> tuple[int, int] | None:
        """The number of the next walk, for who asks alone, and what was typed so far; None if there were so many taps."""
        with self._counts.get_lock():
            number, tapped, typed, broken, _ = self._counts[:]
            if tapped >= taps or broken >= MOST_BROKEN:
                return None
            self._counts[0] += 1
            return number, typed

    def add(self, one: OneWalk) -> None:
        """A walk was made."""
        with self._counts.get_lock():
            for place, more in enumerate((one.taps, one.typed, one.broken is not None), 1):
                self._counts[place] += more

    def want(self, wanted: bool) -> None:
        """A processor is free for a second walker, or one has begun."""
        self._counts[4] = wanted

    @property
    def wanted(self) -> bool:
        """Whether one is wanted."""
        return bool(self._counts[4])

    def end(self) -> None:
        """Let nobody begin another walk."""
        self._counts[3] = MOST_BROKEN
