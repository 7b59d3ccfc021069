"""The fast proofs of a flow in a process of its own: z3 takes more memory than a bot that serves thousands, and gives none back.

python -m bot.check.apart FOLDER      prints the safety properties that fail, as JSON
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from bot.core.compiled import Flow
from bot.core.findings import Finding, Place


class Apart:
    """The proofs of the flow in a folder, on their way; `findings` waits for them."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "bot.check.apart", str(folder.resolve())]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._folder = folder
        self._found: tuple[Finding, ...] | None = None

    def findings(self) -> tuple[Finding, ...]:
        """The safety properties that fail. If the process ends without a word, the proofs are made here."""
        if self._found is None:
            said, _ = self._process.communicate()
            self._found = _read(said) if self._process.returncode == 0 else unsafe_findings(_load(self._folder))
        return self._found

    def stop(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def unsafe_findings(flow: Flow) -> tuple[Finding, ...]:
    """The safety properties that fail for some conversation, as findings."""
    from bot.check.prove import proofs

    return tuple(Finding(f.place, f.code, f.message, f.remedy) for f in proofs(flow, fast=True).failed if f.safety)


def _load(folder: Path) -> Flow:
    from bot.library import load_flow

    return load_flow(folder)


def _read(said: str) -> tuple[Finding, ...]:
    return tuple(Finding(**{**found, "place": Place(**found["place"])}) for found in json.loads(said))


if __name__ == "__main__":
    print(json.dumps([asdict(finding) for finding in unsafe_findings(_load(Path(sys.argv[1])))]))
