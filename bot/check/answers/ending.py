"""What comes of given answers, by the core's own fold and rules: the level, what fired, what was asked, what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.core.conditions.nodes import reads
from bot.core.conversation.triage import lines_for, triage
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import NOT_ASKED, NOTHING_SAID
from bot.core.model.files.parts import Level

from .space import Space

ChosenAnswers = Mapping[str, Any]
"""Question -> the key of a case, or `Many` for a list."""


class Ending(NamedTuple):
    """The end of one conversation. `asked`: questions in order, lists too that have no line for such people but of
    which something was said; `level` None: no rule fired (a gap)."""

    level: Level | None
    fired: tuple[CompiledRule, ...]
    asked: tuple[str, ...]
    env: Mapping[str, Any]

    @property
    def rank(self) -> int:
        """Rank of the level; -1 for none."""
        return -1 if self.level is None else self.level.rank

    @property
    def deciding(self) -> tuple[CompiledRule, ...]:
        """The rules that fired at the level."""
        return tuple(r for r in self.fired if r.rank == self.rank)

    def lines(self, flow: Flow) -> tuple[str, ...]:
        """The lines of advice said at the end."""
        return () if self.level is None else lines_for(flow, self.env, self.level, self.deciding)


def outcome(space: Space, chosen: ChosenAnswers) -> Ending:
    """The interview answered so, in the order of the file; an emergency ends it at once. Unasked choices are passed over."""
    values = {q: space.value(q, c) for q, c in chosen.items()}
    return outcome_of(space.flow, values)


def outcome_of(flow: Flow, values: Mapping[str, Any]) -> Ending:
    """The same for answers as conditions read them. Raises KeyError if a question that is asked has none."""
    env: dict[str, Any] = {}
    asked: list[str] = []
    urgent = _urgent(flow)
    for question, _, check in flow.asking:
        if check is not None and check(env) is not True:
            env[question.ask] = NOT_ASKED
            continue
        env[question.ask] = values[question.ask]
        if env[question.ask] != NOTHING_SAID or not flow.heard_only(question.ask, env):
            asked.append(question.ask)
        if any(rule.check(env) for rule in urgent[question.ask]):
            break
    verdict = triage(flow, env)
    return Ending(verdict.level, verdict.fired, tuple(asked), env)


@per_flow
def _urgent(flow: Flow) -> Mapping[str, tuple[CompiledRule, ...]]:
    """Question -> the emergency rules that read it."""
    urgent = [r for r in flow.rules if r.rule.level is Level.emergency]
    return {q: tuple(r for r in urgent if q in reads(r.node)) for q in flow.questions}
