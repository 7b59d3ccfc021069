"""An entry of a book: one case with what it last came to, or a script that cannot be read with what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import bot
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding, Place
from bot.replay.playing.outcome import Played
from bot.replay.script.model import Case

from .touched import visited_by

EntryState = Literal["broken", "new", "outdated", "passed", "failed"]
"""broken: cannot be read; new: never played; outdated: played when script or flow said something else."""


@dataclass(frozen=True, slots=True)
class CameOf:
    """What a case came to when it was last played. `digest`: of script and flow as they were then; `where`: the line at which
    it went another way, `used`: where the script uses the fragment in which that line is; `visited`: see `touched.py`."""

    digest: str
    passed: bool
    way: str
    where: Place | None = None
    used: Place | None = None
    expected: str = ""
    came: str = ""
    visited: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BookEntry:
    """`case` is None for a script that is broken: then `findings` say why, and `title` is the name of its file."""

    file: str
    title: str
    place: Place
    case: Case | None = None
    digest: str = ""
    last: CameOf | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """By which it is known: its file and its title."""
        return self.file, self.title

    @property
    def state(self) -> EntryState:
        """Where it stands."""
        if self.case is None:
            return "broken"
        if self.last is None:
            return "new"
        if self.last.digest != self.digest:
            return "outdated"
        return "passed" if self.last.passed else "failed"

    @property
    def failed_last(self) -> bool:
        """Whether it is not known to have passed when it was last played, whatever was edited since."""
        return self.last is None or not self.last.passed

    def has(self, words: str) -> bool:
        """Whether each of these words is in its title, its tags or the name of its file, in whatever case."""
        tags = self.case.tags if self.case is not None else ()
        here = " ".join((self.title, self.file, *tags)).casefold()
        return all(word in here for word in words.casefold().split())


def digest_of(case: Case, flow: Flow, versions: Mapping[str, Flow]) -> str:
    """What the script of a case, its flows and the bot itself say, as 16 hex digits; where the lines stand makes no
    difference."""
    parts = [
        _bot(), case.title, case.lang, case.phone, case.now.isoformat(), case.flow, flow.version,
        *(f"{name} {versions[name].version}" for name in sorted(versions)),
        *(line.step.model_dump_json(exclude_defaults=True) for line in case.lines),
        case.expect.model_dump_json(exclude_defaults=True),
    ]  # fmt: skip
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@cache
def _bot() -> str:
    """The bot's own code: what passed before it was edited is not known to pass."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(bot.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def came_of(outcome: Played, digest: str) -> CameOf:
    """What is kept of an outcome."""
    visited = visited_by(outcome)
    if outcome.passed:
        return CameOf(digest, True, outcome.way, visited=visited)
    first = outcome.deviations[0]
    return CameOf(digest, False, outcome.way, first.place, first.used, first.expected, first.came, visited)
