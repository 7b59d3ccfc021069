"""Who opens connections and says nothing, or half of something, keeps nobody from being heard; no secret, no reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from bot.channels.webhook.connections import Bounds
from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import eventually
from tests.support.webhook_bot import HEADER, SECRET, Server, server, start_update

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SHORT = Bounds(connections=8, asking=0.3, answering=5.0, idle=5.0, head=2000)
POST = b"POST /hook HTTP/1.1\r\nHost: x\r\n"
SECRET_LINE = f"x-telegram-bot-api-secret-token: {SECRET}\r\n".encode()


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[Server]:
    async with TelegramDouble() as double, server(double, sqlite_url, register=False, bounds=SHORT) as running:
        for number in range(1, 4):
            double.user(number)
        yield running


@contextlib.asynccontextmanager
async def lines(bot: Server, count: int, said: bytes = b"") -> AsyncIterator[list[Line]]:
    opened = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(bot.url.rpartition(":")[2]))
        writer.write(said)
        opened.append((reader, writer))
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()


async def ended(line: Line) -> bytes:
    """What came until the other side closed."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(line[0].read(), 5)
    return b""


async def refused(bot: Server, reason: str) -> float:
    async with ClientSession() as web, web.get(f"{bot.url}/metrics") as answer:
        for row in (await answer.text()).splitlines():
            if row.startswith(f'symptom_bot_requests_refused_total{{reason="{reason}"}}'):
                return float(row.split()[-1])
    return 0.0


@pytest.mark.parametrize(
    "said",
    [b"", b"P", POST + b"x: ", POST + SECRET_LINE + b"Content-Length: 90\r\n\r\n{"],
    ids=["idle", "p", "head", "body"],
)
async def test_who_does_not_go_on_is_let_go(bot: Server, said: bytes) -> None:
    async with lines(bot, 3, said) as opened:
        assert [await ended(line) for line in opened] == [b""] * 3
        assert await refused(bot, "a request that does not end") == 3.0


@pytest.mark.parametrize("said", [b"", POST], ids=["idle", "half"])
async def test_a_crowd_that_says_nothing_keeps_no_update_out(bot: Server, said: bytes) -> None:
    async with lines(bot, 40, said), ClientSession() as web:
        connections = bot.web._server.server_state.connections
        await eventually(lambda: len(connections) <= SHORT.connections)
        async with web.post(bot.hook, json=start_update(1), headers=HEADER) as answer:
            assert answer.status == 200
        assert len(connections) <= SHORT.connections + 1
        assert await refused(bot, "too many connections") >= 30.0


async def test_who_has_no_secret_is_refused_before_the_body(bot: Server) -> None:
    async with lines(bot, 1, POST + b"Content-Length: 900000\r\n\r\n") as (line,):
        answer = await ended(line)  # not a byte of the body was sent
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"connection: close" in answer
    assert await refused(bot, "another secret") == 1.0


async def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(bot: Server) -> None:
    async with lines(bot, 1, POST + SECRET_LINE + b"Content-Length: 1000001\r\n\r\n") as (line,):
        assert (await ended(line)).startswith(b"HTTP/1.1 413")


async def test_a_head_without_end_is_cut_short(bot: Server) -> None:
    async with lines(bot, 1, POST) as (line,):
        with contextlib.suppress(ConnectionError):
            for _ in range(30):
                line[1].write(b"x-more: " + b"y" * 100 + b"\r\n")
                await line[1].drain()
        assert await ended(line) == b""
    assert await refused(bot, "a head without end") == 1.0


async def test_what_is_no_request_is_refused_and_counted(bot: Server) -> None:
    async with lines(bot, 1, b"\x16\x03\x01 a client that speaks TLS\r\n\r\n") as (line,):
        assert (await ended(line)).startswith(b"HTTP/1.1 400")
    assert await refused(bot, "no request") == 1.0


async def test_a_proxy_that_asks_again_and_again_keeps_its_connection(bot: Server) -> None:
    async with ClientSession() as web:
        for number in range(1, 4):
            async with web.post(bot.hook, json=start_update(number, number), headers=HEADER) as answer:
                assert answer.status == 200
            await asyncio.sleep(SHORT.asking * 1.5)
        assert bot.web._server.server_state.total_requests == 3
    assert await refused(bot, "a request that does not end") == 0.0


async def test_an_update_at_another_path_is_told(bot: Server, caplog: pytest.LogCaptureFixture) -> None:
    async with ClientSession() as web:
        for _ in range(3):
            async with web.post(f"{bot.url}/telegram", json=start_update(1), headers=HEADER) as answer:
                assert answer.status == 404
        for _ in range(3):
            async with web.post(bot.hook, json=start_update(1), headers={}) as answer:
                assert answer.status == 401
    told = [r for r in caplog.records if r.name == "symptom_bot.webhook"]
    assert [r.__dict__.get("place") for r in told] == ["/telegram instead of /hook", None]
    assert "another secret" in told[1].message
