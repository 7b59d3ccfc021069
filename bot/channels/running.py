"""One run of the bot: from the first connection to the last commit."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

from bot.channels.limits import Limits
from bot.channels.logs import quiet_loop
from bot.channels.reloading import Load, Reloading
from bot.channels.telegram import Telegram
from bot.service import Service
from bot.settings import Settings

log = logging.getLogger("symptom_bot.run")


async def run(settings: Settings, service: Service, token: str, url: str, folder: Path, load: Load) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart."""
    asyncio.get_running_loop().set_exception_handler(lambda _, context: quiet_loop(_, context))
    stop = asyncio.Event()
    _on_signals(stop)
    channel = Telegram(
        service,
        token,
        url,
        Limits(settings.rate_overall, settings.rate_chat),
        retention_days=settings.retention_days,
    )
    reloading = Reloading(folder, service, channel.thread, load)
    channel.chores.reload = reloading.look
    try:
        name = await channel.reach()
        channel.begin()
        log.info("serving", extra={"bot": name, "mode": settings.mode, "store": service.store.where})
        await channel.poll(stop)
        log.info("stopping")
    finally:
        await channel.end()


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":  # pragma: no cover
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(number, stop.set)
