"""A stored chat told again as a script: not what the patient said, which nobody kept, but what leads to where it stands.

Where a chat may have got to in several ways (facts told early, emergency screens asked a second time), each way is tried,
and the first that comes to all of it is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.conversation import screens as sc
from bot.core.conversation.session import ADVICE, EMERGENCY, Session
from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Standing, standing
from bot.replay.script.model import NOW, RESULT
from bot.replay.script.writing import script_text

from .played import Played, moment
from .record import Step, expected, shown_name
from .telling import Told, plain_answers

COMMENT = "From a stored chat. Words that were typed are not in it; what it expects is how the chat came out."


def stored_script(flow: Flow, session: Session, title: str) -> str:
    """A stored session as a script that ends where the chat stands.

    It begins at the moment at which every script begins that names none, not when the patient wrote: dates are given as
    the days since then.
    """
    stands = standing(flow, session, session.seen)
    best: list[Step] = []
    nearest = (False, -1)
    for way in _ways(flow, session):
        steps = merged(Told(flow, session).told(way), flow, session.lang)
        near = _nearness(flow, session, stands, steps)
        if near > nearest:
            best, nearest = steps, near
        if nearest == (True, len(stands.answers)):
            break
    return script_text(title, flow.name, NOW, best, expected(stands, flow), COMMENT, session.lang)


def _ways(flow: Flow, session: Session) -> Iterator[tuple[str, str]]:
    """How later answers may have come before earlier ones: typed early, or before the emergency screens came again."""
    screens = [q.ask for q in flow.interview.questions if q.tap == "first"]
    again = [("later", "")] if flow.lapses else []
    again += [("mistake", q) for q in screens if q in session.answers or q == session.at.partition("/")[0]]
    asked_again = any(q not in session.answers for q in screens) and len(session.answers) > len(screens) + 1
    yield from [*again, ("typed", "")] if asked_again else [("typed", ""), ("first", ""), *again]


def _nearness(flow: Flow, session: Session, stands: Standing, steps: list[Step]) -> tuple[bool, int]:
    """Whether these steps come to where the chat stands, and how many of its answers they give."""
    played = Played(flow, session.lang)
    if not all(played.does(step) for step in steps):
        return False, -1
    came = standing(flow, played.session, moment())
    wanted = expected(stands, flow)
    fits = (
        wanted.get("level") == came.level and came.at == stands.at and set(wanted.get("because", ())) <= {*came.fired}
    )
    there, here = plain_answers(flow, session, session.seen), plain_answers(flow, played.session, moment())
    return fits, sum(1 for q in there if q in here and here[q] == there[q])


def merged(steps: list[Step], flow: Flow, lang: str) -> list[Step]:
    """Answers that follow one another as one line: `auto` until what is asked then."""
    played = Played(flow, lang)
    found: list[Step] = []
    run: Step = {}

    def end() -> None:
        if run:
            at = played.session.at
            ended = at in (ADVICE, EMERGENCY)
            usual = {"exit": sc.MORE, "review": sc.AS_USUAL} if ended else {}
            given = {q: a for q, a in run.items() if usual.get(q) != a}
            found.append({"auto": given, "until": RESULT if ended else shown_name(at)})
            run.clear()

    for step in steps:
        ((act, value),) = step.items()
        if act != "answer" or run.keys() & value.keys():
            end()
        if act == "answer":
            run.update(value)
        else:
            found.append(step)
        played.does(step)
    end()
    return found
