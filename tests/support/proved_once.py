"""The proofs' process, but of one flow content once: what many chats of one test run begin with."""

from __future__ import annotations

from pathlib import Path

from bot.check.proof.own_process import ProofProcess
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding
from bot.library import folder_hash

_verdicts: dict[str, tuple[Finding, ...]] = {}


class ProvedOnce:
    """Stands in for `ProofProcess`: the first of a content is a real one, later ones say what it said."""

    def __init__(self) -> None:
        self._content = ""
        self._real: ProofProcess | None = None

    def prove(self, folder: Path) -> ProvedOnce:
        """As `ProofProcess.prove`."""
        self._content = folder_hash(folder)
        if self._content not in _verdicts:
            self._real = ProofProcess().prove(folder)
        return self

    def prove_stored(self, flow: Flow) -> ProvedOnce:
        """As `ProofProcess.prove_stored`."""
        self._content = flow.version
        if self._content not in _verdicts:
            self._real = ProofProcess().prove_stored(flow)
        return self

    def findings(self) -> tuple[Finding, ...]:
        """As `ProofProcess.findings`."""
        if self._content not in _verdicts:
            assert self._real is not None
            _verdicts[self._content] = self._real.findings()
        return _verdicts[self._content]

    def stop(self) -> None:
        """As `ProofProcess.stop`; a verdict on its way is waited for, since the next chat needs it."""
        if self._real is not None:
            self.findings()
            self._real.stop()
