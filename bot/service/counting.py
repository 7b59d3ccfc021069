"""What is counted of a turn, per question and version: where people came, went on, went back, fell silent or were not understood,
and how long a question stood.

Law: no answer is read for it, only which screen was open since when and which is now; nothing counted says whose it was. Every
count is a number of times, so that what several workers counted adds up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bot.core.conversation.afterwards.check_ins import CHECK_IN
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
SILENCES = ("same_day", "reminder")
"""What follows a silence on a question. (Whether help was reached, and how it goes, is asked by the clock.)"""
WITHIN, LONGER = "within_", "longer"
SECONDS = (5, 10, 20, 30, 60, 120, 300, 3600)
TOOK = (*(f"{WITHIN}{seconds}" for seconds in SECONDS), LONGER)
"""Of a question: it was answered within so many seconds after it was first shown, and not within fewer. Counted where its own
screen was answered; lines that are cleared up one by one are screens of their own."""
UNREAD = frozenset(
    {
        "one_by_one", "unreadable_example", "unreadable_choices", "nearest", "nearest_to", "none_said", "item_again",
        "item_left_open",
    }
)  # fmt: skip
"""The texts that say that something typed was no answer."""


def counted_of(
    flow: Flow, before: Session, event: Event, turn: Turn, begun_in: Flow | None = None
) -> tuple[Tallied, ...]:
    """What this turn adds one to. `begun_in`: the flow in which a new session began, if it is another one or another version."""
    after, path = turn.session, turn.trace.path
    is_new = after.id != before.id
    home = (begun_in or flow) if is_new else flow
    was, is_ = _question(flow, path[0]), _question(home, path[-1])
    found: list[tuple[str, str]] = []
    if is_new:
        found += [(is_, REACHED)] if is_ else []
    elif not isinstance(event, Elapsed):
        found += _of_screens(before, event, turn, was, is_)
    elif was and event.due in SILENCES:
        found.append((was, LEFT))
    if turn.trace.level is not None and path[-1] in (ADVICE, EMERGENCY) and path[0] != path[-1]:
        found.append(("", f"{LEVEL}{turn.trace.level.value}"))
    if turn.trace.note.startswith(CHECK_IN):
        found.append(("", turn.trace.note))
    felt = (effect.reason for effect in turn.effects if isinstance(effect, GiveFeedback))
    found += [("", f"{FELT_WRONG}{reason.removeprefix('felt_')}") for reason in felt]
    return tuple(Tallied(home.name, home.version, question, what) for question, what in found)


def _of_screens(before: Session, event: Event, turn: Turn, was: str, is_: str) -> Iterator[tuple[str, str]]:
    """What a patient's turn adds, by question: the one that was open, and the one that is."""
    after, path, answered = turn.session, turn.trace.path, turn.trace.answered
    moved = path[-1] != path[0] and is_ != was
    if moved and was in answered:
        yield was, CONTINUED
        if before.at == was and before.shown is not None:
            yield was, took(after.seen.timestamp() - before.shown)
    if moved and is_:
        yield is_, REACHED
    if moved and is_ and not answered and is_ in after.answers:
        yield is_, BACK
        last = before.trail[-1] if before.trail else None
        if last is not None and last.question == is_ and before.turn == last.turn + 1:
            yield is_, AT_ONCE
    if was and isinstance(event, Typed) and not answered and any(key in UNREAD for key, _ in after.notes):
        yield was, NOT_READ


def took(seconds: float) -> str:
    """The counter of a question that stood so long."""
    return next((f"{WITHIN}{most}" for most in SECONDS if seconds <= most), LONGER)


def counted_in(handled: Iterable[Handled]) -> Mapping[Tallied, int]:
    """What these turns add up to."""
    return Counter(tallied for one in handled for tallied in one.counts)


def _question(flow: Flow, state: str) -> str:
    """The question of a state; "" for any other."""
    name = state.partition("/")[0]
    return name if name in flow.questions else ""
