"""A bot that serves but is reached by nobody, as a process, in real time: /healthz says so within a minute, and the log names the
cause."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientError, ClientSession

from bot.channels.telegram.deafness import HOOK_GONE, HOOK_TAKEN, POLLED_TWICE
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from bot.server.hearing import DEAF_AFTER
from tests.support.telegram_bot import by_webhook, log_lines, process
from tests.support.webhook_bot import SECRET

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bot_process")]
OFTEN = 10_000
TWICE = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CAUSES = {
    "another program's webhook": ("polling", [], HOOK_TAKEN),
    "polled twice": ("polling", [Fault("server_error", status=409, description=TWICE)] * OFTEN, POLLED_TWICE),
    "a gateway in between": ("polling", [Fault("server_error", status=502)] * OFTEN, "Telegram"),
    "no network": ("polling", [Fault("reset")] * OFTEN, "Telegram cannot be reached"),
    "webhook taken away": ("webhook", [], HOOK_GONE),
}


async def until_healthz(listen: str, status: int, words: str, seconds: float) -> None:
    async with ClientSession() as web, asyncio.timeout(seconds):
        while True:
            try:
                async with web.get(f"http://{listen}/healthz") as answer:
                    if answer.status == status and words in await answer.text():
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.2)


async def call(telegram: TelegramDouble, method: str, **values: str) -> None:
    """What another program does with the same token."""
    async with ClientSession() as web, web.post(f"{telegram.url}/bot{telegram.token}/{method}", json=values) as answer:
        assert answer.status == 200, await answer.text()


async def deaf(url: str, cause: str) -> None:
    mode, faults, words = CAUSES[cause]
    environment = by_webhook() | {"WEBHOOK_SECRET": SECRET}
    listen = environment["LISTEN"]
    if mode == "polling":
        environment = {"LISTEN": listen, "SERVE_METRICS": "true"}
    async with TelegramDouble() as telegram, process(telegram, url, **environment) as started:
        await until_healthz(listen, 200, "ok", 60)
        telegram.user(1).send("/start")
        await telegram.user(1).sees("Who is this about?", 60)
        if mode == "webhook":
            await call(telegram, "deleteWebhook")
        elif faults:
            telegram.fail("getUpdates", *faults)
        else:
            await call(telegram, "setWebhook", url="http://127.0.0.1:1/hook")
        telegram.user(2).send("/start")  # ends a poll that waits
        await until_healthz(listen, 503, words, 2 * DEAF_AFTER)
        started.terminate()
        _, err = await started.communicate()
    assert any(words in str(line) and line["level"] in ("error", "warning") for line in log_lines(err.decode())), (
        err.decode()
    )


async def test_whoever_is_not_heard_is_told_of(tmp_path: object) -> None:
    """All causes at once: each takes half a minute."""
    await asyncio.gather(*(deaf(f"sqlite:///{tmp_path}/{number}.db", cause) for number, cause in enumerate(CAUSES)))
