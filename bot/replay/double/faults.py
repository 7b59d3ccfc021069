"""What goes wrong on purpose: single faults for the next calls, and a rate of faults drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Breakage = Literal["too_many", "server_error", "reset", "reset_after", "silence_after"]
"""429 with retry_after · 5xx · the connection is reset before the call takes effect · the call takes effect and then
the connection is reset · the call takes effect and no answer ever comes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing going wrong. `retry_after`: whole seconds, of too_many; `status`: of server_error, and `description`, what is
    said with it ("": the usual words)."""

    breakage: Breakage
    retry_after: int = 1
    status: int = 500
    description: str = ""

    @property
    def after(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.breakage in ("reset_after", "silence_after")


@dataclass(slots=True)
class Faults:
    """Rates between 0 and 1, per call or per update, drawn in order from `seed`.

    `too_many` … `silence_after`: see Breakage; `duplicate`: an update comes again after it was confirmed; `reorder`:
    the updates of a batch come in another order, each chat's own in theirs; `conflict`: a second poller is said to
    run; `latency`: seconds, from and to, before an answer leaves; `retry_after`: seconds that a 429 asks for.
    """

    seed: int = 0
    too_many: float = 0.0
    server_error: float = 0.0
    reset: float = 0.0
    reset_after: float = 0.0
    silence_after: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    conflict: float = 0.0
    latency: tuple[float, float] = (0.0, 0.0)
    retry_after: int = 1
    _rng: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    def draw(self, method: str) -> Fault | None:
        """What happens to this call of a method."""
        left = self._rng.random()
        for breakage in _BREAKAGES:
            left -= getattr(self, breakage)
            if left < 0:
                return Fault(breakage, self.retry_after)
        return None

    def happens(self, what: Literal["duplicate", "reorder", "conflict"]) -> bool:
        """Whether this one goes wrong."""
        rate: float = getattr(self, what)
        return rate > 0 and self._rng.random() < rate

    def delay(self) -> float:
        """Seconds that this answer takes longer."""
        low, high = self.latency
        return low if low == high else self._rng.uniform(low, high)

    def shuffled(
        self, updates: Sequence[Mapping[str, Any]], chat_of: Callable[[Mapping[str, Any]], int]
    ) -> list[Mapping[str, Any]]:
        """The updates with their chats interleaved anew; those of one chat stay in order."""
        queues: dict[int, list[Mapping[str, Any]]] = {}
        for update in updates:
            queues.setdefault(chat_of(update), []).append(update)
        order = [chat for chat, queue in queues.items() for _ in queue]
        self._rng.shuffle(order)
        return [queues[chat].pop(0) for chat in order]


_BREAKAGES: tuple[Breakage, ...] = ("too_many", "server_error", "reset", "reset_after", "silence_after")
NO_FAULTS = Faults()
