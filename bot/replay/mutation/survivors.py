"""Faults that no script notices, and why that is right: `survivors.yaml` beside the scripts, held against a mutation score.

A survivor that the file does not explain is something wrong, as is a score under what was asked for. An explanation of a
fault that scripts notice by now, or that the flow no longer has, is pointed out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from bot.check.faults.mutations import KINDS, Mutation
from bot.check.faults.mutations_whole import WAYS
from bot.core.model.findings import Finding
from bot.replay.script.model import StrictScript
from bot.replay.script.reading import SURVIVORS
from bot.replay.script.shapes import load_file, validated
from bot.replay.script.writing import in_line

from .mutate import Fate, MutationResult, Score


class Explanation(StrictScript):
    """Why no script need notice these faults."""

    why: str = Field(min_length=1, description="The reason, in one sentence.")
    faults: list[str] = Field(min_length=1, description="The faults, each as `replay --mutate` names it.")


class Explanations(StrictScript):
    """The file."""

    survivors: list[Explanation] = Field(description="Reasons, each with the faults that it holds for.")


Explained = dict[str, str]
"""The name of a fault -> why no script need notice it."""


def named(mutation: Mutation) -> str:
    """The name of a fault in the file: it stays the same when lines move."""
    return f"{mutation.kind}: {mutation.what}"


def read_explained(folders: Iterable[Path]) -> tuple[Explained, list[Finding]]:
    """What the files of these folders explain, and what is wrong with them."""
    explained: Explained = {}
    findings: list[Finding] = []
    for file in dict.fromkeys(folder / SURVIVORS for folder in folders):
        here = load_file(file, findings) if file.is_file() else None
        found = None if here is None else validated(Explanations, here, findings)
        if found is not None:
            explained.update({fault: entry.why for entry in found.survivors for fault in entry.faults})
    return explained, findings


@dataclass(frozen=True)
class Judged:
    """A score held against what is explained."""

    score: Score
    explained: Explained

    @property
    def unexplained(self) -> list[MutationResult]:
        """Survivors of which the file says nothing."""
        return [r for r in self.score.survivors if named(r.mutation) not in self.explained]

    @property
    def outdated(self) -> list[str]:
        """Explained faults that are no survivors: noticed by now or, where all were tried, no longer there."""
        tried = {named(r.mutation) for r in self.score.results}
        survived = {named(r.mutation) for r in self.score.survivors}
        return [name for name in self.explained if name not in survived and (self.score.whole or name in tried)]

    def passed(self, at_least: float) -> bool:
        """Whether the score is high enough and each survivor is explained."""
        return self.score.percent >= at_least and not self.unexplained

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "flow": self.score.flow.name, "percent": self.score.percent,
            **{fate: self.score.count(fate) for fate in ("noticed", "survived", "refused", "equal")},
            "survivors": [self._survivor(r) for r in self.score.survivors], "outdated": self.outdated,
        }  # fmt: skip

    def _survivor(self, result: MutationResult) -> dict[str, Any]:
        shown = result.apart
        return {
            "fault": named(result.mutation), "place": str(result.mutation.place), "scripts_run": result.tried,
            "why": self.explained.get(named(result.mutation)), "what_differs": shown and shown.what,
            "answers": shown and shown.answers,
        }  # fmt: skip


# --- in words ---------------------------------------------------------------------------------------------------------


def score_table(judged: Judged) -> str:
    """The score by kind; the survivors as what somebody could do unnoticed, each with why, or with a patient to write of."""
    score = judged.score
    lines = [f"{score.flow.name}  mutation score {score.percent} %", *_by_kind(score.results)]
    unexplained = judged.unexplained
    explained = [r for r in score.survivors if r not in unexplained]
    if explained:
        lines.append("No script notices these, and none need:")
        for result in explained:
            lines += [f"  {result.mutation}", f"      {judged.explained[named(result.mutation)]}"]
    if unexplained:
        lines.append(f"If somebody did this, no script would notice. Write one, or say in {SURVIVORS} why none need:")
        for result in unexplained:
            lines += [f"  {result.mutation}  ({_touched(result.tried)})", *_patient(result)]
    if judged.outdated:
        lines.append(f"Explained in {SURVIVORS}, but no survivors (any more). Take them out:")
        lines += [f"  {name}" for name in judged.outdated]
    return "\n".join(lines)


def _by_kind(results: Sequence[MutationResult]) -> list[str]:
    fates: Counter[tuple[str, Fate]] = Counter((r.mutation.kind, r.fate) for r in results)
    lines = []
    for kind, words in {**KINDS, **WAYS}.items():
        noticed, survived = fates[kind, "noticed"], fates[kind, "survived"]
        refused, equal = fates[kind, "refused"], fates[kind, "equal"]
        if noticed + survived + refused + equal:
            lines.append(
                f"  {kind:<18} {noticed:>4} noticed {survived:>4} not   "
                f"{refused:>4} refused by the reader {equal:>4} change nothing   ({words})"
            )
    return lines


def _touched(scripts: int) -> str:
    return f"{scripts} scripts go through it" if scripts else "no script goes through it"


def _patient(result: MutationResult) -> list[str]:
    """A patient who would notice, ready to be put into a script."""
    shown = result.apart
    if shown is None or shown.answers is None:
        return [f"      {shown.what}"] if shown else []
    return [f"      {shown.what}, e.g. with", f"      auto: {in_line(dict(shown.answers))}"]
