"""Coming back with a change: the emergency screens at once, then what may have changed; only the rest stands (SEMANTICS 18b)."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.conditions.nodes import reads
from bot.core.conversation.session import START, Session
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import NOTHING_SAID, Many
from bot.core.model.files.parts import Kind


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


def opened_anew(flow: Flow, session: Session, told: Iterable[str] = ()) -> Session:
    """The session without what may have changed since its advice, about to ask it. `told`: lists of which more was told now:
    they are asked again too, and what was known of them stays."""
    more = {q: a for q in told if isinstance(a := session.answers.get(q), Many)}
    gone = may_have_changed(flow)
    heard = {q: h for q, h in session.heard.items() if q not in gone}
    for question, answer in more.items():
        if question not in gone:
            before = heard.get(question, NOTHING_SAID)
            heard[question] = Many(answer.yes | before.yes, answer.not_sure | before.not_sure, True)
    gone |= more.keys()
    return session.but(
        answers={q: a for q, a in session.answers.items() if q not in gone},
        heard=heard,
        trail=tuple(t for t in session.trail if t.question not in gone),
        checked=False, enough=False, exit_offered=False, same_day_said=False, asked_again=False, misread=0, at=START,
    )  # fmt: skip
