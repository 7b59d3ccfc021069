"""Whether updates reach the bot at all: silence is no trouble, but not to be able to fetch them is, and /healthz says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

log = logging.getLogger("symptom_bot.hearing")

DEAF_AFTER = 30.0
"""Seconds without one successful try after which the bot counts as deaf."""


class Hearing:
    """`clock`: seconds that only run forward. A try that hangs counts from its beginning, once it takes longer than it may."""

    def __init__(self, clock: Callable[[], float] = monotonic, after: float = DEAF_AFTER) -> None:
        self._clock, self._after = clock, after
        self._since: float | None = None
        self._cause = ""
        self._trying: tuple[float, float] | None = None
        self._told = False
        self._last: float | None = None
        self.failures = 0

    @property
    def ago(self) -> float | None:
        """Seconds since the last try that went well; None if none did yet."""
        return None if self._last is None else self._clock() - self._last

    def tries(self, may_take: float) -> None:
        """A try begins, which may take so many seconds."""
        self._trying = self._clock(), may_take

    def heard(self) -> None:
        """A try went well."""
        if self._told:
            log.info("updates reach the bot again")
        self._since, self._trying, self._told, self._cause = None, None, False, ""
        self._last = self._clock()

    def failed(self, cause: str) -> None:
        """A try failed, because of this: words for whoever runs the bot."""
        self.failures += 1
        began = self._clock() if self._trying is None else self._trying[0]
        self._since, self._trying, self._cause = began if self._since is None else self._since, None, cause
        if not self._told and self.trouble:
            self._told = True
            log.error("no update reaches the bot: nobody is heard", extra={"cause": cause})

    @property
    def trouble(self) -> str:
        """Why no update reaches the bot, if none did for a while; "" if all is well."""
        now = self._clock()
        if self._since is not None and now - self._since >= self._after:
            return self._cause
        if self._trying is not None and now - self._trying[0] >= self._trying[1] + self._after:
            return "Telegram does not answer"
        return ""
