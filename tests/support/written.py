"""A bot of the shipped flow that serves at the double, and what tests of its chats share: what was written when, and to what."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.app import replay_service
from bot.core.conversation.session import Session
from bot.replay.double.chats import DoubleMessage
from bot.replay.double.server import TelegramDouble
from tests.support.talking import NOW, listening
from tests.support.telegram_bot import Clock, Patient, Running, quiet, serving


@contextlib.asynccontextmanager
async def listening_bot(telegram: TelegramDouble, url: str, clock: Clock) -> AsyncIterator[Running]:
    """The shipped flow, whose reader is made once for all tests."""
    listening().reader("", NOW, "en", None)
    async with serving(
        telegram, url, clock=clock, make=lambda store, now: replay_service(store, listening(), now)
    ) as bot:
        yield bot
        await quiet(bot, telegram)


def session(bot: Running) -> Session:
    """The session of the first chat, as it is stored."""
    row = bot.store.load(["telegram:1"])["telegram:1"].session
    assert row is not None
    return Session.from_json(row.json)


async def begun(ann: Patient, clock: Clock, *words: str) -> None:
    """Up to the first emergency screen, and further by these words; each at its own moment."""
    await ann.start()
    for said in ("me", "44", *words):
        clock.now += 20
        await ann.says(said)
    clock.now += 20


async def backlog(bot: Running, telegram: TelegramDouble, ann: Patient, *said: tuple[float, str]) -> None:
    """Messages written at these times while the bot was away: they come together."""
    for written, words in said:
        ann.person.send(words, date=int(written))
    await quiet(bot, telegram)


async def hears(bot: Running, telegram: TelegramDouble, ann: Patient, words: str, **more: Any) -> None:
    """A message with further fields, until it is answered."""
    ann.person.send(words, **more)
    await quiet(bot, telegram)


def screen(ann: Patient, words: str) -> DoubleMessage:
    """The bot's message that shows this."""
    return next(m for m in ann.person.messages if words in m.text)


def reply_to(message: DoubleMessage, **more: Any) -> dict[str, Any]:
    """The fields of a reply to a message of the bot's."""
    return {"reply_to_message": {**message.body, "from": {"id": 99, "is_bot": True, "first_name": "bot"}}, **more}
