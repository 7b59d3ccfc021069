"""Conditions as sets of literals that shrink while answers come in: what is left of each once some answers are known.

A formula is a number in a `Store`: 0 false, 1 true, others shared. Literals say "this variable was asked for and has one of
these values"; a question that is passed over makes all its literals false, as in `conditions/compiler.py`. Variables: an option
of a list (0 no, 1 yes, 2 not sure) or a question with one answer (the number of its case).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from itertools import combinations

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.conditions.nodes import All, Any_, Asked, AtLeast, Named, Node, Not, Nothing, Ticked

FALSE, TRUE = 0, 1
NO, YES, UNSURE = 0, 1, 2

Variable = tuple[str, str]
"""(question, option) for lists, (question, "") for others."""


class Formulas:
    """Formulas without duplicates. `and` and `or` are kept as sets of parts, negation only at literals."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, object, frozenset[object]]] = [("0", None, frozenset()), ("1", None, frozenset())]
        self.mask: list[int] = [0, 0]
        self._known: dict[tuple[str, object, frozenset[object]], int] = {}
        self._read_of: dict[int, set[frozenset[int]]] = {}
        self._answered: dict[tuple[int, int, tuple[int, ...]], tuple[int, ...]] = {}

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
        self._read_of.setdefault(variable, set()).add(values)
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

    def _join(self, kind: str, parts: Set[int], empty: int) -> int:
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
        return self.answered(formula, variable, (value,))[0]

    def answered(self, formula: int, variable: int, values: tuple[int, ...]) -> tuple[int, ...]:
        """What is left of the formula after each of the values."""
        if not self.mask[formula] >> variable & 1:
            return (formula,) * len(values)
        key = formula, variable, values
        found = self._answered.get(key)
        if found is None:
            found = self._answered[key] = tuple(self._shrunk(formula, variable, values))
        return found

    def told_apart(self, variable: int, values: tuple[int, ...]) -> dict[int, int]:
        """Of the values that no literal tells apart the first, and how many there are."""
        first: dict[frozenset[frozenset[int]], int] = {}
        alike: dict[int, int] = {}
        for value in values:
            held = frozenset(read for read in self._read_of.get(variable, ()) if value in read)
            one = first.setdefault(held, value)
            alike[one] = alike.get(one, 0) + 1
        return alike

    def _shrunk(self, formula: int, variable: int, values: tuple[int, ...]) -> Iterator[int]:
        """The same, not remembered. Parts that do not read the variable stay as they are, whole and absorbed as they were."""
        kind, _, parts = self.nodes[formula]
        if kind == "lit":
            yield from (TRUE if value in parts else FALSE for value in values)
            return
        decides, says_nothing = (FALSE, TRUE) if kind == "and" else (TRUE, FALSE)
        mask, bit = self.mask, 1 << variable
        whole: frozenset[int] = parts  # type: ignore[assignment]
        touched = [p for p in whole if mask[p] & bit]
        kept = whole.difference(touched)
        for left in zip(*[self.answered(part, variable, values) for part in touched], strict=True):
            if decides in left:
                yield decides
                continue
            came: set[int] = set()
            for part in left:
                if part != says_nothing:
                    came |= self._inner(kind, part)
            yield self._join(kind, kept | came if kind == "and" else self._taken_in(set(kept), came), says_nothing)

    def _taken_in(self, kept: set[int], came: set[int]) -> set[int]:
        """Both without what another part makes needless, where nothing in `kept` does so already."""
        nodes, mask = self.nodes, self.mask
        for new in came - kept:
            kind, _, parts = nodes[new]
            if kind != "and":
                kept = {p for p in kept if not (nodes[p][0] == "and" and new in nodes[p][2])}
            elif parts.isdisjoint(kept):
                read = mask[new]
                if any(not mask[p] & ~read and nodes[p][2] < parts and nodes[p][0] == "and" for p in kept):
                    continue
                kept = {p for p in kept if read & ~mask[p] or not (nodes[p][0] == "and" and parts < nodes[p][2])}
            else:
                continue
            kept.add(new)
        return kept

    def reads(self, formula: int, variable: int) -> bool:
        """Whether the formula still reads the variable."""
        return bool(self.mask[formula] >> variable & 1)


class Translator:
    """Conditions of one flow -> formulas of a store. `numbers`: the store's variables; `cases`: the case keys of each
    question with one answer, in the order of their numbers."""

    def __init__(self, store: Formulas, space: Space, numbers: dict[Variable, int]) -> None:
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
