"""What `from:` and `to:` of a safety rule mean for each question that it compares."""

from __future__ import annotations

from typing import Any, NamedTuple

from bot.core.flow.answer_values import BadAnswer, read_value
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.governance import Property

from .space import Axis, Space, Ticks


class Side(NamedTuple):
    """One side of a comparison. Questions with one answer: `keys`. Lists: `each` option is so ("no", "not_sure", "yes"),
    `exactly` this answer, or (neither) anything."""

    keys: frozenset[str] = frozenset()
    each: str | None = None
    exactly: Many | None = None


def side(space: Space, question: str, raw: Any) -> Side:
    """One side for one question. Raises BadAnswer if it is no answer of the question.

    `least`: the least worrying; `any`; `no` and `not_sure` on lists speak of each option. `no` of a question that has no
    "no" is its least worrying answer, and nothing where it declares no order of worry.
    """
    axis = space.axes[question]
    if isinstance(axis, Ticks):
        if raw == "any":
            return Side()
        if raw == "least":
            return Side(exactly=Many(frozenset()))
        if raw in ("no", NOT_SURE, "yes"):
            return Side(each=raw)
        value = read_value(axis.question, raw)
        assert isinstance(value, Many)
        return Side(exactly=value)
    if raw == "any":
        return Side(frozenset(c.key for c in axis.cases))
    if raw == "no" and not _has(axis, "no"):
        return Side(space.least(question) if space.has_order(question) else frozenset())
    if raw == "least":
        return Side(space.least(question))
    if raw == NOT_SURE:
        return Side(frozenset(c.key for c in axis.cases if c.unsure))
    return Side(frozenset({space.key_of(question, read_value(axis.question, raw))}))


def _has(axis: Axis, key: str) -> bool:
    return any(c.key == key for c in axis.cases)


def sides_fit(space: Space, prop: Property) -> str | None:
    """What is wrong with `compare:`, `from:` or `to:`; None if nothing."""
    for question in prop.compare:
        if question not in space.axes:
            return f'"{question}" is no question of this flow'
        for raw in (prop.from_, prop.to):
            try:
                side(space, question, raw)
            except BadAnswer as bad:
                return str(bad)
    return None
