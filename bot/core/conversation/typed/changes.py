"""A change that is told after an end: what was said before may not hold any more (SEMANTICS 18b)."""

from __future__ import annotations

from typing import Any

from bot.core.conversation.afterwards.coming_back import emergency_screens, opened_anew
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import ADVICE, EMERGENCY, START
from bot.core.conversation.turn import Making
from bot.core.model.answers import Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading

from .answers import take_facts


def come_back(m: Making, reading: Reading) -> bool:
    """A change told after the advice: the emergency screens are asked at once, and what may have changed anew; the rest stands,
    and the last check shows it. After an emergency that is said again first, and it stands. True if it was a change."""
    new = _told_anew(m, reading) if m.s.at in (ADVICE, EMERGENCY) else None
    if new is None:
        return False
    again = m.s.at == EMERGENCY
    if again:
        m.emergency()
    m.s = opened_anew(m.flow, m.s, new)
    if again:
        m.set(anew=emergency_screens(m.flow))
    m.path.append(START)
    take_facts(m, reading, None)
    m.note("coming_back")
    m.onward(replay=True)
    return True


def _told_anew(m: Making, reading: Reading) -> tuple[str, ...] | None:
    """The questions of which something new is told; None if no change is. A time alone is none ("it is the weekend"); and once
    an emergency stands only a line of a list is: "I am not having a heart attack, am I?" is answered by the emergency again."""
    told = [(m.flow.questions[f.question], f.value) for f in reading.facts if f.question in m.flow.questions]
    if m.s.at == EMERGENCY:
        told = [(question, lines) for question, lines in told if question.kind is Kind.many and lines]
    new = tuple(question.ask for question, value in told if _is_new(m, question, value))
    return new if new or reading.request == "change" else None


def _is_new(m: Making, question: Question, value: Any) -> bool:
    """Whether it was not said before, of what may change; or, of any other list, lines that may raise the level."""
    if question.kind is not Kind.many:
        return question.may_change and question.kind is not Kind.ago and m.s.answers.get(question.ask) != value
    known = m.judgement.env.get(question.ask)
    lines = frozenset(value) - (known.yes if isinstance(known, Many) else frozenset())
    return bool(lines) and (question.may_change or _may_raise(m, question, lines))


def _may_raise(m: Making, question: Question, lines: frozenset[str]) -> bool:
    """Whether these lines of a list, told besides, raise the level, or ask for something that may."""
    told = m.s.heard.get(question.ask, Many(frozenset(), frozenset(), True))
    heard = {**m.s.heard, question.ask: told._replace(yes=told.yes | lines)}
    then = Judgement(m.flow, m.s.but(heard=heard), m.today)
    return then.verdict.rank > m.judgement.verdict.rank or then.folded.open != m.judgement.folded.open
