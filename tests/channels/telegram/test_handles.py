"""File handles used up: nothing of a patient's is set aside for it, and all is answered once there are some again. Real limits."""

from __future__ import annotations

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.replay.double.server import TelegramDouble
from bot.store import open_store
from tests.support.telegram_bot import Patient, by_webhook, eventually, start_process

pytestmark = pytest.mark.usefixtures("bot_process")


def limited(spare: int) -> None:
    """In the bot's process, before it begins: so many handles more than it has when it starts, whatever it asks for."""
    there = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (there + spare, there + spare))


@contextmanager
def idle_connections(listen: str, many: int) -> Iterator[list[socket.socket]]:
    """Connections that say nothing."""
    host, port = listen.split(":")
    with ExitStack() as stack:
        held = []
        for _ in range(many):
            one = stack.enter_context(socket.socket())
            one.settimeout(1)
            with suppress(OSError):
                one.connect((host, int(port)))
                held.append(one)
        yield held


async def serves(listen: str) -> None:
    async with ClientSession(timeout=ClientTimeout(2)) as web, asyncio.timeout(30):
        while True:
            with suppress(ClientError, TimeoutError, OSError):
                async with web.get(f"http://{listen}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.02)


def left(pid: int) -> int:
    """How many handles a process may still open."""
    most = resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]
    return most - len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("spare", [40, pytest.param(60, marks=pytest.mark.slow)])
async def test_without_handles_nothing_is_set_aside(sqlite_url: str, mode: str, spare: int) -> None:
    environment = by_webhook()
    listen = environment["LISTEN"]
    if mode == "polling":
        environment = {"LISTEN": listen, "SERVE_METRICS": "true"}
    async with TelegramDouble() as telegram:
        people = [Patient(telegram.user(number)) for number in range(1, 9)]
        started = await start_process(telegram, sqlite_url, partial(limited, spare), **environment)
        try:
            await serves(listen)
            await people[0].consents()
            with idle_connections(listen, 3 * spare):
                await eventually(lambda: left(started.pid) <= 1, 10)
                for patient in people[1:]:
                    patient.person.send("/start")
                people[0].person.send("/privacy")
                with suppress(TimeoutError):
                    await telegram.settled(2)  # some are answered by connections that there are already
            for patient in people[1:]:
                await patient.person.sees("Who is this about?", 30)
            await eventually(lambda: len(list(people[0].person.chat.from_bot())) >= 3, 30)
        finally:
            started.terminate()
            _, err = await started.communicate()
    assert started.returncode == 0
    assert "set aside" not in err.decode()
    with open_store(sqlite_url, purpose="test") as store:
        assert store.set_aside() == []


def test_the_bot_asks_for_what_the_machine_gives() -> None:
    """In a process of its own: a limit once lowered is not raised again."""
    low = "resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))"
    code = f"import resource; {low}; from bot.server.startup import raise_handle_limit; raise_handle_limit(); " + (
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    soft, hard = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert soft == hard
    assert int(soft) >= 700, "the bounds of the bot together"
