"""How updates come from the double: by polling and by webhook, in order, confirmed, and to one who asks."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from telegram import (
    Bot,
    Update,
)
from telegram.error import (
    Conflict,
)

from bot.replay.double.server import TelegramDouble
from tests.support.double_calls import Hook, bot_of, keys, refused, updates


async def test_updates_stay_until_they_are_confirmed(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    for word in "abc":
        ann.send(word)
    first = await updates(bot)
    assert [u.message and u.message.text for u in first] == ["a", "b", "c"]
    assert await updates(bot) == first
    assert len(await updates(bot, limit=2)) == 2
    assert [u.update_id for u in await updates(bot, offset=first[1].update_id)] == [u.update_id for u in first[1:]]
    assert not telegram.updates.settled()
    assert await updates(bot, offset=first[2].update_id + 1) == ()
    assert telegram.updates.settled()
    await telegram.settled()


async def test_a_negative_offset_forgets_all_but_the_last(telegram: TelegramDouble, bot: Bot) -> None:
    for word in "abc":
        telegram.user(1).send(word)
    assert [u.message and u.message.text for u in await updates(bot, offset=-1)] == ["c"]
    assert len(await updates(bot)) == 1


async def test_a_long_poll_ends_with_the_first_update_or_with_nothing(telegram: TelegramDouble, bot: Bot) -> None:
    waiting = asyncio.ensure_future(updates(bot, wait=50))
    await telegram.until(lambda: telegram.updates.polled)
    telegram.user(1).send("hi")
    assert len(await waiting) == 1
    assert await updates(bot, offset=9999, wait=1) == ()


async def test_only_the_kinds_asked_for_come(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    assert await updates(bot, allowed_updates=["callback_query"]) == ()
    await bot.send_message(1, "x", reply_markup=keys("A"))
    ann.send("not wanted")
    ann.tap("A")
    assert [u.callback_query is not None for u in await updates(bot)] == [True]


async def test_a_second_poller_ends_the_first(telegram: TelegramDouble, bot: Bot) -> None:
    async with bot_of(telegram) as other:
        first = asyncio.ensure_future(updates(bot, wait=50))
        await telegram.until(lambda: telegram.updates.polled)
        second = asyncio.ensure_future(updates(other, wait=50))
        with pytest.raises(Conflict, match="other getUpdates"):
            await first
        telegram.user(1).send("hi")
        assert len(await second) == 1
    third = asyncio.ensure_future(updates(bot, offset=9999, wait=50))
    await telegram.until(lambda: telegram.updates.polled)
    telegram.second_poller()
    with pytest.raises(Conflict):
        await third
    telegram.second_poller()
    with pytest.raises(Conflict):
        await updates(bot)


async def test_a_poller_that_hung_up_does_not_count_as_a_second(telegram: TelegramDouble, bot: Bot) -> None:
    address = urlsplit(telegram.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"GET /bot{telegram.token}/getUpdates?timeout=50 HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    await telegram.until(lambda: telegram.updates.polled)
    writer.close()
    while telegram.updates.polled:
        await asyncio.sleep(0)
    telegram.user(1).send("hi")
    assert len(await updates(bot)) == 1


async def test_a_webhook_gets_what_waits_and_what_comes(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    ann = telegram.user(1)
    ann.send("before")
    await bot.set_webhook(hook.url, secret_token="s3cret", max_connections=5)
    ann.send("after")
    await telegram.settled()
    assert hook.texts == ["before", "after"]
    assert set(hook.secrets) == {"s3cret"}
    assert Update.de_json(hook.got[0], bot).message is not None
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (hook.url, 0, 5)
    with pytest.raises(Conflict, match="webhook is active"):
        await updates(bot)
    await bot.delete_webhook()
    ann.send("later")
    assert len(await updates(bot)) == 1
    assert (await bot.get_webhook_info()).url == ""


async def test_a_webhook_is_asked_again_until_it_says_200_and_a_chat_stays_in_order(
    telegram: TelegramDouble, bot: Bot, hook: Hook
) -> None:
    failures = 2

    def answer(update: dict[str, Any]) -> web.Response:
        nonlocal failures
        if update["message"]["text"] == "a" and failures:
            failures -= 1
            return web.Response(status=500)
        return web.Response()

    hook.answers = answer
    await bot.set_webhook(hook.url)
    ann, ben = telegram.user(1), telegram.user(2)
    for word in "abc":
        ann.send(word)
    ben.send("not held up")
    await telegram.settled()
    assert [text for text in hook.texts if len(text) == 1] == ["a", "a", "a", "b", "c"]
    assert hook.texts.index("not held up") < 3
    assert "500" in str((await bot.get_webhook_info()).last_error_message)


async def test_a_webhook_s_answer_may_carry_a_call(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    hook.answers = lambda update: web.json_response({"method": "sendMessage", "chat_id": 1, "text": "in the answer"})
    await bot.set_webhook(hook.url)
    ann = telegram.user(1)
    ann.send("hi")
    assert (await ann.next_message()).text == "in the answer"
    assert telegram.calls[-1].rode
    hook.answers = lambda update: web.json_response({"method": "sendMessage", "chat_id": 1, "text": ""})
    ann.send("hi")
    await telegram.settled()
    assert [(call.method, call.rode) for call in telegram.refused] == [("sendMessage", True)]


async def test_a_webhook_that_is_down_loses_nothing(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    ann = telegram.user(1)
    ann.send("a")
    ann.send("b")
    await telegram.until(lambda: telegram.updates.webhook is not None and telegram.updates.webhook.last_error != "")
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2
    assert "Connection" in str(info.last_error_message)
    await bot.set_webhook(hook.url)
    await telegram.settled()
    assert hook.texts == ["a", "b"]
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    assert "https" in await refused(bot.set_webhook("http://example.org/hook"))
    assert "unallowed characters" in await refused(bot.set_webhook(hook.url, secret_token="a b"))
    assert "max_connections" in await refused(bot.set_webhook(hook.url, max_connections=500))
