"""Laws that every turn keeps, whatever was done: looked at after each turn of a walk."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.conversation.session import Session
from bot.core.conversation.triage import verdict_of
from bot.core.flow.compiled import Flow
from bot.replay.playing.memory import MemoryTurn


def _has_effect(handled: MemoryTurn) -> str:
    return "" if handled.turn.effects else "A turn without an effect."


def _emergency_stays(handled: MemoryTurn) -> str:
    before, after = handled.before, handled.turn.session
    if before.latch is not None and after.id == before.id and after.latch is None:
        return f"The emergency because of {before.latch.option} was gone after {handled.event}."
    return ""


def _never_falls(handled: MemoryTurn) -> str:
    """A later message lowers no level: only a changed answer, a sign that was denied, or a new session may."""
    before, after = handled.before, handled.turn.session
    kept = all(after.answers.get(q) == a for q, a in before.answers.items())
    heard = all(q in after.heard and h.yes <= after.heard[q].yes for q, h in before.heard.items())
    if after.id != before.id or not kept or not heard or after.answers.keys() < before.answers.keys():
        return ""
    today = after.seen.date()
    if before.seen.date() != today:
        return ""
    low, high = level_of(handled.flow, after), level_of(handled.flow, before)
    opened_again = high == 0 and low == -1  # "not sure" where all was well: more is asked before anything is said
    return f"From {high} to {low} by {handled.event}." if low < high and not opened_again else ""


def level_of(flow: Flow, session: Session) -> int:
    """The rank that stands: of an emergency, or of the rules that fire; -1 if none does."""
    return 3 if session.latch is not None else verdict_of(flow, session, session.seen.date())[1].rank


def _trace_is_whole(handled: MemoryTurn) -> str:
    after, trace = handled.turn.session, handled.turn.trace
    fired = tuple(r.rule.rule for r in verdict_of(handled.flow, after, after.seen.date())[1].fired)
    if after.seen == handled.before.seen or set(fired) == set(trace.fired):
        return ""
    return f"The trace names {', '.join(trace.fired)}, but {', '.join(fired)} fired."


FOR_EMERGENCIES, FOR_LEVELS = "once an emergency, no later event lowers it", "no later message lowers a level"
KEEP_LEVELS = (FOR_EMERGENCIES, FOR_LEVELS)
"""The laws by which the level that stood before still stands: a script of their failure expects it."""

LAWS: dict[str, Callable[[MemoryTurn], str]] = {
    "every turn has an effect": _has_effect,
    FOR_EMERGENCIES: _emergency_stays,
    FOR_LEVELS: _never_falls,
    "the trace names every rule that fired": _trace_is_whole,
}
"""What is looked at after every turn, beside that nothing raises and that saving changes nothing."""
