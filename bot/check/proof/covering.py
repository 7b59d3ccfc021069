"""The fewest conversations that reach given things: questions, answers, rules, lines of advice. By the solver of the proofs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.check.answers.ending import outcome
from bot.check.answers.space import Axis, Space, Ticks
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many

from .encoding import Copy, Formula, conj, disj, exactly, neg, way_said
from .solver import bounded, satisfiable


class Target(NamedTuple):
    """Something to be reached. `kind`: question, passed_over, option, not_sure, rule or line; `of`: its question, for
    answers."""

    kind: str
    name: str
    of: str = ""


@dataclass(frozen=True)
class Conversation:
    """One conversation: the answers of the questions that it asks, as answer files write them; what it reaches; the
    rules that fire and the level, by the core's own fold."""

    answers: Mapping[str, Any]
    reached: tuple[Target, ...]
    level: str | None
    fired: tuple[str, ...]


def covering(flow: Flow, targets: Sequence[Target]) -> tuple[list[Conversation], list[Target]]:
    """(conversations that together reach every target that can be reached, the targets that none can reach).

    Each conversation takes along as many of the remaining targets as go together, and is otherwise as usual as it can be.
    Raises NotProved if the solver cannot tell.
    """
    import z3

    space = Space(flow)
    copy = Copy(z3.Context(), space, "c")
    solver = bounded(z3.SolverFor("QF_FD", copy.context))
    solver.add(copy.rules)
    left = list(targets)
    found: list[Conversation] = []
    unreachable: list[Target] = []
    while left:
        first = left.pop(0)
        solver.push()
        if not _holds(solver, z3, _formula(copy, first)):
            unreachable.append(first)
            solver.pop()
            continue
        reached = [first]
        for other in list(left):
            if not _excluded(space, reached, other) and _together(solver, z3, _formula(copy, other)):
                reached.append(other)
                left.remove(other)
        for formula, _ in sorted(copy.unusual(), key=lambda pair: -pair[1]):
            _together(solver, z3, neg(formula))
        satisfiable(z3, solver)
        chosen = copy.chosen(solver.model())
        solver.pop()
        came = outcome(space, chosen)
        answers = {q: _plain(space, q, chosen[q]) for q in came.asked if q in chosen}
        answers |= {t.of: t.name for t in reached if t.kind == "option" and t.name in _ready_made(space, t.of)}
        found.append(
            Conversation(
                answers, tuple(reached),
                came.level and came.level.value, tuple(r.rule.rule for r in came.fired),
            )
        )  # fmt: skip
    return found, unreachable


def _ready_made(space: Space, question: str) -> frozenset[str]:
    """The ready-made answers of a numeric question."""
    return frozenset(c.id for c in space.flow.questions[question].choices)


def _excluded(space: Space, reached: Sequence[Target], other: Target) -> bool:
    """Two ready-made answers of one question may lie in one cell, where no condition tells them apart; still one of them
    only is given."""
    if other.kind != "option" or other.name not in _ready_made(space, other.of):
        return False
    return any(t.kind == "option" and t.of == other.of for t in reached)


def _holds(solver: Any, z3: Any, formula: Formula) -> bool:
    """Assert the formula; whether anything is left."""
    if isinstance(formula, bool):
        return formula and satisfiable(z3, solver)
    solver.add(formula)
    return satisfiable(z3, solver)


def _together(solver: Any, z3: Any, formula: Formula) -> bool:
    """Assert the formula if it goes together with what is asserted already."""
    if isinstance(formula, bool):
        return formula
    if not satisfiable(z3, solver, formula):
        return False
    solver.add(formula)
    return True


def _plain(space: Space, question: str, chosen: Any) -> Any:
    raw = space.raw(question, chosen)
    if isinstance(chosen, Many) and not chosen.not_sure:
        return raw["yes"]
    return raw


# --- targets as formulas ----------------------------------------------------------------------------------------------


def _formula(copy: Copy, target: Target) -> Formula:
    return _FORMULAS[target.kind](copy, target)


def _question(copy: Copy, target: Target) -> Formula:
    return copy.asked.get(target.name, False)


def _passed_over(copy: Copy, target: Target) -> Formula:
    stopped = copy.stopped[copy.order[target.name]] if target.name in copy.order else False
    return conj([neg(copy.asked.get(target.name, False)), neg(stopped)])


def _option(copy: Copy, target: Target) -> Formula:
    axis = copy.space.axes[target.of]
    if isinstance(axis, Ticks):
        if target.name in axis.options:
            alone: list[Formula] = []
            if axis.question.tap == "first":  # its first tap is the answer, so that nothing else goes with it
                alone = [neg(copy.yes[target.of, o]) for o in axis.options if o != target.name]
                alone.append(neg(copy.any_unsure(target.of)))
            return conj([copy.yes[target.of, target.name], *alone])
        nothing = [neg(copy.yes[target.of, o]) for o in axis.options] + [neg(copy.any_unsure(target.of))]
        return conj([copy.asked[target.of], *nothing])
    keys = _keys(copy.space, axis, target.name)
    return disj(copy.case[target.of, key] for key in keys)


def _keys(space: Space, axis: Axis, option: str) -> list[str]:
    """The cases of an option; of a ready-made choice those that lie in it."""
    if not axis.ends:
        return [c.key for c in axis.cases if c.key == option]
    from bot.core.flow.answer_values import choice_span

    choice = next((c for c in axis.question.choices if c.id == option), None)
    if choice is None:
        return [c.key for c in axis.cases if not c.unsure]
    span = choice_span(axis.question, choice)
    return [k for k, (low, high) in axis.ends.items() if span.low <= low and high <= span.high] or [
        k for k, (low, high) in axis.ends.items() if low <= span.low and span.high <= high
    ]


def _not_sure(copy: Copy, target: Target) -> Formula:
    return copy.any_unsure(target.name)


def _rule(copy: Copy, target: Target) -> Formula:
    return copy.fires[target.name]


def _line(copy: Copy, target: Target) -> Formula:
    line = next(x for x in copy.flow.lines if x.line.line == target.name)
    how = line.line.how
    level = disj(
        conj([exactly(copy, level.rank), True if how is None else way_said(copy, level, how)])
        for level in line.line.levels
    )
    return conj([level, True if line.node is None else copy.true(line.node)])


_FORMULAS: dict[str, Callable[[Copy, Target], Formula]] = {
    "question": _question,
    "passed_over": _passed_over,
    "option": _option,
    "not_sure": _not_sure,
    "rule": _rule,
    "line": _line,
}
