"""Which planted faults break a safety rule, asked of the solver alone: no reading, no examples, no `step`.

A fault edits one condition, so of the formulas of a flow few are others. The proofs themselves say what they would ask
(`_Questions` writes it down), and all of it is asked at once: is there somebody for whom any of these rules is broken?
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from bot.check.answers.conditions_of import PropertyNodes, property_nodes
from bot.check.answers.player import plain_flow
from bot.check.answers.space import Space
from bot.check.faults.mutations import EditedCondition, Mutation
from bot.check.proof.encoding import Copy, Formula, conj, disj, neg
from bot.check.proof.pairs import compared
from bot.check.proof.properties import one_property
from bot.check.proof.settings_kept import setting_is_kept
from bot.check.proof.solver import Prover
from bot.core.conditions.nodes import All, Any_, AtLeast, Named, Node, Not
from bot.core.flow.compiled import Flow
from bot.core.model.files.governance import Property, form_of
from bot.core.model.files.parts import LEVELS, Level

_NOTHING = Property(property="nothing", because="Of two conversations so compared all answers are the same.")
_COMPARED = ("compare",)
_TURNS = (("requires", "at_least", "tells", "never_tells", "offers", "asked_first"), _COMPARED)
"""The forms of safety rules that are asked together: those of two conversations cost more, and come last."""


class Planted:
    """A flow with one condition edited, as formulas read it: nothing of it is compiled. Conditions that the edit does not
    touch stay the same objects, by which the formulas that there are already are found."""

    def __init__(self, flow: Flow, properties: tuple[PropertyNodes, ...], edited: EditedCondition) -> None:
        self._name: Any = edited.path[1] if edited.path[0] == "define" else None
        self._node = edited.node
        self._known: dict[int, tuple[Node, Node]] = {}
        lists: dict[str, list[Any]] = {
            "rules": list(flow.rules), "questions": list(flow.asking), "lines": list(flow.lines),
        }  # fmt: skip
        entries, n = lists.get(str(edited.path[0]), []), edited.path[1]
        if self._name is None and entries and isinstance(n, int):
            entries[n : n + 1] = [] if edited.node is None else [entries[n]._replace(node=edited.node)]
        self.flow = replace(
            flow,
            rules=tuple(r._replace(node=self._in(r.node)) for r in lists["rules"]),
            asking=tuple(a._replace(node=a.node and self._in(a.node)) for a in lists["questions"]),
            lines=tuple(x._replace(node=x.node and self._in(x.node)) for x in lists["lines"]),
            offered={option: (self._in(node), check) for option, (node, check) in flow.offered.items()},
        )
        self.properties = tuple(
            PropertyNodes(p, when and self._in(when), requires and self._in(requires))
            for p, when, requires in properties
        )

    def _in(self, node: Node) -> Node:
        """The tree with the edited name in it; the same object if it is not."""
        if self._name is None:
            return node
        if id(node) not in self._known:
            self._known[id(node)] = node, self._edited(node)
        return self._known[id(node)][1]

    def _edited(self, node: Node) -> Node:
        if isinstance(node, Named) and node.name == self._name:
            assert self._node is not None
            return replace(node, part=self._node)
        if isinstance(node, Named | Not):
            part = self._in(node.part)
            return node if part is node.part else replace(node, part=part)
        if isinstance(node, All | Any_ | AtLeast):
            parts = tuple(self._in(part) for part in node.parts)
            return node if all(a is b for a, b in zip(parts, node.parts, strict=True)) else replace(node, parts=parts)
        return node


class _Questions(Prover):
    """Writes down what the proofs ask, and says each time that there is nobody. `pair`: two conversations, made when wanted."""

    def __init__(self, base: Prover, flow: Flow, one: Copy, solver: Any, pair: Callable[[], tuple[Copy, Any]]) -> None:
        self.z3, self.limits, self.space = base.z3, base.limits, base.space
        self.flow, self.one, self.solver = flow, one, solver
        self.memory = self.terms = self._foreseen = None
        self._made = pair
        self.asked: list[Formula] = []

    @cached_property
    def pair(self) -> tuple[Copy, Any]:
        """As `Prover.pair`."""
        return self._made()

    def example(self, formula: Formula) -> None:
        """Nobody."""
        self.asked.append(formula)

    def two(self, formula: Formula, relation: list[Formula]) -> None:
        """Nobody."""
        self.asked.append(conj([formula, *relation]))


class ByProof:
    """The safety rules of a flow, asked of its faults. The flow itself keeps them all."""

    def __init__(self, flow: Flow) -> None:
        self.flow = plain_flow(flow)
        self.base = Prover(self.flow)
        self.properties = property_nodes(self.flow)
        self._holds: set[Formula] = set()
        asking = self._questions(self.flow)
        for forms in _TURNS:
            assert not self._somebody(asking, self.properties, forms)
            self._holds |= set(asking.asked)

    def breaks(self, mutation: Mutation) -> bool:
        """Whether some property or setting of `safety.yaml` fails."""
        if mutation.edited is None:
            mutant, _ = mutation.make()
            return mutant is not None and any(
                True for rule in mutant.safety.settings for _ in setting_is_kept(mutant, rule)
            )
        planted = Planted(self.flow, self.properties, mutation.edited)
        asking = self._questions(planted.flow)
        return any(self._somebody(asking, planted.properties, forms) for forms in _TURNS)

    def lowers(self, mutation: Mutation) -> bool:
        """Whether somebody who gives the same answers is told a lower level. (None at all is a gap, which a law forbids.)"""
        assert mutation.edited is not None
        flow, before = Planted(self.flow, self.properties, mutation.edited).flow, self.base.one
        if self._asks_alike(flow):
            after, solver, alike = _with_rules(before, flow), self.base.solver, []
        else:
            after = self._copy(flow, "b")
            solver, alike = self.base.solver_for(before, after), compared(before, after, _NOTHING)
        lower = disj(conj([before.at_least[v.rank], neg(after.at_least[v.rank])]) for v in LEVELS)
        return self.base.model(conj([lower, after.at_least[0], *alike]), solver) is not None

    def _somebody(self, asking: _Questions, properties: Iterable[PropertyNodes], forms: Sequence[str]) -> bool:
        """Whether there is somebody for whom a rule of these forms is broken."""
        wanted = self._asked(asking, properties, forms)
        if self._asks_alike(asking.flow):
            wanted = [f for f in wanted if f not in self._holds]
        solver = asking.pair[1] if forms is _COMPARED else asking.solver
        return bool(wanted) and asking.model(disj(wanted), solver) is not None

    def _asked(self, asking: _Questions, properties: Iterable[PropertyNodes], forms: Sequence[str]) -> list[Formula]:
        """What the proofs of the rules of these forms ask."""
        asking.asked = []
        for entry in properties:
            if form_of(entry.property) in forms:
                assert not list(one_property(asking, entry))
        return asking.asked

    def _questions(self, flow: Flow) -> _Questions:
        base = self.base
        if self._asks_alike(flow):
            one, (other, both) = _with_rules(base.one, flow), base.pair
            return _Questions(base, flow, one, base.solver, lambda: (_with_rules(other, flow), both))
        one = self._copy(flow, "a")

        def pair() -> tuple[Copy, Any]:
            other = self._copy(flow, "b")
            return other, base.solver_for(one, other)

        return _Questions(base, flow, one, base.solver_for(one), pair)

    def _asks_alike(self, flow: Flow) -> bool:
        """Whether the same is asked, whatever is answered: neither a question nor what ends the chat is edited."""
        return all(
            a is b for a, b in zip(_decides_what_is_asked(self.flow), _decides_what_is_asked(flow), strict=False)
        )

    def _copy(self, flow: Flow, tag: str) -> Copy:
        """All conversations of another flow, in the same variables for what is answered."""
        return Copy(self.base.one.context, Space(flow, given=self.base.space.axes), tag)


def _with_rules(copied: Copy, flow: Flow) -> Copy:
    """The same conversations under other rules."""
    found = copy.copy(copied)
    found.flow = flow
    found.fires = {r.rule.rule: found.true(r.node) for r in flow.rules}
    found.at_least = [disj(found.fires[r.rule.rule] for r in flow.rules if r.rank >= v.rank) for v in LEVELS]
    return found


def _decides_what_is_asked(flow: Flow) -> Iterator[Any]:
    """With the end, so that one rule less is seen."""
    yield from (asking.node for asking in flow.asking)
    yield from (rule.node for rule in flow.rules if rule.rule.level is Level.emergency)
    yield None
