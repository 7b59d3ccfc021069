"""The proofs' picture of the interview against the interview itself: every conversation of small flows, and `step`."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from brute_force import answers_to, conversations
from flow_edits import BACK_SPASM, SPRAIN, commit_seed, flow_at
from generated_flows import generated

from bot.check.answers.space import Space
from bot.check.counting.counting import count_conversations
from bot.check.counting.reaching import reaching
from bot.check.difference.formulas import at_level
from bot.check.proof.confirm import random_choice, walk
from bot.check.proof.solver import Prover
from bot.core.model.findings import FlowError
from bot.core.model.flow_files import LEVELS

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
    p = Prover(space.flow)
    everything = list(conversations(space))
    levels = {verdict.level for _, verdict in everything}
    assert {v for v in (None, *LEVELS) if p.model(at_level(p.one, v)) is not None} == levels
    assert p.alive(p.one.fires) == {r.rule.rule for _, verdict in everything for r in verdict.fired}
    assert p.alive(p.one.asked) == {q for chosen, _ in everything for q in chosen}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_single_conversation_comes_out_the_same(seed: int) -> None:
    """The formulas, held to one conversation's answers, allow its level and no other."""
    space = small(seed)
    p = Prover(space.flow)
    everything = list(conversations(space))
    for chosen, verdict in random.Random(seed).sample(everything, min(40, len(everything))):
        held = p.z3.And(
            [p.one.asked[q] if p.one.asked[q] is not True else p.z3.BoolVal(True, p.one.context) for q in chosen]
        )
        given = p.z3.And([literal for q, answer in chosen.items() for literal in _literals(p, q, answer)])
        found = [
            v
            for v in (None, *LEVELS)
            if p.model(p.z3.And(held, given, p.z3.And(_plain(p, at_level(p.one, v))))) is not None
        ]
        assert found == [verdict.level]


def _plain(p: Prover, formula: Any) -> Any:
    return p.z3.BoolVal(formula, p.one.context) if isinstance(formula, bool) else formula


def _literals(p: Prover, question: str, answer: Any) -> list[Any]:
    if isinstance(answer, str):
        return [p.one.case[question, answer]]
    options = [o for q, o in p.one.yes if q == question]
    sure = [p.one.yes[question, o] if o in answer.yes else p.z3.Not(p.one.yes[question, o]) for o in options]
    unsure = [(o, p.one.unsure[question, o]) for o in options if p.one.unsure[question, o] is not False]
    return sure + [f if o in answer.not_sure else p.z3.Not(f) for o, f in unsure]


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


@pytest.mark.parametrize(("folder", "count"), [(SPRAIN, 3_000), (BACK_SPASM, 3_000)], ids=["sprain", "back_spasm"])
def test_step_agrees_with_what_is_computed(folder: Any, count: int) -> None:
    """6,000 complete conversations, others with every commit."""
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
