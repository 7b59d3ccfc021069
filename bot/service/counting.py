"""What is counted of a turn, per question and version: where people came, went on, went back, fell silent or were not understood.

Law: no answer is read for it, only which screen was open and which is now; nothing counted says whose it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.core.conversation.events import Elapsed, Event, GiveFeedback, Turn, Typed
from bot.core.conversation.session import ADVICE, EMERGENCY, Session
from bot.core.flow.compiled import Flow
from bot.store import Tallied

from .incoming import Handled

REACHED, CONTINUED, LEFT, BACK, AT_ONCE, NOT_READ = "reached", "continued", "left", "back", "back_at_once", "not_read"
LEVEL, FELT_WRONG = "level_", "felt_wrong_"
WHAT = (REACHED, CONTINUED, LEFT, BACK, AT_ONCE, NOT_READ)
"""Of a question: it was shown after another; answered, so that the chat went on; a silence on it was followed up; it was gone
back to; gone back to right after it was answered; words typed to it were not understood as an answer."""
UNREAD = frozenset(
    {
        "one_by_one", "unreadable_example", "unreadable_choices", "nearest", "nearest_to", "none_said", "item_again",
        "item_left_open",
    }
)  # fmt: skip
"""The texts that say that something typed was no answer."""


def counted_of(flow: Flow, before: Session, event: Event, turn: Turn) -> tuple[Tallied, ...]:
    """What this turn adds one to."""
    after, path = turn.session, turn.trace.path
    was, is_ = _question(flow, path[0]), _question(flow, path[-1])
    found: list[tuple[str, str]] = []
    if isinstance(event, Elapsed):
        if was and event.due != "help":
            found.append((was, LEFT))
    elif after.id == before.id:
        moved = path[-1] != path[0] and is_ != was
        if moved and was and was in turn.trace.answered:
            found.append((was, CONTINUED))
        if moved and is_:
            found.append((is_, REACHED))
        if moved and is_ and not turn.trace.answered and is_ in before.answers:
            found.append((is_, BACK))
            last = before.trail[-1] if before.trail else None
            if last is not None and last.question == is_ and before.turn == last.turn + 1:
                found.append((is_, AT_ONCE))
        if (
            was
            and isinstance(event, Typed)
            and any(key in UNREAD for key, _ in after.notes)
            and not turn.trace.answered
        ):
            found.append((was, NOT_READ))
    if turn.trace.level is not None and path[-1] in (ADVICE, EMERGENCY) and path[0] != path[-1]:
        found.append(("", f"{LEVEL}{turn.trace.level.value}"))
    felt = (effect.reason for effect in turn.effects if isinstance(effect, GiveFeedback))
    found += [("", f"{FELT_WRONG}{reason.removeprefix('felt_')}") for reason in felt]
    return tuple(Tallied(flow.name, flow.version, question, what) for question, what in found)


def counted_in(handled: Iterable[Handled]) -> Mapping[Tallied, int]:
    """What these turns add up to."""
    return Counter(tallied for one in handled for tallied in one.counts)


def _question(flow: Flow, state: str) -> str:
    """The question of a state; "" for any other."""
    name = state.partition("/")[0]
    return name if name in flow.questions else ""
