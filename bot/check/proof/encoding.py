"""The interview as it is really asked, as Boolean formulas: one copy of all answers, what is asked, what fires, where it stops.

Theory of operation. Each option of a list has two variables (yes, not sure), each other question one per case
(`space.py`), all false unless the question is asked. `asked[q]` holds exactly if no emergency stood before `q` and its
`when` is true of the earlier answers. A condition becomes two formulas, one for "surely true" and one for "surely
false", as in `conditions/compiler.py`: an answer that was not asked for makes neither true.
A list on which the first tap answers may hold any set here: more can be typed ("1 and 3") or come from "not sure".
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, partial
from itertools import combinations
from typing import Any

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.conditions.nodes import (
    All,
    Any_,
    Asked,
    AtLeast,
    Leaf,
    Named,
    Node,
    Not,
    Nothing,
    Ticked,
    leaves,
    parts_of,
    reads,
)
from bot.core.model.answers import Many
from bot.core.model.files.parts import Level

from .memory import Terms

Formula = Any
"""A z3 Boolean, or True or False where it is plain."""


def conj(parts: Iterable[Formula]) -> Formula:
    """All of them, with plain ones folded."""
    return _folded(parts, "Z3_mk_and", decides=False)


def disj(parts: Iterable[Formula]) -> Formula:
    """Any of them, with plain ones folded."""
    return _folded(parts, "Z3_mk_or", decides=True)


def neg(part: Formula) -> Formula:
    """Not it."""
    import z3

    return (not part) if isinstance(part, bool) else z3.BoolRef(z3.Z3_mk_not(part.ctx_ref(), part.as_ast()), part.ctx)


def _folded(parts: Iterable[Formula], make: str, decides: bool) -> Formula:
    """The parts joined; one that is plainly `decides` settles it. By z3's C call: `z3.And` and `z3.Or` look at the sort of
    each part again, which took two fifths of a proof."""
    import z3

    kept = []
    for part in parts:
        if part is decides:
            return decides
        if part is not (not decides):
            kept.append(part)
    if not kept:
        return not decides
    first = kept[0]
    if len(kept) == 1:
        return first
    listed = (z3.Ast * len(kept))(*(part.as_ast() for part in kept))
    return z3.BoolRef(getattr(z3, make)(first.ctx_ref(), len(kept), listed), first.ctx)


def at_least(count: int, parts: list[Formula]) -> Formula:
    """At least so many of them."""
    import z3

    plain = sum(1 for p in parts if p is True)
    rest = [p for p in parts if not isinstance(p, bool)]
    need = count - plain
    if need <= 0:
        return True
    if need > len(rest):
        return False
    if need == 1:
        return disj(rest)
    if len(rest) <= 6:
        return disj(conj(chosen) for chosen in combinations(rest, need))
    return z3.PbGe([(p, 1) for p in rest], need)


def same_formula(one: Formula, other: Formula) -> bool:
    """Whether both are the very same formula: of one context, the same terms are one."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one.eq(other))


def at_most(weights: list[tuple[Formula, int]], most: int) -> Formula:
    """That the weights of those that hold add up to no more. None of them is plain. By z3's C call: the search for the plainest
    conversation asks it some ten times of the same hundreds of formulas, and `z3.PbLe` looks at the sort of each."""
    import z3

    if not weights:
        return most >= 0
    first, size = weights[0][0], len(weights)
    listed = (z3.Ast * size)(*(formula.as_ast() for formula, _ in weights))
    numbers = (ctypes.c_int * size)(*(weight for _, weight in weights))
    return z3.BoolRef(z3.Z3_mk_pble(first.ctx_ref(), size, listed, numbers, most), first.ctx)


def true_in(model: Any, formula: Formula) -> bool:
    """Whether the formula holds in a model; variables of which it says nothing are false."""
    import z3

    if isinstance(formula, bool):
        return formula
    found = (z3.Ast * 1)()
    if not z3.Z3_model_eval(formula.ctx_ref(), model.model, formula.as_ast(), True, found):
        raise z3.Z3Exception("a formula has no value in the model")
    return bool(z3.Z3_get_bool_value(formula.ctx_ref(), found[0]) == z3.Z3_L_TRUE)


