"""Every conversation of a small flow, one by one, by the core's own conditions: the slow truth that proofs are held against."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from bot.check.answers.space import Axis, Space
from bot.core.conversation.triage import Verdict, triage
from bot.core.model.answers import NOT_ASKED, Many
from bot.core.model.files.parts import Level


def answers_to(space: Space, question: str) -> Iterator[Any]:
    """Every answer of a question: case keys, or every way to tick a list."""
    axis = space.axes[question]
    if isinstance(axis, Axis):
        yield from (c.key for c in axis.cases)
        return
    states = ("no", "yes", "unsure") if axis.unsure else ("no", "yes")
    for given in product(states, repeat=len(axis.options)):
        pairs = list(zip(axis.options, given, strict=True))
        yield Many(frozenset(o for o, g in pairs if g == "yes"), frozenset(o for o, g in pairs if g == "unsure"))


def conversations(space: Space, stops: bool = True) -> Iterator[tuple[dict[str, Any], Verdict]]:
    """(answers of the questions asked, what comes of them) for every conversation. An emergency ends one, if `stops`."""
    yield from _go_on(space, 0, {}, {}, stops)


def _go_on(
    space: Space, n: int, env: dict[str, Any], chosen: dict[str, Any], stops: bool
) -> Iterator[tuple[dict[str, Any], Verdict]]:
    if n == len(space.flow.asking):
        yield chosen, triage(space.flow, env)
        return
    question, _, check = space.flow.asking[n]
    if check is not None and check(env) is not True:
        yield from _go_on(space, n + 1, {**env, question.ask: NOT_ASKED}, chosen, stops)
        return
    for answer in answers_to(space, question.ask):
        now = {**env, question.ask: space.value(question.ask, answer)}
        said = {**chosen, question.ask: answer}
        if stops:
            verdict = triage(space.flow, now)
            if verdict.level is Level.emergency:
                yield said, verdict
                continue
        yield from _go_on(space, n + 1, now, said, stops)
