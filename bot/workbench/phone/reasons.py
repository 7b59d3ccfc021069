"""Why a condition is true for one patient, in a sentence that says no more than that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.conditions.compiler import compile_check
from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import All, Any_, AtLeast, Named, Node, Ticked, reads
from bot.core.model.files.interview import Question


def reason_words(node: Node, env: Mapping[str, Any], questions: Mapping[str, Question]) -> str:
    """The parts that are true with these answers, in words; the whole condition if it is not true."""
    *most, last = [_said(part, env, questions) for part in what_holds(node, env, questions)] or [
        explain(node, questions)
    ]
    return f"{', '.join(most)} and {last}" if most else last


def read_for(node: Node, env: Mapping[str, Any], questions: Mapping[str, Question]) -> frozenset[str]:
    """The questions whose answers make it true; all that it reads if it is not true."""
    parts = what_holds(node, env, questions) or (node,)
    return frozenset(name for part in parts for name in reads(part))


def what_holds(node: Node, env: Mapping[str, Any], questions: Mapping[str, Question]) -> tuple[Node, ...]:
    """The parts that are true with these answers and make the whole true, names replaced by what they mean; () if it is not."""
    if compile_check(node, questions)(env) is not True:
        return ()
    if isinstance(node, Named):
        return what_holds(node.part, env, questions)
    if isinstance(node, All | Any_ | AtLeast):
        return tuple(dict.fromkeys(true for part in node.parts for true in what_holds(part, env, questions)))
    return (node,)


def _said(part: Node, env: Mapping[str, Any], questions: Mapping[str, Question]) -> str:
    if isinstance(part, Ticked):
        return f"{part.option} is {'ticked' if part.option in env[part.question].yes else 'unsure'}"
    return explain(part, questions, True)
