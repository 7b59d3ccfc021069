"""Long chores go in pieces: whoever writes meanwhile is answered between two of them, and what they do is done all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from bot.replay.double.server import TelegramDouble
from bot.store import Batch, ChatWrite, SessionRow, Store
from bot.store.keeping import housekeeping
from tests.support.telegram_bot import Clock, Patient, Running, serving
from tests.support.webhook_bot import start_update

DAY = 86_400.0
MANY = 600
"""Chats that a chore goes through."""


def filled(store: Store, at: float, many: int = MANY) -> None:
    """Chats that were last touched then."""
    names = [f"telegram:{1000 + number}" for number in range(many)]
    rows = [SessionRow(f"s{name}", name, "f", "v", "{}", at, at, 1, "running", None, None) for name in names]
    store.commit(
        Batch(
            at,
            chats=tuple(ChatWrite(row.chat, row.id, 0, "en", "", at) for row in rows),
            sessions=tuple(rows),
        )
    )


class Log(list[str]):
    """Pieces of the chore, and turns, in the order in which they were done."""


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Pieces are small, and noted."""
    noted = Log()
    for name in ("SESSIONS", "CHATS", "ROWS"):
        monkeypatch.setattr(housekeeping, name, 5)
    for name in ("erase_finished", "change_keys", "tidy"):
        monkeypatch.setattr(
            housekeeping.Housekeeping, name, _noting(getattr(housekeeping.Housekeeping, name), name, noted)
        )
    return noted


def _noting(real: Any, name: str, noted: Log) -> Any:
    def pieces(*given: Any, **named: Any) -> Generator[None, None, Any]:
        chore = real(*given, **named)
        while True:
            try:
                next(chore)
            except StopIteration as ended:
                return ended.value
            noted.append(name)
            yield

    return pieces


async def chore_beside_turns(bot: Running, log: Log) -> None:
    """The chores of the hour, while somebody goes on talking."""
    chores, number = asyncio.create_task(bot.channel.chores.retention()), 10**7
    while not chores.done():
        number += 1
        await bot.channel.handle_all([start_update(number, text="/help")])
        log.append("turn")
    await chores


def turns_between(log: Log, chore: str) -> int:
    """How many turns were taken between the first and the last piece of a chore."""
    places = [number for number, noted in enumerate(log) if noted == chore]
    return log[places[0] : places[-1]].count("turn")


async def test_turns_are_taken_while_keys_change(
    telegram: TelegramDouble, clock: Clock, database_url: str, ann: Patient, log: Log
) -> None:
    async with serving(telegram, database_url, clock=clock) as bot:
        await ann.consents()
        filled(bot.store, clock.now)
        clock.now += 8 * DAY
        await chore_beside_turns(bot, log)
        assert log.count("change_keys") >= MANY / 5
        assert turns_between(log, "change_keys") >= 2
        assert bot.store.sessions_of("telegram:1000")[0].json == "{}", "all is readable with the new keys"
        assert bot.store.change_keys(clock.now, 30 * DAY).chats == 0, "none was left out"


async def test_turns_are_taken_while_old_chats_are_erased(
    telegram: TelegramDouble, clock: Clock, database_url: str, ann: Patient, log: Log
) -> None:
    async with serving(telegram, database_url, clock=clock) as bot:
        filled(bot.store, clock.now)
        clock.now += 40 * DAY
        await ann.consents()
        await chore_beside_turns(bot, log)
        assert log.count("erase_finished") == MANY / 5
        assert turns_between(log, "erase_finished") >= 2
        assert bot.store.sessions_of("telegram:1000") == []
        assert bot.store.sessions_of("telegram:1") != []


async def test_turns_are_taken_while_the_bookkeeping_is_swept(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, ann: Patient, log: Log
) -> None:
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        bot.store.commit(Batch(clock.now, updates=tuple(range(10**6, 10**6 + MANY))))
        clock.now += 20 * DAY
        await ann.consents()
        await chore_beside_turns(bot, log)
        assert log.count("tidy") >= MANY / 5
        assert turns_between(log, "tidy") >= 2
