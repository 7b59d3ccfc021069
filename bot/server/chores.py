"""What is done again and again beside the turns: due messages, messages left behind, leases, retention, edited flows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.service.error_place import reason_of
from bot.service.service import Service
from bot.store import REPEATS, StoreError, StoreThread, StoreUnavailable

from .delivery import Deliverer
from .group_commit import GroupCommit

log = logging.getLogger("symptom_bot.chores")

DAY = 86400.0

Reload = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Every:
    """Seconds between two rounds of each chore. A lease lasts several rounds of `leases`."""

    due: float = 2.0
    left_behind: float = 1.0
    retention: float = 3600.0
    flows: float = 2.0
    withdrawn: float = 10.0
    leases: float = 1.5


class Chores:
    """`reload`: looks whether flows were edited. Errors of the database are logged and tried again in the next round."""

    def __init__(
        self,
        service: Service,
        thread: StoreThread,
        turns: GroupCommit,
        deliverer: Deliverer,
        retention_days: int,
        reload: Reload,
        every: Every | None = None,
    ) -> None:
        self._service, self._thread, self._turns, self._deliverer = service, thread, turns, deliverer
        self._days, self.reload = retention_days, reload
        self._every = every or Every()
        self._counted = False

    def all(self) -> Sequence[Awaitable[None]]:
        """Every chore, each to be run for ever."""
        every, store = self._every, self._service.store
        chores = [self._repeat("leases", every.leases, self.leases)] if store.shared else []
        chores += [
            self._repeat("due messages", every.due, self.due),
            self._repeat("messages left behind", every.left_behind, self.left_behind),
            self._repeat("retention", every.retention, self.retention),
            self._repeat("edited flows", every.flows, self._look),
            self._repeat("withdrawn versions", every.withdrawn, self.withdrawn),
        ]
        return chores

    async def _repeat(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreError as error:
                log.error("database does not answer", extra={"chore": name, **reason_of(error)})
            except Exception as error:
                log.error("chore failed", extra={"chore": name, **reason_of(error)})
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        await self.reload()

    async def due(self) -> None:
        """Follow up silences whose time has come."""
        found = await self._thread(lambda _: self._service.due())
        if found:
            await self._turns.handle(found)

    async def left_behind(self) -> None:
        """Take over what was committed but not delivered: before a crash, by a worker that ended, or after a wait."""
        now = self._service.clock()
        found = await self._thread(lambda store: store.take_deliveries(now))
        self._deliverer.take(found, since=self._thread.began)
        self._turns.look_for_later()

    async def leases(self) -> None:
        """Say that this worker lives, learn how many do, and keep the leases of chats that are served here."""
        fences = self._deliverer.leases
        try:
            lost, workers = await self._thread(lambda store: (store.renew(fences), store.beat()))
        except StoreUnavailable:
            self._deliverer.cannot_renew()
            raise
        for chat in lost:
            if self._deliverer.leases.get(chat) == fences[chat]:
                self._deliverer.drop(chat)
        self._deliverer.renewed(fences.keys() - lost, self._thread.began)
        self._deliverer.share_rate(workers, 0.0 if self._counted else self._every.leases)
        self._counted = True

    async def retention(self) -> None:
        """Erase what is too old; change keys, and destroy those that are."""
        now, keep = self._service.clock(), [flow.version for flow in self._service.flows.current.values()]
        chores = self._service.store.in_pieces
        erased = await self._thread.in_pieces(chores.erase_finished(now - self._days * DAY))
        await self._thread.in_pieces(chores.tidy(now - REPEATS, keep))
        await self._change_keys(now)
        if erased:
            log.info("old sessions erased", extra={"count": erased})

    async def _change_keys(self, now: float) -> None:
        """A key file that cannot be written is said to be that; patients are served with the keys that there are."""
        try:
            change = await self._thread.in_pieces(self._service.store.in_pieces.change_keys(now, self._days * DAY))
        except StoreUnavailable:
            raise
        except StoreError as error:
            log.error(f"keys could not be changed: {error}")
            return
        if change.made:
            log.info("keys changed: copy the key file again", extra={"count": change.chats})

    async def withdrawn(self) -> None:
        """Learn which versions are unsafe by now."""
        found = await self._thread(lambda store: store.withdrawn())
        new = found - self._service.flows.withdrawn
        self._service.flows.withdrawn = found
        current = {flow.version: flow.name for flow in self._service.flows.current.values()}
        for version in new:
            if version in current:
                what = "current version withdrawn: nobody is asked anything until a corrected flow is in its folder"
                log.error(what, extra={"flow": current[version], "version": version})
            else:
                log.warning("version withdrawn: its chats move on at their next word", extra={"version": version})
