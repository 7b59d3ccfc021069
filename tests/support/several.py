"""Several workers on one database, as processes: behind one address by webhook, or one alone that polls."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from bot.replay.double.server import TelegramDouble
from bot.store import opening, schema
from tests.support.telegram_bot import Process, by_webhook, start_process

LAST = 30.0
"""Seconds that a worker may take to end; then it hangs."""


class Proxy:
    """What stands before several workers: each connection goes to the next one that takes it, as with Caddy or nginx."""

    def __init__(self) -> None:
        self._servers: dict[int, set[asyncio.StreamWriter]] = {}
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self) -> None:
        self._listening = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}/hook"

    async def close(self) -> None:
        self._listening.close()
        for port in list(self._servers):
            self.leave_out(port)
        await asyncio.gather(*self._tasks)

    def use(self, port: int) -> None:
        """A worker listens there."""
        self._servers.setdefault(port, set())

    def leave_out(self, port: int) -> None:
        """Its look at the worker's health failed: whoever waits there is sent away, and nobody is sent there."""
        for writer in self._servers.pop(port, ()):
            writer.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError):
            await self._served(reader, writer)
        writer.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self._servers)):
            self._turn += 1
            port = sorted(self._servers)[self._turn % len(self._servers)]
            try:
                there, to_there = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            both = {writer, to_there}
            if port not in self._servers:  # left out meanwhile
                to_there.close()
                continue
            self._servers[port].update(both)
            await asyncio.gather(_pipe(reader, to_there), _pipe(there, writer))
            self._servers.get(port, set()).difference_update(both)
            return


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Workers:
    """`count` workers on the database `url`, behind a proxy if they are asked by webhook (`mode`). They run in the block."""

    def __init__(self, double: TelegramDouble, url: str, count: int, mode: str, **environment: str) -> None:
        self.double, self.url, self.count = double, url, count
        self.running: dict[str, Process] = {}
        self._proxy = Proxy() if mode == "webhook" else None
        self._environment = {"LOG_LEVEL": "ERROR", **environment}

    async def __aenter__(self) -> Workers:
        if self._proxy is not None:
            await self._proxy.start()
        for _ in range(self.count):
            await self.add()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        for worker in self.running.values():
            worker.kill()
        await asyncio.gather(*(worker.wait() for worker in self.running.values()))
        if self._proxy is not None:
            await self._proxy.close()

    async def add(self, before: Callable[[], None] | None = None, **environment: str) -> str:
        """One more. `before`: called in its process first. Returns its name."""
        mine, name = {**self._environment, **environment}, f"worker {len(self.running)}"
        if self._proxy is not None:
            hook = by_webhook()
            name = hook["LISTEN"]
            mine |= {**hook, "WEBHOOK_URL": self._proxy.url, "WEBHOOK_SECRET": "of-all-workers"}
            self._proxy.use(_port(name))
        self.running[name] = await start_process(self.double, self.url, before, **mine)
        return name

    async def kill(self, name: str) -> None:
        """SIGKILL."""
        self._leave_out(name)
        worker = self.running.pop(name)
        worker.kill()
        await worker.wait()

    def stop(self, name: str) -> None:
        """SIGSTOP: it stands still, in the middle of whatever it does, and its health is not what it was."""
        os.kill(self.running[name].pid, signal.SIGSTOP)
        self._leave_out(name)

    def go_on(self, name: str) -> None:
        """SIGCONT: it knows nothing of the time that went by."""
        os.kill(self.running[name].pid, signal.SIGCONT)
        if self._proxy is not None:
            self._proxy.use(_port(name))

    async def end(self, name: str) -> tuple[int | None, str]:
        """SIGTERM, as when it is replaced. Returns its exit code and what it said."""
        worker = self.running.pop(name)
        worker.terminate()
        _out, err = await asyncio.wait_for(worker.communicate(), LAST)
        self._leave_out(name)
        return worker.returncode, err.decode()

    def _leave_out(self, name: str) -> None:
        if self._proxy is not None:
            self._proxy.leave_out(_port(name))


def _port(name: str) -> int:
    return int(name.rpartition(":")[2])


def newer_migrations(folder: Path) -> Path:
    """Those of a release to come, which adds to what every turn reads and writes: columns, and a table."""
    newer, last = folder / "newer", schema.known_revisions()[-1]
    shutil.copytree(schema.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / "9000_more.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "9000"\ndown_revision = "{last}"\n'
        "def upgrade():\n"
        '    op.add_column("chats", sa.Column("more", sa.Text()))\n'
        '    op.add_column("sessions", sa.Column("more", sa.Text(), server_default="x", nullable=False))\n'
        '    op.create_table("others", sa.Column("name", sa.Text(), primary_key=True))\n'
    )
    return newer


def be_of_release(migrations: Path) -> None:
    """This process is of the release with these migrations."""
    schema.MIGRATIONS = opening.MIGRATIONS = migrations
