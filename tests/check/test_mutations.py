"""Planted faults: each way to break the shipped flow is refused, failed by a proof, shown by the diff, or proved harmless.

`pytest -m slow tests/check/test_mutations.py -n0 -s` prints the counts.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest

from bot.check.answers.ending import outcome
from bot.check.answers.player import Player, plain_flow
from bot.check.answers.space import Space
from bot.check.difference.beside import beside
from bot.check.faults.all import all_mutations
from bot.check.faults.mutations import Mutation
from bot.check.proof.confirm import chosen_in
from bot.core.flow.compiled import Flow
from tests.support.flow_edits import BACK_SPASM, SPRAIN, commit_seed, flow_at
from tests.support.judging import DIFF, EQUIVALENT, PROOF, REFUSED, STRUCTURE, Judgement, judge, seen_to_differ

EACH_KIND = 30
"""Of each kind of mutation so many are tried in the slow lane."""
LEAST = 150
KINDS = (
    "delete_line", "delete_rule", "drop_part", "fewer_asked", "flag_everywhere", "flip_comparison", "lower_level",
    "make_conditional", "negate", "raise_level", "remove_flag", "shift_threshold", "silence_line", "surely", "swap_and_or",
    "threshold_value", "unsure_counts_less", "weaken_property",
)  # fmt: skip


def by_kind(flow: Flow) -> dict[str, list[Mutation]]:
    """All mutations of a flow, by their kind."""
    kinds: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in all_mutations(flow):
        kinds[mutation.kind].append(mutation)
    return kinds


def spread(found: list[Mutation], most: int, seed: int) -> list[Mutation]:
    """So many of the mutations of one kind, evenly over the flow."""
    apart = max(1, len(found) // most)
    return found[seed % apart :: apart][:most]


def examined(flow: Flow, mutation: Mutation, seed: int) -> str:
    """The verdict, after a second look at what it rests on; "MISSED" or "BUG" if that does not stand."""
    judgement = judge(flow, mutation)
    if judgement.verdict == REFUSED:
        return REFUSED
    mutant, _ = mutation.make()
    assert mutant is not None
    if judgement.verdict in (EQUIVALENT, STRUCTURE):
        return judgement.verdict if seen_to_differ(flow, mutant, 400, seed) is None else "MISSED"
    if judgement.verdict == PROOF:
        return PROOF if proof_stands(judgement) else "BUG"
    return DIFF if diff_stands(flow, mutant, judgement) else "BUG"


def proof_stands(judgement: Judgement) -> bool:
    """Every counterexample was played through `step` and came out as proved."""
    assert judgement.proofs is not None
    failed = judgement.proofs.failed
    return all(f.code != "FLOW061" and all(e is None or e.agrees for e in (f.example, f.other)) for f in failed)


def diff_stands(flow: Flow, mutant: Flow, judgement: Judgement) -> bool:
    """Every example that the diff shows ends at these levels, and `step` on the broken flow says so too."""
    assert judgement.difference is not None
    both = beside(flow, mutant)
    player = Player(Space(plain_flow(mutant)))
    for move in judgement.difference.moves:
        chosen = chosen_in(both.new, move.example)
        if set(both.old.axes) <= set(chosen):
            before = outcome(both.old, chosen).level
            if (before and before.value) != move.old:
                return False
        played = player.play(chosen_in(player.space, move.example))
        if (played.level and played.level.value) != move.new:
            return False
    return True


def test_there_are_enough_ways_to_break_the_flow() -> None:
    kinds = by_kind(flow_at(BACK_SPASM))
    assert sum(len(spread(found, EACH_KIND, 0)) for found in kinds.values()) > LEAST
    assert sorted(kinds) == list(KINDS)


@pytest.mark.ci
@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_a_few_planted_faults_others_with_every_commit(count: int) -> None:
    flow = flow_at(BACK_SPASM)
    chosen = random.Random(commit_seed()).sample(list(all_mutations(flow)), count)
    verdicts = {str(m): examined(flow, m, commit_seed()) for m in chosen}
    assert not {m: v for m, v in verdicts.items() if v in ("MISSED", "BUG")}


@pytest.mark.slow
def test_every_tenth_planted_fault_of_the_small_flow() -> None:
    flow = flow_at(SPRAIN)
    verdicts = {str(m): examined(flow, m, 1) for m in list(all_mutations(flow))[commit_seed() % 10 :: 10]}
    assert not {m: v for m, v in verdicts.items() if v in ("MISSED", "BUG")}
    assert {PROOF, DIFF} <= set(verdicts.values())


@pytest.mark.slow
def test_every_planted_fault_of_the_small_flow() -> None:
    flow = flow_at(SPRAIN)
    verdicts = {str(m): examined(flow, m, 1) for m in all_mutations(flow)}
    assert not {m: v for m, v in verdicts.items() if v in ("MISSED", "BUG")}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_planted_faults_of_every_kind(kind: str) -> None:
    flow = flow_at(BACK_SPASM)
    chosen = spread(by_kind(flow)[kind], EACH_KIND, commit_seed())
    verdicts = {str(m): examined(flow, m, commit_seed()) for m in chosen}
    print(f"\n{len(chosen)} planted faults of {kind}: {dict(Counter(verdicts.values()))}")
    assert not {m: v for m, v in verdicts.items() if v in ("MISSED", "BUG")}


def test_a_safety_rule_that_speaks_of_an_option_which_is_gone_fails() -> None:
    flow = flow_at(BACK_SPASM)
    gone = next(m for m in all_mutations(flow) if m.kind == "remove_flag" and '"statin"' in str(m))
    judgement = judge(flow, gone)
    assert judgement.verdict == PROOF
    assert judgement.proofs is not None
    assert any("of what is no more of this flow" in failed.message for failed in judgement.proofs.failed)
