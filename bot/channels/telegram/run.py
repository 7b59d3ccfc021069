"""One run of the bot: from the first connection to the last commit."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.server.flow_reload import LoadFlow, Reloading
from bot.server.logs import quiet_loop
from bot.server.rate_limits import Limits
from bot.server.startup import first, listen, raise_handle_limit, webhook_of
from bot.service.service import Service
from bot.settings import Settings

from .channel import Telegram

if TYPE_CHECKING:
    from bot.channels.webhook.server import Web

log = logging.getLogger("symptom_bot.run")

LAST = 4.0
"""Seconds that all may take between the signal to stop and the end."""

COLLECT = (10_000, 20, 20)
"""New objects before the youngest are looked through, and rounds of that before older ones are."""


async def run(
    settings: Settings,
    service: Service,
    token: str,
    url: str,
    folder: Path,
    prove: Callable[[], None],
    load: LoadFlow,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP. `prove`: waits until the flows are proved, and takes those out of use that are not
    safe; `load`: a flow that was edited. Raises CannotStart, and what `prove` raises."""
    asyncio.get_running_loop().set_exception_handler(quiet_loop)
    stop = asyncio.Event()
    _on_signals(stop)
    raise_handle_limit()
    public = webhook_of(settings) if settings.mode == "webhook" else None
    bound = listen(settings.listen) if public or settings.serve_metrics else None
    limits = Limits(settings.rate_overall, settings.rate_chat)
    channel = Telegram(service, token, url, limits, retention_days=settings.retention_days)
    channel.chores.reload = Reloading(folder, service, channel.thread, load).look
    web = None if bound is None else _web(channel, bound, public)
    told = {"mode": settings.mode, "store": service.store.where, "listen": settings.listen}

    async def begin() -> None:
        if web is not None:
            await web.start()  # /readyz says what is waited for; an update waits for `begin` of the channel
        told["bot"] = await channel.reach()
        _leave_alone_what_stays()
        await asyncio.to_thread(prove)
        channel.begin()

    def ready() -> None:
        log.info("serving", extra=told)

    try:
        if await first(stop, begin()):
            if public is not None:
                await channel.hook(*public, stop, ready)
            else:
                await channel.poll(stop, ready)
        log.info("stopping")
    finally:
        until = asyncio.get_running_loop().time() + LAST
        if web is not None:
            await web.stop()
        if bound is not None:
            bound.close()
        if not await channel.end(until):
            # A thread waits for the database and cannot be called back; nothing that it holds is confirmed to Telegram.
            log.error("database does not answer: ended without it")
            os._exit(1)


def _leave_alone_what_stays() -> None:
    """Flows, machines and modules live as long as the run: the garbage collector need not go through them every time,
    which made the slowest turns twice as slow."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    gc.enable()


def _web(channel: Telegram, bound: socket.socket, public: tuple[str, str] | None) -> Web:
    from bot.channels.webhook.server import App, Hook, Web
    from bot.server.metrics import Metrics

    turns, deliverer = channel.turns, channel.deliverer
    metrics = Metrics(channel.service.clock, lambda: turns.waiting, lambda: deliverer.waiting, channel.health)
    channel.service.on_handled = metrics.handled
    channel.report = metrics.delivered
    hook = None if public is None else Hook(urlsplit(public[0]).path or "/", public[1], channel.handle_one)
    return Web(App(channel.health, metrics, hook), bound)


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":  # pragma: no cover
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # a closed terminal is no reason to lose anything
        loop.add_signal_handler(number, stop.set)
