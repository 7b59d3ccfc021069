"""How updates reach a bot: held until it asks for them and confirms them, or posted to its webhook until it says 200."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .faults import Faults
from .http import Poster
from .parameters import ApiError, bad_request

Update = dict[str, Any]
_LEFT_OUT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


class Poll:
    """A getUpdates call that waits. `done` is called once with its result or its error."""

    def __init__(self, offset: int, limit: int, done: Callable[[list[Mapping[str, Any]] | ApiError], None]) -> None:
        self.offset = offset
        self.limit = limit
        self.done = done
        self.timer: asyncio.TimerHandle | None = None


class Updates:
    """The updates that the bot has not confirmed. `changed` is called whenever one was taken off."""

    def __init__(self, faults: Callable[[], Faults], changed: Callable[[], None]) -> None:
        self.pending: deque[Update] = deque()
        self.allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.confirmed = 0
        self._faults = faults
        self._changed = changed
        self._poll: Poll | None = None
        self._next = 1000
        self._again: list[Update] = []
        self._offered = 0

    def add(self, kind: str, body: Mapping[str, Any]) -> int:
        """A new update of this kind ("message", "callback_query", …). Returns its id."""
        self._next += 1
        if kind not in self.allowed if self.allowed is not None else kind in _LEFT_OUT_BY_DEFAULT:
            return self._next
        update = {"update_id": self._next, kind: body}
        self.pending.append(update)
        self._offer()
        return self._next

    def add_again(self, update: Mapping[str, Any]) -> None:
        """Send an update that was confirmed once more, under its own id."""
        self._again.append(dict(update))
        self._offer()

    def number_from(self, number: int) -> None:
        """Ids begin anew behind this number, as Telegram's may after a week without updates."""
        self._next = number

    def allow(self, kinds: list[str] | None) -> None:
        """Which kinds are made updates of from now on: None as before, [] the default ones."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def settled(self) -> bool:
        """Whether the bot has confirmed every update."""
        return not self.pending and not self._again and (self.webhook is None or self.webhook.idle)

    def unconfirmed(self, chat: int, update: int) -> bool:
        """Whether the bot has not confirmed this update of the chat yet, or one before it."""
        if self.webhook is not None:
            return self.webhook.holds(chat)
        return bool(self.pending) and int(self.pending[0]["update_id"]) <= update

    # Polling

    def poll(self, poll: Poll, wait: float) -> None:
        """A getUpdates call: confirm, then answer at once or when something comes, within `wait` seconds."""
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self._faults().happens("conflict"):
            raise conflict()
        if self._poll is not None:
            self.end_poll(self._poll, conflict())
        self._confirm(poll.offset)
        self._poll = poll
        if wait > 0:
            poll.timer = asyncio.get_running_loop().call_later(wait, self.end_poll, poll, None)
        self._offer()
        if wait <= 0:
            self.end_poll(poll, None)

    def end_poll(self, poll: Poll, error: ApiError | None) -> None:
        """Answer a poll that still waits: with the error, or with no updates."""
        if self._poll is poll:
            self._poll = None
            if poll.timer is not None:
                poll.timer.cancel()
            poll.done(error if error is not None else [])

    def forget_poll(self) -> None:
        """The poller hung up."""
        if self._poll is not None and self._poll.timer is not None:
            self._poll.timer.cancel()
        self._poll = None

    @property
    def polled(self) -> bool:
        """Whether a getUpdates call waits right now."""
        return self._poll is not None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self._take_off()
            return
        before = self.confirmed
        while self.pending and self.pending[0]["update_id"] < offset:
            update = self._take_off()
            if self._faults().happens("duplicate"):
                self._again.append(update)
        if self.confirmed != before:
            self._changed()

    def _take_off(self) -> Update:
        update = self.pending.popleft()
        self.confirmed += 1
        return update

    def _offer(self) -> None:
        if self.webhook is not None:
            self._post()
            return
        poll = self._poll
        if poll is None or not (self.pending or self._again):
            return
        self._poll = None
        if poll.timer is not None:
            poll.timer.cancel()
        again, self._again = self._again, []
        batch: list[Mapping[str, Any]] = [*again, *_first(self.pending, poll.limit - len(again))]
        if len(batch) > 1 and self._faults().happens("reorder"):
            batch = self._faults().shuffled(batch, chat_of)
        poll.done(batch)

    def _post(self) -> None:
        assert self.webhook is not None
        for update in [*self._again, *self.pending]:
            self.webhook.add(chat_of(update), update)
        self._again.clear()
        self.confirmed += len(self.pending)
        self.pending.clear()

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Deliver to this webhook from now on, or wait to be asked; what waits is kept."""
        if self.webhook is not None:
            self.pending.extendleft(reversed(self.webhook.close()))
        self.webhook = webhook
        if webhook is not None and self._poll is not None:
            self.end_poll(self._poll, ApiError(409, "Conflict: terminated by setWebhook request"))
        self._offer()

    def drop(self) -> None:
        """Forget what waits."""
        self.pending.clear()
        self._changed()


