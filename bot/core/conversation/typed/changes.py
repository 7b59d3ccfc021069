"""A change that is told after an end: what was said before may not hold any more (SEMANTICS 18b)."""

from __future__ import annotations

from bot.core.conversation.coming_back import emergency_screens, opened_anew
from bot.core.conversation.session import ADVICE, EMERGENCY, START
from bot.core.conversation.turn import Making
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading

from .answers import take_facts


def come_back(m: Making, reading: Reading) -> bool:
    """A change told after the advice: the emergency screens are asked at once, and what may have changed anew; the rest stands,
    and the last check shows it. After an emergency that is said again first, and it stands. True if it was a change."""
    if m.s.at not in (ADVICE, EMERGENCY) or not _tells_a_change(m, reading):
        return False
    again = m.s.at == EMERGENCY
    if again:
        m.emergency()
    m.s = opened_anew(m.flow, m.s)
    if again:
        m.set(anew=emergency_screens(m.flow))
    m.path.append(START)
    take_facts(m, reading, None)
    m.note("coming_back")
    m.onward(replay=True)
    return True


def _tells_a_change(m: Making, reading: Reading) -> bool:
    """A time alone is none ("it is the weekend"); and once an emergency stands only a line of a list is: "I am not having a heart
    attack, am I?", "it eased off" are answered by the emergency again."""
    told = [(m.flow.questions[f.question], f.value) for f in reading.facts if f.question in m.flow.questions]
    if m.s.at == EMERGENCY:
        told = [(question, lines) for question, lines in told if question.kind is Kind.many and lines]
    changed = any(question.may_change and question.kind is not Kind.ago for question, _ in told)
    return changed or reading.request == "change"
