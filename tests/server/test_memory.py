"""The bot's own memory at its highest, while it is attacked in every way that is known: under 200 MB. The command itself, the
shipped flow, real HTTP; the peak is what the kernel saw (VmHWM), of this process alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from tests.support.nasty_texts import CAP, nasty_texts
from tests.support.places import FLOWS
from tests.support.telegram_bot import Patient, by_webhook, process
from tests.support.webhook_bot import HEADER, SECRET

MOST = 200.0
"""Megabytes."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc"),
]


def peak(pid: int) -> float:
    """The most memory that the process has held so far, in megabytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1000


class Attacked(NamedTuple):
    """A bot that serves by webhook."""

    telegram: TelegramDouble
    url: str

    async def answers(self, number: int) -> None:
        """Somebody who has nothing to do with it is answered."""
        await Patient(self.telegram.user(number)).start()


async def files(bot: Attacked) -> None:
    """/mydata sixteen times, of a chat that has said as much as fits, while Telegram takes no file."""
    ann = Patient(bot.telegram.user(10))
    await ann.start()
    await ann.says("me")
    for _ in range(6):
        await ann.says("my back hurts when I bend, it began on monday. " * 80)
    bot.telegram.fail("sendDocument", *[Fault("too_many", retry_after=1)] * 8)
    for _ in range(16):
        ann.person.send("/mydata")
        await asyncio.sleep(0.1)
    await ann.person.until(lambda: any(message.file for message in ann.person.messages), 60)


async def texts(bot: Attacked) -> None:
    """What is dear to read, of several people at once."""
    people = [Patient(bot.telegram.user(number)) for number in range(20, 24)]
    for patient in people:
        await patient.start()
        await patient.says("me")
    for text in nasty_texts().values():
        for patient in people:
            patient.person.send(text or "x")
    await bot.telegram.settled(120)


async def flood(bot: Attacked) -> None:
    """Two thousand long messages of one person, ten each of two hundred."""
    one = Patient(bot.telegram.user(30))
    await one.start()
    for number in range(2000):
        one.person.send(f"{number} " + "a " * (CAP // 2 - 4))
    for person in range(100, 300):
        for _ in range(10):
            bot.telegram.user(person).send("hello " * 600)
    await bot.telegram.settled(300)


async def idle(bot: Attacked) -> None:
    """Connections that say nothing, or half of a request."""
    host, port = bot.url.removeprefix("http://").split(":")
    async with asyncio.timeout(60):
        with ExitStack() as held:
            for number in range(600):
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(host, int(port))
                    held.callback(writer.close)
                    if number % 2:
                        writer.write(
                            b"POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n" + b"x-a: b\r\n" * 500
                        )
            await bot.answers(40)


async def bodies(bot: Attacked) -> None:
    """Bodies of a megabyte: of strangers, and of somebody who knows the secret, nested as deep as may be."""
    bad = [
        b"x" * 1_000_000,
        b"[" * 1_000_000,
        b'{"update_id": 1, "message": ' + b'{"a":' * 190_000,
        b'{"a":"' + b"\\u0041" * 160_000 + b'"}',
    ]

    async def post(body: bytes, known: bool) -> None:
        with suppress(ClientError, OSError, TimeoutError):
            async with web.post(f"{bot.url}/hook", data=body, headers=HEADER if known else {}) as answer:
                await answer.read()

    async with ClientSession(timeout=ClientTimeout(30)) as web:
        for _ in range(10):
            await asyncio.gather(*(post(body, known) for body in bad for known in (True, False, False, False)))
    await bot.answers(41)


ATTACKS: tuple[Callable[[Attacked], Awaitable[None]], ...] = (idle, bodies, files, texts, flood)


async def test_no_attack_makes_the_bot_large(sqlite_url: str) -> None:
    environment = {**by_webhook(), "WEBHOOK_SECRET": SECRET, "FLOWS_DIR": str(FLOWS), "FLOW": "back_spasm"}
    async with TelegramDouble() as telegram, process(telegram, sqlite_url, **environment) as started:
        assert started.stderr is not None
        said = asyncio.create_task(started.stderr.read())
        bot, told = Attacked(telegram, f"http://{environment['LISTEN']}"), {}
        await telegram.until(lambda: telegram.updates.webhook is not None, 60)
        await bot.answers(1)
        told["before"] = peak(started.pid)
        for attack in ATTACKS:
            await attack(bot)
            await bot.answers(50 + len(told))
            told[attack.__name__] = peak(started.pid)
            print(f"{attack.__name__:10}{told[attack.__name__]:8.0f} MB", flush=True)
        assert started.returncode is None
        started.terminate()
        log = (await said).decode()
    assert max(told.values()) < MOST, told
    assert "set aside" not in log, [line for line in log.splitlines() if "set aside" in line][:5]
