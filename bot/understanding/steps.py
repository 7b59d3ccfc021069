"""What reading one text may cost, counted in steps, not in seconds: so that reading stays pure, and the same everywhere."""

from __future__ import annotations

MOST_STEPS = 60_000
"""Steps that one text may cost: the dearest of made-up messages of 4,096 characters, one sign behind the other, take 56,000."""
MOST_WORDS = 1_200
"""Words and marks of one text that are read, at most: the longest message that people send has a thousand."""
LEFT_OF_IT = 16
"""Of a text that costs too much that part of its words is read."""
WORD, VERDICT = 8, 40
"""Steps that a word costs whatever it is, and whether some words are meant."""


class OutOfStepsError(Exception):
    """A text that costs more steps than it may. `reader.py` then reads less of it; nobody else sees this."""


class Steps:
    """The steps that are left for one text."""

    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, count: int = 1) -> None:
        """Counts so many steps. Raises OutOfStepsError if they are more than are left."""
        self.left -= count
        if self.left < 0:
            raise OutOfStepsError
