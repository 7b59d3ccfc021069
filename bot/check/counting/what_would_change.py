"""What would change it: the smallest changes of a patient's own answers that move the level, computed exactly.

One change is one more tick of a list, or another answer to one question. A change may open new questions: the level is
certain if it comes whatever is answered to them ("would"), otherwise possible ("might").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any, NamedTuple

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.conditions.nodes import Leaf, Node, Ticked, leaves
from bot.core.conversation.session import Session
from bot.core.conversation.triage import fold, triage
from bot.core.flow.answer_values import as_read, choice_span, keep
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import NOT_ASKED, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, Level

from .reaching import reaching

MOST_OF_A_LEVEL, MOST_OF_A_QUESTION = 3, 1
"""Changes shown in a chat for each level, and of one question among them; more is a list that nobody reads."""


@dataclass(frozen=True)
class LevelChange:
    """Answers (question -> kept answer; of a list only the option that changes) that move the level to `level`.

    `certain`: whatever is answered to questions that it opens. `gone`: of a list, options that are no longer ticked.
    `size`: how many changes it is (two ticks of one list are two).
    """

    answers: Mapping[str, Any]
    level: Level
    certain: bool
    gone: tuple[str, ...] = ()
    size: int = 1


class _Step(NamedTuple):
    """One change: the new answer as read, what to show of it, and the option of a list that it is about."""

    question: str
    value: Any
    shown: Any
    option: str = ""
    gone: bool = False


def changes_for_patient(flow: Flow, session: Session, now: datetime) -> tuple[LevelChange, ...]:
    """What a patient is shown (SEMANTICS 11): only what raises the level, only of questions that may be named, nothing in
    an emergency. The next level up comes first; single changes before pairs, certain ones before possible ones."""
    if session.latch is not None:
        return ()
    found = what_would_change(flow, session, now, raising=True, only_may_change=True)
    shown: list[LevelChange] = []
    for change in sorted(found, key=lambda c: (c.level.rank, c.size, not c.certain)):
        level = [s for s in shown if s.level is change.level]
        alike = [s for s in level if list(s.answers) == list(change.answers)]
        if len(level) < MOST_OF_A_LEVEL and len(alike) < MOST_OF_A_QUESTION:
            shown.append(change)
    return tuple(shown)


def what_would_change(
    flow: Flow, session: Session, now: datetime, raising: bool = False, only_may_change: bool = False
) -> tuple[LevelChange, ...]:
    """All single changes that move the level, then all pairs of which neither half does."""
    base = _Base(flow, session, now.date())
    if base.rank == Level.emergency.rank and raising:
        return ()
    steps = tuple(base.steps(only_may_change, raising))
    found: list[LevelChange] = []
    moving: set[_Step] = set()
    for step in steps:
        change = base.change((step,), raising)
        if change is not None:
            moving.add(step)
            found.append(change)
    idle = [s for s in steps if s not in moving]
    for pair in base.promising(idle, raising):
        change = base.change(pair, raising)
        if change is not None:
            found.append(change)
    return tuple(_plainest(found))


def _plainest(found: list[LevelChange]) -> Iterator[LevelChange]:
    """Of several answers to the same questions that come to the same level, the first; lists keep every option."""
    seen: set[Any] = set()
    for change in found:
        key = (
            tuple((q, a if isinstance(a, Many) else None) for q, a in change.answers.items()),
            change.level, change.certain, change.gone, change.size,
        )  # fmt: skip
        if key not in seen:
            seen.add(key)
            yield change


class _Base:
    """The answers as they are, and what comes of changing some."""

    def __init__(self, flow: Flow, session: Session, today: date) -> None:
        self.flow, self.session, self.today = flow, session, today
        self.space: Space = reaching(flow).space
        folded = fold(flow, session.answers, today, session.heard)
        self.env = folded.env
        self.rank = triage(flow, folded.env).rank
        self.asked = [q for q, v in folded.env.items() if v is not NOT_ASKED and not getattr(v, "partial", False)]
        self.kept = {q: as_read(flow.questions[q], a, today) for q, a in session.answers.items() if q in flow.questions}
        self.kept |= {q: folded.env[q] for q in self.asked}

    def steps(self, only_may_change: bool, raising: bool) -> Iterator[_Step]:
        """Every single change of an answer that was given."""
        for name in self.asked:
            axis = self.space.axes[name]
            question = axis.question
            if question.consent or (only_may_change and not question.may_change):
                continue
            value = self.env[name]
            if isinstance(axis, Ticks):
                yield from _ticks(axis, value, raising)
            else:
                yield from self._others(axis, value)

    def _others(self, axis: Axis, value: Any) -> Iterator[_Step]:
        name = axis.question.ask
        current = self.space.key_of(name, value)
        for case in axis.cases:
            if case.key != current and not case.unsure:
                yield _Step(name, case.value, _kept(axis, case.key, case.value, self.today))

    def change(self, steps: tuple[_Step, ...], raising: bool) -> LevelChange | None:
        """The change that these steps make, or None if they do not move the level (or lower it, if only raising)."""
        low, high = self.levels(steps)
        if low > self.rank or (not raising and -1 < high < self.rank):
            return self._made(steps, low if low > self.rank else high, True)
        if high > self.rank:
            return self._made(steps, high, False)
        if not raising and -1 < low < self.rank:
            return self._made(steps, low, False)
        return None

    def _made(self, steps: tuple[_Step, ...], rank: int, certain: bool) -> LevelChange:
        shown: dict[str, Any] = {}
        for step in steps:
            known = shown.get(step.question)
            shown[step.question] = step.shown if known is None else Many(known.yes | step.shown.yes)
        return LevelChange(shown, LEVELS[rank], certain, tuple(s.option for s in steps if s.gone), len(steps))

    def levels(self, steps: tuple[_Step, ...]) -> tuple[int, int]:
        """The lowest and highest rank that can come of the steps, over all answers to questions that they open."""
        values = dict(self.kept)
        for step in steps:
            values[step.question] = _merged(values[step.question], step)
        env: dict[str, Any] = {}
        opened = False
        for question, _, check in self.flow.asking:
            name = question.ask
            applies = True if check is None else check(env)
            if applies is False:
                env[name] = NOT_ASKED
            elif applies and name in values:
                env[name] = values[name]
            elif applies:
                opened = True
        verdict = triage(self.flow, env)
        if not opened or not verdict.may_rise:
            return verdict.rank, verdict.rank
        ranks = reaching(self.flow).ranks({q: v for q, v in env.items() if v is not NOT_ASKED})
        return min(ranks), max(ranks)

    def promising(self, steps: list[_Step], raising: bool) -> Iterator[tuple[_Step, ...]]:
        """Pairs of steps that one rule reads together (with what its questions wait for): others cannot act together."""
        tried: set[tuple[int, int]] = set()
        for read in _reading(self.flow):
            if raising and read.rank <= self.rank:
                continue
            near = [n for n, s in enumerate(steps) if (s.question, s.option) in read.variables]
            for a, b in combinations(near, 2):
                same = steps[a].question == steps[b].question
                if (a, b) not in tried and not (same and not steps[a].option):
                    tried.add((a, b))
                    yield steps[a], steps[b]


def _ticks(axis: Ticks, value: Many, raising: bool) -> Iterator[_Step]:
    name = axis.question.ask
    for option in axis.options:
        if option not in value.yes:
            yield _Step(name, Many(value.yes | {option}, value.not_sure - {option}), Many(frozenset({option})), option)
        if not raising and option in value.yes | value.not_sure:
            left = Many(value.yes - {option}, value.not_sure - {option})
            yield _Step(name, left, Many(frozenset()), option, True)


def _merged(value: Any, step: _Step) -> Any:
    """The answer after the step; two steps on one list both count."""
    if not step.option:
        return step.value
    if step.gone:
        return Many(value.yes - {step.option}, value.not_sure - {step.option})
    return Many(value.yes | {step.option}, value.not_sure - {step.option})


def _kept(axis: Axis, key: str, value: Any, today: date) -> Any:
    """A case as a session keeps it: as the ready-made choice that lies in its cell, where there is one."""
    question: Question = axis.question
    if isinstance(value, Span):
        low, high = axis.ends[key]
        for choice in question.choices:
            span = choice_span(question, choice)
            if low <= span.low and span.high <= high:
                return keep(question, span, today)
    return keep(question, value, today)


class _Read(NamedTuple):
    """A rule's level and every variable that it reads, those of the `when`s of its questions included."""

    rank: int
    variables: frozenset[tuple[str, str]]


@per_flow
def _reading(flow: Flow) -> tuple[_Read, ...]:
    whens = {a.question.ask: a.node for a in flow.asking}
    return tuple(_Read(r.rank, frozenset(_variables(r.node, whens, flow))) for r in flow.rules)


def _variables(node: Node, whens: Mapping[str, Node | None], flow: Flow) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting: list[Node] = [node]
    seen: set[str] = set()
    while waiting:
        for leaf in leaves(waiting.pop()):
            found |= _named(leaf, flow)
            when = whens.get(leaf.question)
            if leaf.question not in seen and when is not None:
                seen.add(leaf.question)
                waiting.append(when)
    return found


def _named(leaf: Leaf, flow: Flow) -> set[tuple[str, str]]:
    if isinstance(leaf, Ticked):
        return {(leaf.question, leaf.option)}
    options = flow.questions[leaf.question].options
    if flow.questions[leaf.question].none is not None:
        return {(leaf.question, o.id) for o in options}
    return {(leaf.question, "")}
