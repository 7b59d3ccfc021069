"""How well a crowd was understood: who differs, by which words, and what became of the typed answers; as text and as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.replay.playing.outcome import Played
from bot.replay.script.patient import DENIED, OUTCOMES, UNREAD, WRONG


@dataclass
class Figures:
    """Counts over people on one way. `rightly`: at the right level, with no word read as what is not so; `lower`, `higher`:
    at another level; `known`: of these, those of whom it is known; `broken`: no chat to its end."""

    people: int = 0
    right: int = 0
    rightly: int = 0
    lower: int = 0
    higher: int = 0
    known: int = 0
    broken: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Played) -> None:
        """Count one person."""
        self.people += 1
        self.answers.update(a.outcome for a in outcome.talked.answers)
        misread = any(a.outcome in (WRONG, DENIED) for a in outcome.talked.answers)
        rank = apart(outcome)
        self.right += rank == 0
        self.rightly += rank == 0 and not misread
        self.lower += rank is not None and rank < 0
        self.higher += rank is not None and rank > 0
        self.broken += rank is None
        self.known += rank != 0 and bool(outcome.case.known)

    @property
    def typed(self) -> int:
        """How many answers were typed."""
        return sum(self.answers.values())

    def share(self, outcome: str) -> float:
        """Of the typed answers, from 0 to 1."""
        return self.answers[outcome] / self.typed if self.typed else 0.0

    def as_json(self) -> dict[str, Any]:
        """The counts as plain values."""
        counts = {k: getattr(self, k) for k in ("people", "right", "rightly", "lower", "higher", "known", "broken")}
        return {"kind": "figures", **counts, "typed": {name: self.answers[name] for name in OUTCOMES}}

    def __str__(self) -> str:
        parts = [f"{self.answers[name]} {name}" for name in OUTCOMES if self.answers[name] or name != WRONG]
        unread = f" ({self.share(UNREAD):.1%} not read)" if self.answers[UNREAD] else ""
        levels = f"{self.right} at the right level, {self.rightly} of them with nothing misread"
        lower = f"; {self.lower} too low" if self.lower else ""
        higher = f"; {self.higher} too high" if self.higher else ""
        known = f"; {self.known} known" if self.known else ""
        broken = f"; {self.broken} came to no end" if self.broken else ""
        answers = f"{self.people} people, {self.typed} typed answers: {', '.join(parts)}{unread}"
        return f"{answers}\n  {levels}{lower}{higher}{broken}{known}"


def apart(outcome: Played) -> int | None:
    """Levels too low (below 0) or too high (above 0); 0: right. None: the chat came to no end, or no level stands."""
    level, expected = outcome.standing.level, outcome.case.expect.level
    if level is None or expected is None or not all(d.expected == f"level {expected}" for d in outcome.deviations):
        return None
    return level.rank - expected.rank
