"""The Telegram double: a Bot API on loopback that behaves as Telegram does, and misbehaves on request.

A bot talks to it over real HTTP; a test, a script or a benchmark plays the people, sees what they would see, and waits
for conditions, never for time. It refuses what Telegram refuses and, more strictly, every parameter that Telegram does
not know.

    async with TelegramDouble() as telegram:
        # run a bot with telegram.token against telegram.url
        ann = telegram.user(1)
        ann.send("/start")
        await ann.sees("Hello")
        ann.tap("Next")
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import ChainMap, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from .account import Account, DoubleLimits, Tap
from .chats import Changed, Chat, DoubleMessage
from .faults import NO_FAULTS, Fault, Faults
from .http import Connection, Exchange, fields
from .media import MEDIA_METHODS
from .methods import METHODS, Method
from .parameters import ApiError, bad_request, parameters, read_parameters
from .people import PATIENCE, User
from .updates import Poll, Update, Updates, Webhook, check_webhook, conflict

__all__ = ["TOKEN", "DoubleCall", "DoubleLimits", "Fault", "Faults", "TelegramDouble", "User"]

TOKEN = "123456789:a-token-of-the-telegram-double-0000"
_TARGET = re.compile(r"/bot(\d+:[A-Za-z0-9_-]+)/([A-Za-z]+)/?(?:\?(.*))?")


@dataclass(frozen=True, slots=True)
class DoubleCall:
    """One Bot API call as it came. `status` 200 if it took effect, else why not; `rode`: in a webhook's answer."""

    method: str
    values: Mapping[str, Any]
    status: int
    description: str = ""
    rode: bool = False


