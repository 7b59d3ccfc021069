"""What no script has met: the account of what scripts met in a flow, and its figures in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played

from .items import CORRECTIONS, KINDS, Item, items_of, texts_kind, unshown_of
from .met import met_in, ways_in


@dataclass
class Coverage:
    """What was met in one flow. `passing`, `failing`: (kind, name) met by scripts that passed, that failed; `steps`: ways
    between two screens, by whether the script passed; `unshown`: reason -> the texts that no script can show."""

    flow: Flow
    items: tuple[Item, ...]
    unshown: dict[str, list[str]] = field(default_factory=dict)
    passing: set[tuple[str, str]] = field(default_factory=set)
    failing: set[tuple[str, str]] = field(default_factory=set)
    steps: dict[bool, Counter[tuple[str, str]]] = field(default_factory=lambda: {True: Counter(), False: Counter()})
    scripts: Counter[bool] = field(default_factory=Counter)

    def kinds(self) -> tuple[str, ...]:
        """The kinds of things that there are, each of which has a figure of its own."""
        return (*KINDS, *(texts_kind(lang) for lang in self.flow.texts))

    def unmet(self, kind: str | None = None) -> list[Item]:
        """Items that no passing script met, in the order of the flow."""
        return [i for i in self.items if (kind is None or i.kind == kind) and (i.kind, i.name) not in self.passing]

    def figures(self, kind: str) -> tuple[int, int, int]:
        """(met by passing scripts, met by failing ones only, all) of a kind."""
        of_kind = [(i.kind, i.name) for i in self.items if i.kind == kind]
        met = sum(1 for i in of_kind if i in self.passing)
        only = sum(1 for i in of_kind if i in self.failing and i not in self.passing)
        return met, only, len(of_kind)

    def whole(self) -> bool:
        """Whether passing scripts met everything."""
        return not self.unmet()

    def as_json(self) -> dict[str, Any]:
        """Figures and what is unmet, as plain values."""
        kinds = {}
        for kind in self.kinds():
            met, only, total = self.figures(kind)
            kinds[kind] = {
                "met": met, "met_by_failing_only": only, "total": total, "percent": percent(met, total),
                "unmet": [{"name": i.name, "place": str(i.place)} for i in self.unmet(kind)],
            }  # fmt: skip
        return {
            "flow": self.flow.name, "version": self.flow.version,
            "scripts": {"passing": self.scripts[True], "failing": self.scripts[False]}, "kinds": kinds,
            "not_by_a_script": self.unshown,
        }  # fmt: skip


def percent(met: int, total: int) -> float:
    """Per cent, one digit, rounded down: 100.0 only if everything was met."""
    return 100.0 if met == total else int(1000 * met / total) / 10


def coverage_of(flow: Flow, outcomes: Iterable[Played]) -> Coverage:
    """What these scripts (run in memory) met in this flow."""
    found = Coverage(flow, tuple(items_of(flow)), unshown_of(flow))
    for outcome in outcomes:
        found.scripts[outcome.passed] += 1
        into = found.passing if outcome.passed else found.failing
        for handled in outcome.handled:
            if handled.flow.name == flow.name:
                into.update(met_in(handled))
                found.steps[outcome.passed].update(ways_in(handled))
    return found


# --- in words ---------------------------------------------------------------------------------------------------------


def table(found: Coverage) -> str:
    """The figures as lines of text, and what no script has met with its place."""
    scripts = f"{found.scripts[True]} passing scripts" + (
        f", {found.scripts[False]} failing (counted apart)" if found.scripts[False] else ""
    )
    lines = [f"{found.flow.name} {found.flow.version}  {scripts}"]
    for kind in found.kinds():
        met, only, total = found.figures(kind)
        failing = f"   {only} more only in failing scripts" if only else ""
        lines.append(f"  {kind:<12} {met:>4} of {total:<4} {percent(met, total):>5} %{failing}")
    for reason, names in found.unshown.items():
        lines.append(f"  not by a script: {len(names)} texts ({reason})")
    for kind in found.kinds():
        for item in found.unmet(kind):
            what = f" ({CORRECTIONS[item.name]})" if kind == "corrections" else ""
            lines.append(f"  {item.place}  {kind}: {item.name}{what}")
    return "\n".join(lines)
