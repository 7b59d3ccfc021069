"""The bot's own little web server: Telegram's webhook, /healthz, /readyz and /metrics.

An update is answered with 200 only after its commit; updates that come at the same time are committed together. What rides
in the answer is the end of a tap's spinner, which may be lost: such a call brings back neither a number nor an error, so
no question, no advice and no red flag ever goes that way.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import uvicorn

from bot.core import fast_json
from bot.server.health import Health
from bot.server.logs import Seldom
from bot.server.metrics import CONTENT_TYPE, Metrics
from bot.service.error_place import reason_of

from .connections import Bounds, connections_within

log = logging.getLogger("symptom_bot.webhook")

SECRET_HEADER = b"x-telegram-bot-api-secret-token"

AsgiScope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
AsgiSend = Callable[[Mapping[str, Any]], Awaitable[None]]

Answer = tuple[int, bytes, bytes]
"""Status, content type, body."""

LARGEST = 1_000_000
"""Bytes of one update; Telegram's are far smaller."""

JSON, TEXT = b"application/json", b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Hook:
    """`path`: where updates are posted; `secret`: what Telegram sends along; `handle`: commits one update and gives back
    the call that may ride in the answer (b"" for none); raises if it could not be committed."""

    path: str
    secret: str
    handle: Callable[[Mapping[str, Any]], Awaitable[bytes]]


class App:
    """The ASGI application. Who is refused is told so before anything of the body is read, and the connection ends."""

    def __init__(self, health: Health, metrics: Metrics, hook: Hook | None = None) -> None:
        self._health, self._metrics, self._hook = health, metrics, hook
        self._told = Seldom(log)
        self._pages: Mapping[str, Callable[[], Answer]] = {
            "/healthz": lambda: _page(health.alive()),
            "/readyz": lambda: _page(health.ready()),
            "/metrics": lambda: (200, CONTENT_TYPE, metrics.text()),
        }

    async def __call__(self, scope: AsgiScope, receive: Receive, send: AsgiSend) -> None:
        """Called by the server for every request."""
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope, receive)
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        if 400 <= status < 500:  # what it still sends would have to be read
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: AsgiScope, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        if self._hook is not None and path == self._hook.path:
            return await self._update(self._hook, scope, receive) if method == "POST" else self._refuse(405, "method")
        page = self._pages.get(path)
        if method == "POST" and self._hook is not None and _knows_secret(self._hook, scope):
            self._told.error("an update came to another path than WEBHOOK_URL's: the proxy must pass the path on as it is",
                             place=f"{path[:80]} instead of {self._hook.path}")  # fmt: skip
            return self._refuse(404, "another path")
        if method not in ("GET", "HEAD"):
            return self._refuse(405, "method")
        return self._refuse(404, "another path") if page is None else page()

    async def _update(self, hook: Hook, scope: AsgiScope, receive: Receive) -> Answer:
        """Commit one posted update; 200 only then."""
        if not _knows_secret(hook, scope):
            self._told.error("the webhook is called with another secret: if no update arrives, give all workers the same "
                             "WEBHOOK_SECRET, and stop other programs with this token")  # fmt: skip
            return self._refuse(401, "another secret")
        body = await _body(receive) if _announced(scope) <= LARGEST else None
        if body is None:
            return self._refuse(413, "too large")
        try:
            update = fast_json.read(body)
            known = isinstance(update, dict) and isinstance(update["update_id"], int | float)
        except (ValueError, KeyError, RecursionError):
            known = False
        if not known:
            return self._refuse(400, "no update")
        try:
            return 200, JSON, await hook.handle(update)
        except Exception as error:
            # Not committed: Telegram keeps the update and posts it again.
            log.error("update not committed", extra=reason_of(error))
            return self._refuse(503, "not committed")

    def refused(self, reason: str) -> None:
        """Count a connection that was let go; "" is no reason."""
        if reason:
            self._metrics.refused(reason)

    def _refuse(self, status: int, reason: str) -> Answer:
        self._metrics.refused(reason)
        return status, TEXT, b""


def _page(said: tuple[bool, str]) -> Answer:
    well, text = said
    return 200 if well else 503, TEXT, text.encode()


def _header(scope: AsgiScope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _knows_secret(hook: Hook, scope: AsgiScope) -> bool:
    return compare_digest(_header(scope, SECRET_HEADER), hook.secret.encode())


def _announced(scope: AsgiScope) -> int:
    """How many bytes of a body are announced."""
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() else 0


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large, or the other side hung up."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > LARGEST:
            return None
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the run has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Web:
    """A server on a bound socket; `start` returns when it answers, `stop` when it answers no more."""

    def __init__(self, app: App, bound: socket.socket, bounds: Bounds | None = None) -> None:
        bounds = bounds or Bounds()
        self._connections = connections_within(bounds, app.refused)
        config = uvicorn.Config(
            app,
            http=self._connections,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
            timeout_keep_alive=int(bounds.idle) or 1,
            timeout_graceful_shutdown=2,
        )
        self._server, self._socket = _Server(config), bound
        self._task: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            self._connections.look(asyncio.get_running_loop().time())

    async def start(self) -> None:
        """Begin to answer."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        self._watching = asyncio.create_task(self._watch())
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answer what was begun, then end."""
        self._server.should_exit = True
        if self._watching is not None:
            self._watching.cancel()
        if self._task is not None:
            await self._task

    async def drop(self) -> None:
        """End as a killed process does: what was begun is not answered. For replay under faults."""
        if self._task is None:
            return
        self._task.cancel()
        if self._watching is not None:
            self._watching.cancel()
        for server in self._server.servers:
            server.close()
        state = self._server.server_state
        while state.connections or state.tasks:  # one that was accepted just now comes a moment later
            for connection in list(state.connections):
                connection.transport.abort()
            for task in list(state.tasks):
                task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(self._task, return_exceptions=True)
