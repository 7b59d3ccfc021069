"""The store beside an event loop: in order, off the loop, one transaction at a time, and free again whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import pytest

from bot.store import Batch, ChatWrite, StoreError, StoreThread, Transaction, open_store


async def test_a_store_thread_does_things_in_order_and_off_the_loop(sqlite_url: str) -> None:
    thread = StoreThread(open_store(sqlite_url))
    await thread(lambda store: store.commit(Batch(now=1.0, updates=(1,))))
    names = {await thread(lambda store: threading.current_thread().name) for _ in range(3)}
    assert len(names) == 1
    assert threading.current_thread().name not in names
    with pytest.raises(StoreError):
        await thread(lambda store: store.commit(Batch(now=1.0, updates=(1,))))
    await thread.close()


async def test_work_in_steps_takes_its_own_here_and_lets_nobody_in_between(sqlite_url: str) -> None:
    """Another call that writes would wait for the locks of the transaction that the work holds, and the work for it."""
    thread = StoreThread(open_store(sqlite_url))
    here, seen = threading.current_thread().name, []

    def work() -> Generator[Callable[[], Any], Any, str]:
        tx = yield partial(thread.store.begin, ["telegram:1"])
        seen.append(threading.current_thread().name)
        yield partial(tx.commit, Batch(now=1.0, updates=(1,), chats=(ChatWrite("telegram:1", None),)))
        yield tx.close
        return "done"

    other = asyncio.create_task(thread(lambda store: store.commit(Batch(now=1.0, updates=(2,)))))
    assert await thread.through(work()) == "done"
    await other
    assert seen == [here]
    await thread.close()


async def test_work_that_is_cancelled_lets_go_of_what_its_last_call_found(sqlite_url: str) -> None:
    thread = StoreThread(open_store(sqlite_url))
    called, go_on = threading.Event(), threading.Event()

    def slow_begin() -> Transaction:
        tx = thread.store.begin(["telegram:1"])
        called.set()
        assert go_on.wait(10)
        return tx

    def work() -> Generator[Callable[[], Any], Any, None]:
        tx = yield slow_begin
        try:
            yield partial(tx.commit, Batch(now=1.0, updates=(1,)))
        finally:
            tx.close()

    task = asyncio.create_task(thread.through(work()))
    await asyncio.to_thread(called.wait, 10)
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await thread(
        lambda store: store.commit(Batch(now=1.0, updates=(1,)))
    )  # not committed before, and nothing is locked
    await thread.close()


async def test_an_error_of_a_call_reaches_the_work(sqlite_url: str) -> None:
    thread = StoreThread(open_store(sqlite_url))
    await thread(lambda store: store.commit(Batch(now=1.0, updates=(1,))))

    def work() -> Generator[Callable[[], Any], Any, str]:
        try:
            yield lambda: thread.store.commit(Batch(now=1.0, updates=(1,)))
        except StoreError:
            return "refused"
        return "taken"

    assert await thread.through(work()) == "refused"
    await thread.close()
