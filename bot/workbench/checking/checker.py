"""Has the newest save checked: a warm process for what is there at once, another one for what follows. The newest edit wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from .results import AFTERWARDS, AT_ONCE, MOVED, Base, Checked, Files, Job, Stage
from .stages import serve_long, serve_quick

_SPAWN = get_context("spawn")
ENDED = "the process that did it ended; save once more to try again"


@dataclass
class _Running:
    process: BaseProcess
    line: Connection
    left: list[str] = field(default_factory=list)


class Checker:
    """The checks of one workbench. `told`: called from a thread of its own whenever something more is known."""

    def __init__(self, told: Callable[[], None], build: Path) -> None:
        self._told, self._build = told, build
        self._lock = threading.Lock()
        self._quick: _Running | None = None
        self._long: _Running | None = None
        self._job: Job | None = None
        self._closed = threading.Event()
        self._wake, self._woken = _SPAWN.Pipe()
        self.checked = Checked()
        self.warm = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="checks", daemon=True)

    def start(self) -> None:
        """Begin the warm process, so that it is ready when the first save comes."""
        with self._lock:
            self._begin_quick()
        self._thread.start()

    def stop(self) -> None:
        """End all processes."""
        self._closed.set()
        self._wake.send(None)
        self._thread.join(5)
        with self._lock:
            for running in (self._quick, self._long):
                _end(running)

    def check(self, folder: Path, files: Files, version: str, base: Base) -> None:
        """Check these files of a flow; whatever was being checked before is no longer wanted."""
        with self._lock:
            number = self.checked.number + 1
            self._job = Job(number, str(folder), files, base, str(self._build))
            self.checked = Checked(number, version, base.name)
            _end(self._long)
            self._long = None
            quick = self._begin_quick()
            quick.left = list(AT_ONCE)
            quick.line.send(self._job)
        self._told()

    # --- processes ----------------------------------------------------------------------------------------------------

    def _begin_quick(self) -> _Running:
        if self._quick is None or not self._quick.process.is_alive():
            _end(self._quick)
            here, there = _SPAWN.Pipe()
            process = _SPAWN.Process(target=serve_quick, args=(there,), daemon=True)
            process.start()
            there.close()
            self._quick = _Running(process, here)
            self._wake.send(None)
        return self._quick

    def _begin_long(self, job: Job) -> None:
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=serve_long, args=(there, job), daemon=True)
        process.start()
        there.close()
        self._long = _Running(process, here, list(AFTERWARDS))

    def _listen(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                lines = {r.line: r for r in (self._quick, self._long) if r is not None}
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
            if running not in (self._quick, self._long):
                return
            if stage is None:
                self._lost(running)
            elif stage.name == "ready":
                self.warm.set()
            elif stage.number == self.checked.number:
                self.checked = self.checked.with_stage(stage)
                running.left = [name for name in running.left if name != stage.name]
                if stage.name == MOVED and self._job is not None:
                    self._begin_long(self._job)
        self._told()

    def _lost(self, running: _Running) -> None:
        """A process ended: with its job done, or in the middle of it."""
        for name in running.left:
            self.checked = self.checked.with_stage(Stage(self.checked.number, name, RuntimeError(ENDED), 0.0))
        if running is self._quick:
            self._quick = None
        else:
            self._long = None
        _end(running)


def _end(running: _Running | None) -> None:
    if running is not None:
        running.process.kill()
        running.process.join(5)
        running.line.close()
