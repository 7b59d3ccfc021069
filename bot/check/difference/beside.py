"""Two versions of a flow side by side: the answers that can be given to both, and an order that fits both."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from bot.check.answers.space import Axis, Cell, Space, Ticks, comparisons
from bot.core.conditions.nodes import reads
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Span
from bot.core.model.files.parts import NUMERIC


class Beside(NamedTuple):
    """`order`: all questions of both, each behind what its `when`s read; None if there is no such order.
    `left_out`: answers that only one version takes, in words; nothing can be compared for them."""

    old: Space
    new: Space
    order: tuple[str, ...] | None
    left_out: tuple[str, ...]


def beside(old: Flow, new: Flow) -> Beside:
    """Both flows with the same cases for each question that both ask."""
    first, second = Space(old, more=comparisons(new)), Space(new, more=comparisons(old))
    for_old: dict[str, Axis | Ticks] = {}
    for_new: dict[str, Axis | Ticks] = {}
    left_out: list[str] = []
    for name, axis in second.axes.items():
        other = first.axes.get(name)
        if isinstance(axis, Axis) and isinstance(other, Axis):
            mine, theirs = _shared(axis, other)
            for_new[name], for_old[name] = mine, theirs
            left_out += _left_out(name, axis, mine, "new") + _left_out(name, other, theirs, "old")
        elif isinstance(axis, Ticks) and isinstance(other, Ticks) and axis.unsure != other.unsure:
            for_new[name], for_old[name] = replace(axis, unsure=False), replace(other, unsure=False)
            left_out.append(f'"not sure" to "{name}" is possible in one version only')
        elif other is not None and type(axis) is not type(other):
            left_out.append(f'"{name}" takes another kind of answer than before')
    return Beside(
        Space(old, given=for_old), Space(new, given=for_new), _order(old, new), tuple(dict.fromkeys(left_out))
    )  # fmt: skip


def _shared(axis: Axis, other: Axis) -> tuple[Axis, Axis]:
    """The cases that both have. Numbers: the cells of the new version, read by the old one as they are."""
    if axis.question.kind in NUMERIC and other.question.kind is axis.question.kind:
        sure = tuple(c for c in axis.cases if not c.unsure)
        unsure = [c for c in axis.cases if c.unsure], [c for c in other.cases if c.unsure]
        if all(unsure):
            return replace(axis, cases=(*sure, *unsure[0])), replace(other, cases=(*sure, *unsure[1]), ends=axis.ends)
        return replace(axis, cases=sure), replace(other, cases=sure, ends=axis.ends)
    keys = {c.key for c in other.cases}
    both = tuple(c for c in axis.cases if c.key in keys)
    order = {c.key: n for n, c in enumerate(both)}
    theirs = tuple(sorted((c for c in other.cases if c.key in order), key=lambda c: order[c.key]))
    return replace(axis, cases=both), replace(other, cases=theirs)


def _left_out(name: str, whole: Axis, kept: Axis, version: str) -> list[str]:
    if whole.question.kind in NUMERIC and version == "old":
        return []
    gone = [_named(c) for c in whole.cases if c.key not in {k.key for k in kept.cases}]
    return [f'"{name}": {", ".join(gone)} can be answered in the {version} version only'] if gone else []


def _named(case: Cell) -> str:
    return f"{case.value.low:g}" if isinstance(case.value, Span) and not case.unsure else case.key


def _order(old: Flow, new: Flow) -> tuple[str, ...] | None:
    """New questions in their order, old ones behind their old neighbour, each behind what its conditions read."""
    names = [q.ask for q in new.interview.questions]
    before: str | None = None
    for question in old.interview.questions:
        if question.ask not in names:
            names.insert(0 if before is None else names.index(before) + 1, question.ask)
        before = question.ask
    needs: dict[str, set[str]] = {name: set() for name in names}
    for flow in (old, new):
        for asking in flow.asking:
            if asking.node is not None:
                needs[asking.question.ask] |= reads(asking.node)
    order: list[str] = []
    while len(order) < len(names):
        ready = next((n for n in names if n not in order and needs[n] <= set(order)), None)
        if ready is None:
            return None
        order.append(ready)
    return tuple(order)