class Copy:
    """One conversation: its variables, and the formulas of everything that follows from them.

    `partly`: a conversation in the middle: `known[q]` are free, an answer counts only where it is known, nothing stops.
    `context`: the z3.Context of all that is proved together, and of nothing else: which of several models z3 finds hangs on
    whatever its context has met before, and the same flow is to give the same example.
    `beside`: another version, answered alike: as long as both ask by the same formulas, its variables are taken, so that what is
    the same in both is one formula. `terms`: the formulas of an earlier version's conditions, written in the same context.
    """

    def __init__(
        self,
        context: Any,
        space: Space,
        tag: str,
        stops: bool = True,
        answers: Copy | None = None,
        beside: Copy | None = None,
        terms: Terms | None = None,
    ) -> None:
        import z3

        self.context = context
        self.space, self.flow, self.tag = space, space.flow, tag
        self.order = {name: i for i, name in enumerate(space.axes)}
        self.rules: list[Any] = []
        self.asked: dict[str, Formula] = {}
        self.case: dict[tuple[str, str], Any] = {} if answers is None else answers.case
        self.yes: dict[tuple[str, str], Any] = {} if answers is None else answers.yes
        self.unsure: dict[tuple[str, str], Any] = {} if answers is None else answers.unsure
        self._true: dict[Any, Formula] = {}
        self._false: dict[Any, Formula] = {}
        self._reads: dict[int, tuple[Node, int]] = {}
        self.stopped: list[Formula] = [False]
        self.defined: dict[int, Formula] = {}
        self.shared: set[str] = set()
        self._beside = beside
        self._terms = terms
        self._shape: dict[str, int] = {}
        self._build(z3, stops, answers)
        self.fires = {r.rule.rule: self.true(r.node) for r in self.flow.rules}
        self.at_least = [disj(self.fires[r.rule.rule] for r in self.flow.rules if r.rank >= k) for k in range(4)]

    def _build(self, z3: Any, stops: bool, answers: Copy | None) -> None:
        urgent = [r for r in self.flow.rules if r.rule.level is Level.emergency]
        urgent_reads = {r.rule.rule: reads(r.node) for r in urgent}
        for asking in self.flow.asking:
            name = asking.question.ask
            i = self.order[name]
            due = True if asking.node is None else self.true(asking.node, i - 1)
            if answers is not None:
                known = z3.Bool(f"{self.tag}:known:{name}", self.context)
                self.rules.append(z3.Implies(known, conj([due, answers.asked[name]])))
                self.asked[name] = known
            else:
                wanted = conj([due, neg(self.stopped[-1])])
                self.asked[name] = self._short(z3, f"asked:{name}", wanted)
                if not self._taken_over(name):
                    self._answers(z3, name)
            if stops:
                met = [self.true(r.node, i) for r in urgent if name in urgent_reads[r.rule.rule]]
                stop = disj([self.stopped[-1], *met])
                self.stopped.append(self._short(z3, f"stopped:{i}", stop) if met else stop)
            else:
                self.stopped.append(False)

    def _short(self, z3: Any, name: str, formula: Formula) -> Formula:
        """A variable that means the formula: the one that means it in the version beside, if there is one."""
        if isinstance(formula, bool):
            return formula
        known = self._beside.defined.get(formula.get_id()) if self._beside is not None else None
        if known is None:
            known = z3.Bool(f"{self.tag}:{name}", self.context)
            self.rules.append(known == formula)
        self.defined[formula.get_id()] = known
        return known

    def _taken_over(self, name: str) -> bool:
        """Take the answers of the version beside, if it asks by the same formula and takes the same answers."""
        other, axis = self._beside, self.space.axes[name]
        if other is None or name not in other.asked or not same_formula(other.asked[name], self.asked[name]):
            return False
        theirs = other.space.axes[name]
        if isinstance(axis, Ticks) and isinstance(theirs, Ticks):
            if (axis.options, axis.unsure) != (theirs.options, theirs.unsure):
                return False
            for option in axis.options:
                self.yes[name, option], self.unsure[name, option] = other.yes[name, option], other.unsure[name, option]
        elif isinstance(axis, Axis) and isinstance(theirs, Axis):
            if [c.key for c in axis.cases] != [c.key for c in theirs.cases]:
                return False
            for case in axis.cases:
                self.case[name, case.key] = other.case[name, case.key]
        else:
            return False
        self.shared.add(name)
        return True

    def _answers(self, z3: Any, name: str) -> None:
        axis, asked = self.space.axes[name], self.asked[name]
        if isinstance(axis, Ticks):
            for option in axis.options:
                yes = self.yes[name, option] = z3.Bool(f"{self.tag}:{name}:{option}", self.context)
                self.unsure[name, option] = False
                given = [yes]
                if axis.unsure:
                    unsure = self.unsure[name, option] = z3.Bool(f"{self.tag}:{name}:{option}?", self.context)
                    self.rules.append(disj([neg(yes), neg(unsure)]))
                    given.append(unsure)
                if asked is not True:
                    self.rules += [disj([neg(g), asked]) for g in given]
            return
        variables = [z3.Bool(f"{self.tag}:{name}={c.key}", self.context) for c in axis.cases]
        for case, variable in zip(axis.cases, variables, strict=True):
            self.case[name, case.key] = variable
        self.rules += [disj(pair) for pair in combinations([neg(v) for v in variables], 2)]
        some = disj(variables)
        self.rules.append(some if asked is True else neg(some) if asked is False else some == asked)

    # --- conditions ---------------------------------------------------------------------------------------------------

    def true(self, node: Node, upto: int | None = None) -> Formula:
        """That the condition is surely true, of the answers up to the question number `upto`."""
        return self._whole(node, upto, self._true, True)

    def false(self, node: Node, upto: int | None = None) -> Formula:
        """That the condition is surely false."""
        return self._whole(node, upto, self._false, False)

    def _whole(self, node: Node, upto: int | None, cache: dict[Any, Formula], sense: bool) -> Formula:
        """The formula of a whole condition: that of an earlier version, if it read the very same of the very same questions."""
        if self._terms is None:
            return self._formula(node, upto, cache, sense)
        last = self._last(node)
        bound = last if upto is None or upto >= last else upto
        known = cache.get((id(node), bound))
        if known is not None:
            return known
        names = reads(node)
        cut = tuple(sorted(name for name in names if self.order[name] > bound))
        if any(isinstance(leaf, Asked) for leaf in leaves(node)) or not names.difference(cut) <= self.asked.keys():
            return self._formula(node, upto, cache, sense)
        key = self.tag, sense, cut, node, tuple(self._shape_of(name) for name in sorted(names.difference(cut)))
        found = self._terms.get(key)
        if found is None:
            found = self._formula(node, upto, cache, sense)
            self._terms.put(key, found)
        else:
            cache[id(node), bound] = found
        return found

    def related(self, other: Copy, question: str, how: Hashable, make: Callable[[], Formula]) -> Formula:
        """How the answers of both copies to a question are related: the formula of an earlier version, if both asked the very same.
        `how`: all else that it hangs on."""
        if self._terms is None:
            return make()
        key = self.tag, other.tag, question, self._shape_of(question), other._shape_of(question), how
        found = self._terms.get(key)
        if found is None:
            found = make()
            self._terms.put(key, found)
        return found

    def _shape_of(self, name: str) -> int:
        if name not in self._shape:
            assert self._terms is not None
            self._shape[name] = self._terms.shape(name, self.asked[name], self.space.axes[name])
        return self._shape[name]

    def _formula(self, node: Node, upto: int | None, cache: dict[Any, Formula], sense: bool) -> Formula:
        last = self._last(node)
        key = (id(node), last if upto is None or upto >= last else upto)
        known = cache.get(key)
        if known is None:
            known = cache[key] = self._make(node, upto, sense)
        return known

    def _last(self, node: Node) -> int:
        """The number of the last question that the condition reads. (Keeps the node alive: its id is a key.)"""
        found = self._reads.get(id(node))
        if found is None:
            parts = parts_of(node)
            last = max(map(self._last, parts), default=-1) if parts else self.order[node.question]  # type: ignore[union-attr]
            found = self._reads[id(node)] = node, last
        return found[1]

    def _part(self, node: Node, upto: int | None, sense: bool) -> Formula:
        return self._formula(node, upto, self._true if sense else self._false, sense)

    def _make(self, node: Node, upto: int | None, sense: bool) -> Formula:
        if isinstance(node, Named):
            return self._part(node.part, upto, sense)
        if isinstance(node, Not):
            return self._part(node.part, upto, not sense)
        if isinstance(node, All | Any_):
            parts = [self._part(p, upto, sense) for p in node.parts]
            return conj(parts) if isinstance(node, All) == sense else disj(parts)
        if isinstance(node, AtLeast):
            parts = [self._part(p, upto, sense) for p in node.parts]
            return at_least(node.count if sense else len(parts) - node.count + 1, parts)
        if upto is not None and self.order[node.question] > upto:
            return False
        return self._leaf(node, sense)

    def _leaf(self, leaf: Leaf, sense: bool) -> Formula:
        name = leaf.question
        axis, asked = self.space.axes[name], self.asked[name]
        if isinstance(leaf, Asked):
            return self._was_asked(leaf, sense)
        if isinstance(axis, Axis):
            held = disj(self.case[name, c.key] for c in axis.cases if self.space.truth(leaf, c) is sense)
            return conj([asked, held])
        if isinstance(leaf, Nothing):
            given = disj([*(self.yes[name, o] for o in axis.options), *(self.unsure[name, o] for o in axis.options)])
            return conj([asked, neg(given) if sense else given])
        assert isinstance(leaf, Ticked)
        if leaf.option not in axis.options:  # a flow that lost the option but not what reads it
            return False if sense else asked
        given = self.yes[name, leaf.option]
        if not leaf.surely:
            given = disj([given, self.unsure[name, leaf.option]])
        return conj([asked, given if sense else neg(given)])

    def _was_asked(self, leaf: Asked, sense: bool) -> Formula:
        """`asked(q)` is false only if `q` was passed over; after an emergency stop it is neither true nor false."""
        name = leaf.question
        asked, unsure = self.asked[name], self.any_unsure(name) if leaf.answered else False
        lines = self.flow.for_some.get(name)
        if lines is not None:  # asked only of those who are shown a line of it
            asked = conj([asked, disj(neg(self.false(node)) for node, _ in lines)])
        if sense:
            return conj([asked, neg(unsure)])
        passed_over = conj([neg(asked), neg(self.stopped[self.order[name]])])
        return disj([passed_over, conj([asked, unsure])])

    def any_unsure(self, name: str) -> Formula:
        """That "not sure" is (part of) the answer."""
        axis = self.space.axes[name]
        if isinstance(axis, Ticks):
            return disj(self.unsure[name, o] for o in axis.options)
        return disj(self.case[name, c.key] for c in axis.cases if c.unsure)

    # --- reading a model ----------------------------------------------------------------------------------------------

    def chosen(self, model: Any) -> dict[str, Any]:
        """The answers of the questions asked in a model: case keys and `Many`."""
        holds = partial(true_in, model)
        found: dict[str, Any] = {}
        for name, axis in self.space.axes.items():
            if not holds(self.asked[name]):
                continue
            if isinstance(axis, Ticks):
                found[name] = Many(
                    frozenset(o for o in axis.options if holds(self.yes[name, o])),
                    frozenset(o for o in axis.options if holds(self.unsure[name, o])),
                )
            else:
                found[name] = next(c.key for c in axis.cases if holds(self.case[name, c.key]))
        return found

    def unusual(self) -> list[tuple[Formula, int]]:
        """How far the answers are from the usual ones: (formula, weight) for each answer that is not usual."""
        return self._unusual

    @cached_property
    def _unusual(self) -> list[tuple[Formula, int]]:
        return [part for name in self.space.axes for part in self.unusual_at(name)]

    def unusual_at(self, name: str) -> list[tuple[Formula, int]]:
        """The same of one question."""
        axis, usual = self.space.axes[name], self.space.usual[name]
        parts: list[tuple[Formula, int]] = []
        if isinstance(axis, Ticks):
            for option in axis.options:
                yes, unsure = self.yes[name, option], self.unsure[name, option]
                parts.append((neg(yes) if option in usual.yes else yes, 4))
                if unsure is not False:
                    parts.append((unsure, 5))
        else:
            parts += [(self.case[name, c.key], 5 if c.unsure else 4) for c in axis.cases if c.key != usual]
        return [(f, w) for f, w in parts if not isinstance(f, bool)]


