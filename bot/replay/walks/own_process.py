"""A walk in a process of its own, so that it goes on beside the proofs; once these are done, a second one walks along.

The process is begun before it is known what to walk through: what it imports takes as long as reading the flow. So nothing of the
bot is imported here before it is needed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from .tally import TAPS, TYPED, Tally

if TYPE_CHECKING:
    from bot.check.answers.results import WalkReport
    from bot.core.flow.compiled import Flow


class WalkProcess:
    """A process that walks. It is told through what once that is known; whatever it does not do is done here."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._tally = Tally()
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_walk_as_told, args=(there, self._tally))
        self._process.start()
        there.close()

    def read(self, folder: Path) -> None:
        """Read the flow of this folder ahead: it may be walked through next."""
        with suppress(OSError):
            self._pipe.send(folder)

    def walk(
        self, flow: Flow, folder: Path, build: Path, taps: int = TAPS, typed: int = TYPED
    ) -> Callable[[], WalkReport]:
        """Begin to walk through the flow of a folder; what is given back waits for it, with a processor more. Scripts of what
        breaks go into `build`."""
        with suppress(OSError):  # it has ended: all of it is done here
            self._pipe.send((folder, flow.version, build, taps, typed))

        def report() -> WalkReport:
            self._tally.want(True)
            try:
                found: WalkReport = self._pipe.recv()
            except (EOFError, OSError):
                from bot.replay.script.flows import with_reader

                from .together import walk_through

                found = walk_through(with_reader(flow), build, taps, typed)
            return found

        return report

    def stop(self) -> None:
        """End the process if it still runs, and whoever walks along with it."""
        self._tally.end()
        self._process.kill()
        self._process.join()
        self._pipe.close()


class WalkProcesses:
    """The walks through several flows, a process each, all ended with the block; the first begins at once."""

    def __init__(self) -> None:
        self._started, self._told = [WalkProcess()], 0

    def __enter__(self) -> WalkProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.stop()

    def read_ahead(self, folders: Sequence[Path]) -> None:
        """Let the first process read the first of these folders while other things are prepared."""
        for folder in folders[:1]:
            self._started[0].read(folder)

    def begin(self, flow: Flow, folder: Path, build: Path) -> Callable[[], WalkReport]:
        """Begin to walk through one more flow."""
        if self._told == len(self._started):
            self._started.append(WalkProcess())
        self._told += 1
        return self._started[self._told - 1].walk(flow, folder, build)


def _walk_as_told(pipe: Connection, tally: Tally) -> None:
    gc.disable()  # a walk leaves nothing behind that only this would find
    from bot.library import load_flow, try_folder
    from bot.replay.script.flows import with_reader

    from .together import walk_through, walked_along

    ahead: Flow | None = None
    with suppress(EOFError):  # there is no flow to walk through
        while isinstance(told := pipe.recv(), Path):
            ahead, _ = try_folder(told, with_reader)
        folder, version, build, taps, typed = told
        began = perf_counter()
        flow = ahead if ahead is not None and ahead.version == version else load_flow(folder, with_reader)
        made = walked_along(flow, tally, taps, typed)
        pipe.send(walk_through(flow, build, taps, typed, made)._replace(seconds=perf_counter() - began))
