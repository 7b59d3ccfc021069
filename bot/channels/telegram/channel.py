"""The Telegram channel as a whole: what comes in goes to the service, what was committed goes out, and chores go on beside.

It runs until it is told to stop, then finishes the batch, commits, and ends within five seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from math import inf
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.core import fast_json
from bot.server.chores import Chores, Every, Reload
from bot.server.delivery import Deliverer, DeliveryResult, Gone, Later, Never
from bot.server.group_commit import GroupCommit
from bot.server.health import Health
from bot.server.hearing import DEAF_AFTER, Hearing
from bot.server.rate_limits import Limits
from bot.server.startup import CannotStart, first
from bot.service.incoming import Handled, Incoming
from bot.service.service import Service
from bot.store import EMERGENCY, Delivery, StoreThread

from .deafness import watch_webhook
from .http_request import HttpRequest
from .messages import answer_tap
from .outage import Outage
from .polling import WAIT, Polling, Update
from .post import Api, Post, short_pause
from .setup import introduce, use_polling, use_webhook, who_am_i
from .updates import ALLOWED, number_of, read_update, tap_id

log = logging.getLogger("symptom_bot.telegram")

LAST_CALLS = 2.5
"""Seconds that calls on their way have to come to an end when the bot stops."""

ENDING = 4.0
"""Seconds that the end may take in all."""

CONNECTIONS = 100
"""Updates that Telegram may post at the same time: the most that it allows."""


async def stay() -> None:
    """A reload that does nothing."""


class Telegram:
    """`url`: base of the Bot API without "/bot"; `in_flight`: calls on their way at once; `report` is told of
    each try to deliver."""

    def __init__(
        self,
        service: Service,
        token: str,
        url: str,
        limits: Limits,
        *,
        retention_days: int = 30,
        reload: Reload = stay,
        in_flight: int = 256,
        every: Every | None = None,
        deaf_after: float = DEAF_AFTER,
    ) -> None:
        self.service, self.url = service, url.rstrip("/")
        self._request = HttpRequest(connection_pool_size=in_flight + 32)
        self._poller = HttpRequest(connection_pool_size=2, read_timeout=WAIT + 10.0)
        self.bot = Bot(token, base_url=f"{self.url}/bot", request=self._request, get_updates_request=self._poller)
        service.read_again = self._read_again
        self.thread = StoreThread(service.store)
        self._api = Api(self.bot, self._request)
        self._post = Post(self._api, limits, service.clock, self._look_up, service.cut_short)
        lease = service.store.lease if service.store.shared else inf
        self.deliverer = Deliverer(
            self._post.send, limits, service.clock, slots=in_flight, lease=lease, report=self._told
        )
        self.turns = GroupCommit(service, self.thread, self.deliverer)
        self._outage = Outage(self._api, limits, service)
        self.chores = Chores(service, self.thread, self.turns, self.deliverer, retention_days, reload, every)
        self.hearing = Hearing(after=deaf_after)
        self.health = Health(service.flows, self.turns, self.hearing, lambda: limits.workers)
        self._look_every = deaf_after / 3
        self.report: Callable[[Delivery, DeliveryResult], None] = lambda delivery, result: None
        self._tasks: list[asyncio.Task[None]] = []
        self._taps: set[asyncio.Task[None]] = set()
        self._turning: asyncio.Task[None] | None = None

    # Life

    async def reach(self) -> str:
        """Open the connections and ask who the bot is; returns its user name. Raises CannotStart."""
        await self._request.initialize()
        await self._poller.initialize()
        return (await who_am_i(self.bot, self.url)).username or ""

    async def introduce(self) -> None:
        """Tell Telegram commands and descriptions. That this fails stops nobody from talking to the bot."""
        for tries in range(1, 6):
            try:
                await introduce(self.bot, self.service.flows.named(None), self.service.places)
                return
            except TelegramError as error:
                wait = short_pause(error) if isinstance(error, RetryAfter) else 2.0**tries
                last = error
            await asyncio.sleep(wait)
        log.warning("commands and descriptions not set", extra={"reason": type(last).__name__})

    def begin(self) -> None:
        """Start turns, deliveries and chores; the flows are proved."""
        self.health.begun = True
        self._turning = asyncio.create_task(self.turns.run())
        self._tasks.append(asyncio.create_task(self.turns.watch()))
        self._tasks += [asyncio.ensure_future(chore) for chore in self.chores.all()]
        self._tasks.append(asyncio.create_task(self.introduce()))

    async def poll(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Serve by polling until `stop`; `ready` is called when that begins. Raises CannotStart if it cannot, or if the
        token is taken away."""
        if not await first(stop, use_polling(self.bot, self.url)):
            return
        ready()
        polling = asyncio.create_task(Polling(self._fetch, self.handle_all, self.hearing).run())
        try:
            await self._until(stop, polling)
        except InvalidToken:
            raise CannotStart(
                "Telegram does not know TELEGRAM_BOT_TOKEN any more: it was revoked or replaced."
            ) from None

    async def hook(
        self, public: str, secret: str, stop: asyncio.Event, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Serve by webhook until `stop`; the web server runs already. `ready` is called when Telegram knows the address
        `public`. Raises CannotStart if it does not take it."""
        if not await first(stop, use_webhook(self.bot, self.url, public, secret, CONNECTIONS)):
            return
        ready()
        self._tasks.append(
            asyncio.create_task(watch_webhook(self.bot.get_webhook_info, public, self.hearing, self._look_every))
        )
        await self._until(stop)

    @property
    def trouble(self) -> str:
        """What is wrong with serving; "" if nothing is."""
        return self.health.trouble

    async def _until(self, stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
        """Until `stop`, or until one of the tasks, or the turns themselves, ended by an error, which is raised."""
        stopping = asyncio.create_task(stop.wait())
        vital = [*tasks, *([self._turning] if self._turning is not None else [])]
        done, _ = await asyncio.wait([stopping, *vital], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in tasks:
            task.cancel()
        for ended in vital:
            if ended in done:
                ended.result()

    async def end(self, until: float | None = None) -> bool:
        """Finish the batch, wait a moment for calls on their way, record what was sent, give everything back.

        `until`: when, by the loop's time, all that must be over. Returns whether the store is closed: if the database
        does not answer, its thread still waits for it.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + ENDING if until is None else until
        for task in self._tasks:
            task.cancel()
        if self._turning is not None:
            await self.turns.stop()
            await asyncio.wait((self._turning,), timeout=max(0.0, (until - loop.time()) / 2))
            self._turning.cancel()
        await self.deliverer.stop(min(LAST_CALLS, max(0.0, until - loop.time() - 0.5)))
        closed = True
        try:
            async with asyncio.timeout_at(until):
                if self._turning is not None:
                    await self.turns.settle()
                await self.thread.close()
        except TimeoutError:
            closed = False
        for task in (*self._taps, *self._outage.tasks):
            task.cancel()
        await self._request.shutdown()
        await self._poller.shutdown()
        return closed

    async def drop(self) -> None:
        """End as a killed process does: nothing is finished and nothing more is recorded. For replay under faults."""
        tasks = [*self._tasks, *self._taps, *self._outage.tasks, *([] if self._turning is None else [self._turning])]
        for task in tasks:
            task.cancel()
        await self.deliverer.stop(0.0)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._request.shutdown()
        await self._poller.shutdown()
        await self.thread.close()

    # Updates

    async def handle_all(self, updates: Sequence[Update]) -> None:
        """Returns once the updates are committed; raises StoreUnavailable if they could not be."""
        known = [update for update in updates if _has_number(update)]
        handled = await self._committed(known)
        for update, one in zip(known, handled, strict=True):
            tap = tap_id(update)
            if tap is not None:
                self._acknowledge(tap, one)

    async def _committed(self, updates: Sequence[Update]) -> list[Handled]:
        """Commit them; if that cannot be done, say so to whoever wrote them."""
        incoming = [self._read(update) for update in updates]
        try:
            return await self.turns.handle(incoming)
        except Exception:
            self._outage.met(incoming, self.turns.out_for)
            raise

    def _read(self, update: Update) -> Incoming:
        came, ahead = self.service.clock(), self._post.clocks.ahead
        return read_update(update, came, ahead)._replace(raw=lambda: fast_json.text([update, came, ahead]))

    def _read_again(self, text: str) -> Incoming:
        return read_update(*fast_json.read(text))

    async def handle_one(self, update: Update) -> bytes:
        """Commit one update; returns the call that may ride in the webhook's answer (SEMANTICS 18)."""
        if not _has_number(update):
            return b""
        handled = await self._committed([update])
        self.hearing.heard()
        tap = tap_id(update)
        if tap is None:
            return b""
        call = answer_tap(tap, handled[0].ack)
        return fast_json.encoded({"method": call.method, **call.values})

    def _acknowledge(self, tap: str, handled: Handled) -> None:
        """End the tap's spinner: best effort, outside order and outbox."""
        task = asyncio.get_running_loop().create_task(self._answer(tap, handled.ack))
        self._taps.add(task)
        task.add_done_callback(self._taps.discard)

    async def _answer(self, tap: str, notice: str) -> None:
        try:
            await self._api.call(answer_tap(tap, notice))
        except TelegramError as error:
            log.debug("tap not answered", extra={"reason": type(error).__name__})

    def _told(self, delivery: Delivery, result: DeliveryResult) -> None:
        """What became of a message: into the log if it was refused, and into the figures."""
        match result:
            case Never(reason):
                log.error("message refused", extra={"reason": reason})
            case Later(reason) if delivery.priority == EMERGENCY:
                log.warning("urgent message is late", extra={"reason": reason})
            case Gone():
                log.info("a person blocked the bot")
        self.report(delivery, result)

    async def _fetch(self, offset: int | None, wait: int) -> Sequence[Update]:
        values: dict[str, Any] = {"timeout": wait, "allowed_updates": ALLOWED}
        if offset is not None:
            values["offset"] = offset
        return await self._api.updates(values, self._poller, wait)

    async def _look_up(self, chat: str, ref: str) -> int | None:
        found = await self.thread(lambda store: store.message_ids([(chat, ref)]))
        return found.get((chat, ref))


def _has_number(update: Update) -> bool:
    """Whether the update can be counted. One that cannot is passed over: it is none of Telegram's."""
    if number_of(update) is not None:
        return True
    log.error("update passed over: it has no number that can be counted")
    return False
