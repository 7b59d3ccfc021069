"""The proofs' picture of the interview against the interview itself: every conversation of small flows, and `step`."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from bot.check.answers.space import Space
from bot.check.counting.counting import count_conversations
from bot.check.counting.reaching import reaching
from bot.check.difference.formulas import at_level
from bot.check.proof.confirm import random_choice, walk
from bot.check.proof.solver import Prover
from bot.core.model.files.parts import LEVELS
from bot.core.model.findings import FlowError
from tests.support.brute_force import answers_to, conversations
from tests.support.flow_edits import BACK_SPASM, SPRAIN, commit_seed, flow_at
from tests.support.generated_flows import generated

SEEDS = range(12)


def small(seed: int) -> Space:
    try:
        return Space(generated(5, 7, seed, options=2))
    except FlowError as error:
        pytest.skip(f"this made-up flow has findings: {error}")


@pytest.mark.parametrize("seed", SEEDS)
def test_conversations_are_counted_exactly(seed: int) -> None:
    space = small(seed)
    slowly = Counter(verdict.level.value if verdict.level else "none" for _, verdict in conversations(space))
    counted = count_conversations(space)
    assert counted.exact
    assert {k: v for k, v in counted.by_level.items() if v} == dict(slowly)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_formulas_have_the_same_levels_rules_and_questions(seed: int) -> None:
    space = small(seed)
    prover = Prover(space.flow)
    everything = list(conversations(space))
    levels = {verdict.level for _, verdict in everything}
    assert {v for v in (None, *LEVELS) if prover.model(at_level(prover.one, v)) is not None} == levels
    assert prover.alive(prover.one.fires) == {r.rule.rule for _, verdict in everything for r in verdict.fired}
    assert prover.alive(prover.one.asked) == {q for chosen, _ in everything for q in chosen}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_single_conversation_comes_out_the_same(seed: int) -> None:
    """The formulas, held to one conversation's answers, allow its level and no other."""
    space = small(seed)
    prover = Prover(space.flow)
    everything = list(conversations(space))
    for chosen, verdict in random.Random(seed).sample(everything, min(40, len(everything))):
        held = prover.z3.And([_plain(prover, prover.one.asked[q]) for q in chosen])
        given = prover.z3.And([literal for q, answer in chosen.items() for literal in _literals(prover, q, answer)])
        found = [
            v
            for v in (None, *LEVELS)
            if prover.model(prover.z3.And(held, given, prover.z3.And(_plain(prover, at_level(prover.one, v)))))
            is not None
        ]
        assert found == [verdict.level]


def _plain(prover: Prover, formula: Any) -> Any:
    return prover.z3.BoolVal(formula, prover.one.context) if isinstance(formula, bool) else formula


def _literals(prover: Prover, question: str, answer: Any) -> list[Any]:
    if isinstance(answer, str):
        return [prover.one.case[question, answer]]
    options = [o for q, o in prover.one.yes if q == question]
    sure = [
        prover.one.yes[question, o] if o in answer.yes else prover.z3.Not(prover.one.yes[question, o]) for o in options
    ]
    unsure = [(o, prover.one.unsure[question, o]) for o in options if prover.one.unsure[question, o] is not False]
    return sure + [f if o in answer.not_sure else prover.z3.Not(f) for o, f in unsure]


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_still_to_be_reached(seed: int) -> None:
    space = small(seed)
    everything = list(conversations(space, stops=False))
    rng = random.Random(seed)
    for _ in range(8):
        names = rng.sample(list(space.axes), 3)
        known = {q: rng.choice(list(answers_to(space, q))) for q in names}
        fits = [
            verdict.rank for chosen, verdict in everything
            if all(q not in chosen or chosen[q] == answer for q, answer in known.items())
        ]  # fmt: skip
        values = {q: space.value(q, answer) for q, answer in known.items()}
        assert reaching(space.flow).ranks(values) == set(fits)


@pytest.mark.parametrize(
    ("folder", "count"),
    [(SPRAIN, 800), (BACK_SPASM, 400), pytest.param(BACK_SPASM, 800, marks=pytest.mark.slow)],
    ids=["sprain", "back_spasm", "back_spasm, more"],
)
def test_step_agrees_with_what_is_computed(folder: Any, count: int) -> None:
    """1,200 complete conversations, others with every commit."""
    assert walk(Space(flow_at(folder)), count, commit_seed()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "count"), [(SPRAIN, 100_000), (BACK_SPASM, 1_000_000)], ids=["sprain", "back_spasm"]
)
def test_step_agrees_a_million_times(folder: Any, count: int) -> None:
    assert walk(Space(flow_at(folder)), count, seed=1) == []


def test_made_up_flows_agree_with_step() -> None:
    for seed in SEEDS:
        assert walk(small(seed), 25, seed) == []


def test_random_answers_cover_every_level() -> None:
    space, rng = Space(flow_at(SPRAIN)), random.Random(0)
    from bot.check.answers.ending import outcome

    met = {outcome(space, random_choice(space, rng)).level for _ in range(600)}
    assert met == set(LEVELS)
