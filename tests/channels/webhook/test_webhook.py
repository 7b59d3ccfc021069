"""Webhook mode: 200 after the commit and not before, a secret, one commit for many, a web server that shuts properly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.replay.double.faults import Faults
from bot.replay.double.server import TelegramDouble
from bot.store import StoreUnavailable, transaction
from tests.support.telegram_bot import UNCOMPLICATED, Patient, eventually
from tests.support.webhook_bot import HEADER, SECRET, server, start_update


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert not double.refused


async def test_a_whole_conversation(telegram: TelegramDouble, database_url: str) -> None:
    async with server(telegram, database_url) as bot:
        ann = Patient(telegram.user(1))
        await ann.start()
        await ann.walks(*UNCOMPLICATED)
        assert ann.last.text.startswith("Look after it yourself")
        await eventually(lambda: not bot.channel.service.store.waiting())
        assert not telegram.unanswered_taps


async def test_only_the_end_of_a_spinner_rides_in_the_answer(telegram: TelegramDouble, sqlite_url: str) -> None:
    async with server(telegram, sqlite_url):
        ann = Patient(telegram.user(1))
        await ann.consents()
        await ann.taps_on("Open wound")
    assert {call.method for call in telegram.calls if call.rode} == {"answerCallbackQuery"}


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x"])
async def test_who_does_not_know_the_secret_is_turned_away(
    telegram: TelegramDouble, sqlite_url: str, secret: str | None
) -> None:
    telegram.user(1)
    async with server(telegram, sqlite_url, register=False) as bot, ClientSession() as web:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with web.post(bot.hook, json=start_update(1), headers=headers) as answer:
            assert answer.status == 401
        assert bot.channel.service.store.load(["telegram:1"])["telegram:1"].session is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"no": "id"}', b'{"update_id": "x"}', b"[" * 100_000])
async def test_what_is_no_update_is_refused(telegram: TelegramDouble, sqlite_url: str, body: bytes) -> None:
    async with (
        server(telegram, sqlite_url, register=False) as bot,
        ClientSession() as web,
        web.post(bot.hook, data=body, headers=HEADER) as answer,
    ):
        assert answer.status == 400


async def test_other_pages(telegram: TelegramDouble, sqlite_url: str) -> None:
    telegram.user(1)
    async with server(telegram, sqlite_url, register=False) as bot, ClientSession() as web:
        async with web.post(bot.hook, json=start_update(1), headers=HEADER) as answer:
            assert answer.status == 200
        await eventually(lambda: not bot.channel.service.store.waiting())
        for method, path, status in (
            ("GET", "/healthz", 200), ("GET", "/metrics", 200), ("GET", "/", 404), ("GET", "/hook", 405),
            ("PUT", "/healthz", 405), ("POST", "/other", 405),
        ):  # fmt: skip
            async with web.request(method, bot.url + path) as answer:
                assert (path, answer.status) == (path, status)
        async with web.get(f"{bot.url}/metrics") as answer:
            text = await answer.text()
        assert 'symptom_bot_turns_total{event="started"} 1.0' in text
        assert 'symptom_bot_deliveries_total{reason="",result="taken"} 1.0' in text
        assert "symptom_bot_delivery_seconds_bucket" in text


async def test_bodies_in_pieces_chunks_and_too_large(telegram: TelegramDouble, sqlite_url: str) -> None:
    for number in range(1, 4):
        telegram.user(number)
    async with server(telegram, sqlite_url, register=False) as bot, ClientSession() as web:
        body = json.dumps(start_update(1)).encode()
        port = int(bot.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        head += f"x-telegram-bot-api-secret-token: {SECRET}\r\n\r\n"
        for piece in (head.encode()[:9], head.encode()[9:60], head.encode()[60:] + body[:20], body[20:]):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)  # so that the pieces arrive as pieces
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()

        async def chunks() -> AsyncIterator[bytes]:
            whole = json.dumps(start_update(2, 2)).encode()
            yield whole[:30]
            yield whole[30:]

        async with web.post(bot.hook, data=chunks(), headers=HEADER) as answer:
            assert answer.status == 200
        async with web.post(bot.hook, data=b" " * 1_000_001, headers=HEADER) as answer:
            assert answer.status == 413
        async with web.post(bot.hook, json=start_update(3, 3), headers={**HEADER, "Connection": "close"}) as answer:
            assert answer.status == 200
        rows = bot.channel.service.store.load(["telegram:1", "telegram:2", "telegram:3"])
        assert all(row.session is not None for row in rows.values())


async def test_an_update_is_taken_only_once_it_is_committed(
    telegram: TelegramDouble, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = transaction.Transaction.commit, [2]

    def commit(self: Any, batch: Any) -> Any:
        if left[0] and batch.updates:
            left[0] -= 1
            self._connection.rollback()
            raise StoreUnavailable("an outage")
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    async with server(telegram, sqlite_url, register=False) as bot, ClientSession() as web:
        telegram.user(1)
        for expected in (503, 503, 200):
            async with web.post(bot.hook, json=start_update(1), headers=HEADER) as answer:
                assert answer.status == expected
            healthy = 200 if expected == 200 else 503
            async with web.get(f"{bot.url}/healthz") as answer:
                assert answer.status == healthy


async def test_updates_that_come_together_are_committed_together(
    telegram: TelegramDouble, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = transaction.Transaction.commit

    def commit(self: Any, batch: Any) -> Any:
        if batch.updates:
            sizes.append(len(batch.updates))
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    async with server(telegram, sqlite_url, register=False) as bot, ClientSession() as web:
        for number in range(1, 41):
            telegram.user(number)

        async def post(number: int) -> int:
            async with web.post(bot.hook, json=start_update(number, number), headers=HEADER) as answer:
                return answer.status

        assert await asyncio.gather(*(post(n) for n in range(1, 41))) == [200] * 40
    assert sum(sizes) == 40
    assert len(sizes) < 20


async def test_an_update_that_telegram_posts_again_counts_once_and_is_acknowledged_again(
    telegram: TelegramDouble, sqlite_url: str
) -> None:
    telegram.faults = Faults(seed=3, duplicate=0.5)
    async with server(telegram, sqlite_url) as bot:
        ann = Patient(telegram.user(1))
        await ann.start()
        await ann.walks(*UNCOMPLICATED)
        assert ann.last.text.startswith("Look after it yourself")
        await eventually(lambda: not bot.channel.service.store.waiting())
    telegram.calls.clear()
