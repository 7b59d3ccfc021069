"""Conditions as sets of literals that shrink while answers come in: what is left of each once some answers are known.

A formula is a number in a `Store`: 0 false, 1 true, others shared. Literals say "this variable was asked for and has one of
these values"; a question that is passed over makes all its literals false, as in `evaluation.py`. Variables: an option
of a list (0 no, 1 yes, 2 not sure) or a question with one answer (the number of its case).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.conditions.nodes import All, Any_, Asked, AtLeast, Named, Node, Not, Nothing, Ticked

FALSE, TRUE = 0, 1
NO, YES, UNSURE = 0, 1, 2

Variable = tuple[str, str]
"""(question, option) for lists, (question, "") for others."""


class Store:
    """Formulas without duplicates. `and` and `or` are kept as sets of parts, negation only at literals."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, object, frozenset[object]]] = [("0", None, frozenset()), ("1", None, frozenset())]
        self.mask: list[int] = [0, 0]
        self._known: dict[tuple[str, object, frozenset[object]], int] = {}
        self._after: dict[tuple[int, int, int], int] = {}

    def _node(self, kind: str, what: object, parts: frozenset[object], mask: int) -> int:
        key = kind, what, parts
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.nodes)
            self.nodes.append(key)
            self.mask.append(mask)
        return found

    def literal(self, variable: int, values: frozenset[int]) -> int:
        """That the variable has one of the values."""
        if not values:
            return FALSE
        return self._node("lit", variable, frozenset(values), 1 << variable)

    def both(self, parts: Iterable[int]) -> int:
        """All parts."""
        kept: set[int] = set()
        for part in parts:
            if part == FALSE:
                return FALSE
            if part != TRUE:
                kept |= self._inner("and", part)
        return self._join("and", kept, TRUE)

    def either(self, parts: Iterable[int]) -> int:
        """Any part."""
        kept: set[int] = set()
        for part in parts:
            if part == TRUE:
                return TRUE
            if part != FALSE:
                kept |= self._inner("or", part)
        return self._join("or", self._absorbed(kept), FALSE)

    def _inner(self, kind: str, part: int) -> set[int]:
        return set(self.nodes[part][2]) if self.nodes[part][0] == kind else {part}  # type: ignore[arg-type]

    def _absorbed(self, parts: set[int]) -> set[int]:
        """Without conjunctions that contain another part whole: `a or (a and b)` is `a`."""
        single = {p for p in parts if self.nodes[p][0] != "and"}
        joined = [p for p in parts if self.nodes[p][0] == "and"]
        kept = [p for p in joined if not (single & self.nodes[p][2])]
        if len(kept) > 1:
            sets = sorted(kept, key=lambda p: len(self.nodes[p][2]))
            least: list[int] = []
            for p in sets:
                if not any(self.nodes[q][2] < self.nodes[p][2] for q in least):
                    least.append(p)
            kept = least
        return single | set(kept)

    def _join(self, kind: str, parts: set[int], empty: int) -> int:
        if not parts:
            return empty
        if len(parts) == 1:
            return next(iter(parts))
        mask = 0
        for part in parts:
            mask |= self.mask[part]
        return self._node(kind, None, frozenset(parts), mask)

    def after(self, formula: int, variable: int, value: int) -> int:
        """What is left of the formula once the variable has this value (-1: it was not asked for)."""
        if not self.mask[formula] >> variable & 1:
            return formula
        key = formula, variable, value
        found = self._after.get(key)
        if found is None:
            kind, _, parts = self.nodes[formula]
            if kind == "lit":
                found = TRUE if value in parts else FALSE
            else:
                rest = [self.after(p, variable, value) for p in parts]  # type: ignore[arg-type]
                found = self.both(rest) if kind == "and" else self.either(rest)
            self._after[key] = found
        return found

    def reads(self, formula: int, variable: int) -> bool:
        """Whether the formula still reads the variable."""
        return bool(self.mask[formula] >> variable & 1)


class Translator:
    """Conditions of one flow -> formulas of a store. `numbers`: the store's variables; `cases`: the case keys of each
    question with one answer, in the order of their numbers."""

    def __init__(self, store: Store, space: Space, numbers: dict[Variable, int]) -> None:
        self.store, self.space, self.numbers = store, space, numbers
        self._made: dict[tuple[int, bool], tuple[Node, int]] = {}

    def formula(self, node: Node, sense: bool = True) -> int:
        """That the condition is surely true (or surely false)."""
        key = id(node), sense
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = (node, self._make(node, sense))
        return known[1]

    def _make(self, node: Node, sense: bool) -> int:
        if isinstance(node, Named):
            return self.formula(node.part, sense)
        if isinstance(node, Not):
            return self.formula(node.part, not sense)
        if isinstance(node, All | Any_):
            parts = [self.formula(p, sense) for p in node.parts]
            return self.store.both(parts) if isinstance(node, All) == sense else self.store.either(parts)
        if isinstance(node, AtLeast):
            parts = [self.formula(p, sense) for p in node.parts]
            count = node.count if sense else len(parts) - node.count + 1
            return self.store.either(self.store.both(chosen) for chosen in combinations(parts, count))
        if isinstance(node, Asked):
            raise ValueError("asked(...) is for safety.yaml only")
        axis = self.space.axes[node.question]
        if isinstance(axis, Axis):
            held = {n for n, c in enumerate(axis.cases) if self.space.truth(node, c) is sense}
            return self.store.literal(self.numbers[node.question, ""], frozenset(held))
        if isinstance(node, Nothing):
            values = frozenset({NO} if sense else {YES, UNSURE})
            parts = [self.store.literal(self.numbers[node.question, o], values) for o in axis.options]
            return self.store.both(parts) if sense else self.store.either(parts)
        assert isinstance(node, Ticked)
        if node.option not in axis.options:  # a flow that lost the option but not what reads it
            asked = self.store.literal(self.numbers[node.question, axis.options[0]], frozenset({NO, YES, UNSURE}))
            return FALSE if sense else asked
        ticked = frozenset({YES}) if node.surely else frozenset({YES, UNSURE})
        values = ticked if sense else frozenset({NO, YES, UNSURE}) - ticked
        return self.store.literal(self.numbers[node.question, node.option], values)


def values_of(axis: Axis | Ticks) -> tuple[int, ...]:
    """The values of each variable of a question."""
    if isinstance(axis, Ticks):
        return (NO, YES, UNSURE) if axis.unsure else (NO, YES)
    return tuple(range(len(axis.cases)))
