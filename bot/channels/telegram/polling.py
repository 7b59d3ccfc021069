"""Updates by polling: each getUpdates confirms what was committed before it, and nothing else.

Telegram is the inbox: it repeats what was not confirmed, so a bot that is killed between commit and confirmation meets the
same updates again, and knows them by their ids. Once they are confirmed no number is named: after a quiet week the ids begin
anew, perhaps lower, and whoever names an old one would confirm what they never saw.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.server.hearing import Hearing
from bot.service.error_place import reason_of

from .deafness import cause_of
from .post import short_pause
from .updates import number_of

log = logging.getLogger("symptom_bot.polling")

WAIT = 30
"""Seconds that a getUpdates call may wait for something to come."""
LONGEST = 30.0
"""Seconds between tries, at most, while Telegram cannot be reached."""
DATABASE_AGAIN = 4.0
"""Seconds between tries, at most, while the database is out: who writes meanwhile is heard of by these."""

Update = Mapping[str, Any]
Fetch = Callable[[int | None, int], Awaitable[Sequence[Update]]]
"""(offset, seconds to wait) -> updates."""
Handle = Callable[[Sequence[Update]], Awaitable[None]]
"""Commits updates; raises if it could not."""


class Polling:
    """`fetch`: getUpdates; `handle`: returns once the updates are committed; `hearing`: is told how fetching goes."""

    def __init__(self, fetch: Fetch, handle: Handle, hearing: Hearing, wait: int = WAIT) -> None:
        self._fetch, self._handle, self._hearing, self._wait = fetch, handle, hearing, wait
        self._offset: int | None = None
        self._failures = 0

    async def run(self) -> None:
        """For ever. Raises InvalidToken if the token was taken away meanwhile."""
        while True:
            # At the start and after an error it is found out at once whether all is well.
            wait = 0 if self._failures or self._hearing.ago is None else self._wait
            self._hearing.tries(wait)
            try:
                updates = await self._fetch(self._offset, wait)
            except InvalidToken:
                raise
            except TelegramError as error:
                self._hearing.failed(cause_of(error))
                await self._pause(error)
                continue
            self._hearing.heard()
            self._offset = None
            numbers = [number for update in updates if (number := number_of(update)) is not None]
            if numbers:
                await self._commit(updates, max(numbers) + 1)
                continue
            self._failures = 0
            if updates:  # they cannot be confirmed, so they come again at once
                await asyncio.sleep(1.0)

    async def _commit(self, updates: Sequence[Update], offset: int) -> None:
        """Commit them. If that fails, nothing is confirmed, so nothing is lost: they are fetched once more, together with
        those of whoever wrote meanwhile."""
        try:
            await self._handle(updates)
        except Exception as error:
            self._failures += 1
            log.error("updates not committed yet", extra=reason_of(error))
            await asyncio.sleep(min(0.25 * 2.0 ** min(self._failures, 10), DATABASE_AGAIN))
            return
        self._failures = 0
        self._offset = offset

    async def _pause(self, error: TelegramError) -> None:
        self._failures += 1
        seconds = min(0.25 * 2.0 ** min(self._failures, 10), LONGEST)
        match error:
            case RetryAfter():
                seconds = short_pause(error)
            case Conflict():
                log.warning(cause_of(error))
                seconds = min(seconds, 5.0)
            case TimedOut():
                seconds = min(seconds, 1.0)
            case NetworkError():
                log.warning("Telegram cannot be reached", extra={"tries": self._failures})
            case _:
                log.error("getUpdates failed", extra={"reason": type(error).__name__})
        await asyncio.sleep(seconds)
