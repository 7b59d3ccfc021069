"""The bot in webhook mode against the Telegram double, in one event loop: what tests of the webhook share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.app import open_service
from bot.channels.telegram.channel import Telegram
from bot.channels.webhook.connections import Bounds
from bot.channels.webhook.server import App, Hook, Web
from bot.replay.double.server import TelegramDouble
from bot.server.hearing import DEAF_AFTER
from bot.server.metrics import Metrics
from bot.server.rate_limits import Limits
from bot.server.startup import listen
from bot.store import open_store
from tests.support.telegram_bot import QUIET, Clock, settings

SECRET = "a-secret_of-the-webhook"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


class Server:
    """A bot in webhook mode. `url`: where it is asked; `hook`: where updates go."""

    def __init__(self, channel: Telegram, port: int, web: Web) -> None:
        self.channel, self.web = channel, web
        self.url = f"http://127.0.0.1:{port}"
        self.hook = f"{self.url}/hook"


@contextlib.asynccontextmanager
async def server(
    double: TelegramDouble,
    url: str,
    clock: Clock | None = None,
    register: bool = True,
    deaf_after: float = DEAF_AFTER,
    bounds: Bounds | None = None,
) -> AsyncIterator[Server]:
    bound = listen("127.0.0.1:0")
    port = bound.getsockname()[1]
    clock = clock or Clock()
    service = open_service(settings(), open_store(url), clock)
    channel = Telegram(service, double.token, double.url, Limits(1e6, 1e6), every=QUIET, deaf_after=deaf_after)
    metrics = Metrics(clock, lambda: channel.turns.waiting, lambda: channel.deliverer.waiting, channel.health)
    service.on_handled, channel.report = metrics.handled, metrics.delivered
    web = Web(App(channel.health, metrics, Hook("/hook", SECRET, channel.handle_one)), bound, bounds)
    await channel.reach()
    channel.begin()
    await web.start()
    stop = asyncio.Event()
    task = None
    if register:
        task = asyncio.create_task(channel.hook(f"http://127.0.0.1:{port}/hook", SECRET, stop))
    try:
        yield Server(channel, port, web)
    finally:
        stop.set()
        if task is not None:
            await task
        await web.stop()
        await channel.end()
        bound.close()


def start_update(number: int, chat: int = 1, text: str = "/start") -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number, "date": 0, "text": text, "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "language_code": "en"},
        },
    }  # fmt: skip
