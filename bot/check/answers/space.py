"""The answers that can be given, made finite: each number stands for the cell that no condition tells apart from it.

A cell is a threshold itself or what lies between two of them. Lists are not spread out: each option is no, yes or unsure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from bot.core.conditions.compiler import compares, compile_check
from bot.core.conditions.nodes import Asked, Compare, Leaf
from bot.core.conversation.screens import offers_unsure
from bot.core.flow.answer_values import BadAnswer, bounds, choice_span, read_value
from bot.core.flow.compiled import Flow, usual_value
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind

from .conditions_of import deciding_leaves

Compared = frozenset[tuple[str, float]]


class Cell(NamedTuple):
    """One answer of a question that takes one: `value` as conditions read it, `raw` as answer files write it."""

    key: str
    value: Any
    raw: Any
    unsure: bool = False


@dataclass(frozen=True)
class Axis:
    """A question with one answer, and the answers that can be told apart. `low`, `high`: ends of numeric cells."""

    question: Question
    cases: tuple[Cell, ...]
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def find(self, key: str) -> Cell:
        """The case of that name. Raises StopIteration if there is none."""
        return next(c for c in self.cases if c.key == key)


@dataclass(frozen=True)
class Ticks:
    """A question with several answers: its options, and whether each can be unsure."""

    question: Question
    options: tuple[str, ...]
    unsure: bool


@dataclass(frozen=True)
class Space:
    """All answers of a flow. `more`: comparisons of a second flow that is set beside it; `given`: axes made elsewhere."""

    flow: Flow
    more: Mapping[str, Compared] = field(default_factory=dict)
    given: Mapping[str, Axis | Ticks] = field(default_factory=dict)

    @cached_property
    def axes(self) -> Mapping[str, Axis | Ticks]:
        """Question -> its answers, in the order of the interview."""
        home = {self.flow.option_home.get(s) for s in self.flow.interview.emergency_signs}
        found = comparisons(self.flow)
        axes: dict[str, Axis | Ticks] = {}
        for question in self.flow.interview.questions:
            if question.ask in self.given:
                axes[question.ask] = self.given[question.ask]
            elif question.kind is Kind.many:
                axes[question.ask] = Ticks(question, question.option_ids, question.unsure or question.ask in home)
            elif question.kind in NUMERIC:
                axes[question.ask] = _numeric(
                    question, found.get(question.ask, frozenset()) | self.more.get(question.ask, frozenset())
                )
            else:
                axes[question.ask] = _worded(question)
        return axes

    @cached_property
    def usual(self) -> Mapping[str, Any]:
        """Question -> the key of its usual case; for lists the usual `Many`."""
        found: dict[str, Any] = {}
        for name, axis in self.axes.items():
            try:
                value = read_value(axis.question, usual_value(axis.question))
            except BadAnswer:  # a flow that lost this option; the reader refuses it, a planted fault may have it
                value = Many(frozenset()) if isinstance(axis, Ticks) else axis.cases[0].value
            found[name] = value if isinstance(axis, Ticks) else self.key_of(name, value)
        return found

    def key_of(self, question: str, value: Any) -> str:
        """The key of the case to which a value (as conditions read it) belongs."""
        axis = self.axes[question]
        assert isinstance(axis, Axis)
        if isinstance(value, Span):
            middle = value.low if value.high == math.inf else (value.low + value.high) / 2
            inside = [k for k, (low, high) in axis.ends.items() if low <= value.low and value.high <= high]
            near = [k for k, (low, high) in axis.ends.items() if low <= middle <= high]
            return (inside or near or [axis.cases[0].key])[0]
        return str(value)

    def words_of(self, question: str, key: str) -> Cell:
        """The case of that name."""
        axis = self.axes[question]
        assert isinstance(axis, Axis)
        return axis.find(key)

    def truth(self, leaf: Leaf, case: Cell) -> bool | None:
        """Whether the leaf holds for this answer of its question (which was asked)."""
        if isinstance(leaf, Asked):
            return not (leaf.answered and case.unsure)
        return compile_check(leaf, self.flow.questions)({leaf.question: case.value})

    def has_order(self, question: str) -> bool:
        """Whether a question with one answer declares an order of worry."""
        q = self.axes[question].question
        if q.kind is Kind.one:
            return any(o.worry is not None for o in q.options)
        return q.kind is Kind.yes_no or q.worry is not None

    def least(self, question: str) -> frozenset[str]:
        """The least worrying answers of a question with one answer: keys; the usual one where no order is declared."""
        axis = self.axes[question]
        assert isinstance(axis, Axis)
        q = axis.question
        if q.kind is Kind.one:
            ranked = [(o.worry, o.id) for o in q.options if o.worry is not None and not o.declines]
            if ranked:
                low = min(ranked)[0]
                return frozenset(i for w, i in ranked if w == low)
        elif q.kind in NUMERIC and q.worry is not None:
            certain = [c.key for c in axis.cases if not c.unsure]
            return frozenset({certain[0] if q.worry == "rising" else certain[-1]})
        elif q.kind is Kind.yes_no:
            return frozenset({"yes" if q.worry == "falling" else "no"})
        return frozenset({self.usual[question]})

    def no_more_worrying(self, question: str, a: Cell, b: Cell) -> bool:
        """The declared order of worry: whether `b` is at least as worrying as `a` (SEMANTICS 10)."""
        axis = self.axes[question]
        assert isinstance(axis, Axis)
        q = axis.question
        if a.key == b.key:
            return True
        if q.kind is Kind.yes_no:
            order = ["yes", "no", NOT_SURE] if q.worry == "falling" else ["no", NOT_SURE, "yes"]
            return order.index(a.key) < order.index(b.key)
        if q.kind is Kind.one:
            ranks = {o.id: o.worry for o in q.options}
            meant_a, meant_b = (str(q.unsure_as if c.unsure else c.key) for c in (a, b))
            if meant_a == meant_b:
                return b.unsure
            rank_a, rank_b = ranks.get(meant_a), ranks.get(meant_b)
            return rank_a is not None and rank_b is not None and rank_a < rank_b
        if q.worry is None:
            return bool(a.value == b.value)
        return bool(a.value.high <= b.value.low if q.worry == "rising" else a.value.low >= b.value.high)

    def value(self, question: str, chosen: Any) -> Any:
        """A choice (case key or `Many`) as conditions read it."""
        return chosen if isinstance(chosen, Many) else self.words_of(question, chosen).value

    def raw(self, question: str, chosen: Any) -> Any:
        """A choice as answer files write it."""
        if isinstance(chosen, Many):
            order = self.flow.questions[question].option_ids
            return {
                "yes": [o for o in order if o in chosen.yes],
                "not_sure": [o for o in order if o in chosen.not_sure],
            }
        return self.words_of(question, chosen).raw


@per_flow
def comparisons(flow: Flow) -> dict[str, Compared]:
    """Numeric question -> the comparisons that conditions make with it: (operator, number)."""
    found: dict[str, set[tuple[str, float]]] = {}
    for leaf in deciding_leaves(flow):
        if isinstance(leaf, Compare):
            found.setdefault(leaf.question, set()).add((leaf.op, leaf.value))
    return {question: frozenset(pairs) for question, pairs in found.items()}


def _worded(question: Question) -> Axis:
    given = [o.id for o in question.options if not o.declines]
    keys = ["yes", "no"] if question.kind is Kind.yes_no else given
    cases = [Cell(k, k, k) for k in keys]
    if offers_unsure(question):
        cases.append(Cell(NOT_SURE, NOT_SURE, NOT_SURE, True))
    return Axis(question, tuple(cases))


def is_whole(question: Question) -> bool:
    """Whether only whole numbers can be answered (days for `ago`, years for `age`)."""
    return question.whole or question.kind in (Kind.scale, Kind.ago, Kind.age)


def _numeric(question: Question, compared: Compared) -> Axis:
    low, high = bounds(question)
    whole = is_whole(question)
    inside = sorted({v for _, v in compared if low <= v <= high})
    edges = sorted({low, *inside, *([] if high == math.inf else [high])})
    regions: list[tuple[float, float]] = []
    for n, edge in enumerate(edges):
        if not whole or edge == math.floor(edge):
            regions.append((edge, edge))
        after = edges[n + 1] if n + 1 < len(edges) else math.inf
        first = math.floor(edge) + 1 if whole else math.nextafter(edge, math.inf)
        last = after if after == math.inf else (math.ceil(after) - 1 if whole else math.nextafter(after, 0))
        if edge < high and first <= last:
            regions.append((first, last))
    usual = read_value(question, question.usual)
    liked = usual.low if isinstance(usual, Span) else None
    cases: list[Cell] = []
    ends: dict[str, tuple[float, float]] = {}
    for first, last in _merged(regions, compared):
        point = _plain(liked if liked is not None and first <= liked <= last else _plainest(first, last))
        cases.append(Cell(f"at_{point:g}", Span(point, point), point))
        ends[cases[-1].key] = (first, last)
    if offers_unsure(question):
        span = next(choice_span(question, c) for c in question.choices if c.id == question.unsure_as)
        cases.append(Cell(NOT_SURE, span, NOT_SURE, True))
    return Axis(question, tuple(cases), ends)


def _merged(regions: list[tuple[float, float]], compared: Compared) -> list[tuple[float, float]]:
    """Neighbours that no comparison tells apart become one cell."""
    merged: list[tuple[float, float]] = []
    known: tuple[bool | None, ...] | None = None
    for first, last in regions:
        signature = tuple(compares(op, Span(first, first), value) for op, value in sorted(compared))
        if merged and signature == known:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
        known = signature
    return merged


def _plainest(first: float, last: float) -> float:
    """The plainest number of the range: its first whole number, if it has one."""
    nearest = float(math.ceil(first))
    return nearest if nearest <= last else first + (last - first) / 2


def _plain(number: float) -> float | int:
    return int(number) if number == math.floor(number) else number
