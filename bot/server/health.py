"""What /healthz and /readyz say: whether the flows are proved, the database is reached and updates arrive, else why not."""

from __future__ import annotations

from collections.abc import Callable

from bot.service.versions import Versions

from .group_commit import GroupCommit
from .hearing import Hearing


class Health:
    """`begun`: the flows are proved as far as they are, and turns are taken; `workers`: how many share the database."""

    def __init__(
        self, flows: Versions, turns: GroupCommit, hearing: Hearing, workers: Callable[[], int] = lambda: 1
    ) -> None:
        self._flows, self._turns, self.hearing, self.workers = flows, turns, hearing, workers
        self.begun = False

    @property
    def trouble(self) -> str:
        """What is wrong with serving, in one line; "" if nothing is."""
        return self._silent or self._turns.trouble or self.hearing.trouble

    @property
    def behind(self) -> int:
        """How many flows are served in another version than that of their folder."""
        return len(self._flows.behind)

    def alive(self) -> tuple[bool, str]:
        """For /healthz: whether nothing is wrong, and what to say."""
        return not self.trouble, "\n".join([self.trouble or "ok", *self._flows.behind.values(), ""])

    def ready(self) -> tuple[bool, str]:
        """For /readyz: whether whoever writes now is served, and each part of it on a line of its own."""
        flow, workers = self._flows.named(None), self.workers()
        flows = self._silent if self.begun else "not proved yet"
        parts = {
            "flow": (flows, f"{flow.name} {flow.version}"),
            "database": (
                self._turns.trouble,
                "reached" if workers == 1 else f"reached, as by {workers} workers in all",
            ),
            "updates": (self._unheard, f"last heard of {self.hearing.ago or 0:.0f} s ago"),
        }
        lines = [f"{name}: {trouble or f'ok, {note}'}" for name, (trouble, note) in parts.items()]
        return not any(trouble for trouble, _ in parts.values()), "\n".join([*lines, *self._flows.behind.values(), ""])

    @property
    def _silent(self) -> str:
        flow = self._flows.named(None)
        if not self._flows.unusable(flow.version):
            return ""
        return f"no version of the flow {flow.name} is proved and not withdrawn: patients get the emergency list alone"

    @property
    def _unheard(self) -> str:
        return self.hearing.trouble or ("" if self.hearing.ago is not None else "nothing was heard of Telegram yet")
