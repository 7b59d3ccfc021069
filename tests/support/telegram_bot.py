"""The bot against the Telegram double, in one event loop or as a process of its own: what tests of the channel share."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import open_service
from bot.channels.telegram.channel import Telegram
from bot.replay.double.people import PATIENCE, User
from bot.replay.double.server import TelegramDouble
from bot.server.chores import Every
from bot.server.rate_limits import Limits
from bot.service.service import Service
from bot.settings import Settings
from bot.store import Store, open_store
from tests.support.forked_bot import MOST_SAID, Forked, fork_bot
from tests.support.places import ROOT, TESTS

FLOWS = TESTS / "flows"
NEVER = 10**6
QUIET = Every(due=NEVER, left_behind=0.05, retention=NEVER, flows=NEVER, withdrawn=NEVER)
"""Chores that tests do themselves, when they want them."""


@dataclass
class Clock:
    """The bot's and Telegram's time, in seconds UTC; it moves when a test says so."""

    now: float = datetime(2026, 11, 20, 18, 0, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@dataclass
class Running:
    """A bot that serves: in the test's own loop, so that a test can look into it."""

    channel: Telegram
    store: Store
    clock: Clock
    stop: asyncio.Event
    task: asyncio.Task[None]

    @property
    def service(self) -> Service:
        return self.channel.service

    async def wait(self, seconds: float) -> None:
        """Let time pass: what is due by then is sent."""
        self.clock.now += seconds
        await self.channel.chores.due()

    async def end(self) -> None:
        """As SIGTERM does."""
        self.stop.set()
        await self.task


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


def settings(**more: Any) -> Settings:
    """Settings of the small test flow, whatever the environment says."""
    values = {"flow": "sprain", "flows_dir": FLOWS, "rate_chat": 1000.0, "rate_overall": 10_000.0, **more}
    return Settings(_env_file=None, **values)


@contextlib.asynccontextmanager
async def serving(
    double: TelegramDouble,
    url: str,
    clock: Clock | None = None,
    limits: Limits | None = None,
    every: Every = QUIET,
    make: Callable[[Store, Clock], Service] | None = None,
    polls: bool = True,
    **more: Any,
) -> AsyncIterator[Running]:
    """A bot that polls the double until the block ends, or one of several that does not. `make`: its service, unless it is that
    of the settings."""
    chosen = settings(**more)
    clock = clock or Clock()
    store = open_store(url, purpose="test")
    service = open_service(chosen, store, clock) if make is None else make(store, clock)
    channel = Telegram(
        service,
        double.token,
        double.url,
        limits or Limits(chosen.rate_overall, chosen.rate_chat),
        every=every,
        retention_days=chosen.retention_days,
    )
    await channel.reach()
    channel.begin()
    stop = asyncio.Event()
    task = asyncio.create_task(channel.poll(stop) if polls else _until(stop))
    running = Running(channel, store, clock, stop, task)
    try:
        yield running
    finally:
        stop.set()
        with contextlib.suppress(Exception):
            await task
        await channel.end()


def make_readers(service: Service) -> None:
    """They are made before anybody is served."""
    for flow in service.flows.current.values():
        flow.reader("", service.local(service.clock()), "en", None)


@dataclass
class Patient:
    """A person who reads before answering. `person`: the double's user."""

    person: User
    taps: int = field(default=0)

    @property
    def last(self) -> Any:
        return self.person.last_message

    async def start(self, parameter: str = "") -> Any:
        return await self.says(f"/start {parameter}".strip())

    async def says(self, text: str) -> Any:
        """Write, and wait for the answer."""
        before = self._count()
        self.person.send(text)
        return await self._more(before)

    async def taps_on(self, label: str) -> Any:
        """Tap, and wait for the next message and for the end of the spinner."""
        await self.person.until(lambda: any(m.button(label) for m in self.person.chat.from_bot()))
        before = self._count()
        tap = self.person.tap(label)
        message = await self._more(before)
        await self.person.answered(tap)
        return message

    async def toggles(self, label: str) -> Any:
        """Tap an item of a list, and wait until the message was edited."""
        message = self.person.last_message
        edits = message.edits
        tap = self.person.tap(label, message)
        await self.person.until(lambda: message.edits > edits)
        await self.person.answered(tap)
        return message

    async def consents(self) -> Any:
        await self.start()
        return await self.taps_on("Me")

    async def walks(self, *labels: str) -> Any:
        """Tap one label after another."""
        for label in labels:
            await self.taps_on(label)
        return self.last

    def _count(self) -> int:
        return sum(1 for _ in self.person.chat.from_bot())

    async def _more(self, before: int) -> Any:
        await self.person.until(lambda: self._count() > before and not _goes_on(self.person.last_message))
        return self.person.last_message


def _goes_on(message: Any) -> bool:
    """Whether the turn has another message behind this one: the last check behind the review."""
    return bool(message.labels == ["Change something"])


UNCOMPLICATED = (
    "Me", "None of these", "None of these", "16 to 54", "None of these", "1 to 3 days ago", "Seconds", "No", "Never",
    "4", "No difference", "As usual",
)  # fmt: skip
"""The taps of somebody with a twisted ankle and nothing else."""


async def quiet(running: Running, double: TelegramDouble) -> None:
    """Until everything that came in is answered and delivered."""
    await double.settled()
    channel = running.channel
    await eventually(lambda: not (channel.turns.waiting or channel.deliverer.waiting or channel.deliverer.has_outcomes))
    await eventually(lambda: not running.store.waiting())


async def eventually(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Until the condition holds; for what changes inside the bot, where nothing wakes a test."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


Process = asyncio.subprocess.Process | Forked
"""A bot that runs as a process of its own."""


@contextlib.asynccontextmanager
async def process(double: TelegramDouble, database: str, **environment: str) -> AsyncIterator[Process]:
    """`symptom-bot run` as a process of its own; killed at the end if it still lives."""
    started = await start_process(double, database, **environment)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


class Starting:
    """How `start_process` starts the bot: the command itself, or forked from a process that has imported everything."""

    as_command = True


async def start_process(
    double: TelegramDouble, database: str, before: Callable[[], None] | None = None, **environment: str
) -> Process:
    """Start `symptom-bot run`. `before`: called in its process first."""
    clean = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    chosen = {
        **clean,
        "TELEGRAM_BOT_TOKEN": double.token,
        "TELEGRAM_API_URL": double.url,
        "DATABASE_URL": database,
        "FLOWS_DIR": str(FLOWS),
        "FLOW": "sprain",
        **({} if database.startswith("sqlite") else {"DATA_KEY_FILE": str(Path("symptom-bot.key").absolute())}),
        "RATE_CHAT": "1000",
        "RATE_OVERALL": "100000",
        **environment,
    }
    if not Starting.as_command:
        return await fork_bot(chosen, before)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=ROOT,
        env=chosen,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=MOST_SAID,
        preexec_fn=before,
    )


def by_webhook() -> dict[str, str]:
    """The settings of a bot that Telegram posts to, at a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    return {"MODE": "webhook", "WEBHOOK_URL": f"http://{listen}/hook", "LISTEN": listen}


def log_lines(text: str) -> list[dict[str, Any]]:
    """The JSON lines of a log."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
