"""Requests over HTTP: PTB's errors, PTB's timeouts, uploads; everything over real sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import struct
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMediaDocument
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.http_request import HttpRequest

TOKEN = "12345:a-secret-token"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A real server that gives this answer to everything; yields its base URL."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/bot{TOKEN}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw(handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server on the level of bytes, for what no web framework will do."""
    tasks: set[asyncio.Task[None]] = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{TOKEN}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()


def says(status: int, **body: Any) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": status == 200, **body}, status=status)

    return answer


def data(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_the_answer_comes_back_and_parameters_arrive_as_they_were() -> None:
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(await request.json(), path=request.path, method=request.method)
        return web.json_response({"ok": True, "result": {"message_id": 7}})

    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Áno", callback_data="a:1")]])
    async with serving(answer) as base, HttpRequest() as request:
        sent = data(chat_id=5, text="bolí & <b>😀</b>", reply_markup=keyboard, entities=[])
        assert await request.post(f"{base}/sendMessage", sent) == {"message_id": 7}
    assert seen == {
        "path": f"/bot{TOKEN}/sendMessage",
        "method": "POST",
        "chat_id": 5,
        "text": "bolí & <b>😀</b>",
        "reply_markup": {"inline_keyboard": [[{"text": "Áno", "callback_data": "a:1"}]]},
        "entities": [],
    }


async def test_without_parameters_nothing_is_sent_and_files_can_be_fetched() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert await request.read() == b""
        if request.method == "GET":
            return web.Response(body=b"\x00\xffcontent")
        return web.json_response({"ok": True, "result": True})

    async with serving(answer) as base, HttpRequest() as request:
        assert await request.post(f"{base}/deleteWebhook") is True
        assert await request.post(f"{base}/deleteWebhook", RequestData([])) is True
        assert await request.retrieve(f"{base}/file") == b"\x00\xffcontent"


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"description": "Bad Request: message is not modified"}, BadRequest, "not modified"),
        (401, {"description": "Unauthorized"}, InvalidToken, "Unauthorized"),
        (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden, "blocked"),
        (404, {"description": "Not Found"}, InvalidToken, "Not Found"),
        (409, {"description": "Conflict: terminated by other getUpdates request"}, Conflict, "terminated"),
        (413, {"description": "Request Entity Too Large"}, NetworkError, "Too Large"),
        (500, {"description": "Internal Server Error"}, NetworkError, "Internal"),
        (502, {"description": "Bad Gateway"}, NetworkError, "Bad Gateway"),
        (504, {}, NetworkError, "Gateway Timeout"),
        (307, {}, NetworkError, "Temporary Redirect"),
    ],
)
async def test_each_status_is_the_error_that_ptb_makes_of_it(
    status: int, body: dict[str, Any], error: type[TelegramError], words: str
) -> None:
    async with serving(says(status, **body)) as base, HttpRequest() as request:
        with pytest.raises(error, match=words) as caught:
            await request.post(f"{base}/sendMessage", data(chat_id=1))
        assert type(caught.value) is error


async def test_too_many_requests_says_when_to_try_again() -> None:
    answer = says(429, description="Too Many Requests: retry after 17", parameters={"retry_after": 17})
    async with serving(answer) as base, HttpRequest() as request:
        with pytest.raises(RetryAfter) as caught:
            await request.post(f"{base}/sendMessage")
        assert caught.value._retry_after.total_seconds() == 17


async def test_a_chat_that_moved_says_where() -> None:
    answer = says(400, description="moved", parameters={"migrate_to_chat_id": -100})
    async with serving(answer) as base, HttpRequest() as request:
        with pytest.raises(ChatMigrated) as caught:
            await request.post(f"{base}/sendMessage")
        assert caught.value.new_chat_id == -100


async def test_an_answer_that_is_no_json_is_an_error() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>", status=200)

    async with serving(page) as base, HttpRequest() as request:
        with pytest.raises(TelegramError, match="Invalid server response"):
            await request.post(f"{base}/getMe")


async def test_a_silent_server_times_out_after_the_read_timeout() -> None:
    async with serving(never) as base, HttpRequest(read_timeout=30) as request:
        assert request.read_timeout == 30
        with pytest.raises(TimedOut):
            await request.post(f"{base}/getUpdates", read_timeout=0.05)
        with pytest.raises(TimedOut):
            await request.post(f"{base}/getUpdates", read_timeout=0)
    async with serving(never) as base, HttpRequest(read_timeout=0.05) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{base}/getUpdates")


