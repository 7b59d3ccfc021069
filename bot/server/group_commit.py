"""Group commit: whatever came in while the last batch was committed becomes the next one, in the order in which it came.

The store's thread loads and commits, the event loop takes the steps and goes on delivering meanwhile. Outcomes of
deliveries ride in the same transactions, or have one of their own when nothing comes in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.service.error_place import reason_of
from bot.service.incoming import Handled, Incoming
from bot.service.open_chat import SHARE
from bot.service.service import Service
from bot.store import DeliveryOutcome, StoreError, StoreThread, StoreUnavailable
from bot.store.thread import PATIENCE

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
LOOK = 0.5
"""Seconds between two looks whether the database hangs."""


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
        self._out_since: float | None = None
        self._under_way: list[_Asked] = []
        self._failed = ""
        deliverer.changed = self._something.set

    @property
    def trouble(self) -> str:
        """Why the last commit failed or the database does not answer, in one line; "" if all is well."""
        return self._failed or self._thread.trouble

    @property
    def out_for(self) -> float:
        """Seconds for which nothing could be committed; 0 if all is well."""
        return 0.0 if self._out_since is None else asyncio.get_running_loop().time() - self._out_since

    @property
    def waiting(self) -> int:
        """How many updates wait for the next batch."""
        return len(self._waiting)

    async def handle(self, incoming: Sequence[Incoming]) -> list[Handled]:
        """Hand in events; returns once they are committed. Raises StoreUnavailable if they could not be, or if the database
        hangs: they may be committed all the same then, and are known when they are handed in again."""
        if not incoming:
            return []
        if self._thread.hangs:
            raise StoreUnavailable("The database does not answer.")
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

    async def watch(self) -> None:
        """For ever: while the database hangs, nobody waits for it. Whoever handed something in does so again."""
        while True:
            await asyncio.sleep(LOOK)
            if self._thread.hangs:
                self._is_out(before=PATIENCE)
                self._deliverer.cannot_renew()
                given_up, self._waiting = [asked for _, asked in self._waiting], []
                for asked in (*self._under_way, *given_up):
                    asked.fail(StoreUnavailable("The database does not answer."))

    def _is_out(self, why: str = "", before: float = 0.0) -> None:
        """Nothing can be committed, since so many seconds ago if not for longer. `why`: unless the thread itself says it."""
        self._failed = why or self._failed
        if self._out_since is None:
            self._out_since = asyncio.get_running_loop().time() - before

    def _is_back(self) -> None:
        self._out_since, self._failed = None, ""

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
        queues = self._deliverer
        batch = [one._replace(wait=queues.crowded(one.chat), warned=queues.warned(one.chat)) for one, _ in now]
        outcomes = self._deliverer.take_outcomes({i.chat for i in batch} | {i.chat for i, _ in self._waiting})
        self._under_way = [asked for _, asked in now]
        try:
            handled, committed = await self._thread.through(self._service.work(batch, outcomes))
        except Exception as error:
            ours = isinstance(error, StoreError)
            self._is_out(str(error) if ours else f"no update is handled: {reason_of(error)['reason']}")
            self._deliverer.give_back(outcomes)
            for _, asked in now:
                asked.fail(error)
            # What was handed in together comes again together: a later part must not be committed before an earlier one.
            self._waiting = [(one, asked) for one, asked in self._waiting if not asked.done.done()]
            return
        finally:
            self._under_way = []
        self._is_back()
        self._deliverer.lose(committed.lost, outcomes)
        known = {text: payload for one in handled for text, payload in zip(one.stored, one.messages, strict=True)}
        self._deliverer.take(committed.deliveries, known, self._thread.began)
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
        except StoreUnavailable as error:
            self._is_out(str(error))
            log.error("database does not answer", extra=reason_of(error))
            self._deliverer.give_back(outcomes)
            await asyncio.sleep(AGAIN)
            self._something.set()
            return
        self._is_back()
        self._deliverer.lose(lost, outcomes)
        await self._forget(outcomes)

    async def _forget(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        for chat in self._deliverer.farewells(outcomes):
            await self._thread(lambda _, chat=chat: self._service.forget_if_quiet(chat))  # type: ignore[misc]
