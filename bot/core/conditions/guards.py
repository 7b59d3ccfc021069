"""Guards: whether a condition reads a question that may not have been asked; by shape first, then by cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from typing import Any

from bot.core.model.answers import Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind

from .compiler import compile_check
from .nodes import All, Any_, Asked, AtLeast, Compare, Leaf, Named, Node, Not, Nothing, Ticked, leaves

MOST_CASES = 20_000


def unguarded(node: Node, whens: Mapping[str, Node], questions: Mapping[str, Question]) -> list[Leaf]:
    """Leaves that read a question that may not have been asked, with nothing beside them that implies its `when`."""
    found: list[Leaf] = []
    _walk_guards(node, (), whens, questions, found)
    return found


def _walk_guards(
    node: Node,
    context: tuple[Node, ...],
    whens: Mapping[str, Node],
    questions: Mapping[str, Question],
    found: list[Leaf],
) -> None:
    if isinstance(node, Named | Not):
        _walk_guards(node.part, context, whens, questions, found)
    elif isinstance(node, All | Any_):
        for part in node.parts:
            others = tuple(o if isinstance(node, All) else Not(o) for o in node.parts if o is not part)
            _walk_guards(part, context + others, whens, questions, found)
    elif isinstance(node, AtLeast):
        for part in node.parts:
            _walk_guards(part, context, whens, questions, found)
    elif not isinstance(node, Asked):
        when = whens.get(node.question)
        if when is not None and not implies(context, when, questions):
            found.append(node)


def implies(context: tuple[Node, ...], goal: Node, questions: Mapping[str, Question]) -> bool:
    """Whether the conditions of `context` together imply `goal`: by their shape, else by cases; False if too many."""
    if _plainly(_facts(context), goal):
        return True
    wanted = {_variable(leaf) for leaf in leaves(goal)}
    useful = [c for c in context if any(_variable(leaf) in wanted for leaf in leaves(c))]
    narrow = [c for c in useful if {_variable(leaf) for leaf in leaves(c)} <= wanted]
    if _implied(narrow, goal, questions) or _implied(useful, goal, questions):
        return True
    return any(len(leaves(c)) <= 12 and _implied([c], goal, questions) for c in useful)


def _facts(nodes: Iterable[Node]) -> list[Node]:
    """What holds if all of the nodes hold, taken apart as far as shape goes."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Named):
            found.extend(_facts((node.part,)))
        elif isinstance(node, All):
            found.extend(_facts(node.parts))
        elif isinstance(node, Not):
            inner = node.part.part if isinstance(node.part, Named) else node.part
            if isinstance(inner, Not):
                found.extend(_facts((inner.part,)))
            elif isinstance(inner, Any_):
                found.extend(_facts(Not(p) for p in inner.parts))
            else:
                found.append(Not(inner))
        else:
            found.append(node)
    return found


def _plainly(facts: list[Node], goal: Node) -> bool:
    """Whether the goal follows from the facts by shape alone (sound, not complete)."""
    if isinstance(goal, Named):
        return _plainly(facts, goal.part)
    if isinstance(goal, All):
        return all(_plainly(facts, part) for part in goal.parts)
    if isinstance(goal, Any_) and any(_plainly(facts, part) for part in goal.parts):
        return True
    if isinstance(goal, Not):
        goal = Not(goal.part.part) if isinstance(goal.part, Named) else goal
        if isinstance(goal.part, Any_):
            return all(_plainly(facts, Not(part)) for part in goal.part.parts)
    for fact in facts:
        if fact == goal or (isinstance(fact, Ticked) and fact == Ticked(fact.question, fact.option, True) and
                            goal == Ticked(fact.question, fact.option)):  # fmt: skip
            return True
        if isinstance(fact, Any_) and all(_plainly(_facts((part,)), goal) for part in fact.parts):
            return True
    return False


def _variable(leaf: Leaf) -> tuple[str, str]:
    return (leaf.question, leaf.option if isinstance(leaf, Ticked) else "")


def _implied(parts: list[Node], goal: Node, questions: Mapping[str, Question]) -> bool:
    if not parts:
        return False
    trees: list[Node] = [*parts, goal]
    domains = domains_of(trees, questions)
    size = 1
    for cases in domains.values():
        size *= len(cases)
        if size > MOST_CASES:
            return False
    context, target = compile_check(All(tuple(parts)), questions), compile_check(goal, questions)
    for values in product(*domains.values()):
        env = as_env(dict(zip(domains, values, strict=True)))
        if context(env) is True and target(env) is not True:
            return False
    return True


def domains_of(trees: list[Node], questions: Mapping[str, Question]) -> dict[tuple[str, str], list[Any]]:
    """For each variable that the conditions read, the answers that they can tell apart."""
    found: dict[tuple[str, str], list[Any]] = {}
    points: dict[str, set[float]] = {}
    for leaf in (leaf for tree in trees for leaf in leaves(tree)):
        question = questions[leaf.question]
        if isinstance(leaf, Ticked):
            cases = found.setdefault((leaf.question, leaf.option), ["", "yes"])
            if leaf.surely and len(cases) == 2:
                cases.append("not_sure")
        elif isinstance(leaf, Nothing):
            for option in question.options:
                found.setdefault((leaf.question, option.id), ["", "yes"])
        elif isinstance(leaf, Compare):
            points.setdefault(leaf.question, set()).add(leaf.value)
        elif question.kind is Kind.many:
            found.setdefault((leaf.question, "?"), [""])
        elif question.kind not in NUMERIC:
            found[leaf.question, ""] = [*(question.option_ids or ("yes", "no")), "not_sure"]
    for name, values in points.items():
        ordered = sorted(values)
        between = [(low + high) / 2 for low, high in pairwise(ordered)]
        cuts = sorted({ordered[0] - 0.5, *ordered, *between, ordered[-1] + 0.5})
        found[name, ""] = [Span(v, v) for v in cuts]
    return found


def as_env(values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    env: dict[str, Any] = {}
    lists: dict[str, tuple[set[str], set[str]]] = {}
    for (question, option), value in values.items():
        if option:
            yes, unsure = lists.setdefault(question, (set(), set()))
            if value == "yes":
                yes.add(option)
            elif value == "not_sure":
                unsure.add(option)
        else:
            env[question] = value
    for question, (yes, unsure) in lists.items():
        env[question] = Many(frozenset(yes), frozenset(unsure))
    return env
