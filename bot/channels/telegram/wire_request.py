"""The calls that are made all day, over kept HTTP/1.1 connections of our own; everything else goes by aiohttp as before.

A turn in Telegram is three small JSON calls. Through aiohttp's client each costs about 110 us of CPU, three times the rest
of what it takes to make and read it; over a bare asyncio protocol 35 us (bot/README.md). Only the transport differs: errors,
timeouts and the answer's reading are those of `AiohttpRequest` and, above it, of python-telegram-bot.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from aiohappyeyeballs import start_connection
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.core import fast_json

from .aiohttp_request import AiohttpRequest

IDLE = 15.0
"""Seconds after which a kept connection is not used again: servers close theirs without a word."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)

Answer = tuple[int, bytes]


class WireRequest(AiohttpRequest):
    """See the module. Calls with files, other methods than POST, and proxies are left to aiohttp."""

    async def initialize(self) -> None:
        """Open the pool; does nothing if it is open."""
        if not hasattr(self, "_wires"):
            self._wires: dict[str, _Pool] = {}
        await super().initialize()

    async def shutdown(self) -> None:
        """Close all connections; requests in flight fail with NetworkError."""
        for pool in self._wires.values():
            pool.close()
        self._wires.clear()
        await super().shutdown()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> Answer:
        """The status and body of one answer. RuntimeError if the pool is closed."""
        if (
            self._session is None
            or self._proxy is not None
            or method != "POST"
            or request_data is None
            or request_data.contains_files
        ):
            return await super().do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        return await self._post(
            url,
            fast_json.encoded(request_data.parameters),
            self._read_timeout if isinstance(read_timeout, DefaultValue) else read_timeout,
            self._write_timeout if isinstance(write_timeout, DefaultValue) else write_timeout,
            self._connect_timeout if isinstance(connect_timeout, DefaultValue) else connect_timeout,
            self._pool_timeout if isinstance(pool_timeout, DefaultValue) else pool_timeout,
        )

    async def call(self, url: str, values: Mapping[str, Any]) -> Any:
        """The result of a call with plain JSON values: `post` without its detours. Raises TelegramError as `post` does."""
        if self._session is None or self._proxy is not None:
            return await self.post(url, RequestData([RequestParameter(n, v, None) for n, v in values.items()]))
        status, body = await self._post(
            url,
            fast_json.encoded(values),
            self._read_timeout,
            self._write_timeout,
            self._connect_timeout,
            self._pool_timeout,
        )
        if status == 200:
            try:
                return fast_json.read(body)["result"]
            except (ValueError, KeyError, TypeError):
                pass
        return await _Given(status, body).post(url)

    async def _post(
        self,
        url: str,
        body: bytes,
        read: float | None,
        write: float | None,
        connect: float | None,
        pool_wait: float | None,
    ) -> Answer:
        base, _, name = url.rpartition("/")
        pool = self._wires.get(base)
        if pool is None:
            pool = self._wires[base] = _Pool(base, self.USER_AGENT)
        await self._wait_for_a_connection(pool_wait)
        try:
            return await pool.post(name, body, read, write, connect)
        except TimeoutError:
            raise TimedOut from None
        except OSError as error:
            raise NetworkError(f"{type(error).__name__}: {error.strerror or 'connection lost'}") from None
        finally:
            self._free.release()


class _Given(BaseRequest):
    """An answer that is here already, so that python-telegram-bot says what it means."""

    def __init__(self, status: int, body: bytes) -> None:
        self._answer = status, body

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(self, *_: object, **__: object) -> Answer:
        return self._answer


