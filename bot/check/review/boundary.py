"""Patients at the edges of a flow's rules: just inside, and just outside, found by the prover."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from bot.check.answers.results import Example
from bot.check.answers.space import Ticks
from bot.check.answers.witness import Witness, example_of
from bot.check.proof.encoding import Formula, conj, exactly, neg
from bot.check.proof.solver import NotProved, Prover
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.answers import Many
from bot.core.model.files.parts import LEVELS


class Edge(NamedTuple):
    """A rule, somebody for whom it decides, and the nearest to them for whom it does not fire and the level is lower; None where
    there is nobody, or nobody was found."""

    rule: str
    inside: Example | None
    outside: Example | None


def edges_of(flow: Flow, told: Callable[[int, int], None] = lambda done, of: None) -> tuple[Edge, ...]:
    """The edge of each rule, in the order of the file. `told`: hears how many of how many are found."""
    p = Prover(flow)
    found: list[Edge] = []
    for rule in flow.rules:
        told(len(found), len(flow.rules))
        found.append(_edge(p, rule))
    return tuple(found)


def _edge(p: Prover, rule: CompiledRule) -> Edge:
    name = rule.rule.rule
    decides = conj([p.one.fires[name], exactly(p.one, rule.rank)])
    others = [neg(p.one.fires[r.rule.rule]) for r in p.flow.rules if r.rank == rule.rank and r is not rule]
    try:
        inside = _nearest_usual(p, conj([decides, *others])) or _nearest_usual(p, decides)
        if inside is None:
            return Edge(name, None, None)
        milder = conj([neg(p.one.fires[name]), neg(p.one.at_least[rule.rank])])
        model = p.least(milder, _differing(p, inside))
    except NotProved:
        return Edge(name, None, None)
    return Edge(name, inside.example, None if model is None else example_of(p.space, p.one.chosen(model)).example)


def _nearest_usual(p: Prover, formula: Formula) -> Witness | None:
    model = p.least(formula, p.one.unusual())
    return None if model is None else example_of(p.space, p.one.chosen(model))


def _differing(p: Prover, beside: Witness) -> list[tuple[Formula, int]]:
    """Each answer that is another one than this patient's; what only the other one is asked counts as far as it is unusual."""
    weights: list[tuple[Formula, int]] = []
    for name, axis in p.space.axes.items():
        given = beside.chosen.get(name)
        if given is None or name not in beside.outcome.asked:
            weights += p.one.unusual_at(name)
        elif isinstance(axis, Ticks):
            assert isinstance(given, Many)
            for option in axis.options:
                for ticked, formula in (
                    (option in given.yes, p.one.yes[name, option]), (option in given.not_sure, p.one.unsure[name, option]),
                ):  # fmt: skip
                    weights.append((neg(formula) if ticked else formula, 8))
        else:
            weights += [(p.one.case[name, case.key], 8) for case in axis.cases if case.key != given]
    return [(formula, weight) for formula, weight in weights if not isinstance(formula, bool)]


def patients(edges: Sequence[Edge], most: int) -> tuple[Example, ...]:
    """Different patients from the edges, so many at most: as evenly over the levels as there are some."""
    found: dict[str, Example] = {}
    for example in (e for edge in edges for e in (edge.inside, edge.outside) if e is not None and e.level is not None):
        found.setdefault(json.dumps(dict(example.answers), sort_keys=True, default=str), example)
    by_level = [[e for e in found.values() if e.level == level] for level in LEVELS]
    return tuple(_taking_turns(by_level))[:most]


def _taking_turns(groups: Sequence[Sequence[Any]]) -> Iterator[Any]:
    for n in range(max(map(len, groups), default=0)):
        for group in groups:
            yield from group[n : n + 1]