async def test_the_read_timeout_counts_silence_not_the_whole_answer() -> None:
    async def slowly(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for piece in (b'{"ok": true', b', "result"', b": ", b"true", b"}"):
            await answer.write(piece)
            await asyncio.sleep(0.1)
        return answer

    async with serving(slowly) as base, HttpRequest(read_timeout=0.3) as request:
        assert await request.post(f"{base}/getMe") is True


async def test_no_read_timeout_waits_for_ever() -> None:
    asked = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        asked.set()
        return await never(_)

    async with serving(answer) as base, HttpRequest(read_timeout=0.01) as request:
        waiting = asyncio.ensure_future(request.post(f"{base}/getUpdates", read_timeout=None))
        await asked.wait()
        assert (await asyncio.wait([waiting], timeout=0.2))[1] == {waiting}
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_server_that_cannot_be_reached_is_a_network_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        base = f"http://127.0.0.1:{taken.getsockname()[1]}/bot{TOKEN}"
        async with HttpRequest() as request:
            with pytest.raises(NetworkError, match="ConnectError: Connection refused") as caught:
                await request.post(f"{base}/getMe")
    assert not isinstance(caught.value, TimedOut)


async def test_a_server_that_does_not_accept_times_out_after_the_connect_timeout() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # fill the queue of connections that nobody accepts
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        async with HttpRequest() as request:
            with pytest.raises(TimedOut):
                await request.post(f"http://127.0.0.1:{full.getsockname()[1]}/bot{TOKEN}/getMe", connect_timeout=0.1)
        for one in waiting:
            one.close()


@pytest.mark.parametrize("after", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"nonsense\r\n\r\n"])
@pytest.mark.parametrize("reset", [True, False])
async def test_a_connection_that_breaks_is_a_network_error(after: bytes, reset: bool) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(after)
        await writer.drain()
        if reset:
            raw_socket = writer.get_extra_info("socket")
            raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with raw(broken) as base, HttpRequest() as request:
        with pytest.raises(NetworkError) as caught:
            await request.post(f"{base}/sendMessage", data(chat_id=1, text="hello"))
        assert not isinstance(caught.value, TimedOut | BadRequest)


