"""How python-telegram-bot reaches the Bot API here: over reqwest, which costs a fraction of httpx (bot/README.md).

It answers to the same timeouts and raises the same errors as PTB's own request class, with one rule more: no error
that it raises carries the URL, because the URL carries the bot's token.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, PyreqwestError
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.request import RequestBuilder
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.core import fast_json

IDLE = timedelta(seconds=15)
"""A connection that was kept for longer is not used again: servers close theirs without a word."""

_PIECE = 64 * 1024
_JSON = {"Content-Type": "application/json"}

Answer = tuple[int, bytes]


class _Times(NamedTuple):
    read: float | None
    write: float | None
    connect: float | None
    pool: float | None


class HttpRequest(BaseRequest):
    """A pool of at most `connection_pool_size` connections to the Bot API.

    All times are in seconds, None meaning for ever: `read_timeout` without any byte of the answer, `write_timeout`
    without progress in sending, `connect_timeout` to reach the server, `pool_timeout` to wait for a free connection,
    `media_write_timeout` instead of `write_timeout` when files are sent. `proxy`: the URL of an HTTP proxy.
    Raises what PTB's HTTPXRequest raises: TimedOut, NetworkError, and through BaseRequest the rest.
    """

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        proxy: str | None = None,
    ) -> None:
        self._pool_size = connection_pool_size
        self._times = _Times(read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._open = False
        self._free = asyncio.Semaphore(connection_pool_size)
        self._clients: dict[tuple[float | None, float | None], Client] = {}

    @property
    def read_timeout(self) -> float | None:
        """The read timeout, in seconds, of requests that name none."""
        return self._times.read

    async def initialize(self) -> None:
        """Open the pool; does nothing if it is open."""
        if not self._open:
            self._open, self._free = True, asyncio.Semaphore(self._pool_size)

    async def shutdown(self) -> None:
        """Close all connections; requests in flight fail with NetworkError. Does nothing if the pool is closed."""
        self._open = False
        while self._clients:
            await self._clients.popitem()[1].close()

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
        """The status and body of one answer. NetworkError if the pool is closed."""
        usual, content = self._times, _content(request_data)
        if isinstance(content, RequestData):
            usual = usual._replace(write=self._media_write_timeout)
        given = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        times = (u if isinstance(g, DefaultValue) else g for g, u in zip(given, usual, strict=True))
        return await self._send(method, url, content, _Times(*times))

    async def call(self, url: str, values: Mapping[str, Any]) -> Any:
        """The result of a call with plain JSON values: `post` without its detours. Raises TelegramError as `post` does."""
        status, body = await self._send("POST", url, fast_json.encoded(values), self._times)
        if status == 200:
            try:
                return fast_json.read(body)["result"]
            except (ValueError, KeyError, TypeError):
                pass
        return await _Given(status, body).post(url)

    async def _send(self, method: str, url: str, content: bytes | RequestData, times: _Times) -> Answer:
        if not self._open:
            raise NetworkError("This HttpRequest is not initialized!")
        await self._wait_for_a_connection(times.pool)
        task = asyncio.current_task()
        assert task is not None
        cancelled = task.cancelling()
        try:
            async with asyncio.timeout(None) as limit:
                if isinstance(content, bytes) and len(content) < _PIECE:
                    request = self._client(times.read, times.connect).request(method, url)
                    if content:
                        request = request.headers(_JSON).body_bytes(content)
                else:  # reqwest counts silence from the beginning of a request: what takes long to send is timed here
                    request = self._client(None, times.connect).request(method, url)
                    request = _with_large_body(request, content, _Pace(limit, times))
                answer = await request.build().send()
                return answer.status, bytes(await answer.bytes())
        except TimeoutError:
            raise TimedOut from None
        except (PyreqwestError, ValueError) as error:
            raise NetworkError(_without_url(error)) from None
        finally:
            self._free.release()
            if task.cancelling() > cancelled:  # pyreqwest passes over it where its answer is there at the same moment
                raise asyncio.CancelledError

    async def _wait_for_a_connection(self, seconds: float | None) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            raise TimedOut(
                "Pool timeout: all connections to Telegram are busy, so this request was *not* sent. "
                "Allow more connections or a longer wait."
            ) from None

    def _client(self, read: float | None, connect: float | None) -> Client:
        client = self._clients.get((read, connect))
        if client is None:
            client = self._clients[read, connect] = _client(self.USER_AGENT, read, connect, self._proxy)
        return client


def _client(agent: str, read: float | None, connect: float | None, proxy: str | None) -> Client:
    builder = ClientBuilder().user_agent(agent).pool_idle_timeout(IDLE).follow_redirects(False).referer(False)
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
    if read is not None:
        builder = builder.read_timeout(timedelta(seconds=read))
    if connect is not None:
        builder = builder.connect_timeout(timedelta(seconds=connect))
    return (builder.no_proxy() if proxy is None else builder.proxy(ProxyBuilder.all(proxy))).build()


def _without_url(error: Exception) -> str:
    """The kind of error and its first cause; what stands between them names the address."""
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return f"pyreqwest.{type(error).__name__}" + (f": {causes[-1]['message']}" if causes else "")


def _content(data: RequestData | None) -> bytes | RequestData:
    """A body as it is sent: nothing, JSON, or a form with files."""
    if data is None:
        return b""
    if data.contains_files:
        return data
    return fast_json.encoded(data.parameters) if data.parameters else b""


def _with_large_body(request: RequestBuilder, content: bytes | RequestData, pace: _Pace) -> RequestBuilder:
    if isinstance(content, bytes):
        return request.headers({**_JSON, "Content-Length": str(len(content))}).body_stream(pace.pieces(content))
    form = FormBuilder().percent_encode_noop()
    for name, value in content.json_parameters.items():
        form = form.text(name, value)
    for name, (filename, file, kind) in (content.multipart_data or {}).items():
        whole = file if isinstance(file, bytes) else file.read()
        part = PartBuilder.from_stream_with_length(pace.pieces(whole), len(whole))
        form = form.part(name, part.file_name(filename).mime(kind))
    return request.multipart(form)


class _Pace:
    """Lets some piece of a body leave every `write` seconds, and the answer come within `read` seconds after the last."""

    def __init__(self, limit: asyncio.Timeout, times: _Times) -> None:
        self._limit, self._times = limit, times

    async def pieces(self, content: bytes) -> AsyncGenerator[bytes, None]:
        """The content, piece by piece."""
        for start in range(0, len(content), _PIECE):
            self._within(self._times.write)
            yield content[start : start + _PIECE]
        self._within(self._times.read)

    def _within(self, seconds: float | None) -> None:
        self._limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)


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
