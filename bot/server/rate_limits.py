"""How fast messages may go out: to one chat, and to all together. Reserving a place says how long to wait for it.

The rate to all together is shared by all workers of a database: for each of n workers its clock runs n times as slowly, so that a
worker that comes or goes moves every place that is reserved already.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

BURST_CHAT = 5
"""Messages that one chat may get at once before its rate holds: one turn's worth and the next."""
REMEMBERED = 10_000


class Pace:
    """At most `rate` a second on average, `burst` at once; both above 0."""

    __slots__ = ("_due", "_interval", "_slack")

    def __init__(self, rate: float, burst: float) -> None:
        self._interval = 1.0 / rate
        self._slack = (burst - 1.0) / rate
        self._due = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next one may go."""
        return max(0.0, self._due - self._slack - now)

    def take(self, now: float) -> None:
        """One goes."""
        self._due = max(self._due, now) + self._interval

    def allow(self, burst: float) -> None:
        """So many at once from now on."""
        self._slack = (burst - 1.0) * self._interval

    def hold(self, until: float) -> None:
        """None goes before that."""
        self._due = max(self._due, until + self._slack)


class Reserved(NamedTuple):
    """When a message may go: by the steady clock for its chat, by the workers' slower one for all together."""

    chat: float
    overall: float


AT_ONCE = Reserved(0.0, 0.0)


class Limits:
    """`overall`, `chat`: messages a second. Times are seconds of any steady clock. `workers`: how many share `overall`."""

    def __init__(self, overall: float, chat: float) -> None:
        self._chat_rate, self._overall_rate = chat, overall
        self._overall = Pace(overall, max(1.0, overall))
        self._chats: OrderedDict[str, Pace] = OrderedDict()
        self._held = 0.0
        self._since = self._passed = 0.0
        self.workers = 1

    def share(self, workers: int, now: float, known_in: float = 0.0) -> bool:
        """From now on so many workers share the rate to all together; whether that is a change. `known_in`: seconds until the
        others know that this one is there, which waits for that."""
        if workers == self.workers:
            return False
        self._passed, self._since = self._slow(now), now
        self.workers = workers
        self._overall.allow(max(1.0, self._overall_rate / workers))
        if known_in:
            self._overall.hold(self._slow(now + known_in))
        return True

    def reserve(self, chat: str, urgent: bool, now: float) -> Reserved:
        """Take the next place for a message to this chat. What is urgent waits for nothing but a pause that the other side
        asked for."""
        pace = self._chats.get(chat)
        if pace is None:
            pace = self._chats[chat] = Pace(self._chat_rate, BURST_CHAT)
            if len(self._chats) > REMEMBERED:
                self._chats.popitem(last=False)
        slow = self._slow(now)
        place = AT_ONCE if urgent else Reserved(now + pace.wait(now), slow + self._overall.wait(slow))
        pace.take(now)
        self._overall.take(slow)
        return place

    def wait(self, place: Reserved, now: float) -> float:
        """Seconds until a message with this place may go."""
        return max(0.0, place.chat - now, (place.overall - self._slow(now)) * self.workers, self._held - now)

    def pause(self, until: float) -> None:
        """Nobody gets anything until then: the other side said so."""
        self._held = max(self._held, until)

    def paused(self, now: float) -> float:
        """Seconds that the pause still lasts."""
        return max(0.0, self._held - now)

    def _slow(self, now: float) -> float:
        return self._passed + (now - self._since) / self.workers
