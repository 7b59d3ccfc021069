"""What the checks of one save came to, stage by stage, as plain values that go from process to process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from bot.check.answers.results import Proofs, WalkReport
from bot.check.difference.diff import Difference
from bot.check.screens.budget import Fit
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding

STRUCTURE, SAFETY, MOVED, WHOLE, SCREENS, WALK = "structure", "safety", "moved", "whole", "screens", "walk"
AT_ONCE = (STRUCTURE, SAFETY, MOVED)
"""What is there in about a second, in this order."""
AFTERWARDS = (WHOLE, SCREENS, WALK)
"""What follows: everything proved once more with dead rules and counts, every screen drawn, the engine walked."""

Files = Mapping[str, str]
"""Name of a file of a flow -> its text."""


class Base(NamedTuple):
    """What an edit is compared with. `name`: what it is called; `files`: None if it is not there, and `why`."""

    name: str
    files: Files | None
    why: str = ""


class Job(NamedTuple):
    """A flow to be checked. `number`: the newer, the greater; `folder`: where it stands; `build`: where scripts of what
    breaks go."""

    number: int
    folder: str
    files: Files
    base: Base
    build: str

    @property
    def name(self) -> str:
        """The name of the flow."""
        return Path(self.folder).name


class Moved(NamedTuple):
    """What the edit does to patients, or why that is not known."""

    found: Difference | None
    why: str = ""


class Stage(NamedTuple):
    """One stage of one job, done. `came`: what it came to; `seconds`: how long it took."""

    number: int
    name: str
    came: Any
    seconds: float


@dataclass(frozen=True)
class Checked:
    """What is known of the newest save so far. A stage that is not done is None; `broken`: stage -> why it was not done."""

    number: int = 0
    version: str = ""
    base: str = ""
    structure: tuple[Finding, ...] | None = None
    safety: Proofs | None = None
    moved: Moved | None = None
    whole: Proofs | None = None
    screens: Fit | None = None
    walk: WalkReport | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)

    def with_stage(self, stage: Stage) -> Checked:
        """With one stage more."""
        seconds = {**self.seconds, stage.name: stage.seconds}
        if isinstance(stage.came, Exception):
            return replace(self, seconds=seconds, broken={**self.broken, stage.name: str(stage.came)})
        changed: dict[str, Any] = {stage.name: stage.came, "seconds": seconds}
        return replace(self, **changed)

    @property
    def running(self) -> tuple[str, ...]:
        """The stages that are still to come."""
        if self.number == 0:
            return ()
        return tuple(n for n in (*AT_ONCE, *AFTERWARDS) if getattr(self, n) is None and n not in self.broken)

    @property
    def busy(self) -> bool:
        """Whether something is still to come that is to be there at once."""
        return bool(set(self.running) & set(AT_ONCE))

    @property
    def proofs(self) -> Proofs | None:
        """The proofs that are known: those with everything where they are done."""
        return self.whole or self.safety

    def wrong_in(self, stage: str) -> int:
        """How many things a stage found to be wrong; whom an edit moves is no matter of right and wrong."""
        if stage == STRUCTURE:
            return len(self.structure or ())
        proved = {SAFETY: self.safety, WHOLE: self.whole}.get(stage)
        if proved is not None:
            return sum(1 for f in proved.failed if f.safety == (stage == SAFETY))
        if stage == SCREENS:
            return 0 if self.screens is None else len(self.screens.findings)
        return len(self.walk.broken) if stage == WALK and self.walk is not None else 0

    def state(self, flow: Flow | None) -> tuple[str, str]:
        """How the flow stands, as (class, words)."""
        proved = self.proofs
        if flow is None or (proved is not None and proved.version != flow.version):
            return "draft", "not looked at yet"
        failing = 0 if proved is None else sum(1 for f in proved.failed if f.safety)
        if failing:
            return "bad", f"NOT SAFE: {failing} propert{'y fails' if failing == 1 else 'ies fail'}"
        if self.broken:
            return "bad", "not looked at whole"
        left = sum(self.wrong_in(stage) for stage in (*AT_ONCE, *AFTERWARDS))
        if left:
            return "bad", f"{left} finding{'' if left == 1 else 's'}"
        return ("draft", "looking ...") if self.running else ("good", "all holds")
