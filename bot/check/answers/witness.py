"""A conversation that shows something: its answers, what comes of them, and why no higher rule fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.conditions.explain import explain, false_parts
from bot.core.conditions.nodes import Node, Not, leaves, reads
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.files.parts import Level

from .ending import Ending, outcome
from .results import Example
from .space import Space


@dataclass(frozen=True)
class Witness:
    """One conversation with all that is known of it. `chosen`: question -> case key or `Many`."""

    chosen: Mapping[str, Any]
    outcome: Ending
    example: Example

    def not_so(self, flow: Flow, node: Node) -> str:
        """The parts of the condition that are not true here, in words."""
        parts = false_parts(node, self.outcome.env, flow.questions)
        return "; ".join(dict.fromkeys(explain(p, flow.questions) for p in parts)) or explain(node, flow.questions)


def example_of(space: Space, chosen: Mapping[str, Any]) -> Witness:
    """The conversation of these answers, by the core's own fold and rules."""
    found = outcome(space, chosen)
    unusual = tuple(q for q in found.asked if chosen[q] != space.usual[q])
    example = Example(
        {q: space.raw(q, chosen[q]) for q in found.asked}, unusual, found.level and found.level.value,
        tuple(r.rule.rule for r in found.fired),
    )  # fmt: skip
    return Witness(dict(chosen), found, example)


def why_not_higher(
    flow: Flow, shown: Witness, wanted: Level, beside: Witness | None = None, when: Node | None = None
) -> str:
    """Which rules fired, and which part of the nearest rule of the wanted level was false, at `file:line`."""
    said = []
    deciding = shown.outcome.deciding
    if deciding:
        named = " and ".join(f'"{r.rule.rule}" ({_at(flow, r)})' for r in deciding[:2])
        said.append(f"{shown.outcome.level} fired by {named};")
    for rule in _expected(flow, shown, wanted, beside, when)[:2]:
        parts = false_parts(rule.node, shown.outcome.env, flow.questions)
        words = ", ".join(f'"{_in_words(flow, p)}"' for p in dict.fromkeys(parts))
        said.append(f'"{rule.rule.rule}" ({_at(flow, rule)}) did not fire, because {words} was not true.')
    return " ".join(said).rstrip(";")


def _in_words(flow: Flow, node: Node) -> str:
    if isinstance(node, Not):
        return explain(node, flow.questions)
    words = explain(node, flow.questions)
    return words if len(words) <= 160 else words[:157] + "..."


def _expected(
    flow: Flow, shown: Witness, wanted: Level, beside: Witness | None, when: Node | None
) -> list[CompiledRule]:
    """The rules that one would have expected to fire: those that fired beside it, or the nearest of the level."""
    if beside is not None:
        fired = {r.rule.rule for r in shown.outcome.fired}
        return [r for r in beside.outcome.deciding if r.rule.rule not in fired]
    about = set(leaves(when)) if when is not None else set()
    questions = reads(when) if when is not None else frozenset()
    ranked: list[tuple[int, int, CompiledRule]] = []
    for rule in flow.rules:
        if rule.rank < wanted.rank or (when is None and rule.rank != wanted.rank):
            continue
        shared = len(about & set(leaves(rule.node))) * 3 + len(questions & reads(rule.node))
        if when is not None and not shared:
            continue
        missing = len(false_parts(rule.node, shown.outcome.env, flow.questions))
        ranked.append((-shared, missing, rule))
    return [r for _, _, r in sorted(ranked, key=lambda entry: entry[:2])]


def _at(flow: Flow, rule: CompiledRule) -> str:
    place = flow.rule_place(rule.rule.rule)
    return f"{place.file}:{place.line}"
