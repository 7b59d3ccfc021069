"""A store beside an event loop: one thread makes its calls in the order they were asked, so that disks block no chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from .errors import StoreUnavailable
from .keeping.housekeeping import Pieces
from .store import Store

PATIENCE = 3.0
"""Seconds after which a call that has not come back counts as one that will not."""

T = TypeVar("T")


class StoreThread:
    """`await thread(lambda store: store.load(chats))`; `await thread.close()` waits for what was asked, then closes. `began`: when,
    by the loop's time, the last call began that has come back: no lease that it took can be older."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._turn = asyncio.Lock()
        self._failed = ""
        self._since: float | None = None
        self.began = 0.0

    @property
    def hangs(self) -> bool:
        """Whether the database keeps a call waiting for longer than anybody should."""
        return self._since is not None and asyncio.get_running_loop().time() - self._since >= PATIENCE

    @property
    def trouble(self) -> str:
        """Why the database did not answer last time, or that it keeps a call waiting now; "" if all is well."""
        if self.hangs:
            return f"{self.store.where} does not answer: a call of it has been waiting for more than {PATIENCE:g} s."
        return self._failed

    async def __call__(self, work: Callable[[Store], T]) -> T:
        """The result of `work(store)`, done in the store's thread after everything asked before it."""
        async with self._turn:
            with self._watched():
                return await asyncio.get_running_loop().run_in_executor(self._executor, work, self.store)

    async def in_pieces(self, pieces: Pieces[T]) -> T:
        """The result of a long chore; whoever waits meanwhile gets their turn between two of its pieces."""
        while (ended := await self(lambda _: _next(pieces))) is None:
            pass
        return ended[0]

    async def through(self, work: Generator[Callable[[], Any], Any, T]) -> T:
        """The result of `work`, whose calls are made in the store's thread and whose own steps here. If that is
        cancelled, `work` is closed once its last call has come back."""
        async with self._turn:  # whatever else wrote meanwhile would wait for the locks that `work` holds
            running: Future[Any] = Future()
            try:
                call = next(work)
                while True:
                    running = self._executor.submit(call)
                    try:
                        with self._watched():
                            found = await asyncio.wrap_future(running)
                    except Exception as error:
                        call = work.throw(error)
                    else:
                        call = work.send(found)
            except StopIteration as done:
                value: T = done.value
                return value
            except asyncio.CancelledError:
                try:
                    self._executor.submit(_abandon, work, running)
                except RuntimeError:  # the thread has ended, and with it the last call
                    _abandon(work, running)
                raise

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self._since = began = asyncio.get_running_loop().time()
        try:
            yield
            self._failed, self.began = "", began
        except StoreUnavailable as error:
            self._failed = str(error)
            raise
        finally:
            self._since = None

    async def close(self) -> None:
        """Finish what was asked and close the store."""
        await self(Store.close)
        self._executor.shutdown()


def _next(pieces: Pieces[T]) -> tuple[T] | None:
    """The next piece of a chore; its result once it is done."""
    try:
        next(pieces)
    except StopIteration as ended:
        return (ended.value,)
    return None


def _abandon(work: Generator[Callable[[], Any], Any, Any], running: Future[Any]) -> None:
    """Close `work`, which first gets what its last call found, so that it can let go of that."""
    with suppress(Exception):
        if not running.cancelled() and running.exception() is None:
            work.send(running.result())
    work.close()
