"""What reading one text may cost, counted in steps, not in seconds: so that reading stays pure, and the same everywhere."""

from __future__ import annotations


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
