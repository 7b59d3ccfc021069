"""Group commit: whatever came in while the last batch was committed becomes the next one, in the order in which it came.

The store's thread loads and commits, the event loop takes the steps and goes on delivering meanwhile. Outcomes of
deliveries ride in the same transactions, or have one of their own when nothing comes in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.service.incoming import Handled, Incoming
from bot.service.open_chat import SHARE
from bot.service.service import Service
from bot.store import DeliveryOutcome, StoreError, StoreThread, StoreUnavailable

from .delivery import Deliverer

log = logging.getLogger("symptom_bot.turns")

MOST = 64
"""Updates in one batch."""
CHATS_TRIED = 8
"""Chats of which updates were put off that are looked at in a row, if too much waits to be sent to them."""
GATHER = 0.01
"""Seconds for which outcomes are gathered when nothing comes in."""
AGAIN = 0.5
"""Seconds before the database is tried again."""


class _Asked:
    """Events that were handed in together: done when the last of them is committed."""

    def __init__(self, count: int, done: asyncio.Future[list[Handled]]) -> None:
        self.done = done
        self._left = count
        self._handled: list[Handled] = []

    def add(self, handled: Handled) -> None:
        self._handled.append(handled)
        if len(self._handled) == self._left and not self.done.done():
            self.done.set_result(self._handled)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class GroupCommit:
    """`handle` from anywhere on the event loop; `run` is the one task that does it."""

    def __init__(self, service: Service, thread: StoreThread, deliverer: Deliverer) -> None:
        self._service, self._thread, self._deliverer = service, thread, deliverer
        self._waiting: list[tuple[Incoming, _Asked]] = []
        self._something = asyncio.Event()
        self._stopping = False
        self._later = True
        self._committed = True
        deliverer.changed = self._something.set

    @property
    def healthy(self) -> bool:
        """Whether the last commit went well, and the database does not keep anybody waiting."""
        return self._committed and self._thread.healthy

    @property
    def waiting(self) -> int:
        """How many updates wait for the next batch."""
        return len(self._waiting)

    async def handle(self, incoming: Sequence[Incoming]) -> list[Handled]:
        """Hand in events; returns once they are committed. Raises StoreUnavailable if they could not be."""
        if not incoming:
            return []
        asked = _Asked(len(incoming), asyncio.get_running_loop().create_future())
        self._waiting.extend((one, asked) for one in incoming)
        self._something.set()
        return await asked.done

    async def run(self) -> None:
        """Until `stop`."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting or (self._later and not self._stopping):
                if self._waiting:
                    now, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                    await self._batch(now)
                if self._later:
                    await self._put_off()
            if self._stopping:
                break
            if self._deliverer.has_outcomes:
                await asyncio.sleep(GATHER)
                if not self._waiting:
                    await self._settle()

    def look_for_later(self) -> None:
        """Whether something was put off, perhaps by another worker, is looked up."""
        self._later = True
        self._something.set()

    async def stop(self) -> None:
        """Let `run` end when what was handed in is committed."""
        self._stopping = True
        self._something.set()

    async def settle(self) -> None:
        """Record the outcomes that there are, if the database takes them."""
        await self._settle()

    async def _put_off(self) -> None:
        """A few updates of one chat that had to wait, between two batches of what comes in; one if more of that waits."""
        most = 1 if self._waiting else SHARE
        for _ in range(CHATS_TRIED):
            try:
                found = await self._thread(lambda _: self._service.later(most))
            except StoreError:
                found = []
            if not found:
                break
            if not self._deliverer.crowded(found[0].chat):
                asked = _Asked(len(found), asyncio.get_running_loop().create_future())
                await self._batch([(one, asked) for one in found])
                if asked.done.exception() is None:
                    return
                break
        self._later = False

    async def _batch(self, now: Sequence[tuple[Incoming, _Asked]]) -> None:
        batch = [one._replace(wait=True) if self._deliverer.crowded(one.chat) else one for one, _ in now]
        outcomes = self._deliverer.take_outcomes({i.chat for i in batch} | {i.chat for i, _ in self._waiting})
        try:
            handled, committed = await self._thread.through(self._service.work(batch, outcomes))
        except Exception as error:
            self._committed = False
            self._deliverer.give_back(outcomes)
            for _, asked in now:
                asked.fail(error)
            return
        self._committed = True
        self._deliverer.lose(committed.lost, outcomes)
        known = {text: payload for one in handled for text, payload in zip(one.stored, one.messages, strict=True)}
        self._deliverer.take(committed.deliveries, known)
        for (_, asked), one in zip(now, handled, strict=True):
            asked.add(one)
            self._later = self._later or one.why == "later"
        await self._forget(outcomes)

    async def _settle(self) -> None:
        outcomes = self._deliverer.take_outcomes({i.chat for i, _ in self._waiting})
        if not outcomes:
            return
        now = self._service.clock()
        try:
            lost = await self._thread(lambda store: store.settle(outcomes, now))
        except StoreUnavailable:
            self._committed = False
            log.error("database does not answer")
            self._deliverer.give_back(outcomes)
            await asyncio.sleep(AGAIN)
            self._something.set()
            return
        self._committed = True
        self._deliverer.lose(lost, outcomes)
        await self._forget(outcomes)

    async def _forget(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        for chat in self._deliverer.farewells(outcomes):
            await self._thread(lambda _, chat=chat: self._service.forget_if_quiet(chat))  # type: ignore[misc]
