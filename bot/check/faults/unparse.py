"""A condition's tree -> its text: the inverse of `parse`, for conditions that a tool writes."""

from __future__ import annotations

import math

from bot.core.conditions.nodes import (
    All,
    Any_,
    Asked,
    AtLeast,
    Chosen,
    Compare,
    Named,
    Node,
    Not,
    Nothing,
    Says,
    Ticked,
)
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind

_UNITS = {
    Kind.ago: ((1.0, "days"),),
    Kind.length: ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds")),
}


def condition_text(node: Node, questions: dict[str, Question]) -> str:
    """The condition in words of the condition language; parsed again it means the same. Names stay names."""
    if isinstance(node, Named):
        return node.name
    if isinstance(node, All | Any_):
        word = " and " if isinstance(node, All) else " or "
        return word.join(_inside(p, questions) for p in node.parts)
    if isinstance(node, AtLeast):
        return f"at least {node.count} of ({', '.join(condition_text(p, questions) for p in node.parts)})"
    if isinstance(node, Not):
        return f"not {_inside(node.part, questions)}"
    if isinstance(node, Ticked):
        return f"surely {node.option}" if node.surely else node.option
    if isinstance(node, Nothing):
        return str(questions[node.question].none)
    if isinstance(node, Chosen):
        return f"{node.question} is {node.option}"
    if isinstance(node, Says):
        return node.question if len(node.answers) > 1 else f"{node.question} is {node.answers[0]}"
    if isinstance(node, Compare):
        return f"{node.question} {node.op} {quantity(questions[node.question].kind, node.value)}"
    assert isinstance(node, Asked)
    return f"{'answered' if node.answered else 'asked'}({node.question})"


def _inside(node: Node, questions: dict[str, Question]) -> str:
    text = condition_text(node, questions)
    return f"({text})" if isinstance(node, All | Any_) and len(node.parts) > 1 else text


def quantity(kind: Kind, value: float) -> str:
    """A number in base units as one writes it: `4 weeks` comes back as `28 days`."""
    for size, unit in _UNITS.get(kind, ()):
        if value and math.isclose(value % size, 0.0) and value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"
