"""A store beside an event loop: one thread does its work in the order it was asked, so that disks block no chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.store.store import Store

T = TypeVar("T")


class StoreThread:
    """`await thread(lambda store: store.load(chats))`; `await thread.close()` waits for what was asked, then closes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def __call__(self, work: Callable[[Store], T]) -> T:
        """The result of `work(store)`, done in the store's thread after everything asked before it."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self.store)

    async def close(self) -> None:
        """Finish what was asked and close the store."""
        await self(Store.close)
        self._executor.shutdown()
