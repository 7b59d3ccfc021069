"""Conditions in words, for findings and counterexamples."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind

from .compiler import Env, compile_check
from .nodes import All, Any_, Asked, AtLeast, Chosen, Named, Node, Not, Nothing, Says, Ticked

BASE_UNITS = {Kind.ago: "days", Kind.length: "seconds", Kind.age: "years"}
_LENGTHS = ((86400, "days"), (3600, "hours"), (60, "minutes"))
_OP_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}


def explain(node: Node, questions: Mapping[str, Question], inside: bool = False) -> str:
    """The condition in words that an operator reads: `pain is at least 7 and onset is more than 28 days`."""
    if isinstance(node, Named):
        return node.name
    if isinstance(node, All | Any_):
        word = " and " if isinstance(node, All) else " or "
        alike = _ticked_alike(node)
        if alike is not None:
            return f"any of ({', '.join(t.option for t in alike)}) {_is_ticked(alike[0])}"
        text = word.join(explain(p, questions, True) for p in node.parts)
        return f"({text})" if inside else text
    if isinstance(node, AtLeast):
        return f"at least {node.count} of ({', '.join(explain(p, questions) for p in node.parts)})"
    if isinstance(node, Not):
        part = node.part
        alike = _ticked_alike(part)
        if alike is not None:
            return f"none of ({', '.join(t.option for t in alike)}) {_is_ticked(alike[0])}"
        if isinstance(part, Ticked):
            return f"{part.option} is not {'surely ' if part.surely else ''}ticked"
        if isinstance(part, Chosen):
            return f"{part.question} is not {part.option}"
        return f"not {explain(part, questions, True)}"
    if isinstance(node, Ticked):
        return f"{node.option} {_is_ticked(node)}"
    if isinstance(node, Nothing):
        return f"nothing of {node.question} is ticked"
    if isinstance(node, Chosen):
        return f"{node.question} is {node.option}"
    if isinstance(node, Says):
        return f"{node.question} is {' or '.join(node.answers)}"
    if isinstance(node, Asked):
        return f"{node.question} was {'answered' if node.answered else 'asked'}"
    return f"{node.question} is {_OP_WORDS[node.op]} {_measured(questions[node.question].kind, node.value)}"


def _ticked_alike(node: Node) -> tuple[Ticked, ...] | None:
    """The options of which one has to be ticked, if that is all that the condition says."""
    if not isinstance(node, Any_):
        return None
    ticked = tuple(part for part in node.parts if isinstance(part, Ticked) and part.surely == _surely(node.parts[0]))
    return ticked if len(ticked) == len(node.parts) else None


def _surely(node: Node) -> bool:
    return isinstance(node, Ticked) and node.surely


def _is_ticked(node: Ticked) -> str:
    return f"is {'surely ticked' if node.surely else 'ticked or unsure'}"


def _measured(kind: Kind, value: float) -> str:
    """A number in base units as it is said: 900 seconds are 15 minutes."""
    unit = BASE_UNITS.get(kind, "")
    if kind is Kind.length:
        size, unit = next(((s, u) for s, u in _LENGTHS if value >= s and value % s == 0), (1, unit))
        value /= size
    if value == 1:
        unit = unit.removesuffix("s")
    return f"{value:g} {unit}{' ago' if kind is Kind.ago else ''}".rstrip()


def false_parts(node: Node, env: Env, questions: Mapping[str, Question]) -> tuple[Node, ...]:
    """The smallest parts that keep the condition from being true in this environment."""
    if compile_check(node, questions)(env) is True:
        return ()
    if isinstance(node, Named):
        return false_parts(node.part, env, questions)
    if isinstance(node, All):
        return tuple(f for part in node.parts for f in false_parts(part, env, questions))
    return (node,)