def chat_of(update: Mapping[str, Any]) -> int:
    """The id of the chat that an update belongs to."""
    body = next(value for key, value in update.items() if key != "update_id")
    number: int = (body["message"] if "data" in body else body)["chat"]["id"]
    return number


def conflict() -> ApiError:
    """What the poller that was there first is told."""
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )


def _first(updates: Iterable[Update], count: int) -> list[Update]:
    return [update for _, update in zip(range(max(count, 0)), updates, strict=False)]


class Webhook:
    """Posts updates: one at a time per chat and in order, up to `connections` at once, again until the answer is 2xx.

    `call` runs a method that came in an answer; `retry`: seconds until the next attempt; `patience`: seconds for which
    an answer is awaited."""

    def __init__(
        self,
        url: str,
        secret: str | None,
        connections: int,
        call: Callable[[bytes], None],
        faults: Callable[[], Faults],
        changed: Callable[[], None],
        retry: float,
        patience: float,
    ) -> None:
        self.url = url
        self.connections = connections
        self.last_error = ""
        self.deliveries = 0
        self._poster = Poster(url, secret)
        self._call = call
        self._faults = faults
        self._changed = changed
        self._retry = retry
        self._patience = patience
        self._queues: dict[int, deque[Update]] = {}
        self._ready: deque[int] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many updates are not delivered yet."""
        return sum(map(len, self._queues.values()))

    @property
    def idle(self) -> bool:
        """Whether all updates were delivered."""
        return not self._queues

    def holds(self, chat: int) -> bool:
        """Whether updates of this chat are not delivered yet."""
        return chat in self._queues

    def add(self, chat: int, update: Update) -> None:
        """Deliver this update after the chat's earlier ones."""
        queue = self._queues.get(chat)
        if queue is not None:
            queue.append(update)
            return
        self._queues[chat] = deque([update])
        self._ready.append(chat)
        self._start()

    def _start(self) -> None:
        while self._ready and len(self._running) < self.connections and not self._closed:
            task = asyncio.get_running_loop().create_task(self._serve())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _serve(self) -> None:
        while self._ready and not self._closed:
            chat = self._ready.popleft()
            queue = self._queues[chat]
            if await self._deliver(queue[0]):
                queue.popleft()
                if queue:
                    self._ready.append(chat)
                else:
                    del self._queues[chat]
                self._changed()
            else:
                asyncio.get_running_loop().call_later(self._retry, self._try_again, chat)
                self._changed()

    def _try_again(self, chat: int) -> None:
        if not self._closed:
            self._ready.append(chat)
            self._start()

    async def _deliver(self, update: Update) -> bool:
        body = json.dumps(update).encode()
        for _ in range(2 if self._faults().happens("duplicate") else 1):
            self.deliveries += 1
            try:
                async with asyncio.timeout(self._patience):
                    status, answer = await self._poster.post(body)
            except OSError as error:
                self.last_error = f"Connection failed: {type(error).__name__}"
                return False
            if not 200 <= status < 300:
                self.last_error = f"Wrong response from the webhook: {status}"
                return False
            if answer[:1] == b"{":
                self._call(answer)
        return True

    def close(self) -> list[Update]:
        """Stop, and give back what was not delivered."""
        self._closed = True
        for task in self._running:
            task.cancel()
        self._poster.close()
        return sorted(
            (u for queue in self._queues.values() for u in queue), key=lambda update: int(update["update_id"])
        )


def check_webhook(url: str, secret: str | None, connections: int) -> None:
    """Raise ApiError for what setWebhook refuses; plain HTTP is for loopback, where tests live."""
    loopback = url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))
    if not url.startswith("https://") and not loopback:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    if secret is not None and (len(secret) > 256 or not secret or set(secret) - allowed):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
