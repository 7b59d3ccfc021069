"""A world of the double: one bot, its database, its clock and the chats that share it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.updates import chat_name
from bot.channels.webhook.server import App, Hook, Web
from bot.core.flow.compiled import Flow
from bot.replay.double.faults import Faults
from bot.replay.double.people import User
from bot.replay.double.server import TelegramDouble
from bot.replay.playing.acts import Key
from bot.server.chores import Every
from bot.server.metrics import Metrics
from bot.server.rate_limits import Limits
from bot.server.startup import CannotStart, listen
from bot.service.service import Service
from bot.store import Store, open_store

MakeService = Callable[[Store, Flow, Callable[[], float]], Service]
"""(store, flow, clock in seconds UTC) -> the service that a running bot has."""

PATIENCE = 30.0
LOOK = 0.002
"""Seconds between two looks at who has come to rest."""
DROPPED = 0.3
"""Share of the cases in which, under faults, the bot is dropped in the middle of a turn: each drop hits all who chat then."""
NEVER = 10.0**6
QUIET = Every(due=NEVER, left_behind=0.5, retention=NEVER, flows=NEVER, withdrawn=NEVER)
"""Chores that replay does itself, when the script says that time passes."""
SECRET = "replay-secret"


Looks = tuple[str, tuple[tuple[Key, ...], ...]]
"""What a message shows: its text and its buttons."""


@dataclass
class Clock:
    """The time of a world, in seconds UTC."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class World:
    """A double, a store on disk and a bot that can be dropped and opened again. `faults`: seed, None = none."""

    def __init__(self, make: MakeService, flow: Flow, faults: int | None, webhook: bool) -> None:
        self._make, self.flow, self.seed, self._webhook = make, flow, faults, webhook
        self.clock = Clock()
        self._people = 0
        self._whole = asyncio.Lock()
        self._recovering = False
        self._resting: list[tuple[User, asyncio.Future[None]]] = []

    async def __aenter__(self) -> World:
        logging.getLogger("symptom_bot").addHandler(logging.NullHandler())  # what goes wrong here is meant to
        self._folder = tempfile.TemporaryDirectory(prefix="replay-", ignore_cleanup_errors=True)
        self.double = TelegramDouble(clock=self.clock, record=0, webhook_retry=0.02)
        self.double.faults = faults_of(self.seed)
        await self.double.start()
        await self._open()
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        await self._close()
        await self.double.stop()
        self._folder.cleanup()

    async def _open(self) -> None:
        path = Path(self._folder.name) / "bot.db"
        self.store = open_store(f"sqlite:///{path}", purpose="replay")
        self.service = self._make(self.store, self.flow, self.clock)
        self.channel = Telegram(self.service, self.double.token, self.double.url, Limits(10.0**6, 10.0**6), every=QUIET)
        self._stop = asyncio.Event()
        self._web: Web | None = None
        await self._reach()
        self.channel.begin()
        if self._webhook:
            bound = listen("127.0.0.1:0")
            url = f"http://127.0.0.1:{bound.getsockname()[1]}/hook"
            hook = Hook(urlsplit(url).path, SECRET, self.channel.handle_one)
            metrics = Metrics(self.clock, lambda: 0, lambda: 0)
            self._web = Web(App(self.channel.health, metrics, hook), bound)
            await self._web.start()
            self._serving = asyncio.create_task(self.channel.hook(url, SECRET, self._stop))
        else:
            self._serving = asyncio.create_task(self.channel.poll(self._stop))

    async def _reach(self) -> None:
        """On a machine that is busy with other things the first call may take longer than a bot would wait for it."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                await self.channel.reach()
                return
            except CannotStart:
                if asyncio.get_running_loop().time() > end:
                    raise

    async def _close(self) -> None:
        self._stop.set()
        with contextlib.suppress(Exception):
            await self._serving
        if self._web is not None:
            await self._web.stop()
        await self.channel.end()

    async def restart(self) -> None:
        """Drop the bot as it is, nothing finished, nothing more recorded; open it again on the same store."""
        async with self._whole:
            if self._web is not None:
                await self._web.drop()
            self._stop.set()
            with contextlib.suppress(Exception):
                await self._serving
            await self.channel.drop()
            self._recovering = True
            await self._open()

    async def ask(self, question: Callable[[Store], T]) -> T:
        """What the store answers, in its thread and while no bot is being dropped."""
        async with self._whole:
            return await self.channel.thread(question)

    def person(self, lang: str) -> User:
        """A new person with a private chat."""
        self._people += 1
        return self.double.user(10_000 + self._people, lang=lang)

    async def rest(self, person: User) -> None:
        """Until everything that this person did is confirmed, committed and delivered."""
        if not self._unrest(person, self.channel.deliverer.leases):
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resting.append((person, future))
        try:
            async with asyncio.timeout(PATIENCE):
                await future
        except TimeoutError:
            why = self._unrest(person, self.channel.deliverer.leases)
            said = person.history()
            raise AssertionError(f"the bot did not come to rest within {PATIENCE:g} s ({why}):\n{said}") from None

    async def _watch(self) -> None:
        """Wakes those whose chat has come to rest: one look at all of them now and then, instead of one each."""
        while True:
            await asyncio.sleep(LOOK)
            if self._recovering:
                self._recovering = await self.ask(Store.waiting) > 0
            busy = self.channel.deliverer.leases
            still: list[tuple[User, asyncio.Future[None]]] = []
            for waiting in self._resting:
                person, future = waiting
                if self._unrest(person, busy):
                    still.append(waiting)
                elif not future.done():
                    future.set_result(None)
            self._resting = [waiting for waiting in still if not waiting[1].done()]

    async def recorded(self) -> None:
        """Until the store knows of everything that was delivered: a bot that is dropped earlier says it once more."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while await self.ask(Store.waiting) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.002)

    def _unrest(self, person: User, busy: Mapping[str, int]) -> str:
        """What this person still waits for; "" for nothing. `busy`: chats that have messages on their way."""
        if self._whole.locked() or self._recovering:
            return "the bot is being restarted"
        if self.double.updates.unconfirmed(person.chat.id, person.last_update):
            return "an update is not confirmed"
        if chat_name(person.chat.id) in busy:
            return "a message is not delivered"
        # The end of a tap's spinner is best effort: a bot that is dropped may owe it for ever.
        return "a tap is not answered" if self.seed is None and person.chat.spinning else ""


T = TypeVar("T")


def faults_of(seed: int | None) -> Faults:
    """What the double does wrong under this seed."""
    if seed is None:
        return Faults()
    return Faults(seed, reset=0.01, reset_after=0.01, server_error=0.005, duplicate=0.2, reorder=0.5, conflict=0.01)
