"""A bot that cannot be reached by anybody says so: in /healthz and in its log, with the cause that Telegram names."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram.error import Conflict, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.channels.telegram.deafness import HOOK_GONE, HOOK_TAKEN, POLLED_TWICE, cause_of, watch_webhook
from bot.channels.telegram.polling import Polling
from bot.replay.double.server import TelegramDouble
from bot.server.hearing import DEAF_AFTER, Hearing
from tests.support.telegram_bot import Clock, eventually, serving
from tests.support.webhook_bot import SECRET, server


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def hearing(clock: Clock) -> Hearing:
    return Hearing(clock)


def test_it_is_deaf_after_half_a_minute_and_hears_again(
    hearing: Hearing, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "symptom_bot.hearing")
    for _ in range(6):
        hearing.tries(30)
        hearing.failed("a reason")
        assert hearing.trouble == ("a reason" if clock.now - 1000.0 >= DEAF_AFTER else "")
        clock.now += 6
    hearing.tries(30)
    hearing.failed("a reason")
    hearing.failed("another")
    assert hearing.trouble == "another"
    hearing.heard()
    assert hearing.trouble == ""
    assert [r.message for r in caplog.records] == [
        "no update reaches the bot: nobody is heard",
        "updates reach the bot again",
    ]


def test_a_poll_that_waits_is_no_trouble_and_one_that_hangs_is(hearing: Hearing, clock: Clock) -> None:
    hearing.tries(30)
    clock.now += 31
    assert hearing.trouble == ""
    clock.now += 30
    assert hearing.trouble == "Telegram does not answer"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            Conflict("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"),
            HOOK_TAKEN,
        ),
        (Conflict("Conflict: terminated by other getUpdates request"), POLLED_TWICE),
        (TimedOut(), "does not answer in time"),
        (NetworkError("x"), "cannot be reached"),
        (RetryAfter(3), "pause"),
        (Forbidden("x"), "Forbidden"),
    ],
)
def test_the_cause_is_named(error: Any, words: str) -> None:
    assert words in cause_of(error)


async def test_polling_that_is_refused_for_half_a_minute_is_told(hearing: Hearing, clock: Clock) -> None:
    refused = True

    async def fetch(offset: int | None, wait: int) -> list[Any]:
        await asyncio.sleep(0)
        if refused:
            clock.now += 40
            raise TimedOut
        return []

    async def handle(updates: Any) -> None:
        raise AssertionError

    polling = asyncio.create_task(Polling(fetch, handle, hearing).run())
    async with asyncio.timeout(5):
        while not hearing.trouble:
            await asyncio.sleep(0.01)
        refused = False
        while hearing.trouble:
            await asyncio.sleep(0.01)
    polling.cancel()


@pytest.mark.parametrize(
    ("info", "cause"),
    [
        ({"url": ""}, HOOK_GONE),
        ({"url": "https://elsewhere.example/hook"}, HOOK_GONE),
        ({"pending_update_count": 4, "last_error_message": "Wrong response from the webhook: 401"}, "401"),
        ({"pending_update_count": 1, "last_error_message": "Connection refused"}, "Connection refused"),
        ({"pending_update_count": 0, "last_error_message": "Connection refused"}, ""),
        ({"pending_update_count": 3}, ""),
        ({}, ""),
    ],
)
async def test_a_webhook_that_was_taken_away_or_fails_is_told(
    hearing: Hearing, clock: Clock, info: dict[str, Any], cause: str
) -> None:
    usual = {"url": "https://bot.example/hook", "pending_update_count": 0, "last_error_message": None}
    looks = 0

    async def look() -> Any:
        nonlocal looks
        looks += 1
        clock.now += 20
        return SimpleNamespace(**{**usual, **info})

    watching = asyncio.create_task(watch_webhook(look, "https://bot.example/hook", hearing, every=0.001))
    async with asyncio.timeout(5):
        while looks < 5:
            await asyncio.sleep(0.005)
    watching.cancel()
    assert (cause in hearing.trouble) if cause else hearing.trouble == ""


# --- against the double, over HTTP --------------------------------------------------------------------------------------


async def answers(url: str, status: int, words: str) -> None:
    """Wait until /healthz answers so."""
    async with ClientSession() as web, asyncio.timeout(10):
        while True:
            async with web.get(f"{url}/healthz") as answer:
                if answer.status == status and words in await answer.text():
                    return
            await asyncio.sleep(0.02)


async def test_a_webhook_that_others_take_away_shows_in_healthz(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, server(telegram, sqlite_url, deaf_after=0.3) as bot:
        await answers(bot.url, 200, "ok")
        await telegram.until(lambda: telegram.updates.webhook is not None, 5)
        await bot.channel.bot.delete_webhook()
        await answers(bot.url, 503, "taken away")
        await bot.channel.bot.set_webhook(bot.hook, secret_token=SECRET)
        await answers(bot.url, 200, "ok")


async def test_calls_of_the_webhook_that_are_all_refused_show_in_healthz(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, server(telegram, sqlite_url, deaf_after=0.3) as bot:
        await telegram.until(lambda: telegram.updates.webhook is not None, 5)
        await bot.channel.bot.set_webhook(bot.hook, secret_token="another")
        telegram.user(1).send("/start")
        await answers(bot.url, 503, "calls of the webhook fail")
        await bot.channel.bot.set_webhook(bot.hook, secret_token=SECRET)
        await answers(bot.url, 200, "ok")


async def test_a_bot_that_polls_beside_a_webhook_of_others_says_so(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, serving(telegram, sqlite_url) as bot:
        bot.channel.hearing._after = 0.3
        await telegram.until(lambda: telegram.updates.polled, 5)
        await bot.channel.bot.set_webhook("http://127.0.0.1:1/hook")
        telegram.user(1).send("hello")  # ends the poll that waits
        await eventually(lambda: bot.channel.trouble == HOOK_TAKEN, 10)
        await bot.channel.bot.delete_webhook()
        await eventually(lambda: bot.channel.trouble == "", 40)
