"""A chat has its share of each batch; what is beyond it waits on disk, in order, and nobody else does. Nothing of it is lost."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

import bot.service.chat as service_chat
from bot.core.conversation.events import Tapped, Typed
from bot.replay.double.server import TelegramDouble
from bot.store import Store
from tests.support.telegram_bot import Clock, Patient, Running, eventually, make_readers, quiet, serving
from tests.support.webhook_bot import server

HEAVY = 0.005
"""Seconds that a heavy message takes; the event loop does nothing else meanwhile."""
BETWEEN = 20
"""Heavy messages that are handled between the arrival of somebody else's and its turn, at most: with 20 ms each, which is the
most that reading may take, that is less than half a second."""
MANY, FEWER = 100, 40


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, database_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, database_url, clock=clock) as running:
        make_readers(running.service)
        yield running


class Heavy(list[str]):
    """Heavy messages in the order in which they were handled; `turns`: how many they were at each tap of somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[int] = []


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> Heavy:
    """Messages that begin with "heavy" take long."""
    real, done = service_chat.step, Heavy()

    def step(flow: Any, session: Any, event: Any, now: Any) -> Any:
        if isinstance(event, Typed) and event.text.startswith("heavy"):
            done.append(event.text)
            until = time.perf_counter() + HEAVY
            while time.perf_counter() < until:
                pass
        elif isinstance(event, Tapped):
            done.turns.append(len(done))
        return real(flow, session, event, now)

    monkeypatch.setattr(service_chat, "step", step)
    return done


def waits(store: Store) -> bool:
    return bool(store.later("", 1)[1])


async def test_many_heavy_messages_of_one_chat_delay_no_other(
    bot: Running, ann: Patient, telegram: TelegramDouble, heavy: Heavy
) -> None:
    bob = Patient(telegram.user(2))
    await ann.consents()
    await bob.consents()
    words = [f"heavy {number}" for number in range(MANY)]
    for text in words:
        ann.person.send(text)
    for label in ("None of these", "None of these", "16 to 54"):
        before = len(heavy)
        await bob.taps_on(label)
        assert heavy.turns[-1] - before <= BETWEEN
    assert len(heavy) < MANY, "the others are handled meanwhile, not before"
    await eventually(lambda: len(heavy) == MANY, 20)
    assert list(heavy) == words, "in the order in which they were written, each once"
    await eventually(lambda: not waits(bot.store))
    await quiet(bot, telegram)
    await ann.says("/help")
    assert len(heavy) == MANY
    assert bot.store.load(["telegram:1"])["telegram:1"].state == "", "nothing waits, so nothing is put off any more"


async def test_the_same_by_webhook(telegram: TelegramDouble, sqlite_url: str, heavy: Heavy) -> None:
    async with server(telegram, sqlite_url) as web:
        make_readers(web.channel.service)
        ann, bob = Patient(telegram.user(1)), Patient(telegram.user(2))
        await ann.consents()
        await bob.consents()
        words = [f"heavy {number}" for number in range(FEWER)]
        for text in words:
            ann.person.send(text)
        before = len(heavy)
        await bob.taps_on("None of these")
        assert heavy.turns[-1] - before <= BETWEEN
        await eventually(lambda: len(heavy) == FEWER, 20)
        assert sorted(heavy) == sorted(words)


async def test_what_waits_outlives_a_stop(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, heavy: Heavy, ann: Patient
) -> None:
    words = [f"heavy {number}" for number in range(FEWER)]
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        await ann.consents()
        for text in words:
            ann.person.send(text)
        await telegram.settled()
        assert waits(bot.store)
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        await eventually(lambda: len(heavy) >= FEWER, 20)
        await eventually(lambda: not waits(bot.store))
    assert list(dict.fromkeys(heavy)) == words
    assert len(heavy) == FEWER


async def test_what_was_written_after_erasing_is_kept(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.consents()
    for text in ("/help", "/help", "/help", "/forget", "forget button", "/start", "me"):
        ann.person.send(text)
    await ann.person.sees("Forgotten", 10)
    await ann.person.until(lambda: "Is any of these so?" in ann.last.text)
    await eventually(lambda: not waits(bot.store))
