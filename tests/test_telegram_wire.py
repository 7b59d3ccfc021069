"""The hot calls' own connections: kept, whole whatever the pieces, timed, and with the errors that aiohttp's way has."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram import wire_request as telegram_wire
from bot.channels.telegram.wire_request import WireRequest
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble

TOKEN = "12345:a-secret-token"
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def raw(handle: Handle) -> AsyncIterator[str]:
    """A server on the level of bytes; yields its base URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{TOKEN}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()


async def request_of(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Head and body of one request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = int(next(x for x in head.split("\r\n") if x.lower().startswith("content-length")).partition(":")[2])
    return head, await reader.readexactly(length)


def answers(*pieces: bytes, keep: bool = True) -> Handle:
    """Answers every request with these pieces, one write each."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)  # so that pieces arrive as pieces
            if not keep:
                return

    return handle


def data(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


OK = b'{"ok":true,"result":{"message_id":7}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(OK), OK)


@pytest.mark.parametrize(
    "pieces",
    [
        (WHOLE,),
        tuple(WHOLE[i : i + 1] for i in range(len(WHOLE))),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE,),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n" + OK[:5], b"\r\n%x;x=y\r\n" % (len(OK) - 5), OK[5:] + b"\r\n0\r", b"\n\r\n"),
        (HEAD + b"CONNECTION: close\r\ncontent-length:%d\r\n\r\n" % len(OK), OK),
    ],
    ids=["whole", "byte by byte", "after 100", "chunks", "closing"],
)  # fmt: skip
async def test_an_answer_is_read_whatever_its_pieces(pieces: tuple[bytes, ...]) -> None:
    async with raw(answers(*pieces)) as base, WireRequest() as request:
        for _ in range(3):
            assert await request.post(f"{base}/sendMessage", data(text="ä & <b>")) == {"message_id": 7}


async def test_an_answer_may_end_with_its_connection() -> None:
    async with raw(answers(HEAD + b"\r\n" + OK, keep=False)) as base, WireRequest() as request:
        assert await request.post(f"{base}/sendMessage", data(text="x")) == {"message_id": 7}


async def test_connections_are_kept_and_used_again() -> None:
    opened = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await answers(WHOLE)(reader, writer)

    async with raw(handle) as base, WireRequest() as request:
        for _ in range(20):
            await request.post(f"{base}/sendMessage", data(text="x"))
        assert opened == 1
        await asyncio.gather(*(request.post(f"{base}/sendMessage", data(text="x")) for _ in range(5)))
        assert opened <= 5


async def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_wire, "IDLE", -1.0)
    opened = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await answers(WHOLE)(reader, writer)

    async with raw(handle) as base, WireRequest() as request:
        for _ in range(3):
            await request.post(f"{base}/sendMessage", data(text="x"))
    assert opened == 3


async def test_what_is_sent_is_what_telegram_reads() -> None:
    seen: list[tuple[str, bytes]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request_of(reader))
        writer.write(WHOLE)

    async with raw(handle) as base, WireRequest() as request:
        await request.post(f"{base}/sendMessage", data(chat_id=5, text="ä"))
    head, body = seen[0]
    assert head.startswith(f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\n")
    assert json.loads(body) == {"chat_id": 5, "text": "ä"}


async def test_silence_is_timed_out_and_the_connection_dropped() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await asyncio.Event().wait()

    async with raw(silence) as base, WireRequest(read_timeout=0.05) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{base}/sendMessage", data(text="x"))
        with pytest.raises(TimedOut):
            await request.post(f"{base}/sendMessage", data(text="x"), read_timeout=0.01)


async def test_a_slow_answer_is_no_silence() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\n", f"Content-Length: {len(OK)}\r\n\r\n".encode(), OK[:9], OK[9:20], OK[20:]]

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        for piece in pieces:
            await asyncio.sleep(0.25)  # the answer takes longer than the longest silence
            writer.write(piece)

    async with raw(slowly) as base, WireRequest(read_timeout=1.0) as request:
        assert await request.post(f"{base}/sendMessage", data(text="x")) == {"message_id": 7}


async def test_a_server_that_takes_no_bytes_is_timed_out() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw(deaf) as base, WireRequest(read_timeout=None, write_timeout=0.1) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{base}/sendMessage", data(text="x" * 50_000_000))


async def test_a_full_pool_is_timed_out() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw(silence) as base, WireRequest(1, read_timeout=None, pool_timeout=0.01) as request:
        first = asyncio.create_task(request.post(f"{base}/sendMessage", data(text="x")))
        await asyncio.sleep(0)
        with pytest.raises(TimedOut, match="Pool timeout"):
            await request.post(f"{base}/sendMessage", data(text="x"))
        first.cancel()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"nonsense\r\n\r\n", b"SSH-2.0\r\n"]
)
async def test_a_broken_answer_is_a_network_error(answer: bytes) -> None:
    async with raw(answers(answer, keep=False)) as base, WireRequest() as request:
        with pytest.raises(NetworkError) as error:
            await request.post(f"{base}/sendMessage", data(text="x"))
        assert TOKEN not in str(error.value)


async def test_a_reset_is_a_network_error_and_the_next_call_works() -> None:
    first = True

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        if first:
            first = False
            await request_of(reader)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return
        await answers(WHOLE)(reader, writer)

    async with raw(handle) as base, WireRequest() as request:
        with pytest.raises(NetworkError):
            await request.post(f"{base}/sendMessage", data(text="x"))
        assert await request.post(f"{base}/sendMessage", data(text="x")) == {"message_id": 7}


async def test_a_port_where_nobody_listens_is_a_network_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}/bot{TOKEN}"
    async with WireRequest() as request:
        with pytest.raises(NetworkError) as error:
            await request.post(f"{base}/sendMessage", data(text="x"))
    assert TOKEN not in str(error.value)


async def test_telegrams_errors_are_ptbs() -> None:
    async with TelegramDouble() as telegram, WireRequest() as request:
        base = f"{telegram.url}/bot{telegram.token}"
        telegram.user(1)
        telegram.fail("sendMessage", Fault("too_many", retry_after=7))
        with pytest.raises(RetryAfter) as slow:
            await request.post(f"{base}/sendMessage", data(chat_id=1, text="x"))
        assert "7" in slow.value.message
        with pytest.raises(BadRequest):
            await request.post(f"{base}/sendMessage", data(chat_id=99, text="x"))
        telegram.user(1).chat.blocked = True
        with pytest.raises(Forbidden):
            await request.post(f"{base}/sendMessage", data(chat_id=1, text="x"))


async def test_files_go_the_other_way() -> None:
    async with TelegramDouble() as telegram, WireRequest() as request:
        bot = Bot(telegram.token, base_url=f"{telegram.url}/bot", request=request)
        ann = telegram.user(1)
        await bot.send_document(1, b"content", filename="a.txt")
        assert ann.last_message.file == ("a.txt", b"content")


async def test_after_its_end_nothing_is_sent() -> None:
    request = WireRequest()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    with pytest.raises(NetworkError):
        await request.post("http://127.0.0.1:9/botx/sendMessage", data(text="x"))
