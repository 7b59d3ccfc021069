"""`symptom-bot run` as a process of its own, forked from one that has imported everything: a start costs a tenth.

It is a real process: it has its own memory, sockets and connections, it is killed and it ends with a code. Two things are left to
tests that start the command itself (`AS_COMMAND` in tests/support/telegram_bot.py): the imports, and the proofs beside them, which
tests/check/test_apart.py looks at. Pauses before another try at the start are a tenth as long.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import get_context
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

import bot.channels.telegram.run
import bot.channels.telegram.setup
import bot.channels.webhook.server
import bot.check.proof.own_process
import bot.cli
import bot.commands.serving
import bot.server.metrics
import bot.understanding
from tests.support.places import ROOT

MOST_SAID = 2**24
"""Bytes that a bot may say before anybody reads them: if it could say no more, it would stand still."""

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


class Proved:
    """In place of the proofs' processes: the flows that these tests serve are proved safe elsewhere."""

    def __init__(self, ahead: bool = True) -> None: ...

    def __enter__(self) -> Proved:
        return self

    def __exit__(self, *_: object) -> None: ...

    def begin(self, folders: Iterable[Path]) -> Mapping[str, Proved]:
        return {folder.name: self for folder in folders}

    def findings(self) -> tuple[()]:
        return ()

    def stop(self) -> None: ...


class Forked:
    """A running bot, with what tests use of `asyncio.subprocess.Process`."""

    def __init__(self, process: Any, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader) -> None:
        self._process, self.stdout, self.stderr = process, stdout, stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    async def wait(self) -> int:
        await asyncio.to_thread(self._process.join)
        return self._process.exitcode

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err


async def fork_bot(environment: Mapping[str, str], before: Callable[[], None] | None = None) -> Forked:
    """Run the bot with these environment variables. `before`: called in its process first."""
    (out, to_out), (err, to_err) = os.pipe(), os.pipe()
    given = (dict(environment), _Duplicated(to_out), _Duplicated(to_err), before)
    process = _FORKS.Process(target=_run, args=given, daemon=True)
    process.start()
    os.close(to_out)
    os.close(to_err)
    return Forked(process, await _reader(out), await _reader(err))


class _Duplicated:
    """A file descriptor that goes along to the new process."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __reduce__(self) -> Any:
        return _detached, (DupFd(self.fd),)


def _detached(duplicate: Any) -> int:
    return duplicate.detach()


async def _reader(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=MOST_SAID)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb")
    )
    return reader


def _run(environment: dict[str, str], out: int, err: int, before: Callable[[], None] | None) -> None:
    """In the new process: what `symptom-bot run` does."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    bot.check.proof.own_process.ProofProcesses = Proved
    bot.channels.telegram.setup.PAUSES = tuple(pause / 10 for pause in bot.channels.telegram.setup.PAUSES)
    if before is not None:
        before()
    sys.exit(bot.cli.main(["run"]))
