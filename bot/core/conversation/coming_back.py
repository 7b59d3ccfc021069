"""Coming back with a change: the emergency screens at once, then what may have changed; only the rest stands (SEMANTICS 18b)."""

from __future__ import annotations

from bot.core.conditions.nodes import reads
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.parts import Kind

from .session import START, Session


@per_flow
def emergency_screens(flow: Flow) -> tuple[str, ...]:
    """The lists of emergency signs, in order."""
    return tuple(q.ask for q in flow.interview.questions if q.tap == "first")


@per_flow
def may_have_changed(flow: Flow) -> frozenset[str]:
    """Questions that are asked anew: signs, what the flow marks, and what is asked because of them. The day on which it
    began stays that day."""
    gone = {
        q.ask
        for q in flow.interview.questions
        if q.kind is not Kind.ago and (q.tap == "first" or q.expires is not None or q.may_change)
    }
    return frozenset(gone.union(a.question.ask for a in flow.asking if a.node is not None and reads(a.node) & gone))


def opened_anew(flow: Flow, session: Session) -> Session:
    """The session without what may have changed since its advice, about to ask it."""
    gone = may_have_changed(flow)
    return session.but(
        answers={q: a for q, a in session.answers.items() if q not in gone},
        heard={q: h for q, h in session.heard.items() if q not in gone},
        trail=tuple(t for t in session.trail if t.question not in gone),
        checked=False, enough=False, exit_offered=False, same_day_said=False, asked_again=False, misread=0, at=START,
    )  # fmt: skip