def way_said(copy: Copy, level: Level, how: str) -> Formula:
    """That rules of this level bring this way, and that of the ways that they bring it is one that is said: of those that
    `ways` of advice.yaml orders only the first (`Advice.way_of`)."""
    brought: dict[str, list[Formula]] = {}
    for rule in copy.flow.rules:
        if rule.rule.level is level and rule.rule.how is not None:
            brought.setdefault(rule.rule.how, []).append(copy.fires[rule.rule.rule])
    order = copy.flow.advice.ways
    before = order[: order.index(how)] if how in order else order
    return conj([disj(brought.get(how, ())), *(neg(disj(brought.get(way, ()))) for way in before)])


def exactly(copy: Copy, rank: int) -> Formula:
    """That the conversation ends at this level."""
    higher = copy.at_least[rank + 1] if rank < 3 else False
    return conj([copy.at_least[rank], neg(higher)])


def is_said(copy: Copy, node: Node | None, level: Level, how: str | None) -> Formula:
    """That a line is said at this level: the conversation ends there, its condition holds, and its way is one that is said."""
    return conj([exactly(copy, level.rank), said_once_there(copy, node, level, how)])


def said_once_there(copy: Copy, node: Node | None, level: Level, how: str | None) -> Formula:
    """The same of conversations that end at this level: what is said to them hangs on no rule of another level."""
    held = True if node is None else copy.true(node)
    return conj([held, True if how is None else way_said(copy, level, how)])