class _Pool:
    """Kept connections to one host. Raises OSError and TimeoutError."""

    def __init__(self, base: str, agent: str) -> None:
        self._parts: SplitResult = urlsplit(base)
        self._head = f"POST {self._parts.path}/"
        self._tail = (
            f" HTTP/1.1\r\nHost: {self._parts.netloc}\r\nUser-Agent: {agent}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._secure = ssl.create_default_context() if self._parts.scheme == "https" else None
        self._idle: deque[_Wire] = deque()
        self._open: set[_Wire] = set()

    async def post(
        self, name: str, body: bytes, read: float | None, write: float | None, connect: float | None
    ) -> Answer:
        """Status and body of the answer to one call."""
        wire = self._kept() or await self._new(connect)
        wire.ask(f"{self._head}{name}{self._tail}{len(body)}\r\n\r\n".encode() + body)
        wire.watch(read, write)
        try:
            answer = await wire.answer
        except BaseException:
            wire.close()
            raise
        finally:
            wire.rest()
        if wire.usable:
            wire.since = asyncio.get_running_loop().time()
            self._idle.append(wire)
        else:
            wire.close()
        return answer

    def close(self) -> None:
        """End all connections."""
        for wire in list(self._open):
            wire.close()
        self._idle.clear()

    def _kept(self) -> _Wire | None:
        """The connection that was used last, if one is kept; those that waited too long are closed."""
        now = asyncio.get_running_loop().time()
        while self._idle and now - self._idle[0].since > IDLE:
            self._idle.popleft().close()
        while self._idle:
            wire = self._idle.pop()
            if wire.usable:
                return wire
        return None

    async def _new(self, connect: float | None) -> _Wire:
        host = self._parts.hostname or ""
        port = self._parts.port or (443 if self._secure else 80)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(connect):
            places = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            reached = await start_connection(places, happy_eyeballs_delay=0.25)
            _, wire = await loop.create_connection(
                lambda: _Wire(self._open),
                sock=reached,
                ssl=self._secure,
                server_hostname=host if self._secure else None,
            )
        return wire


class _Wire(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, connections: set[_Wire]) -> None:
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.usable = False
        self.since = 0.0
        self._moved = 0.0
        self._times: tuple[float | None, float | None] = (None, None)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # other event loops have classes of their own
        self._connections.add(self)
        self.usable = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self.usable = False
        if not self.answer.done() and exc is None:
            self._read(ended=True)
        if not self.answer.done():
            self.answer.set_exception(exc if isinstance(exc, OSError) else ConnectionResetError("connection lost"))
            self.answer.exception()  # whoever asked may have given up

    def ask(self, request: bytes) -> None:
        """Send a request; `answer` is its answer."""
        assert self._transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._transport.write(request)

    def watch(self, read: float | None, write: float | None) -> None:
        """Give up after `read` seconds without a byte of the answer, or `write` seconds in which none could be sent."""
        self._times = read, write
        self._moved = asyncio.get_running_loop().time()
        self._wait_on()

    def rest(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_on(self) -> None:
        assert self._transport is not None
        unsent = self._transport.get_write_buffer_size()
        seconds = self._times[1 if unsent else 0]
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_at(self._moved + seconds, self._look, unsent, self._moved)

    def _look(self, unsent: int, moved: float) -> None:
        assert self._transport is not None
        if self.answer.done():
            return
        if unsent and self._transport.get_write_buffer_size() < unsent:
            self._moved = asyncio.get_running_loop().time()
        if self._moved == moved:
            self.answer.set_exception(TimeoutError())
        else:
            self._wait_on()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if self.answer.done():
            self.close()  # nobody asked for this
        else:
            self._read(ended=False)
            if not self.answer.done():
                self._moved = asyncio.get_running_loop().time()

    def _read(self, ended: bool) -> None:
        """Take the answer out of the buffer if it is whole. `ended`: nothing more will come."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[: end + 2]
        found = _STATUS.match(head)
        if found is None:
            self.answer.set_exception(ConnectionError("this is no HTTP"))
            self.close()
            return
        if found[1][:1] == b"1":  # 100 Continue and the like
            self._buffer = self._buffer[end + 4 :]
            self._read(ended)
            return
        body = self._body(head, end + 4, ended)
        if body is None:
            return
        if ended or _CLOSES.search(head):
            self.usable = False
        self.answer.set_result((int(found[1]), body))

    def _body(self, head: bytes, start: int, ended: bool) -> bytes | None:
        length = _LENGTH.search(head)
        if length is not None:
            size = int(length[1])
            return self._buffer[start : start + size] if len(self._buffer) >= start + size else None
        if _CHUNKED.search(head):
            return _joined(self._buffer, start)
        return self._buffer[start:] if ended else None

    def close(self) -> None:
        """End the connection."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()


def _joined(buffer: bytes, at: int) -> bytes | None:
    """The chunks from there on as one body; None if the last one has not come yet."""
    pieces: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        try:
            size = int(buffer[at:line].split(b";")[0], 16)
        except ValueError:
            return b"".join(pieces)
        at = line + 2
        if size == 0:
            return b"".join(pieces) if buffer.find(b"\r\n", at) >= 0 else None
        if len(buffer) < at + size + 2:
            return None
        pieces.append(buffer[at : at + size])
        at += size + 2
