"""What becomes of a mutation: refused when the flow is read, failed by a proof, shown by the diff, or proved equivalent."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.check.answers.ending import outcome
from bot.check.answers.results import Proofs
from bot.check.difference.beside import beside
from bot.check.difference.diff import Difference, compare
from bot.check.faults.mutations import Mutation
from bot.check.proof.confirm import random_choice
from bot.check.proof.prove import proofs
from bot.check.structure.structure import check_structure
from bot.core.flow.compiled import Flow

REFUSED, PROOF, STRUCTURE, DIFF, EQUIVALENT = "refused", "proof", "structure", "diff", "equivalent"


@dataclass(frozen=True)
class Judgement:
    """`verdict`: how it was noticed, or `equivalent`: no patient is told or asked anything else, proved."""

    verdict: str
    why: str
    proofs: Proofs | None = None
    difference: Difference | None = None


def judge(flow: Flow, mutation: Mutation, always_diff: bool = False) -> Judgement:
    """Read the mutated flow, prove it, compare it: the first that notices the edit. `always_diff`: compare anyway."""
    mutant, findings = mutation.make()
    if mutant is None:
        return Judgement(REFUSED, str(findings[0]))
    proved = proofs(mutant, fast=True, walks=0)
    difference = compare(flow, mutant, count=False) if always_diff or not proved.failed else None
    if proved.failed:
        return Judgement(PROOF, proved.failed[0].message, proved, difference)
    assert difference is not None
    if difference.moved or any("  property " in c for c in difference.changes):
        return Judgement(DIFF, "; ".join(_shown(difference)), proved, difference)
    structure = check_structure(mutant)
    if structure:
        return Judgement(STRUCTURE, str(structure[0]), proved, difference)
    return Judgement(EQUIVALENT, "no patient is told or asked anything else", proved, difference)


def _shown(difference: Difference) -> list[str]:
    said = [f"{m.old} -> {m.new}" for m in difference.moves]
    said += [f"said now: {name}" for name, _ in difference.lines_added]
    said += [f"no longer said: {name}" for name, _ in difference.lines_lost]
    said += [f"a reason now: {name}" for name, _ in difference.reasons_added]
    said += [f"no longer a reason: {name}" for name, _ in difference.reasons_lost]
    said += [f"asked otherwise: {name}" for name in (*difference.asked_more, *difference.asked_less)]
    said += [f"pointed out otherwise: {name}" for name in difference.conflicts]
    said += list(difference.left_out)
    return said or [c for c in difference.changes if "  property " in c]


def seen_to_differ(flow: Flow, mutant: Flow, tries: int, seed: int) -> str | None:
    """Random answers to both, without any proof: the first difference in level or advice. An independent look."""
    both = beside(flow, mutant)
    rng = random.Random(seed)
    for _ in range(tries):
        chosen = random_choice(both.new, rng)
        for question in both.old.axes:
            chosen.setdefault(question, both.old.usual[question])
        old, new = outcome(both.old, chosen), outcome(both.new, chosen)
        if old.level is not new.level:
            return f"{old.level} becomes {new.level} with { ({q: chosen[q] for q in new.asked}) }"
        if old.lines(flow) != new.lines(mutant):
            return f"other advice with { ({q: chosen[q] for q in new.asked}) }"
    return None
