"""Has the newest save checked: two warm processes for what is there at once, another one for what follows. The newest edit wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from .results import AFTERWARDS, MOVED, SAFETY, STRUCTURE, Base, Checked, Files, Job, Stage
from .stages import READY, serve_comparing, serve_long, serve_proving

_SPAWN = get_context("spawn")
ENDED = "the process that did it ended; save once more to try again"
_WARM: tuple[tuple[Callable[[Connection], None], tuple[str, ...]], ...] = (
    (serve_proving, (STRUCTURE, SAFETY)),
    (serve_comparing, (MOVED,)),
)
"""The warm processes, and the stages that each does: on two processors they take no longer than the longer of them."""


@dataclass
class _Running:
    """A process, our end of the line to it, the stages that it still owes, whether it listens for a job, and the number of the last
    that it was given (None: it has not listened yet)."""

    process: BaseProcess
    line: Connection
    left: list[str] = field(default_factory=list)
    listens: bool = False
    given: int | None = None


class Checker:
    """The checks of one workbench. `told`: called from a thread of its own whenever something more is known."""

    def __init__(self, told: Callable[[], None], build: Path) -> None:
        self._told, self._build = told, build
        self._lock = threading.Lock()
        self._warm: list[_Running | None] = [None] * len(_WARM)
        self._long: _Running | None = None
        self._job: Job | None = None
        self._closed = threading.Event()
        self._wake, self._woken = _SPAWN.Pipe()
        self.checked = Checked()
        self.warm = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="checks", daemon=True)

    def start(self) -> None:
        """Begin the warm processes, so that they are ready when the first save comes."""
        with self._lock:
            self._begin_warm()
        self._thread.start()

    def stop(self) -> None:
        """End all processes."""
        self._closed.set()
        self._wake.send(None)
        self._thread.join(5)
        with self._lock:
            for running in self._all():
                _end(running)

    def check(self, folder: Path, files: Files, version: str, base: Base) -> None:
        """Check these files of a flow; whatever was being checked before is no longer wanted."""
        with self._lock:
            number = self.checked.number + 1
            self._job = Job(number, str(folder), files, base, str(self._build))
            self.checked = Checked(number, version, base.name)
            _end(self._long)
            self._long = None
            for running, (_, stages) in zip(self._begin_warm(), _WARM, strict=True):
                running.left = list(stages)
                self._give(running)
        self._told()

    def processes(self) -> list[int]:
        """The numbers of its processes."""
        with self._lock:
            return [running.process.pid for running in self._all() if running.process.pid is not None]

    def _give(self, running: _Running) -> None:
        """Give a process the newest job if it listens, and else a sign that there is a newer one. A job is longer than what fits
        into a line that nobody reads: sent to a process that is telling us what it found, each would wait for the other."""
        assert self._job is not None
        with suppress(OSError):  # it has ended, as will be heard
            running.line.send(self._job if running.listens else None)
        if running.listens:
            running.listens, running.given = False, self._job.number

    # --- processes ----------------------------------------------------------------------------------------------------

    def _all(self) -> list[_Running]:
        return [running for running in (*self._warm, self._long) if running is not None]

    def _begin_warm(self) -> list[_Running]:
        for number, (work, _) in enumerate(_WARM):
            running = self._warm[number]
            if running is None or not running.process.is_alive():
                _end(running)
                self._warm[number] = self._begin(work)
                self._wake.send(None)
        return [running for running in self._warm if running is not None]

    def _begin(self, work: Callable[[Connection], None]) -> _Running:
        """A process, not waited for: it is given its job once it listens."""
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=work, args=(there,), daemon=True)
        process.start()
        there.close()
        return _Running(process, here)

    def _listen(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                lines = {running.line: running for running in self._all()}
            for ready in wait([*lines, self._woken]):
                if ready is self._woken:
                    self._woken.recv()
                else:
                    self._hear(lines[ready])  # type: ignore[index]

    def _hear(self, running: _Running) -> None:
        """A stage that was done, or the end of a process."""
        try:
            stage: Stage | None = running.line.recv()
        except (EOFError, OSError):
            stage = None
        with self._lock:
            if running not in self._all():
                return
            if stage is None:
                self._lost(running)
            elif stage.name == READY:
                running.listens, running.given = True, running.given or 0
                if self._job is not None and running.given < self._job.number:
                    self._give(running)
                if all(one is not None and one.given is not None for one in self._warm):
                    self.warm.set()
                return
            elif stage.number == self.checked.number:
                self.checked = self.checked.with_stage(stage)
                running.left = [name for name in running.left if name != stage.name]
                if running in self._warm and not any(one.left for one in self._warm if one is not None):
                    self._begin_long()
        self._told()

    def _begin_long(self) -> None:
        """What follows, once everything that is there at once is there."""
        self._long = self._begin(serve_long)
        self._long.left = list(AFTERWARDS)

    def _lost(self, running: _Running) -> None:
        """A process ended: with its job done, or in the middle of it."""
        for name in running.left:
            self.checked = self.checked.with_stage(Stage(self.checked.number, name, RuntimeError(ENDED), 0.0))
        self._warm = [None if one is running else one for one in self._warm]
        self._long = None if running is self._long else self._long
        _end(running)


def _end(running: _Running | None) -> None:
    if running is not None:
        running.process.kill()
        running.process.join(5)
        running.line.close()
