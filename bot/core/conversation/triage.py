"""From answers to a level: the fold over answers, the rules that fire, the lines of advice that follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from bot.core.conditions.compiler import MEMO, Check
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.flow.per_flow import Recent, per_flow
from bot.core.model.answers import NOT_ASKED, NOTHING_SAID, Many
from bot.core.model.files.advice import SaidLine
from bot.core.model.files.answers import TopicLine
from bot.core.model.files.parts import LEVELS, Level

from .session import Session

OF_A_TURN = 3
"""Answers that one turn looks at, once and again: those before it and after it, those with what is ticked on an open list, and
those that might have been told."""


class Folded(NamedTuple):
    """Answers as conditions read them; `open`: the first question that is due and unanswered."""

    env: dict[str, Any]
    open: str | None


class Verdict(NamedTuple):
    """The highest level that surely fires (None: nothing yet), all rules that fired, and whether a higher one may yet."""

    level: Level | None
    fired: tuple[CompiledRule, ...]
    may_rise: bool

    @property
    def rank(self) -> int:
        """Rank of the level; -1 for none."""
        return -1 if self.level is None else self.level.rank

    @property
    def deciding(self) -> tuple[CompiledRule, ...]:
        """The rules that fired at the level."""
        return tuple(r for r in self.fired if r.rank == self.rank)


_NO_LISTS: Mapping[str, Many] = {}


def fold(flow: Flow, answers: Mapping[str, Any], today: date, heard: Mapping[str, Many] = _NO_LISTS) -> Folded:
    """Walk the questions in order: known answers, questions passed over (`NOT_ASKED`), the first one that is due. A list
    without a line for this person is never due, and holds what was heard of it."""
    env: dict[str, Any] = {}
    due: str | None = None
    for question, _, check in flow.asking:
        name = question.ask
        if check is not None:
            applies = check(env)
            if applies is None:
                continue
            if not applies:
                env[name] = NOT_ASKED
                continue
        kept = answers.get(name)
        if kept is not None:
            value = as_read(question, kept, today)
            if name in heard:
                told = heard[name]
                yes = value.yes | told.yes
                value = Many(yes, (value.not_sure | told.not_sure) - yes)
            env[name] = value
        elif flow.heard_only(name, env):
            env[name] = heard.get(name, NOTHING_SAID)._replace(partial=False)
        else:
            if name in heard:
                env[name] = heard[name]
            if due is None:
                due = name
    return Folded(env, due)


_Known = tuple[Mapping[str, Any], Mapping[str, Many], date, Folded]
"""What a fold was made from, and the fold."""


def fold_session(flow: Flow, session: Session, today: date) -> Folded:
    """The fold of a session. The flow's last few are remembered: a step, the drawing of its screens and what silence would
    come to fold the same answers, and a session's answers are never changed, only replaced. A session that was stored and read
    again has equal ones."""
    recent = _folds(flow)
    for known in recent.kept:
        if known[0] is session.answers and known[1] is session.heard and known[2] == today:
            return known[3]
    for known in recent.kept:
        if known[2] == today and known[0] == session.answers and known[1] == session.heard:
            read_again = session.answers, session.heard, today, known[3]
            recent.kept = tuple(read_again if one is known else one for one in recent.kept)
            return known[3]
    folded = fold(flow, session.answers, today, session.heard)
    return recent.put((session.answers, session.heard, today, folded))[3]


class ShownTo(NamedTuple):
    """To which audiences somebody belongs, and the options that are not shown to them."""

    audiences: tuple[str, ...]
    hidden: frozenset[str]


TO_ALL = ShownTo((), frozenset())
"""Of a flow that shows everybody the same."""


def shown_to(flow: Flow, folded: Folded) -> ShownTo:
    """What the answers decide of what is shown. The flow's last few are remembered: each message of a turn asks for it."""
    recent = _shown(flow)
    for known, shown in recent.kept:
        if known is folded:
            return shown
    return recent.put((folded, ShownTo(flow.spoken_to(folded.env), flow.hidden(folded.env))))[1]


@per_flow
def _shown(flow: Flow) -> Recent[tuple[Folded, ShownTo]]:
    return Recent(OF_A_TURN)


def answers_that_count(flow: Flow, session: Session, today: date) -> dict[str, Any]:
    """Question -> its answer as it counts, in the order of the interview: what is shown as said is this, everywhere.

    Lists come from the fold, with what was heard in words; a list of which nothing is known yet is left out. Other answers
    are as they were given: a date, not the days since.
    """
    env = fold_session(flow, session, today).env
    found: dict[str, Any] = {}
    for question in flow.interview.questions:
        value = env.get(question.ask)
        if value is None or value is NOT_ASKED:
            continue
        if not isinstance(value, Many):
            found[question.ask] = session.answers[question.ask]
        elif question.ask in session.answers or value.yes or value.not_sure:
            found[question.ask] = value
    return found


