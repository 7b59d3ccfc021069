"""`symptom-bot replay --watch` as a process of its own, its lines as they come."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

LONGEST_WAIT = 60.0
"""Seconds for a line to come, on a machine that is busy with other tests."""


def heeds_ctrl_c() -> None:
    """A process that was begun in the background takes no Ctrl-C, nor do those that it begins: this one is to."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class WatchedScripts:
    """`folder`: where the process works; `arguments`: what follows `replay --watch`."""

    def __init__(self, folder: Path, *arguments: object, flows: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "replay", "--watch", *map(str, arguments)], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "FLOWS_DIR": str(flows)}, preexec_fn=heeds_ctrl_c,
        )  # fmt: skip
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def until(self, words: str, longest: float = LONGEST_WAIT) -> list[str]:
        """The lines up to the next one with these words. Raises AssertionError if it does not come in time."""
        end, came = time.monotonic() + longest, list[str]()
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"no line with {words!r} came, but:\n" + "\n".join(came)
            came.append(line)
            self.said.append(line)
            if words in line:
                return came

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(LONGEST_WAIT)
        while (line := self._lines.get(timeout=LONGEST_WAIT)) is not None:
            self.said.append(line)
        return code

    def __enter__(self) -> WatchedScripts:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
