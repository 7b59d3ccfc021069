"""Which rules fire: looked up by the answers that they need, the same as evaluating each of them."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.core.conditions.compiler import Need, compile_check, need
from bot.core.conditions.nodes import Named
from bot.core.conditions.parser import Names, parsed
from bot.core.conversation.triage import Verdict, triage
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, NUMERIC, Kind
from bot.core.model.findings import FlowError
from tests.support.flow_edits import BACK_SPASM, SPRAIN, commit_seed, flow_at
from tests.support.generated_flows import generated

flow_of = cache(flow_at)


def one_by_one(flow: Flow, env: dict[str, Any]) -> Verdict:
    """Every rule, evaluated."""
    values = [(rule, rule.check(env)) for rule in flow.by_rank]
    fired = tuple(rule for rule, value in values if value)
    best = max((rule.rank for rule in fired), default=-1)
    unknown = max((rule.rank for rule, value in values if value is None), default=-1)
    return Verdict(LEVELS[best] if fired else None, fired, unknown > best)


def some_answer(question: Question, rng: random.Random) -> Any:
    """Any answer that a question may have while a chat goes on."""
    if question.kind in NUMERIC:
        low = rng.choice([0, 1, 2, 7, 15, 28, 29, 44, 45, 60, 70, 90, 120, 600])
        return Span(float(low), float(low + rng.choice([0, 0, 3])))
    if question.kind is not Kind.many:
        return rng.choice([*(question.option_ids or ("yes", "no")), "not_sure"])
    ids = question.option_ids
    yes = frozenset(rng.sample(ids, rng.choice([0, 0, 1, min(2, len(ids))])))
    unsure = frozenset(rng.sample(ids, rng.choice([0, 0, 0, 1]))) - yes
    return Many(yes, unsure, rng.random() < 0.2)


def some_answers(flow: Flow, rng: random.Random) -> dict[str, Any]:
    """Answers, questions passed over, and questions that nobody has asked yet."""
    known = rng.random()
    env: dict[str, Any] = {}
    for question in flow.interview.questions:
        if rng.random() < known:
            env[question.ask] = NOT_ASKED if rng.random() < 0.1 else some_answer(question, rng)
    return env


@pytest.mark.parametrize(
    ("folder", "count"),
    [
        (SPRAIN, 300),
        (BACK_SPASM, 600),
        pytest.param(SPRAIN, 2_000, marks=pytest.mark.slow),
        pytest.param(BACK_SPASM, 4_000, marks=pytest.mark.slow),
    ],
)
def test_the_index_changes_nothing(folder: Path, count: int) -> None:
    flow, rng = flow_of(folder), random.Random(commit_seed())
    for _ in range(count):
        env = some_answers(flow, rng)
        assert triage(flow, env) == one_by_one(flow, env), env


@pytest.mark.parametrize("flows", [8, pytest.param(30, marks=pytest.mark.slow)])
def test_the_index_changes_nothing_for_made_up_rules(flows: int) -> None:
    rng, compared = random.Random(commit_seed()), 0
    for seed in range(flows):
        try:
            flow = generated(8, 20, seed)
        except FlowError:
            continue
        for _ in range(100):
            env = some_answers(flow, rng)
            assert triage(flow, env) == one_by_one(flow, env), env
            compared += 1
    assert compared >= flows * 17


def test_most_rules_are_ruled_out_at_a_glance() -> None:
    """Without this the index could be empty, and the tests above would not notice."""
    flow = flow_of(BACK_SPASM)
    assert len(flow.rules_index.free) < len(flow.rules) / 4


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("crooked", Need("warning", frozenset({"crooked"}))),
        ("surely crooked", Need("warning", frozenset({"crooked"}))),
        ("crooked or cannot_bear_weight", Need("warning", frozenset({"crooked", "cannot_bear_weight"}))),
        ("pain >= 7 and crooked", Need("warning", frozenset({"crooked"}))),
        ("not crooked", None),
        ("pain >= 7", None),
        ("crooked or pain >= 7", None),
        ("crooked or cold_pale_foot", None),
        ("at least 2 of (crooked, cannot_bear_weight, fever)", None),
    ],
)
def test_what_a_condition_cannot_be_true_without(text: str, needed: Need | None) -> None:
    flow = flow_of(SPRAIN)
    node = parsed(text, Names(flow.interview.questions))
    assert need(node, flow.questions) == needed
    assert need(Named("defined", node), flow.questions) == needed
    if needed is not None:
        assert compile_check(node, flow.questions)({needed.question: Many(frozenset())}) is not True
