"""What is worked out once per flow version and kept with it: one decorator, one typed store, nothing behind a frozen value's back.

`@per_flow` remembers a function of a flow (or of its words) and of hashable arguments for as long as the flow lives.
`Recent` is for what hangs on a session: it keeps the last few only, so that it cannot grow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar


class Keeper(Protocol):
    """What remembers: a `Flow`, or the `Words` of one."""

    @property
    def memo(self) -> dict[Any, Any]:
        """Function -> arguments -> what it came to."""


K = TypeVar("K", bound=Keeper)
P = ParamSpec("P")
T = TypeVar("T")


def per_flow(work: Callable[Concatenate[K, P], T]) -> Callable[Concatenate[K, P], T]:
    """The function, worked out once for each keeper and arguments (positional, hashable)."""

    @wraps(work)
    def remembered(keeper: K, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return keeper.memo[remembered][args]  # type: ignore[no-any-return]
        except KeyError:
            found = keeper.memo.setdefault(remembered, {})[args] = work(keeper, *args, **kwargs)
            return found

    return remembered


def drop_memo(keeper: Keeper, remembered: Callable[..., Any]) -> None:
    """Let the function be worked out anew for this keeper."""
    keeper.memo.pop(remembered, None)


class Recent(Generic[T]):
    """The last `most` values worked out, newest first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: tuple[T, ...] = ()

    def put(self, value: T) -> T:
        """Keep a value; the oldest beyond `most` goes."""
        self.kept = (value, *self.kept[: self.most - 1])
        return value
