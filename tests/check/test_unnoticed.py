"""Each rule of the shipped flow is held by a safety rule: a fault that weakens one breaks a property, by proof, or is explained.

The faults: a rule is deleted, a condition counts only who is sure ("surely"), "not sure" counts as another answer. What no
safety rule notices stands in `survivors.yaml`, with its reason; that none of it lowers a level is proved. (A `surely` that is
lost counts more people. Where that leaves somebody without a level, a law says so.)
"""

from __future__ import annotations

import random
from functools import cache

import pytest

from bot.check.faults.all import all_mutations
from bot.check.faults.mutations import Mutation
from bot.check.proof.prove import proofs
from bot.replay.mutation.survivors import named, read_explained
from tests.support.by_proof import ByProof
from tests.support.flow_edits import BACK_SPASM, commit_seed, flow_at
from tests.support.places import TESTS


@cache
def by_proof() -> ByProof:
    return ByProof(flow_at(BACK_SPASM))


@cache
def weakening() -> dict[str, Mutation]:
    """All faults that take somebody out of a rule, by name."""
    return {
        named(m): m
        for m in all_mutations(flow_at(BACK_SPASM))
        if m.kind in ("delete_rule", "unsure_counts_less") or (m.kind == "surely" and "gains" in m.what)
    }


@cache
def explained() -> dict[str, str]:
    found, findings = read_explained([TESTS / "check"])
    assert not findings
    return found


def test_every_rule_every_sign_and_every_unsure_answer_is_tried() -> None:
    flow = flow_at(BACK_SPASM)
    kinds = [m.kind for m in weakening().values()]
    assert kinds.count("delete_rule") == len(flow.rules)
    assert kinds.count("surely") > 300
    for question in flow.interview.questions:
        answers = len(question.options) + len(question.choices)
        tried = sum(f'"not sure" to "{question.ask}" counts' in name for name in weakening())
        assert tried == (answers - 1 if question.unsure_as else 0)


@pytest.mark.ci
@pytest.mark.parametrize("parts", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_each_weakened_rule_breaks_a_safety_rule_or_is_explained(parts: int) -> None:
    """A third of them with every commit, all in the slow lane."""
    assert explained().keys() <= weakening().keys(), "these are gone: take them out"
    tried = set(sorted(weakening())[commit_seed() % parts :: parts])
    unnoticed = {name for name in tried if not by_proof().breaks(weakening()[name])}
    assert sorted(unnoticed - explained().keys()) == [], "no safety rule notices these: write one, or explain them"
    assert sorted(tried & explained().keys() - unnoticed) == [], "a safety rule notices these: take them out"


def test_what_goes_unnoticed_gives_nobody_a_lower_level() -> None:
    assert [name for name in explained() if by_proof().lowers(weakening()[name])] == []


def test_a_lower_level_is_seen() -> None:
    """The question above can be answered with yes."""
    assert by_proof().lowers(weakening()['delete_rule: the rule "fever_and_legs" is deleted'])
    assert by_proof().lowers(weakening()['surely: in "weak_leg" "leg_weakness_or_foot_drop" gains "surely"'])


@pytest.mark.ci
def test_the_whole_proof_says_the_same_of_a_few() -> None:
    """Reading, proving and showing an example come to the same as the formulas alone."""
    rng, names = random.Random(commit_seed()), {p.property for p in flow_at(BACK_SPASM).safety.properties}
    noticed = rng.sample(sorted(weakening().keys() - explained().keys()), 4)
    for name in (*noticed, *rng.sample(sorted(explained()), 2)):
        mutant, _ = weakening()[name].make()
        if mutant is not None:
            failed = proofs(mutant, fast=True, walks=0).failed
            own = [f for f in failed if f.code == "FLOW066" or f.name.partition(":")[0] in names]
            assert bool(own) == (name in noticed), name
            assert all(e.agrees for f in own for e in (f.example, f.other) if e is not None)
