"""How fast messages may go out: to one chat, and to all together. Reserving a place says how long to wait for it."""

from __future__ import annotations

from collections import OrderedDict

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

    def idle(self, now: float) -> bool:
        """Whether the past no longer matters."""
        return self._due <= now


class Limits:
    """`overall`, `chat`: messages a second. Times are seconds of any steady clock."""

    def __init__(self, overall: float, chat: float) -> None:
        self._chat_rate = chat
        self._overall = Pace(overall, max(1.0, overall))
        self._chats: OrderedDict[str, Pace] = OrderedDict()
        self._held = 0.0

    def reserve(self, chat: str, urgent: bool, now: float) -> float:
        """Take the next place for a message to this chat; returns the seconds to wait for it. What is urgent waits for
        nothing but a pause that the other side asked for."""
        pace = self._chats.get(chat)
        if pace is None:
            pace = self._chats[chat] = Pace(self._chat_rate, BURST_CHAT)
            if len(self._chats) > REMEMBERED:
                self._chats.popitem(last=False)
        wait = 0.0 if urgent else max(pace.wait(now), self._overall.wait(now))
        pace.take(now)
        self._overall.take(now)
        return max(wait, self._held - now)

    def pause(self, until: float) -> None:
        """Nobody gets anything until then: the other side said so."""
        self._held = max(self._held, until)

    def paused(self, now: float) -> float:
        """Seconds that the pause still lasts."""
        return max(0.0, self._held - now)
