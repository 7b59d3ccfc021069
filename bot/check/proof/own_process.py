"""The fast proofs of flows in processes of their own: z3 takes more memory than a bot that serves thousands, and gives none back.

python -m bot.check.proof.own_process      reads a line that says which flow, prints the safety properties that fail, as JSON

Such a process is begun before it is known what to prove: what it imports takes as long as the proofs.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.model.findings import Finding, Place

if TYPE_CHECKING:
    from bot.core.flow.compiled import Flow


class ProofProcess:
    """A process that proves one flow: `prove` says which, `findings` waits for it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.check.proof.own_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._asked = ""
        self._found: tuple[Finding, ...] | None = None

    def prove(self, folder: Path) -> ProofProcess:
        """Begin with the flow in this folder."""
        return self._ask(str(folder.absolute()))

    def prove_stored(self, flow: Flow) -> ProofProcess:
        """Begin with a version that the database kept."""
        return self._ask({"name": flow.name, "files": dict(flow.files), "words": flow.system_words})

    def _ask(self, which: Any) -> ProofProcess:
        self._asked = json.dumps(which)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(self._asked + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:  # it has ended: `findings` sees to it
            pass
        return self

    def findings(self) -> tuple[Finding, ...]:
        """The safety properties that fail. If the process ends without a word, the proofs are made here."""
        assert self._asked
        if self._found is None:
            said, _ = self._process.communicate()
            self._found = _read(said) if self._process.returncode == 0 else unsafe_findings(_load(self._asked))
        return self._found

    def stop(self) -> None:
        """End the process if it still runs, and let go of it."""
        if self._process.poll() is None:
            self._process.kill()
        if self._found is None:
            self._process.communicate()


class ProofProcesses:
    """The proofs of several flows, a process each, all ended with the block. `ahead`: begin the first one at once."""

    def __init__(self, ahead: bool = True) -> None:
        self._started = [ProofProcess()] if ahead else []

    def __enter__(self) -> ProofProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.stop()

    def begin(self, folders: Iterable[Path]) -> Mapping[str, ProofProcess]:
        """Flow -> its proofs, on their way."""
        proving = {}
        for number, folder in enumerate(folders):
            if number >= len(self._started):
                self._started.append(ProofProcess())
            proving[folder.name] = self._started[-1].prove(folder)
        return proving


def unsafe_findings(flow: Flow) -> tuple[Finding, ...]:
    """The safety properties that fail for some conversation, as findings."""
    from .prove import proofs

    return tuple(Finding(f.place, f.code, f.message, f.remedy) for f in proofs(flow, fast=True).failed if f.safety)


def _load(asked: str) -> Flow:
    from bot.library import from_stored, load_flow

    which = json.loads(asked)
    return load_flow(Path(which)) if isinstance(which, str) else from_stored(**which)


def _read(said: str) -> tuple[Finding, ...]:
    return tuple(Finding(**{**found, "place": Place(**found["place"])}) for found in json.loads(said))


def _main() -> None:
    gc.disable()  # tens of thousands of formulas, kept to the end
    import bot.library  # noqa: F401

    from .prove import get_ready

    get_ready()
    asked = sys.stdin.readline()
    if asked:
        print(json.dumps([asdict(finding) for finding in unsafe_findings(_load(asked))]))


if __name__ == "__main__":
    _main()
