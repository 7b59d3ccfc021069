"""How two conversations may be related: more worrying answers, "not sure" for "no", the comparisons of safety.yaml.

A relation speaks of the questions asked on both sides; one asked on one side only is free there (SEMANTICS 10).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from bot.check.answers.from_to import Side, side
from bot.check.answers.space import Axis, Ticks
from bot.core.model.answers import NOT_SURE
from bot.core.model.files.governance import Property

from .encoding import Copy, Formula, conj, disj, neg

Relation = Callable[[Copy, Copy, str], Formula]


def _both(a: Copy, b: Copy, relation: Relation, how: Callable[[str], Hashable]) -> list[Formula]:
    """The relation for each question that is asked on both sides. `how`: question -> what the relation is there; where it is the
    same for the very same question, so is the formula."""

    def at(question: str) -> Formula:
        return disj([neg(a.asked[question]), neg(b.asked[question]), relation(a, b, question)])

    return [a.related(b, q, how(q), partial(at, q)) for q in a.space.axes]


def same(formula: Formula, other: Formula) -> Formula:
    """That both hold or neither."""
    if isinstance(formula, bool):
        return other if formula else neg(other)
    if isinstance(other, bool):
        return formula if other else neg(formula)
    return formula == other


def _equal(a: Copy, b: Copy, question: str) -> Formula:
    axis = a.space.axes[question]
    if isinstance(axis, Ticks):
        return conj(_equal_option(a, b, question, o) for o in axis.options)
    return conj(same(a.case[question, c.key], b.case[question, c.key]) for c in axis.cases)


def _equal_option(a: Copy, b: Copy, question: str, option: str) -> Formula:
    key = question, option
    return conj([same(a.yes[key], b.yes[key]), same(a.unsure[key], b.unsure[key])])


def in_order_of_worry(a: Copy, b: Copy) -> list[Formula]:
    """That `b`'s answers are at least as worrying as `a`'s. Options with `worry: 0` say nothing: they are equal."""
    return _both(a, b, _worse, lambda question: "worse")


def _worse(a: Copy, b: Copy, question: str) -> Formula:
    axis = a.space.axes[question]
    if isinstance(axis, Axis):
        return conj(
            disj(
                [
                    neg(a.case[question, c.key]),
                    *(b.case[question, d.key] for d in axis.cases if a.space.no_more_worrying(question, c, d)),
                ]
            )
            for c in axis.cases
        )
    parts: list[Formula] = []
    for option in axis.question.options:
        key = question, option.id
        if option.worry == 0:
            parts.append(_equal_option(a, b, question, option.id))
        else:
            parts.append(disj([neg(a.yes[key]), b.yes[key]]))
            parts.append(disj([neg(a.unsure[key]), b.unsure[key], b.yes[key]]))
    return conj(parts)


def unsure_for_no(a: Copy, b: Copy) -> list[Formula]:
    """That `b` says "not sure" in some places where `a` says "no" (where there is no "no": the least worrying)."""
    return _both(a, b, _unsure, lambda question: "unsure")


def _unsure(a: Copy, b: Copy, question: str) -> Formula:
    return _between(a, b, question, side(a.space, question, "no"), side(a.space, question, NOT_SURE))


def compared(a: Copy, b: Copy, prop: Property) -> list[Formula]:
    """That some of the compared questions change from one side to the other; all other answers are the same."""

    def relation(a: Copy, b: Copy, question: str) -> Formula:
        if question not in prop.compare:
            return _equal(a, b, question)
        return _between(a, b, question, side(a.space, question, prop.from_), side(a.space, question, prop.to))

    def how(question: str) -> Hashable:
        return ("changed", repr(prop.from_), repr(prop.to)) if question in prop.compare else "equal"

    return _both(a, b, relation, how)


def _between(a: Copy, b: Copy, question: str, first: Side, second: Side) -> Formula:
    axis = a.space.axes[question]
    if isinstance(axis, Ticks) and (first.each or second.each):
        return conj(
            disj(
                [
                    _equal_option(a, b, question, o),
                    conj([_option_is(a, question, o, first.each), _option_is(b, question, o, second.each)]),
                ]
            )
            for o in axis.options
        )
    return disj([_equal(a, b, question), conj([_within(a, question, first), _within(b, question, second)])])


def _option_is(copy: Copy, question: str, option: str, answer: str | None) -> Formula:
    yes, unsure = copy.yes[question, option], copy.unsure[question, option]
    if answer is None:
        return True
    return {"yes": yes, NOT_SURE: unsure, "no": conj([neg(yes), neg(unsure)])}[answer]


def _within(copy: Copy, question: str, limits: Side) -> Formula:
    axis = copy.space.axes[question]
    if isinstance(axis, Axis):
        return disj(copy.case[question, k] for k in sorted(limits.keys))
    if limits.exactly is None:
        return True
    exact = limits.exactly
    return conj(
        _option_is(copy, question, o, "yes" if o in exact.yes else NOT_SURE if o in exact.not_sure else "no")
        for o in axis.options
    )