class TelegramDouble:
    """`port`: 0 for any free one; `clock`: seconds since 1970, for dates in messages; `record`: how many calls to
    remember, 0 for none; `keep`: how many messages of a chat to keep (None: all, with their history), for long runs;
    `webhook_retry`: seconds before an update that a webhook did not take is posted again; `webhook_patience`: seconds
    for which its answer is awaited."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "back_spasm_bot",
        port: int = 0,
        clock: Callable[[], float] = time.time,  # noqa: TID251 - Telegram has a clock of its own
        record: int | None = None,
        keep: int | None = None,
        webhook_retry: float = 0.05,
        webhook_patience: float = 10.0,
    ) -> None:
        self.token = token
        self.account = Account(token, username, clock, keep)
        self.faults: Faults = NO_FAULTS
        self.calls: deque[DoubleCall] = deque(maxlen=record)
        self.counts: dict[str, int] = {}
        self.changed = Changed()
        self.updates = Updates(lambda: self.faults, self._something_changed)
        self._records = record != 0
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._planned: dict[str, deque[Fault]] = {}
        self._users: dict[tuple[int, int], User] = {}
        self._tap_ids = itertools.count(1)
        self._webhook_times = webhook_retry, webhook_patience
        self._webhook: Mapping[str, Any] | None = None

    # Being a server

    async def start(self) -> None:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._handle, self._connections), "127.0.0.1", self._port, backlog=1024
        )
        self._port = self._server.sockets[0].getsockname()[1]
        if self._webhook is not None:
            self._set_webhook(self._webhook)

    async def stop(self) -> None:
        """End all connections and stop listening; chats stay, so that `start` goes on where it ended."""
        self.updates.set_webhook(None)
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> TelegramDouble:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """What a bot is told instead of the official address (without "/bot")."""
        return f"http://127.0.0.1:{self._port}"

    # People

    def user(
        self,
        user_id: int,
        *,
        name: str = "Ann",
        lang: str = "en",
        chat: int | None = None,
        kind: str = "supergroup",
        title: str = "A group",
    ) -> User:
        """The person with this id, in their private chat with the bot, or in the group `chat` (a negative number), which
        may be of another `kind` ("group", "channel")."""
        place = user_id if chat is None else chat
        if (user_id, place) not in self._users:
            if place not in self.account.chats:
                about = {"type": "private", "first_name": name} if place > 0 else {"type": kind, "title": title}
                self.account.chats[place] = Chat({"id": place, **about})
                self.account.chats[place].keep = self.account.keep
            body = {"id": user_id, "is_bot": False, "first_name": name, "language_code": lang}
            self._users[user_id, place] = User(self, self.account.chats[place], body)
        return self._users[user_id, place]

    def new_tap(self, chat: Chat, label: str) -> Tap:
        """A tap that the bot must answer."""
        tap = Tap(str(next(self._tap_ids)), chat.id, label, self.account.clock())
        if self.account.keep is not None and len(self.account.taps) > 10_000:
            del self.account.taps[next(iter(self.account.taps))]
        self.account.taps[tap.id] = tap
        chat.spinning.add(tap.id)
        return tap

    @property
    def unanswered_taps(self) -> list[Tap]:
        """All taps that the bot has not answered yet."""
        return [tap for tap in self.account.taps.values() if not tap.answered]

    @property
    def refused(self) -> list[DoubleCall]:
        """The calls that Telegram would refuse too, for what they said (400): faults of the bot, not of the network."""
        return [call for call in self.calls if call.status == 400]

    @property
    def on_message(self) -> Callable[[Chat, DoubleMessage], None] | None:
        """Called with each message that the bot sends or changes; for load drivers."""
        return self.account.on_message

    @on_message.setter
    def on_message(self, react: Callable[[Chat, DoubleMessage], None] | None) -> None:
        self.account.on_message = react

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until the condition holds; it is looked at after each call and each update delivered."""
        await self.changed.until(condition, seconds, lambda: f"nothing of the kind within {seconds:g} s")

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until(self.updates.settled, seconds)

    # Going wrong

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of this method ("*": of any) go wrong, one after another."""
        self._planned.setdefault(method, deque()).extend(faults)

    def limit(self, overall: float = 30, per_chat: float = 1) -> None:
        """Answer 429 to more messages a second than this."""
        self.account.limits = DoubleLimits(overall, per_chat)

    def redeliver(self, update: Update) -> None:
        """Deliver an update again, although it was confirmed."""
        self.updates.add_again(update)

    def second_poller(self) -> None:
        """Let somebody else call getUpdates now: the poll that waits ends with 409."""
        if self.updates.polled:
            self.updates.poll(Poll(0, 0, lambda _: None), 0)
        else:
            self._planned.setdefault("getUpdates", deque()).append(Fault("server_error", status=409))

    # Calls

    def _handle(self, exchange: Exchange, target: str, kind: str, body: bytes) -> None:
        found = _TARGET.fullmatch(target)
        if found is None:
            self._send(exchange, ApiError(404, "Not Found"), None)
            return
        token, method, query = found.groups()
        if token != self.token:
            self._send(exchange, ApiError(401, "Unauthorized"), None)
            return
        fault = self._fault(method)
        if fault is not None and not fault.after:
            self._break(exchange, method, fault)
            return
        try:
            given, files = fields(kind, body)
            if query:
                given = {**fields("application/x-www-form-urlencoded", query.encode())[0], **given}
        except ValueError as error:
            self._send(exchange, bad_request(f"can't parse the request: {error}"), fault)
            return
        if method == "getUpdates":
            self._get_updates(exchange, given, fault)
        else:
            self._send(exchange, self._call(method, given, files), fault)

    def _call(
        self, method: str, given: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]], *, rode: bool = False
    ) -> Any:
        """The result of a call, or the ApiError; recorded either way."""
        values: Mapping[str, Any] = given
        result: Any
        try:
            values = read_parameters(method, given, files)
            own = _OWN.get(method)
            if own is not None:
                result = own(self, values)
            elif method in _METHODS:
                result = _METHODS[method](self.account, values, files)
            else:
                raise ApiError(404, f"Not Found: the double has no {method}")
        except ApiError as error:
            result = error
        if files:
            values = {**values, **{name: f"attach://{name}" for name in files if name in (parameters(method) or ())}}
        self._record(method, values, result if isinstance(result, ApiError) else None, rode=rode)
        return result

    def _record(self, method: str, values: Mapping[str, Any], error: ApiError | None, *, rode: bool = False) -> None:
        self.counts[method] = self.counts.get(method, 0) + 1
        if self._records:
            self.calls.append(
                DoubleCall(method, values, error.status if error else 200, error.description if error else "", rode)
            )

    def _get_updates(self, exchange: Exchange, given: Mapping[str, Any], fault: Fault | None) -> None:
        try:
            values = read_parameters("getUpdates", given, {})
            self.updates.allow(values.get("allowed_updates"))
            limit = values.get("limit", 100)
            if not 1 <= limit <= 100:
                limit = 100
            poll = Poll(values.get("offset", 0), limit, lambda found: self._send(exchange, found, fault))
            exchange.on_gone = self.updates.forget_poll
            self.updates.poll(poll, min(values.get("timeout", 0), 50))
            self._record("getUpdates", values, None)
            self.changed()
        except ApiError as error:
            self._record("getUpdates", given, error)
            self._send(exchange, error, fault)

    def _fault(self, method: str) -> Fault | None:
        for name in (method, "*"):
            planned = self._planned.get(name)
            if planned:
                return planned.popleft()
        return None if self.faults is NO_FAULTS else self.faults.draw(method)

    def _break(self, exchange: Exchange, method: str, fault: Fault) -> None:
        if fault.breakage == "reset":
            exchange.reset()
        elif fault.breakage == "too_many":
            seconds = fault.retry_after
            error = ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
            self._send(exchange, error, None)
        else:
            words = fault.description or HTTPStatus(fault.status).phrase
            error = conflict() if fault.status == 409 else ApiError(fault.status, words)
            self._send(exchange, error, None)

    def _send(self, exchange: Exchange, result: Any, fault: Fault | None) -> None:
        exchange.on_gone = None
        if fault is not None:
            (exchange.reset if fault.breakage == "reset_after" else exchange.hang)()
            self.changed()
            return
        if isinstance(result, ApiError):
            answer: dict[str, Any] = {"ok": False, "error_code": result.status, "description": result.description}
            if result.parameters:
                answer["parameters"] = result.parameters
            status, body = result.status, json.dumps(answer).encode()
        else:
            status, body = 200, b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"
        delay = 0.0 if self.faults is NO_FAULTS else self.faults.delay()
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, exchange.answer, status, body)
        else:
            exchange.answer(status, body)
        self.changed()

    def _something_changed(self) -> None:
        self.changed()

    # The methods that need more than the account

    def _rode(self, answer: bytes) -> None:
        """Run the call that came in a webhook's answer; nobody hears how it went, as with Telegram."""
        try:
            given = json.loads(answer)
        except ValueError:
            return
        method = given.pop("method", None) if isinstance(given, dict) else None
        if method:
            self._call(method, given, {}, rode=True)
            self.changed()

    def _set_webhook(self, values: Mapping[str, Any]) -> bool:
        url = values.get("url", "")
        if not url:
            return self._delete_webhook(values)
        secret, connections = values.get("secret_token"), values.get("max_connections", 40)
        check_webhook(url, secret, connections)
        self.updates.allow(values.get("allowed_updates"))
        if values.get("drop_pending_updates"):
            self.updates.drop()
        self._webhook = {key: value for key, value in values.items() if key != "drop_pending_updates"}
        self.updates.set_webhook(
            Webhook(
                url, secret, connections, self._rode, lambda: self.faults, self._something_changed, *self._webhook_times
            )
        )
        return True

    def _delete_webhook(self, values: Mapping[str, Any]) -> bool:
        self._webhook = None
        self.updates.set_webhook(None)
        if values.get("drop_pending_updates"):
            self.updates.drop()
        return True

    def _webhook_info(self, values: Mapping[str, Any]) -> dict[str, Any]:
        webhook = self.updates.webhook
        info: dict[str, Any] = {
            "url": "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
        }
        if webhook is not None:
            info.update(url=webhook.url, max_connections=webhook.connections, pending_update_count=webhook.waiting)
            if webhook.last_error:
                info.update(last_error_date=int(self.account.clock()), last_error_message=webhook.last_error)
        if self.updates.allowed is not None:
            info["allowed_updates"] = sorted(self.updates.allowed)
        return info


_METHODS: Mapping[str, Method] = ChainMap(METHODS, MEDIA_METHODS)  # type: ignore[arg-type]
_OWN: Mapping[str, Callable[[TelegramDouble, Mapping[str, Any]], Any]] = {
    "setWebhook": TelegramDouble._set_webhook,
    "deleteWebhook": TelegramDouble._delete_webhook,
    "getWebhookInfo": TelegramDouble._webhook_info,
}


def known_methods() -> Iterable[str]:
    """The Bot API methods that the double has."""
    return sorted({*_METHODS, *_OWN, "getUpdates"})