async def test_a_broken_call_is_not_repeated_behind_our_back() -> None:
    calls = 0

    async def broken(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal calls
        await reader.readuntil(b"\r\n\r\n")
        calls += 1

    async with raw(broken) as base, HttpRequest() as request:
        with pytest.raises(NetworkError):
            await request.post(f"{base}/sendMessage", data(chat_id=1))
    assert calls == 1


async def test_nor_is_one_that_breaks_on_a_kept_connection() -> None:
    calls = 0

    async def second_time_broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        for answer in (b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}', b""):
            await reader.readuntil(b"}")
            calls += 1
            writer.write(answer)

    async with raw(second_time_broken) as base, HttpRequest() as request:
        assert await request.post(f"{base}/sendMessage", data(chat_id=1)) is True
        with pytest.raises(NetworkError):
            await request.post(f"{base}/sendMessage", data(chat_id=1))
    assert calls == 2


@pytest.mark.parametrize("files", [True, False])
async def test_a_proxy_is_asked_instead(files: bool) -> None:
    seen: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(str(request.raw_path))
        await request.read()
        return web.json_response({"ok": True, "result": True})

    async with serving(proxy) as base, HttpRequest(proxy=base.partition("/bot")[0]) as request:
        sent = data(document=InputFile(b"x")) if files else data(text="x")
        assert await request.post(f"http://api.invalid/bot{TOKEN}/sendDocument", sent) is True
    assert seen == [f"http://api.invalid/bot{TOKEN}/sendDocument"]


async def test_no_error_shows_the_token() -> None:
    async def broken(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    errors: list[TelegramError] = []
    async with (
        HttpRequest(read_timeout=0.05, connect_timeout=0.05) as request,
        raw(broken) as broken_base,
        serving(never) as silent_base,
    ):
        refused = f"http://127.0.0.1:9/bot{TOKEN}"
        invalid = f"http://[bad/bot{TOKEN}"
        for base in (broken_base, silent_base, refused, invalid):
            with pytest.raises(TelegramError) as caught:
                await request.post(f"{base}/getMe", data(chat_id=1))
            errors.append(caught.value)
    for error in errors:
        assert TOKEN not in "".join(traceback.format_exception(error))


async def test_more_requests_than_connections_wait_for_their_turn() -> None:
    now = most = 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return web.json_response({"ok": True, "result": True})

    async with serving(answer) as base, HttpRequest(connection_pool_size=8, pool_timeout=None) as request:
        results = await asyncio.gather(*(request.post(f"{base}/sendMessage", data(chat_id=n)) for n in range(100)))
    assert results == [True] * 100
    assert most == 8


async def test_a_full_pool_says_that_nothing_was_sent() -> None:
    calls = 0
    first = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        first.set()
        return await never(request)

    async with serving(answer) as base, HttpRequest(connection_pool_size=1, pool_timeout=0.05) as request:
        busy = asyncio.ensure_future(request.post(f"{base}/getUpdates", read_timeout=None))
        await first.wait()
        with pytest.raises(TimedOut, match="not\\* sent"):
            await request.post(f"{base}/sendMessage")
        busy.cancel()
        await asyncio.wait([busy])
    assert calls == 1


async def test_a_cancelled_request_gives_its_connection_back() -> None:
    async with serving(never) as base, HttpRequest(connection_pool_size=1, pool_timeout=0.5) as request:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await request.post(f"{base}/getUpdates", read_timeout=None)
        with pytest.raises(TimedOut, match=r"^Timed out$"):
            await request.post(f"{base}/getUpdates", read_timeout=0.05)


async def test_who_is_cancelled_at_the_moment_of_the_answer_is_cancelled() -> None:
    asked: list[asyncio.Task[tuple[int, bytes]]] = []

    async def answer_and_cancel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        time.sleep(0.02)  # the loop stands still while the answer comes in beside it
        asked[-1].cancel()

    async with raw(answer_and_cancel) as url, HttpRequest() as request:
        for _ in range(20):
            asked.append(asyncio.create_task(request.do_request(f"{url}/getMe", "GET")))
            await asyncio.wait(asked)
    assert [task.cancelled() for task in asked] == [True] * 20


async def test_connections_are_used_again() -> None:
    ports = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    async with serving(answer) as base, HttpRequest() as request:
        for _ in range(5):
            await request.post(f"{base}/getMe", data(chat_id=1))
    assert len(ports) == 1


async def received(request: web.Request) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    async for part in await request.multipart():
        body = bytes(await part.read())  # type: ignore[union-attr]
        parts[part.name or ""] = (part.filename, part.headers.get("Content-Type"), body) if part.filename else body  # type: ignore[union-attr]
    return parts


async def test_files_are_uploaded_with_the_other_parameters() -> None:
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(await received(request))
        return web.json_response({"ok": True, "result": True})

    content = bytes(range(256)) * 12000  # 3 MB
    async with serving(answer) as base, HttpRequest() as request:
        sent = data(chat_id=5, caption='môj "súbor"', document=InputFile(content, filename="môj súbor.pdf"))
        assert await request.post(f"{base}/sendDocument", sent) is True
    assert seen == {
        "chat_id": b"5",
        "caption": 'môj "súbor"'.encode(),
        "document": ("môj súbor.pdf", "application/pdf", content),
    }


async def test_several_attached_files_and_open_handles_are_uploaded() -> None:
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(await received(request))
        return web.json_response({"ok": True, "result": True})

    handle = io.BytesIO(b"from a handle")
    media = [
        InputMediaDocument(InputFile(b"one", filename="1.txt", attach=True)),
        InputMediaDocument(InputFile(handle, filename="2.txt", attach=True, read_file_handle=False)),
    ]
    async with serving(answer) as base, HttpRequest() as request:
        assert await request.post(f"{base}/sendMediaGroup", data(chat_id=5, media=media)) is True
    attached = [item["media"].removeprefix("attach://") for item in json.loads(seen["media"])]
    assert [seen[name][2] for name in attached] == [b"one", b"from a handle"]


@pytest.mark.parametrize("files", [True, False])
async def test_an_upload_that_makes_no_progress_times_out(files: bool) -> None:
    async def never_reads(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    big = b"x" * 30_000_000
    sent = data(document=InputFile(big)) if files else data(text=big.decode())
    async with raw(never_reads) as base, HttpRequest(read_timeout=30, write_timeout=0.1) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{base}/sendDocument", sent, write_timeout=0.1)
        if not files:
            with pytest.raises(TimedOut):
                await request.post(f"{base}/sendMessage", sent)
    async with raw(never_reads) as base, HttpRequest(read_timeout=30, media_write_timeout=0.1) as request:
        if files:
            with pytest.raises(TimedOut):
                await request.post(f"{base}/sendDocument", sent)


async def test_it_opens_and_closes_as_often_as_asked() -> None:
    async with serving(says(200, result=True)) as base:
        request = HttpRequest()
        with pytest.raises(NetworkError, match="not initialized"):
            await request.post(f"{base}/getMe")
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            assert await request.post(f"{base}/getMe") is True
            await request.shutdown()
            await request.shutdown()
        with pytest.raises(NetworkError, match="not initialized"):
            await request.post(f"{base}/getMe")


async def test_closing_ends_what_is_in_flight() -> None:
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.set()
        return await never(request)

    async with serving(answer) as base:
        request = HttpRequest()
        await request.initialize()
        waiting = asyncio.ensure_future(request.post(f"{base}/getUpdates", read_timeout=None))
        await asked.wait()
        await request.shutdown()
        with pytest.raises(NetworkError):
            await asyncio.wait_for(waiting, 5)


async def test_a_real_bot_works_over_it() -> None:
    me = {"id": 12345, "is_bot": True, "first_name": "Bot", "username": "a_bot"}
    async with serving(says(200, result=me)) as base:
        bot = Bot(TOKEN, base_url=base.removesuffix(TOKEN), request=HttpRequest(), get_updates_request=HttpRequest())
        async with bot:
            assert bot.username == "a_bot"
