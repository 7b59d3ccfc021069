"""The bot's own little web server: Telegram's webhook, /healthz and /metrics.

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
from bot.server.metrics import CONTENT_TYPE, Metrics
from bot.service.error_place import reason_of

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
    """The ASGI application. `trouble`: what is wrong with serving, in one line; "" if nothing is."""

    def __init__(self, trouble: Callable[[], str], metrics: Metrics, hook: Hook | None = None) -> None:
        self._trouble, self._metrics, self._hook = trouble, metrics, hook

    async def __call__(self, scope: AsgiScope, receive: Receive, send: AsgiSend) -> None:
        """Called by the server for every request."""
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope, receive)
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: AsgiScope, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        if self._hook is not None and path == self._hook.path:
            return await self._update(self._hook, scope, receive) if method == "POST" else (405, TEXT, b"")
        if method not in ("GET", "HEAD"):
            return 405, TEXT, b""
        if path == "/healthz":
            trouble = self._trouble()
            return (503, TEXT, f"{trouble}\n".encode()) if trouble else (200, TEXT, b"ok\n")
        if path == "/metrics":
            return 200, CONTENT_TYPE, self._metrics.text()
        return 404, TEXT, b""

    async def _update(self, hook: Hook, scope: AsgiScope, receive: Receive) -> Answer:
        """Commit one posted update; 200 only then."""
        given = next((value for name, value in scope["headers"] if name == SECRET_HEADER), b"")
        if not compare_digest(given, hook.secret.encode()):
            return 401, TEXT, b""
        body = await _body(receive)
        if body is None:
            return 413, TEXT, b""
        try:
            update = fast_json.read(body)
            known = isinstance(update, dict) and isinstance(update["update_id"], int)
        except (ValueError, KeyError, RecursionError):
            known = False
        if not known:
            return 400, TEXT, b""
        try:
            return 200, JSON, await hook.handle(update)
        except Exception as error:
            # Not committed: Telegram keeps the update and posts it again.
            log.error("update not committed", extra=reason_of(error))
            return 503, TEXT, b""


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

    def __init__(self, app: App, bound: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        self._server, self._socket = _Server(config), bound
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to answer."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answer what was begun, then end."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task

    async def drop(self) -> None:
        """End as a killed process does: what was begun is not answered. For replay under faults."""
        if self._task is None:
            return
        self._task.cancel()
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
