"""The one exception to "send only what is committed": while the database is out, whoever writes gets the fixed emergency list.

Best effort, beside order and outbox, and at most once an hour for each chat: what this process has said is remembered in its
memory. What they wrote stays with Telegram, which brings it again until it is committed; then it is answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence

from telegram.error import BadRequest, Forbidden

from bot.server.rate_limits import Limits
from bot.service.incoming import Incoming
from bot.service.service import Service

from .messages import calls
from .post import Api
from .remembered import keep_newest
from .updates import chat_id

log = logging.getLogger("symptom_bot.telegram")

AFTER = 3.0
"""Seconds for which nothing could be committed before anybody is told: what is shorter is only a pause."""
EVERY = 3600.0
"""Seconds before the same chat is told again."""
REMEMBERED = 10_000


class Outage:
    """`tasks`: what is being said right now."""

    def __init__(self, api: Api, limits: Limits, service: Service) -> None:
        self._api, self._limits, self._service = api, limits, service
        self._told: OrderedDict[str, float] = OrderedDict()
        self.tasks: set[asyncio.Task[None]] = set()

    def met(self, incoming: Sequence[Incoming], out_for: float) -> None:
        """These could not be committed. `out_for`: for how many seconds nothing could be."""
        if out_for < AFTER:
            return
        now = self._service.clock()
        for one in incoming:
            if _by_a_person(one) and not 0.0 <= now - self._told.get(one.chat, -EVERY) < EVERY:
                self._told.pop(one.chat, None)
                keep_newest(self._told, one.chat, now, REMEMBERED)
                task = asyncio.get_running_loop().create_task(self._tell(one.chat, one.lang))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def _tell(self, chat: str, lang: str) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._limits.wait(self._limits.reserve(chat, False, now), now))
        try:
            for call in calls(chat_id(chat), self._service.outage(lang), None):
                await self._api.call(call)
            log.warning("emergency list sent: nothing can be kept")
        except (BadRequest, Forbidden):
            pass  # the next time would be no better
        except Exception as error:
            self._told.pop(chat, None)
            log.warning("emergency list not sent", extra={"reason": type(error).__name__})


def _by_a_person(incoming: Incoming) -> bool:
    """Whether somebody wrote or tapped it, in a chat of their own."""
    spoken = incoming.event is not None or incoming.unreadable
    return spoken and bool(incoming.chat) and incoming.due is None and not incoming.notice and not incoming.gone
