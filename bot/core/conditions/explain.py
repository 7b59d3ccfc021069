"""Conditions in words, for findings and counterexamples."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind

from .compiler import Env, compile_check
from .nodes import All, Any_, Asked, AtLeast, Chosen, Named, Node, Not, Nothing, Says, Ticked

BASE_UNITS = {Kind.ago: "days", Kind.length: "seconds", Kind.age: "years"}
_OP_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}


def explain(node: Node, questions: Mapping[str, Question], inside: bool = False) -> str:
    """The condition in words that an operator reads: `pain is at least 7 and onset is more than 28 days`."""
    if isinstance(node, Named):
        return node.name
    if isinstance(node, All | Any_):
        word = " and " if isinstance(node, All) else " or "
        text = word.join(explain(p, questions, True) for p in node.parts)
        return f"({text})" if inside else text
    if isinstance(node, AtLeast):
        return f"at least {node.count} of ({', '.join(explain(p, questions) for p in node.parts)})"
    if isinstance(node, Not):
        part = node.part
        if isinstance(part, Ticked):
            return f"{part.option} is not ticked"
        if isinstance(part, Chosen):
            return f"{part.question} is not {part.option}"
        return f"not {explain(part, questions, True)}"
    if isinstance(node, Ticked):
        return f"{node.option} is {'surely ticked' if node.surely else 'ticked or unsure'}"
    if isinstance(node, Nothing):
        return f"{questions[node.question].none or 'nothing'} ({node.question})"
    if isinstance(node, Chosen):
        return f"{node.question} is {node.option}"
    if isinstance(node, Says):
        return f"{node.question} is {' or '.join(node.answers)}"
    if isinstance(node, Asked):
        return f"{node.question} was {'answered' if node.answered else 'asked'}"
    unit = BASE_UNITS.get(questions[node.question].kind, "")
    return f"{node.question} is {_OP_WORDS[node.op]} {node.value:g} {unit}".rstrip()


def false_parts(node: Node, env: Env, questions: Mapping[str, Question]) -> tuple[Node, ...]:
    """The smallest parts that keep the condition from being true in this environment."""
    if compile_check(node, questions)(env) is True:
        return ()
    if isinstance(node, Named):
        return false_parts(node.part, env, questions)
    if isinstance(node, All):
        return tuple(f for part in node.parts for f in false_parts(part, env, questions))
    return (node,)
