"""Whatever is posted: bodies that are no JSON, cut short, longer than announced, nested without end, in pieces; any method, any
path, with the secret and without. The web server goes on, nothing that can be read is set aside, and a bystander is answered."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.core import fast_json
from bot.replay.double.server import TelegramDouble
from tests.support.made_updates import Maker, p99, slowest
from tests.support.telegram_bot import Clock, Patient, make_readers
from tests.support.webhook_bot import SECRET, server

TURN_EVERY = 25
STATUSES = {200, 400, 401, 404, 405, 413}
ODD = (
    b"", b"null", b"[]", b"{}", b"\x00", b"\xff\xfe{}", b"{" * 5000, b"[" * 100_000, b'{"update_id":1' * 3, b'{"update_id":1e400}',
    b'{"update_id":NaN}', b'{"update_id":true,"message":{}}', b'{"update_id":9,"update_id":"x"}', b'{"update_id":-1,"message":[]}',
    b'{"update_id":2,"message":{"text":"\\ud800"}}', b'{"update_id":3,"m\xc3":1}', b'"' + b"a" * 60_000 + b'"', b"0" * 5000,
    b'{"update_id":' + b"9" * 5000 + b"}",
)  # fmt: skip


class Poster:
    """Requests by a seed."""

    def __init__(self, seed: int, updates: Maker) -> None:
        self.rng, self.updates, self.number = random.Random(seed), updates, 10**6

    def body(self) -> bytes:
        rng = self.rng
        if rng.random() < 0.2:
            return rng.choice(ODD)
        self.number += 1
        update: dict[str, Any] = {"update_id": self.number, **self.updates.update()}
        body = bytearray(fast_json.encoded(update))
        for _ in range(rng.choice((0, 0, 1, 3, 10))):
            place = rng.randrange(len(body))
            what = rng.randrange(4)
            if what == 0:
                body[place] = rng.randrange(256)
            elif what == 1:
                del body[place : place + rng.randrange(1, 30)]
            elif what == 2:
                body[place:place] = body[: rng.randrange(1, 60)]
            else:
                body[place:place] = rng.choice((b"{", b"]", b'"', b"\\u", b"\xff", b"\x00", b","))
            body = body or bytearray(b"x")
        return bytes(body)

    def request(self) -> bytes:
        rng, body = self.rng, self.body()
        method = rng.choice(("POST",) * 9 + ("GET", "PUT", "HEAD", "OPTIONS", "BREW", "post"))
        path = rng.choice(("/hook",) * 9 + ("/", "/hook/", "/hook?x=1", "/metrics", "/healthz", "//hook", "/%00", "*"))
        head = [f"{method} {path} HTTP/1.1", "host: bot"]
        if rng.random() < 0.8:
            head.append(f"x-telegram-bot-api-secret-token: {SECRET if rng.random() < 0.9 else SECRET[:-1]}")
        how = rng.randrange(10)
        if how == 0:
            head.append("transfer-encoding: chunked")
            half = len(body) // 2
            pieces = [body[:half] or b"x", body[half:] or b"y"]
            body = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
            body += rng.choice((b"0\r\n\r\n", b"zz\r\n\r\n", b"-1\r\n", b""))
        elif how == 1:
            head.append(f"content-length: {max(0, len(body) + rng.choice((-1, 1, 1000, 10**9, 10**30)))}")
        elif how == 2:
            head.append(f"content-length: {rng.choice(('x', '-1', '', '1, 2', '٣'))}")
        else:
            head.append(f"content-length: {len(body)}")
        if rng.random() < 0.1:
            head.insert(
                rng.randrange(1, len(head)), rng.choice(("x: " + "y" * 20_000, "no colon", "x:\x00", " : ", "é: ü"))
            )
        return "\r\n".join(head).encode("utf-8") + b"\r\n\r\n" + body


async def posted(port: int, request: bytes) -> int | None:
    """The status that comes back; None if none does: the connection was closed, or more of the request is awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(OSError):
            writer.write(request)
            writer.write_eof()
            line = await asyncio.wait_for(reader.readline(), 20)
            return int(line.split()[1]) if line else None
        return None
    finally:
        writer.close()


@pytest.mark.parametrize(("many", "seed"), [(600, 1), pytest.param(200_000, 2, marks=pytest.mark.slow)])
async def test_whatever_is_posted_is_survived_and_a_bystander_is_answered(many: int, seed: int, tmp_path: Path) -> None:
    clock, statuses, waited = Clock(), set[int | None](), []
    async with TelegramDouble(clock=clock) as telegram, server(telegram, f"sqlite:///{tmp_path}/bot.db", clock) as bot:
        await telegram.until(lambda: telegram.updates.webhook is not None, 10)
        make_readers(bot.channel.service)
        telegram.updates.number_from(10**12)  # numbers that are made up count as seen: nobody else may have them
        bystander = Patient(telegram.user(1))
        poster = Poster(seed, Maker(seed, [Patient(telegram.user(number)) for number in range(2, 42)], clock))
        port = int(bot.url.rpartition(":")[2])
        for number in range(0, many, TURN_EVERY):
            posts = asyncio.gather(*(posted(port, poster.request()) for _ in range(TURN_EVERY)))
            begun = time.perf_counter()
            await bystander.start()
            waited.append(time.perf_counter() - begun)
            statuses.update(await posts)
            clock.now += 1 + number % 3
        assert bot.channel.trouble == ""
        reasons = {aside.reason for aside in bot.channel.service.store.set_aside()}
    print(slowest(waited), statuses)
    assert statuses <= STATUSES | {None}
    assert {200, 400, 401} <= statuses
    assert reasons <= {"Unreadable", "UnreadableUpdate"}, "an update that can be read was set aside"
    if many > 10_000:
        assert p99(waited) < 1.0, slowest(waited)
