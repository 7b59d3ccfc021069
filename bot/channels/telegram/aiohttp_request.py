"""How python-telegram-bot reaches the Bot API here: over aiohttp, which costs a fraction of httpx (bot/README.md).

It answers to the same timeouts and raises the same errors as PTB's own request class, with one rule more: no error
that it raises carries the URL, because the URL carries the bot's token.
"""

from __future__ import annotations

import asyncio
import io
import json
from functools import lru_cache
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, FormData, TCPConnector, payload
from aiohttp.abc import AbstractStreamWriter
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

_PIECE = 64 * 1024
_JSON = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
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
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._session: ClientSession | None = None
        self._free = asyncio.Semaphore(connection_pool_size)

    @property
    def read_timeout(self) -> float | None:
        """The read timeout, in seconds, of requests that name none."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool; does nothing if it is open."""
        if self._session is None:
            self._free = asyncio.Semaphore(self._pool_size)
            self._session = ClientSession(
                connector=TCPConnector(limit=0, ttl_dns_cache=300),  # `_free` limits, so that waiting has its own time
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )

    async def shutdown(self) -> None:
        """Close all connections; requests in flight fail with NetworkError. Does nothing if the pool is closed."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of one answer. RuntimeError if the pool is closed."""
        session = self._session
        if session is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        has_files = request_data is not None and request_data.contains_files
        limits = _limits(
            _chosen(read_timeout, self._read_timeout),
            _chosen(connect_timeout, self._connect_timeout),
        )
        pause = _chosen(write_timeout, self._media_write_timeout if has_files else self._write_timeout)
        body, headers = _body(request_data, pause)
        await self._wait_for_a_connection(_chosen(pool_timeout, self._pool_timeout))
        try:
            async with session.request(
                method,
                _parsed(url),
                data=body,
                headers=headers,
                timeout=limits,
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (ClientError, OSError) as error:
            raise NetworkError(_without_url(error)) from None
        finally:
            self._free.release()

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


def _chosen(given: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(given, DefaultValue) else given


@lru_cache(64)
def _limits(read: float | None, connect: float | None) -> ClientTimeout:
    # aiohttp takes 0 for "no limit", PTB for "at once".
    return ClientTimeout(
        total=None,
        sock_read=None if read is None else max(read, 1e-6),
        sock_connect=None if connect is None else max(connect, 1e-6),
    )


@lru_cache(64)
def _parsed(url: str) -> URL:
    return URL(url, encoded=True)


def _without_url(error: Exception) -> str:
    cause = error if isinstance(error, OSError) else error.__cause__
    detail = getattr(cause, "strerror", None)
    return f"aiohttp.{type(error).__name__}" + (f": {detail}" if detail else "")


def _body(
    data: RequestData | None, pause: float | None
) -> tuple[payload.Payload | bytes | None, dict[str, str] | None]:
    if data is None:
        return None, None
    files = data.multipart_data
    if not files:
        parameters = data.parameters
        if not parameters:
            return None, None
        encoded = json.dumps(parameters).encode()
        return (encoded, _JSON) if len(encoded) < _PIECE else (_Steady(payload.BytesPayload(encoded), pause), _JSON)
    form = FormData(quote_fields=False, default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in files.items():
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=kind)
    return _Steady(form(), pause), None


class _Steady(payload.Payload):
    """A body of which some piece must leave every `pause` seconds."""

    _autoclose = True

    def __init__(self, inner: payload.Payload, pause: float | None) -> None:
        super().__init__(inner, headers=inner.headers)
        self._inner = inner
        self._pause = pause

    @property
    def size(self) -> int | None:
        return self._inner.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._inner.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self._inner.write(_SteadyWriter(writer, self._pause))


class _SteadyWriter(AbstractStreamWriter):
    """Passes pieces on to `writer`, each within `pause` seconds."""

    def __init__(self, writer: AbstractStreamWriter, pause: float | None) -> None:
        self._writer = writer
        self._pause = pause

    async def write(self, chunk: Any, *_: Any, **__: Any) -> None:
        view = memoryview(chunk)
        for start in range(0, len(view), _PIECE):
            async with asyncio.timeout(self._pause):
                await self._writer.write(view[start : start + _PIECE])
                await self._writer.drain()

    async def write_eof(self, chunk: bytes = b"") -> None:
        await self._writer.write_eof(chunk)

    async def drain(self) -> None:
        await self._writer.drain()

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        raise NotImplementedError("bodies to Telegram are not compressed")

    def enable_chunking(self) -> None:
        self._writer.enable_chunking()

    async def write_headers(self, status_line: str, headers: Any) -> None:
        await self._writer.write_headers(status_line, headers)
