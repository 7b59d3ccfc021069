"""Just enough HTTP/1.1 for the Telegram double: a server that answers from plain callbacks, and a poster of webhooks.

A web framework would take most of the double's time, and it is meant to be faster than any bot that it measures; and
no framework lets a handler reset the connection or stay silent, which is what the double is for.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import struct
from collections.abc import Callable
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_TYPE = re.compile(rb"\r\ncontent-type: *([^\r]*)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_REASONS = {status.value: status.phrase for status in HTTPStatus}

Handler = Callable[["Exchange", str, str, bytes], None]
"""(exchange, target, content type, body): answers now or later through the exchange."""


class Exchange:
    """One request that waits for its answer: `answer`, `reset` or `hang` it, once."""

    __slots__ = ("_connection", "on_gone")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.on_gone: Callable[[], None] | None = None

    def answer(self, status: int, body: bytes) -> None:
        """Send status and JSON body."""
        self._connection.answer(self, status, body)

    def reset(self) -> None:
        """Break the connection the hard way."""
        self._connection.reset(self)

    def hang(self) -> None:
        """Never answer; the connection stays open until the other side has had enough."""


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered one after another."""

    def __init__(self, handler: Handler, connections: set[Connection]) -> None:
        self._handler = handler
        self._connections = connections
        self._buffer = b""
        self._open: Exchange | None = None
        self._closes = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._connections.discard(self)
        self._transport = None
        if self._open is not None and self._open.on_gone is not None:
            self._open.on_gone()
        self._open = None

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._buffer = self._buffer + data if self._buffer else data
        if self._open is None:
            self._next()

    def _next(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        start = end + 4
        length = _LENGTH.search(head)
        if length:
            after = start + int(length[1])
            if len(self._buffer) < after:
                self._encourage(head, start)
                return
            body = self._buffer[start:after]
        elif _CHUNKED.search(head):
            pieces = _dechunked(self._buffer, start)
            if pieces is None:
                self._encourage(head, start)
                return
            body, after = pieces
        else:
            body, after = b"", start
        self._buffer = self._buffer[after:]
        self._closes = _CLOSES.search(head) is not None
        kind = _TYPE.search(head)
        self._open = Exchange(self)
        self._handler(self._open, head.split(b" ", 2)[1].decode("latin-1"), kind[1].decode() if kind else "", body)

    def _encourage(self, head: bytes, start: int) -> None:
        if len(self._buffer) == start and self._transport is not None and _EXPECTS.search(head):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def answer(self, exchange: Exchange, status: int, body: bytes) -> None:
        """Send an answer, unless the other side has gone."""
        if exchange is not self._open or self._transport is None:
            return
        self._open = None
        head = f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\nContent-Type: application/json\r\n"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        if self._closes:
            self._transport.close()
        elif self._buffer:
            self._next()

    def reset(self, exchange: Exchange) -> None:
        """Send RST instead of an answer."""
        if exchange is self._open and self._transport is not None:
            self._open = None
            self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()


def _dechunked(buffer: bytes, start: int) -> tuple[bytes, int] | None:
    body: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", start)
        if line < 0:
            return None
        size = int(buffer[start:line].split(b";")[0], 16)
        start = line + 2
        if len(buffer) < start + size + 2:
            return None
        if size == 0:
            return b"".join(body), start + 2
        body.append(buffer[start : start + size])
        start += size + 2


def fields(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    """The parameters of a call (JSON values, or text as forms send it) and its files: part -> (file name, content).

    Raises ValueError for a body that is none of JSON, URL-encoded or multipart.
    """
    if not body:
        return {}, {}
    if kind.startswith("application/json"):
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("the body is no JSON object")
        return found, {}
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        return dict(pairs), {}
    if kind.startswith("multipart/form-data"):
        return _parts(kind, body)
    raise ValueError("unsupported Content-Type")


_NAME = re.compile(rb'[; ]name="((?:[^"\\]|\\.)*)"')
_FILE = re.compile(rb'filename="((?:[^"\\]|\\.)*)"')


def _parts(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    boundary = kind.partition("boundary=")[2].split(";")[0].strip('"')
    if not boundary:
        raise ValueError("a multipart body without boundary")
    values: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        if not separator:
            continue  # the end
        name = _NAME.search(head)
        if not name:
            raise ValueError("a part without name")
        file = _FILE.search(head)
        if file:
            files[name[1].decode()] = (file[1].replace(b'\\"', b'"').decode(), content)
        else:
            values[name[1].decode()] = content.decode()
    return values, files


class Poster:
    """Posts JSON to one URL over at most `limit` kept connections; the caller sees to it that no more are asked."""

    def __init__(self, url: str, secret: str | None) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        token = f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else ""
        self._head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n{token}Content-Length: "
        self._idle: list[_Outgoing] = []

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; OSError if the server cannot be reached or breaks the connection."""
        request = f"{self._head}{len(body)}\r\n\r\n".encode() + body
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                break
        else:
            secure = ssl.create_default_context() if self._secure else None
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Outgoing, self._host, self._port, ssl=secure)
        try:
            answer = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if connection.usable:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """End the kept connections."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()


class _Outgoing(asyncio.Protocol):
    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None
        self.usable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.usable = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the webhook's server closed the connection"))

    def exchange(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head, start = self._buffer[:end], end + 4
        length = _LENGTH.search(head)
        if length:
            after = start + int(length[1])
            if len(self._buffer) < after:
                return
            body = self._buffer[start:after]
        elif _CHUNKED.search(head):
            pieces = _dechunked(self._buffer, start)
            if pieces is None:
                return
            body = pieces[0]
        else:
            body = b""
        self._buffer = b""
        if _CLOSES.search(head):
            self.usable = False
            self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((int(head.split(b" ", 2)[1]), body))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
