"""Counts as they may be shown: one that is under five might be told from whose it was, so it is hidden, and nothing tells it.

The rule:

1. A count of 1 to 4 is shown as that: under 5. Nothing, and five or more, are shown as they are.
2. What is worked out from several counts (a total, a share) is worked out from what is shown of them, never from what is hidden.
   So it holds nothing that is not on view anyway, and what is hidden may be any of 1 to 4. All versions are such a total.
3. A total that was counted by itself is shown only where each of its parts is.
4. Versions in which nothing was counted twenty times are not shown by themselves, only all of them as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

UNDER = 5
"""Counts below this are hidden, unless they are 0."""
FEW = 20
"""A version of which no counter is as high is not shown by itself."""
MOST_MOVED = 0.02
"""A share is told where what is hidden moves it by no more than this."""


class ShownCount(NamedTuple):
    """How often something was counted: at least and at most so often (None: nobody may know how often)."""

    least: int
    most: int | None

    @property
    def exact(self) -> bool:
        """Whether it is shown as it was counted."""
        return self.least == self.most

    @property
    def under(self) -> bool:
        """Whether it is hidden, being small."""
        return (self.least, self.most) == (1, UNDER - 1)

    def __str__(self) -> str:
        if self.under:
            return f"<{UNDER}"
        if self.most is None:
            return f"{self.least}+"
        return str(self.least) if self.exact else f"{self.least} to {self.most}"


def as_it_is(times: int) -> ShownCount:
    """A count of which nothing is hidden."""
    return ShownCount(times, times)


def to_show(times: int) -> ShownCount:
    """A count as it may be shown."""
    return ShownCount(1, UNDER - 1) if 0 < times < UNDER else as_it_is(times)


def total_of(counts: Iterable[ShownCount]) -> ShownCount:
    """The total of what is shown."""
    parts = tuple(counts)
    most = [part.most for part in parts if part.most is not None]
    return ShownCount(sum(part.least for part in parts), sum(most) if len(most) == len(parts) else None)


def total_beside(times: int, parts: Sequence[ShownCount]) -> ShownCount:
    """A total that was counted by itself, beside parts that are no more than it: with them it would tell what is hidden."""
    count = to_show(times)
    if count.under or all(part.exact for part in parts):
        return count
    return ShownCount(max(UNDER, total_of(parts).least), None)


def share(part: ShownCount, whole: ShownCount) -> float | None:
    """From 0 to 1, of what is shown; None of nothing, or where what is hidden would move it."""
    if part.most is None or whole.most is None or whole.least == 0:
        return None
    hidden = max(part.most - part.least, whole.most - whole.least)
    if hidden > MOST_MOVED * whole.least:
        return None
    return (part.least + part.most) / (whole.least + whole.most)