@per_flow
def _folds(flow: Flow) -> Recent[_Known]:
    return Recent(OF_A_TURN)


def triage(flow: Flow, env: Mapping[str, Any]) -> Verdict:
    """The rules that fire; their order never matters. The latch is not part of this (SEMANTICS 1).

    Rules that the answers rule out at a glance are not evaluated; those that wait for an answer only until one is found
    that may still fire (`test_core_triage.py` compares this with evaluating them all).
    """
    possible, waiting = _to_look_at(flow, env)
    env = {**env, MEMO: {}}
    rules = flow.by_rank
    fired: list[CompiledRule] = []
    best = unknown = -1
    for i in possible:
        rule = rules[i]
        value = rule.check(env)
        if value:
            fired.append(rule)
            if rule.rank > best:
                best = rule.rank
        elif value is None and rule.rank > unknown:
            unknown = rule.rank
    for i in waiting:
        rule = rules[i]
        if rule.rank <= best or rule.rank <= unknown:
            break
        if rule.check(env) is None:
            unknown = rule.rank
    return Verdict(None if best < 0 else LEVELS[best], tuple(fired), unknown > best)


def _to_look_at(flow: Flow, env: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Numbers of rules in `flow.by_rank`, in order: those that can be true, and those that lack an answer to be."""
    index = flow.rules_index
    possible = set(index.free)
    waiting: set[int] = set()
    for question, by_answer in index.needing.items():
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            waiting.update(index.every[question])
        elif isinstance(answer, Many):
            if answer.partial:
                waiting.update(index.every[question])
            for option in answer.yes:
                possible.update(by_answer.get(option, ()))
            for option in answer.not_sure:
                possible.update(by_answer.get(option, ()))
        else:
            possible.update(by_answer.get(answer, ()))
    return sorted(possible), sorted(waiting - possible)


def lines_for(flow: Flow, env: Mapping[str, Any], level: Level, deciding: tuple[CompiledRule, ...]) -> tuple[str, ...]:
    """The lines of advice said at this level with these answers, in the order of the file."""
    ways = flow.advice.way_of(r.rule for r in deciding)
    return tuple(
        line.line
        for line, _, check in flow.lines
        if (line.how is None or line.how in ways) and _is_said(line, check, env, level)
    )


def told_about(flow: Flow, env: Mapping[str, Any], level: Level, topic: str) -> tuple[TopicLine, ...]:
    """What is told of a topic at this level with these answers, in the order of the file."""
    lines = flow.topics[topic].lines
    return tuple(told.line for told in lines if _is_said(told.line, told.check, env, level))


def _is_said(line: SaidLine, check: Check | None, env: Mapping[str, Any], level: Level) -> bool:
    if level not in line.levels:
        return False
    known = True if check is None else check(env)
    return known is True or (known is None and line.if_unknown)


def conflicts_in(flow: Flow, env: Mapping[str, Any]) -> tuple[str, ...]:
    """The contradictions in the answers."""
    return tuple(name for name, _, check in flow.conflicts if check(env) is True)


def next_level_up(level: Level | None) -> Level:
    """Where somebody goes who cannot be placed: one level up from what is known, at least see_soon, at most same_day."""
    if level is Level.emergency:
        return level
    rank = 0 if level is None else level.rank
    return LEVELS[min(max(rank + 1, Level.see_soon.rank), Level.same_day.rank)]


def verdict_of(flow: Flow, session: Session, today: date) -> tuple[Folded, Verdict]:
    """Fold and triage of a session's answers; the flow's last few are remembered."""
    folded = fold_session(flow, session, today)
    recent = _verdicts(flow)
    for known in recent.kept:
        if known[0] is folded:
            return known
    return recent.put((folded, triage(flow, folded.env)))


@per_flow
def _verdicts(flow: Flow) -> Recent[tuple[Folded, Verdict]]:
    return Recent(OF_A_TURN)


def questions_left(flow: Flow, folded: Folded) -> int:
    """How many questions it will be if they are answered like an uncomplicated patient does."""
    env = dict(folded.env)
    left = 0
    for question, _, check in flow.asking:
        name = question.ask
        value = env.get(name)
        if value is NOT_ASKED or (value is not None and not (isinstance(value, Many) and value.partial)):
            continue
        if check is None or check(env):
            env[name] = flow.usual[name]
            left += name not in flow.filled_along and not flow.heard_only(name, env)
        else:
            env[name] = NOT_ASKED
    return left
