"""A change that is told after an end: what was said before may not hold any more (SEMANTICS 18b)."""

from __future__ import annotations

from bot.core.conversation.coming_back import emergency_screens, opened_anew
from bot.core.conversation.session import ADVICE, EMERGENCY, START
from bot.core.conversation.turn import Making
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
    known = m.flow.questions
    told = any(fact.question in known and known[fact.question].may_change for fact in reading.facts)
    return told or reading.request == "change"
